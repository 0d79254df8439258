from fer_utils.models.cnn_geometry import GEOMETRY, cnn_geometry


def test_the_landmarks_are_not_narrowed_with_the_network():
    network = cnn_geometry(6, width=0.125, input_shape=(64, 64, 3))
    assert GEOMETRY == 136
    assert network.input_shape == [(None, 64, 64, 3), (None, 136)]
    assert network.get_layer("joined").output.shape == (None, 2 * 2 * 64 + 136)
    assert [network.get_layer("head").get_layer(f"fc{n}").units for n in (6, 7, 8)] == [512, 512, 328]
