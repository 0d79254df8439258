"""Every network of the papers has the number of parameters that was published or follows from what was published."""

import keras
import numpy as np
import pytest

from fer_utils.models.deep_emotion import deep_emotion
from fer_utils.models.mini_xception import dense_mini_xception, mini_xception

# (what it is, function, its options, trainable parameters, all parameters or None where nothing states them)
COUNTS = [
    # Hussein (2020), mini-Xception
    ("base, 3 classes", mini_xception, {"classes": 3}, 52_339, 53_811),
    ("base, 7 classes", mini_xception, {"classes": 7}, 56_951, 58_423),
    ("dense, 3 classes", dense_mini_xception, {"classes": 3}, 94_059, 98_363),
    ("dense, 7 classes", dense_mini_xception, {"classes": 7}, 96_367, 100_671),
    ("dense, standard convolutions", dense_mini_xception, {"classes": 3, "separable": False}, 420_283, None),
    ("dense a", dense_mini_xception, {"classes": 3, "variant": "a"}, 93_419, 96_315),
    ("dense a, standard", dense_mini_xception, {"classes": 3, "variant": "a", "separable": False}, 260_091, None),
    # Hussein (2020), transfer learning
    # Zennou et al. (2023), VGG-Face
    # Adebayo et al. (2021), Deep-Emotion
    ("Deep-Emotion", deep_emotion, {}, 66_857, 66_857),
    ("Deep-Emotion, transformed features", deep_emotion, {"where": "features"}, 66_857, 66_857),
    ("Deep-Emotion, normalized", deep_emotion, {"normalized": True}, 66_877, 66_897),
    ("Deep-Emotion, kernels of the figure", deep_emotion, {"loc_kernels": (3, 3)}, 76_777, 76_777),
    ("Deep-Emotion, both", deep_emotion, {"loc_kernels": (3, 3), "normalized": True}, 76_797, 76_817),
    # Wu and Pan (2019)
]


@pytest.fixture(autouse=True)
def cheap_weights(monkeypatch):
    """Counting needs no random numbers, and a hundred million of them take seconds."""
    for name in ("GlorotUniform", "HeNormal", "VarianceScaling", "RandomNormal", "Orthogonal"):
        initializer = getattr(keras.initializers, name)
        monkeypatch.setattr(initializer, "__call__", lambda self, shape, dtype=None: keras.ops.zeros(shape, dtype))
    yield
    keras.backend.clear_session()


@pytest.mark.parametrize(
    ("function", "options", "trainable", "total"), [c[1:] for c in COUNTS], ids=[c[0] for c in COUNTS]
)
def test_the_parameters_are_those_of_the_paper(function, options, trainable, total):
    network = function(**options)
    assert sum(int(np.prod(weight.shape)) for weight in network.trainable_weights) == trainable
    if total is not None:
        assert network.count_params() == total
