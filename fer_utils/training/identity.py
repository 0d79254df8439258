"""Weights without a download: a body trained on who drawn people are, as VGG-Face was trained on who people are."""

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
from keras import layers

from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import ParameterError
from fer_utils.paths import cache_root, fill_cache
from fer_utils.training.batches import FaceBatches, scale
from fer_utils.training.normalization import set_normalization_momentum
from fer_utils.training.schedules import Schedule

IDENTITY_SEED = 1998  # of the people; studies draw theirs with other seeds, so that nobody is in both
HELD_OUT = 6  # every sixth picture of each person is held out
BATCH = 64
RATE = 0.003
WEIGHTS, REPORT = "body.weights.h5", "report.json"


@dataclass(frozen=True)
class IdentityTraining:
    """How well a body learned to tell drawn people apart.

    Attributes:
        people: int. Number of people, and of classes.
        trained: int. Pictures that it was trained on.
        tested: int. Other pictures of the same people.
        correct: int. How many of these were recognized.
        seconds: float. Wall time of the training, when it was done.
    """

    people: int
    trained: int
    tested: int
    correct: int
    seconds: float

    @property
    def accuracy(self) -> float:
        """Share of the held-out pictures on which the person was recognized."""
        return self.correct / self.tested

    def __str__(self):
        return (
            f"Trained on who {self.people} drawn people are, with {self.trained:,} pictures: recognized on "
            f"{100 * self.accuracy:.1f} % of {self.tested:,} other pictures of them (chance {100 / self.people:.1f} %)."
        )


def train_on_identity(
    body, people: int = 36, pictures: int = 6, epochs: int = 12, seed: int = IDENTITY_SEED
) -> IdentityTraining:
    """Gives a body the weights that it has after learning to tell drawn people apart, whatever they express.

    Each person is drawn with all seven emotions. Nothing is chosen by the held-out pictures. The weights are cached:
    the same body with the same arguments is trained once.

    Args:
        body: `keras.Model` from square faces scaled to [-1, 1], gray or in color; its weights are replaced.
        people: int. Number of people, at least 2.
        pictures: int. Pictures of each person and emotion.
        epochs: int.
        seed: int. Of the people and of the training. It must not be the seed of the faces that the body is tested on
            afterwards, or the same people would be in both.

    Returns:
        `IdentityTraining`.

    Raises:
        ParameterError: fewer than two people, no epoch, or a body whose faces cannot be drawn.
    """
    height, width, channels = body.input_shape[1:]
    if people < 2 or epochs < 1 or height != width:
        raise ParameterError(
            f"people={people}, epochs={epochs}, faces of {height} x {width} pixels: expected at least two people, one "
            "epoch, and square faces."
        )
    drawn = SyntheticFaces(
        preset="quick", subjects=people, images_per_emotion=pictures, size=height, color=channels == 3, seed=seed
    )
    described = f"{body.to_json()} {drawn.digest()} {epochs} {keras.backend.backend()} {Path(__file__).read_text()}"
    folder = cache_root() / "identity" / hashlib.sha256(described.encode()).hexdigest()[:24]
    report = _restore(body, folder)
    if report is None:
        trained, report = _train(body, drawn.load(), epochs, seed)
        body.set_weights(trained.get_weights())

        def write(unfinished: Path):
            body.save_weights(unfinished / WEIGHTS)
            (unfinished / REPORT).write_text(json.dumps(asdict(report)))

        fill_cache(folder, write, lambda there: _restore(body, there) is not None)
    return report


def _restore(body, folder: Path) -> IdentityTraining | None:
    """Sets a body to stored weights; None, and the body as it was, where they are not there or not whole."""
    try:
        report = IdentityTraining(**json.loads((folder / REPORT).read_text()))
        body.load_weights(folder / WEIGHTS)
        return report
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _train(body, faces, epochs: int, seed: int) -> tuple[keras.Model, IdentityTraining]:
    """Trains a copy of the body, from random weights of its own, below a layer with one output a person."""
    names, person = np.unique(faces.subject.astype(str), return_inverse=True)
    random = np.random.default_rng(seed)
    held_out = np.zeros(len(faces), bool)
    for number in range(len(names)):
        held_out[random.permutation(np.flatnonzero(person == number))[::HELD_OUT]] = True
    keras.utils.set_random_seed(seed)
    copy = keras.models.clone_model(body)
    copy.trainable = True
    x = layers.Flatten()(copy.output)
    x = layers.BatchNormalization()(x)  # bodies give values of any size, and VGG-16 has no normalization of its own
    network = keras.Model(copy.input, layers.Dense(len(names), activation="softmax")(x))
    set_normalization_momentum(network, 0.9)  # a few hundred batches are too few for Keras' 0.99

    targets = np.eye(len(names), dtype=np.float32)[person]
    batches = FaceBatches(faces.pixels(np.flatnonzero(~held_out)), targets[~held_out], BATCH, seed=seed)
    network.compile(Schedule("cosine", RATE).optimizer(epochs * len(batches)), "categorical_crossentropy")
    shuffle = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.start_epoch(epoch))
    started = time.perf_counter()
    network.fit(batches, epochs=epochs, shuffle=False, callbacks=[shuffle], verbose=0)
    seconds = round(time.perf_counter() - started, 1)
    answers = network.predict(scale(faces.pixels(np.flatnonzero(held_out))), batch_size=256, verbose=0)
    correct = int((answers.argmax(axis=1) == person[held_out]).sum())
    tested = int(held_out.sum())
    return copy, IdentityTraining(len(names), len(faces) - tested, tested, correct, seconds)
