"""What augmentation costs a training of mini-Xception: images a second with it and without it."""

import time

import keras
import numpy as np
import pytest

from fer_utils.models.mini_xception import build_network
from fer_utils.training.augmentation import Augmentation
from fer_utils.training.batches import FaceBatches

FACES, ROUNDS = 2048, 5
SHARE = 0.9


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("batch_size", [32, 128])
def test_training_with_augmentation_is_nearly_as_fast_as_without(batch_size, capsys):
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (FACES, 48, 48, 1), dtype=np.uint8)
    targets = np.eye(7, dtype=np.float32)[random.integers(0, 7, FACES)]
    keras.utils.set_random_seed(0)
    network = build_network("base", 7)
    network.compile("adam", "categorical_crossentropy")
    batches = {on: FaceBatches(images, targets, batch_size, Augmentation() if on else None) for on in (True, False)}
    network.fit(batches[True], verbose=0)  # what is compiled once is not counted
    speed = dict.fromkeys(batches, 0.0)
    for _ in range(ROUNDS):  # in turns, and the best of each, because the machine may be busy with something else
        for on in batches:
            started = time.perf_counter()
            network.fit(batches[on], verbose=0)
            speed[on] = max(speed[on], FACES / (time.perf_counter() - started))
    share = speed[True] / speed[False]
    with capsys.disabled():
        print(
            f"\nMini-Xception, batches of {batch_size}, trained images a second: {speed[True]:.0f} with augmentation, "
            f"{speed[False]:.0f} without ({share:.1%})"
        )
    assert share >= SHARE
