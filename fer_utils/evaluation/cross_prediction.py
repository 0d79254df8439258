"""Small models that predict the test part of every fold: fast enough to repeat a study many times in a lesson."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pandas as pd
from sklearn.linear_model import SGDClassifier
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from fer_utils.datasets.face_table import FaceTable
from fer_utils.evaluation.metrics import class_codes
from fer_utils.models.pixel_classifiers import pixel_classifier
from fer_utils.protocol import Split
from fer_utils.protocol.fold import Fold
from fer_utils.runs.seal import AuditedTraining

MODEL = "svm_px_cubic"
SMALL = 24  # width of the pictures where many models are compared: four times faster
RATE = 1e-3  # of gradient descent


def cross_predict(
    table: FaceTable, folds: Sequence[Fold], seed: int = 0, known: np.ndarray | None = None
) -> pd.DataFrame:
    """Fits the cubic SVM of Hussein (2020, table 4.7) on each fold, and predicts its test part.

    Args:
        table: `FaceTable` with pictures of one size.
        folds: sequence of `Fold`.
        seed: int. Number of the division, which marks the predictions.
        known: bool array (n,). False where no face was detected: such rows neither train nor get an answer.

    Returns:
        DataFrame as `fer_utils.evaluation.scores.score` takes it, one row a tested picture.
    """
    pixels, known = _flat(table.pixels()), np.ones(len(table), bool) if known is None else np.asarray(known, bool)
    parts = []
    for number, fold in enumerate(folds):
        train, asked = fold.fit_all[known[fold.fit_all]], known[fold.test]
        classifier = pixel_classifier(MODEL, pixels.shape[1]).fit(pixels[train], table.label[train])
        answers = np.full(len(fold.test), None, dtype=object)
        answers[asked] = classifier.predict(pixels[fold.test[asked]])
        parts.append(_predictions(table, fold, number, seed, answers, MODEL))
    return pd.concat(parts, ignore_index=True)


def predict_split(split: Split) -> pd.DataFrame:
    """Shows what a division is worth: the cubic SVM on it, with the classes of its protocol.

    Args:
        split: `Split` of pictures of one size.

    Returns:
        DataFrame as from `cross_predict`; a face that was not detected neither trains nor gets an answer.
    """
    table = split.table
    rows = table.rows.assign(label=np.array(split.classes, dtype=object)[split.y])
    known = rows["detected"].to_numpy(dtype=bool) if "detected" in rows else None
    return cross_predict(replace(table, rows=rows), split.folds, known=known)


def candidates_by_setting(table: FaceTable, folds: Sequence[Fold], settings: Sequence[dict]) -> list[np.ndarray]:
    """Lets SVMs with several settings answer, each fitted on the training part.

    Args:
        table: `FaceTable`.
        folds: sequence of `Fold`.
        settings: sequence of dict. Parameters of the SVM, such as {"C": 10.0, "degree": 2}.

    Returns:
        list with one str array (settings, n) a fold: the answer of each to every picture.
    """
    pixels = _small_pixels(table)

    def fitted(fold: Fold) -> list[Pipeline]:
        named = [{f"svc__{name}": value for name, value in setting.items()} for setting in settings]
        models = [pixel_classifier(MODEL, pixels.shape[1]).set_params(**setting) for setting in named]
        return [model.fit(pixels[fold.train], table.label[fold.train]) for model in models]

    return [np.stack([model.predict(pixels) for model in fitted(fold)]) for fold in folds]


def candidates_by_epoch(table: FaceTable, folds: Sequence[Fold], epochs: int, seed: int = 0) -> list[np.ndarray]:
    """Trains a network without hidden layers by gradient descent on each fold, and lets it answer after every epoch.

    Args:
        table: `FaceTable`.
        folds: sequence of `Fold`.
        epochs: int. Number of epochs.
        seed: int. Seed of the order of the pictures.

    Returns:
        list with one str array (epochs, n) a fold: the answer after each epoch to every picture.
    """
    answers, classes, pixels = [], sorted(set(table.label)), _small_pixels(table)
    for fold in folds:
        faces = StandardScaler().fit(pixels[fold.train]).transform(pixels)
        network = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=RATE, random_state=seed)
        after = []
        for _ in range(epochs):
            network.partial_fit(faces[fold.train], table.label[fold.train], classes=classes)
            after.append(network.predict(faces))
        answers.append(np.stack(after))
    return answers


def choose(table: FaceTable, folds: Sequence[Fold], candidates: Sequence[np.ndarray], model: str) -> pd.DataFrame:
    """Chooses in each fold the candidate with the best accuracy on the validation part, and takes its test answers.

    Args:
        table: `FaceTable`.
        folds: sequence of `Fold`; where its validation part is the test part, that is a mistake.
        candidates: sequence of str array (candidates, n), one a fold.
        model: str. What the predictions are called.

    Returns:
        DataFrame as `score` takes it.
    """
    parts = []
    for number, (fold, answers) in enumerate(zip(folds, candidates, strict=True)):
        right = answers[:, fold.validation] == table.label[fold.validation]
        chosen = answers[int(right.mean(axis=1).argmax())]  # of equals the first
        parts.append(_predictions(table, fold, number, 0, chosen[fold.test], model))
    return pd.concat(parts, ignore_index=True)


def audited(
    folds: Sequence[Fold], candidates: Sequence[np.ndarray], classes: Sequence[str], model: str
) -> list[AuditedTraining]:
    """Hands the test answers after every epoch to the optimism audit.

    Args:
        folds: sequence of `Fold`.
        candidates: sequence of str array (epochs, n), one a fold.
        classes: sequence of str. Class names in order.
        model: str. What the predictions are called.

    Returns:
        list of `AuditedTraining`.
    """
    codes = [
        np.stack([class_codes(epoch[fold.test], classes) for epoch in answers])
        for fold, answers in zip(folds, candidates, strict=True)
    ]
    return [AuditedTraining(model, number, 0, answers.astype(np.uint8)) for number, answers in enumerate(codes)]


def accuracy_of(predictions: pd.DataFrame) -> float:
    """Returns the share of predictions that are right; an undetected face is wrong."""
    return float((predictions["y_pred"] == predictions["y_true"]).mean())


def nearest_in_training(table: FaceTable, fold: Fold, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Finds for some test pictures the most similar ones of the training part.

    Args:
        table: `FaceTable`.
        fold: `Fold`.
        count: int. How many test pictures, evenly from the whole part.

    Returns:
        int array (count,) of test rows and int array (count,) of training rows.
    """
    asked = fold.test[np.linspace(0, len(fold.test) - 1, count).astype(int)]
    pixels = _small_pixels(table)
    near = NearestNeighbors(n_neighbors=1).fit(pixels[fold.fit_all])
    return asked, fold.fit_all[near.kneighbors(pixels[asked], return_distance=False)[:, 0]]


def _predictions(table: FaceTable, fold: Fold, number: int, seed: int, answers, model: str) -> pd.DataFrame:
    rows = table.rows.iloc[fold.test][["sample_id", "subject"]]
    return rows.assign(fold=number, seed=seed, y_true=table.label[fold.test], y_pred=answers, model=model)


def _small_pixels(table: FaceTable) -> np.ndarray:
    return _flat(np.stack([cv2.resize(p, (SMALL, SMALL), interpolation=cv2.INTER_AREA) for p in table.pixels()]))


def _flat(pictures: np.ndarray) -> np.ndarray:
    return pictures.reshape(len(pictures), -1).astype(np.float32)
