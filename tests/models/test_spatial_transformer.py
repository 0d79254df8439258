import keras
import numpy as np
import pytest

from fer_utils.models.spatial_transformer import AffineSampler, IdentityTransform, window_outline

WHOLE = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]


@pytest.fixture
def images():
    return np.random.default_rng(0).normal(size=(3, 7, 10, 2)).astype("float32")


def look(images, window):
    windows = np.tile(np.array(window, "float32"), (len(images), 1))
    return keras.ops.convert_to_numpy(AffineSampler()([images, windows]))


def test_the_whole_window_gives_the_image_as_it_is(images):
    assert np.abs(look(images, WHOLE) - images).max() < 2e-6


def test_a_window_that_is_moved_by_whole_pixels_gives_other_pixels_and_zeros(images):
    moved = look(images, [1, 0, 2 * 3 / 10, 0, 1, -2 * 2 / 7])  # three columns to the right, two rows up
    np.testing.assert_allclose(moved[:, 2:, :7], images[:, :5, 3:], atol=1e-5)
    assert np.abs(moved[:, :2]).max() < 1e-5 and np.abs(moved[:, :, 7:]).max() < 1e-5


def test_half_a_pixel_is_the_mean_of_two(images):
    moved = look(images, [1, 0, 1 / 10, 0, 1, 0])
    np.testing.assert_allclose(moved[:, :, :9], (images[:, :, :9] + images[:, :, 1:]) / 2, atol=1e-5)


def test_a_mirrored_window_mirrors(images):
    np.testing.assert_allclose(look(images, [-1, 0, 0, 0, 1, 0]), images[:, :, ::-1], atol=1e-5)


def test_a_window_of_half_the_size_magnifies_the_middle_of_a_ramp():
    x = (np.arange(8, dtype="float32") * 2 + 1) / 8 - 1  # each pixel holds its place, -1 to 1
    ramp = np.tile(x[None, None, :, None], (1, 8, 1, 1))
    np.testing.assert_allclose(look(ramp, [0.5, 0, 0, 0, 0.5, 0])[0, 3, :, 0], 0.5 * x, atol=1e-6)


def test_a_window_far_outside_sees_nothing(images):
    assert not look(images, [1, 0, 50, 0, 1, -50]).any()


def test_each_image_has_a_window_of_its_own(images):
    windows = np.array([WHOLE, [-1, 0, 0, 0, 1, 0], [1, 0, 0, 0, -1, 0]], "float32")
    seen = keras.ops.convert_to_numpy(AffineSampler()([images, windows]))
    np.testing.assert_allclose(seen[0], images[0], atol=1e-5)
    np.testing.assert_allclose(seen[1], images[1, :, ::-1], atol=1e-5)
    np.testing.assert_allclose(seen[2], images[2, ::-1], atol=1e-5)


def gaze(side=12):
    """A network that can do nothing but choose one window for all images."""
    image, nothing = keras.Input((side, side, 1)), keras.Input((1,))
    window = keras.layers.Dense(6, kernel_initializer="zeros", bias_initializer=IdentityTransform())(nothing)
    return keras.Model([image, nothing], AffineSampler()([image, window]))


def bump(side, x, y):
    """A smooth spot whose middle is at (x, y), -1 to 1."""
    places = (np.arange(side) * 2 + 1) / side - 1
    spot = np.exp(-((places[None] - x) ** 2 + (places[:, None] - y) ** 2) / 0.3)
    return np.repeat(spot[None, ..., None], 5, axis=0).astype("float32")


def test_the_window_learns_to_follow_a_spot():
    """Gradients reach the window, and point where the spot is."""
    model = gaze()
    model.compile(keras.optimizers.Adam(0.03), "mean_squared_error")
    inputs, wanted = [bump(12, 0.3, -0.2), np.ones((5, 1), "float32")], bump(12, 0.0, 0.0)
    before = model.evaluate(inputs, wanted, verbose=0)
    model.fit(inputs, wanted, epochs=50, verbose=0)
    assert model.evaluate(inputs, wanted, verbose=0) < 0.1 * before
    bias = keras.ops.convert_to_numpy(model.trainable_weights[1])
    assert bias[2] > 0.1 and bias[5] < -0.05


def test_every_number_of_the_window_has_a_gradient():
    model = gaze()
    model.compile(keras.optimizers.SGD(1.0), "mean_squared_error")
    before = keras.ops.convert_to_numpy(model.trainable_weights[1])
    noise = np.random.default_rng(0).normal(size=(5, 12, 12, 1)).astype("float32")
    model.train_on_batch([noise, np.ones((5, 1), "float32")], np.zeros_like(noise))
    assert (np.abs(keras.ops.convert_to_numpy(model.trainable_weights[1]) - before) > 1e-6).all()


def test_sampler_and_initializer_are_stored_and_opened(images, tmp_path):
    model = gaze(7)
    inputs = [images[:, :, :7, :1], np.ones((3, 1), "float32")]
    assert np.abs(model.predict(inputs, verbose=0) - inputs[0]).max() < 2e-6  # the initializer is the whole window
    model.set_weights([weight + 0.1 for weight in model.get_weights()])
    model.save(tmp_path / "model.keras")
    opened = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(opened.predict(inputs, verbose=0), model.predict(inputs, verbose=0))
    assert not np.allclose(model.predict(inputs, verbose=0), inputs[0], atol=0.1)


def test_the_outline_lies_where_the_sampler_reads():
    (whole,) = window_outline([WHOLE], 20, 40, points=2)
    np.testing.assert_allclose(whole[:2], [[-0.5, -0.5], [39.5, -0.5]])  # outer edges of the first and last pixel
    (half,) = window_outline([[0.5, 0, 0.5, 0, 0.5, -0.5]], 20, 40, points=3)
    assert half.shape == (12, 2)
    np.testing.assert_allclose([half.min(axis=0), half.max(axis=0)], [[19.5, -0.5], [39.5, 9.5]])
