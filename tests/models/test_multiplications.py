import keras
import numpy as np
import pytest
from keras import layers

from fer_utils.models.mini_xception import build_network
from fer_utils.models.multiplications import multiplications, separable_layers, separable_share


def test_a_convolution_multiplies_once_for_each_weight_at_each_place():
    faces = keras.Input((10, 10, 3))
    x = layers.Conv2D(4, 3)(faces)  # 8 x 8 places, 27 values, 4 filters
    x = layers.SeparableConv2D(5, 3, strides=2, padding="same")(x)  # 4 x 4 places: 36 values, then 4 x 5
    network = keras.Model(faces, layers.Dense(2)(layers.Flatten()(x)))
    assert multiplications(network) == 8 * 8 * 27 * 4 + 4 * 4 * (36 + 20) + 80 * 2


@pytest.mark.parametrize(("name", "count"), [("base", 8), ("dense", 28)])
def test_equation_4_4_holds_in_every_separable_layer(name, count):
    table = separable_layers(build_network(name, 3))
    assert len(table) == count
    np.testing.assert_allclose(table["counted"], table["equation"], rtol=1e-12)
    assert separable_share(64, 3) == pytest.approx(1 / 64 + 1 / 9)


def test_the_standard_twin_multiplies_what_the_table_says():
    whole, twin = build_network("dense", 3), build_network("dense", 3, ["separable"])
    table = separable_layers(whole)
    assert multiplications(twin) - multiplications(whole) == (table["standard"] - table["separable"]).sum()
    assert separable_layers(twin).empty
