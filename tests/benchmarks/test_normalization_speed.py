"""How fast the dense mini-Xception trains with fused normalization, beside Keras' own, in one run."""

import time

import keras
import numpy as np
import pytest

from fer_utils.models.mini_xception import build_network

BATCH, BATCHES, REPEATS = 64, 8, 3


def images_per_second(network, faces, targets):
    started = time.perf_counter()
    network.fit(faces, targets, batch_size=BATCH, verbose=0)
    return len(faces) / (time.perf_counter() - started)


@pytest.mark.slow
@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the fused operation is TensorFlow's")
def test_training_with_fused_normalization_beside_keras(monkeypatch, capsys):
    random = np.random.default_rng(0)
    faces = random.uniform(-1, 1, (BATCH * BATCHES, 48, 48, 1)).astype("float32")
    targets = np.eye(7, dtype="float32")[random.integers(0, 7, len(faces))]
    networks = {"fused": build_network("dense", 7)}
    monkeypatch.setattr("fer_utils.models.mini_xception.BatchNormalization", keras.layers.BatchNormalization)
    networks["keras"] = build_network("dense", 7)
    networks["keras"].set_weights(networks["fused"].get_weights())
    np.testing.assert_allclose(*(network(faces[:BATCH]) for network in networks.values()), atol=1e-5)
    for network in networks.values():
        network.compile("adam", "categorical_crossentropy")
        network.train_on_batch(faces[:BATCH], targets[:BATCH])  # tracing is not measured
    speed = dict.fromkeys(networks, 0.0)
    for _ in range(REPEATS):  # in turns, and the best of each, because the machine may be busy with something else
        for name, network in networks.items():
            speed[name] = max(speed[name], images_per_second(network, faces, targets))
    ratio = speed["fused"] / speed["keras"]
    with capsys.disabled():
        print(
            f"\nDense mini-Xception trains {speed['fused']:.0f} images/s, with Keras' own normalization "
            f"{speed['keras']:.0f}: {ratio:.2f} times faster"
        )
    assert ratio > 1.3
