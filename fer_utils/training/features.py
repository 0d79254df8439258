"""What a frozen body makes of faces: computed once, kept on disk, so that a head trains without running the body."""

import hashlib
from pathlib import Path

import numpy as np

from fer_utils.errors import ParameterError
from fer_utils.paths import cache_root, fill_cache
from fer_utils.training.augmentation import Augmentation
from fer_utils.training.batches import scale

FILE = "features.npy"


def frozen_features(
    body,
    images: np.ndarray,
    batch_size: int = 64,
    augmentation: Augmentation | None = None,
    views: int = 1,
    seed: int = 0,
) -> np.ndarray:
    """Runs a body over faces in inference mode, or opens what it gave before, in any process.

    Training a head on these features is exact: a body that is frozen and has no dropout gives the same face the same
    features in every epoch. With augmentation there is a new picture in every epoch, which no cache can hold; `views`
    of them are drawn once, and an epoch takes one of these for each face.

    Args:
        body: `keras.Model` from faces scaled to [-1, 1] to anything; the output is flattened.
        images: uint8 array (n, height, width, channels), as many channels as the body takes.
        batch_size: int. Faces that the body sees at once.
        augmentation: `Augmentation` that draws the views; None for the faces as they are.
        views: int. How many augmented pictures of each face; 1 without augmentation.
        seed: int. Of the augmentation.

    Returns:
        float32 array (n, d); with augmentation (n, views, d). Mapped from a file of the cache, which is named after
        the body's layers and weights, the pixels, and the other arguments.

    Raises:
        ParameterError: views without augmentation, or none.
    """
    if views < 1 or (views > 1 and augmentation is None):
        raise ParameterError(
            f"views={views}, augmentation={augmentation}: expected at least one view, and an augmentation for several."
        )
    shape = (len(images), *([] if augmentation is None else [views]), int(np.prod(body.output_shape[1:])))
    options = [batch_size, repr(augmentation), views, seed]
    digest = hashlib.sha256(f"{body_digest(body)} {images.shape} {options}".encode())
    digest.update(np.ascontiguousarray(images))
    folder = cache_root() / "features" / digest.hexdigest()[:24]

    def blocks():
        for start in range(0, len(images), batch_size):
            batch = images[start : start + batch_size]
            yield _features(body, batch, batch_size, augmentation, views, (seed, start))

    def write(unfinished: Path):
        with (unfinished / FILE).open("wb") as file:
            header = {"descr": "<f4", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            for block in blocks():  # plain writing: on a full disk it raises, where mapped memory would kill
                file.write(block.data)

    features = _stored(folder, shape)
    if features is None:
        fill_cache(folder, write, lambda there: _stored(there, shape) is not None)
        features = _stored(folder, shape)
    return np.concatenate(list(blocks())).reshape(shape) if features is None else features


def body_digest(body) -> str:
    """Hashes a network: its layers, how they are connected, and its weights.

    Args:
        body: `keras.Model`.

    Returns:
        str. 64 hexadecimal digits.
    """
    digest = hashlib.sha256(body.to_json().encode())
    for weight in body.get_weights():
        digest.update(np.ascontiguousarray(weight))
    return digest.hexdigest()


def _features(body, images, batch_size, augmentation, views, seed) -> np.ndarray:
    """Features of one batch, flattened; with augmentation those of its views behind one another."""
    if augmentation is None:
        return _flat(body, images, batch_size)
    random = np.random.default_rng(seed)
    return np.stack([_flat(body, augmentation(images, random), batch_size) for _ in range(views)], axis=1)


def _flat(body, images, batch_size) -> np.ndarray:
    """Runs the body on a batch that is filled up to full size: a backend may compile for each size anew."""
    full = np.concatenate([images, np.repeat(images[-1:], batch_size - len(images), axis=0)])
    answers = np.asarray(body.predict_on_batch(scale(full)), np.float32)
    return answers[: len(images)].reshape(len(images), -1)


def _stored(folder: Path, shape: tuple) -> np.ndarray | None:
    try:
        features = np.load(folder / FILE, mmap_mode="r")
    except (OSError, ValueError, EOFError):
        return None
    return features if features.shape == shape and features.dtype == np.float32 else None
