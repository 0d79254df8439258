"""Weights without a download: a body trained on who drawn people are, as VGG-Face was, or on what they express."""

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
HELD_OUT = 6  # every sixth picture of each person is held out; where expressions are learned, every sixth person
BATCH = 64
RATE = 0.001
TASKS = ("identity", "emotion")
WEIGHTS, REPORT = "body.weights.h5", "report.json"


@dataclass(frozen=True)
class DrawnTraining:
    """What a body learned from drawn people, and how well.

    Attributes:
        task: str. "identity" (who is it?) or "emotion" (what do they express?).
        people: int. Number of people.
        classes: int. Number of answers: people, or emotions.
        trained: int. Pictures that it was trained on.
        tested: int. Pictures that were held out: of the same people for "identity", of other people for "emotion".
        correct: int. How many of these were recognized.
        seconds: float. Wall time of the training, when it was done.
    """

    task: str
    people: int
    classes: int
    trained: int
    tested: int
    correct: int
    seconds: float

    @property
    def accuracy(self) -> float:
        """Share of the held-out pictures that were recognized."""
        return self.correct / self.tested

    def __str__(self):
        if self.task == "identity":
            learned, others = f"who {self.people} drawn people are", "other pictures of them"
        else:
            learned, others = f"what some of {self.people} drawn people express", "pictures of the others"
        return (
            f"Trained on {learned}, with {self.trained:,} pictures: right on {100 * self.accuracy:.1f} % of "
            f"{self.tested:,} {others} (chance {100 / self.classes:.1f} %)."
        )


def train_on_identity(body, **options) -> DrawnTraining:
    """Gives a body the weights that it has after learning to tell drawn people apart, whatever they express.

    Each person is drawn with all seven emotions; every sixth picture of each is held out.

    Args:
        body: `keras.Model`, see `train_on_drawn_faces`.
        **options: see `train_on_drawn_faces`.

    Returns:
        `DrawnTraining`.
    """
    return train_on_drawn_faces(body, "identity", **options)


def train_on_emotion(body, **options) -> DrawnTraining:
    """Gives a body the weights that it has after learning what drawn people express, whoever they are.

    Every sixth person is held out. A study's own people are others again.

    Args:
        body: `keras.Model`, see `train_on_drawn_faces`.
        **options: see `train_on_drawn_faces`.

    Returns:
        `DrawnTraining`.
    """
    return train_on_drawn_faces(body, "emotion", **options)


def train_on_drawn_faces(
    body, task: str, people: int = 36, pictures: int = 6, epochs: int = 15, seed: int = IDENTITY_SEED
) -> DrawnTraining:
    """Gives a body the weights that it has after learning one of two tasks on drawn faces.

    Nothing is chosen by what is held out. The weights are cached: the same body with the same arguments is trained
    once.

    Args:
        body: `keras.Model` from square faces scaled to [-1, 1], gray or in color; its weights are replaced.
        task: str. "identity" or "emotion".
        people: int. Number of people, at least 2.
        pictures: int. Pictures of each person and emotion.
        epochs: int.
        seed: int. Of the people and of the training. It must not be the seed of the faces that the body is tested on
            afterwards, or the same people would be in both.

    Returns:
        `DrawnTraining`.

    Raises:
        ParameterError: an unknown task, fewer than two people, no epoch, or a body whose faces cannot be drawn.
    """
    height, width, channels = body.input_shape[1:]
    if task not in TASKS or people < 2 or epochs < 1 or height != width:
        raise ParameterError(
            f"task='{task}', people={people}, epochs={epochs}, faces of {height} x {width} pixels: expected one of "
            f"{', '.join(TASKS)}, at least two people, one epoch, and square faces."
        )
    drawn = SyntheticFaces(
        preset="quick", subjects=people, images_per_emotion=pictures, size=height, color=channels == 3, seed=seed
    )
    source = Path(__file__).read_text(encoding="utf-8")
    described = f"{body.to_json()} {task} {drawn.digest()} {epochs} {keras.backend.backend()} {source}"
    folder = cache_root() / "identity" / hashlib.sha256(described.encode()).hexdigest()[:24]
    report = _restore(body, folder)
    if report is None:
        trained, report = _train(body, task, drawn.load(), epochs, seed)
        body.set_weights(trained.get_weights())

        def write(unfinished: Path):
            body.save_weights(unfinished / WEIGHTS)
            (unfinished / REPORT).write_text(json.dumps(asdict(report)))

        fill_cache(folder, write, lambda there: _restore(body, there) is not None)
    return report


def _restore(body, folder: Path) -> DrawnTraining | None:
    """Sets a body to stored weights; None, and the body as it was, where they are not there or not whole."""
    try:
        report = DrawnTraining(**json.loads((folder / REPORT).read_text()))
        body.load_weights(folder / WEIGHTS)
        return report
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _train(body, task: str, faces, epochs: int, seed: int) -> tuple[keras.Model, DrawnTraining]:
    """Trains a copy of the body, from random weights of its own, below a layer with one output an answer."""
    people, person = np.unique(faces.subject.astype(str), return_inverse=True)
    answers, answer = np.unique((faces.subject if task == "identity" else faces.label).astype(str), return_inverse=True)
    held_out = _held_out(person, seed) if task == "identity" else person % HELD_OUT == 0
    keras.utils.set_random_seed(seed)
    copy = keras.models.clone_model(body)
    # A frozen body is trained here, too; set on the clone as a whole, it would reach no layer in Keras 3.15.
    for layer in copy.layers:
        layer.trainable = True
    answered = layers.Dense(len(answers), activation="softmax")(layers.Flatten()(copy.output))
    network = keras.Model(copy.input, answered)
    set_normalization_momentum(network, 0.9)  # a few hundred batches are too few for Keras' 0.99

    targets = np.eye(len(answers), dtype=np.float32)[answer]
    batches = FaceBatches(faces.pixels(np.flatnonzero(~held_out)), targets[~held_out], BATCH, seed=seed)
    network.compile(Schedule("cosine", RATE).optimizer(epochs * len(batches)), "categorical_crossentropy")
    shuffle = keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.start_epoch(epoch))
    started = time.perf_counter()
    network.fit(batches, epochs=epochs, shuffle=False, callbacks=[shuffle], verbose=0)
    seconds = round(time.perf_counter() - started, 1)
    said = network.predict(scale(faces.pixels(np.flatnonzero(held_out))), batch_size=256, verbose=0).argmax(axis=1)
    counts = int((~held_out).sum()), int(held_out.sum()), int((said == answer[held_out]).sum())
    return copy, DrawnTraining(task, len(people), len(answers), *counts, seconds)


def _held_out(person: np.ndarray, seed: int) -> np.ndarray:
    """Chooses every sixth picture of each person, at random."""
    random = np.random.default_rng(seed)
    chosen = np.zeros(len(person), bool)
    for number in np.unique(person):
        chosen[random.permutation(np.flatnonzero(person == number))[::HELD_OUT]] = True
    return chosen
