"""How long a network takes for a face on this machine."""

import time

import numpy as np

from fer_utils.training.batches import scale


def seconds_a_face(network, images: np.ndarray, rounds: int = 5) -> float:
    """Predicts the same faces several times and takes the fastest, because the machine may be busy.

    Args:
        network: `keras.Model` from scaled faces.
        images: uint8 array (n, height, width, channels). One batch.
        rounds: int. How often, after a first time that is not counted: it compiles.

    Returns:
        float. Wall seconds for one of n faces.
    """
    faces = scale(images)
    network.predict_on_batch(faces)
    seconds = []
    for _ in range(rounds):
        started = time.perf_counter()
        network.predict_on_batch(faces)
        seconds.append(time.perf_counter() - started)
    return min(seconds) / len(faces)
