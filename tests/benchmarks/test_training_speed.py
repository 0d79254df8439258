"""How fast the dense mini-Xception trains as runs train it, beside Keras' own layers and TensorFlow's own settings."""

import os
import subprocess
import sys

import keras
import pytest

ROUNDS = 3
VARIANTS = {  # name: (normalization, TF_ENABLE_ONEDNN_OPTS)
    "Keras' layers, oneDNN as TensorFlow sets it": ("keras", ""),
    "Keras' layers, oneDNN": ("keras", "1"),
    "fused normalization, oneDNN": ("fused", "1"),
}
STEPS = """
import sys, time
import keras, numpy as np
from fer_utils.models import mini_xception
if sys.argv[1] == "keras":
    mini_xception.BatchNormalization = keras.layers.BatchNormalization
keras.utils.set_random_seed(0)
random = np.random.default_rng(0)
faces = random.uniform(-1, 1, (64, 48, 48, 1)).astype("float32")
targets = np.eye(7, dtype="float32")[random.integers(0, 7, 64)]
network = mini_xception.build_network("dense", 7)
network.compile("adam", "categorical_crossentropy")
for _ in range(3):  # the first steps trace, and find out how fast they can be
    network.train_on_batch(faces, targets)
seconds = []
for _ in range(12):
    started = time.perf_counter()
    network.train_on_batch(faces, targets)
    seconds.append(time.perf_counter() - started)
print(64 / np.median(seconds))
"""


def images_per_second(normalization, onednn):
    """Trains in a process of its own, because TensorFlow reads its settings when it is imported."""
    environment = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": onednn, "TF_CPP_MIN_LOG_LEVEL": "3"}
    if not onednn:
        del environment["TF_ENABLE_ONEDNN_OPTS"]
    command = [sys.executable, "-c", STEPS, normalization]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="fused normalization and oneDNN are TensorFlow's")
def test_training_the_dense_network_beside_keras_layers(capsys):
    speed = dict.fromkeys(VARIANTS, 0.0)
    for _ in range(ROUNDS):  # in turns, and the best of each, because the machine may be busy with something else
        for name, variant in VARIANTS.items():
            speed[name] = max(speed[name], images_per_second(*variant))
    *others, ours = speed.values()
    with capsys.disabled():
        print("\nDense mini-Xception, batches of 64, trained images a second:")
        for name, value in speed.items():
            print(f"  {name:<45} {value:4.0f}   ours is {ours / value:.2f} times as fast")
    assert ours > 1.1 * max(others)
