"""Do methods rank on synthetic faces as on real ones, and does a careless split flatter them as much?"""

import dataclasses

import cv2
import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.datasets.synthetic.twins import make_twin, write_twin
from fer_utils.models.mini_xception import build_network
from fer_utils.models.pixel_classifiers import pixel_classifier
from fer_utils.protocol import Protocol
from fer_utils.training.augmentation import Augmentation
from fer_utils.training.fit import fit, predict
from fer_utils.training.normalization import set_normalization_momentum
from fer_utils.training.schedules import Schedule

pytestmark = pytest.mark.slow
EPOCHS = 30  # as in the notebook


def _uar(truth, predicted):
    return np.mean([np.mean(predicted[truth == label] == label) for label in np.unique(truth)])


def _table_4_7(pixels):
    """The linear SVM of Hussein (2020), whose kernel scale makes it cautious."""
    return pixel_classifier("svm_px_linear", pixels, seed=0)


def _plain(_):
    """The linear SVM as scikit-learn has it, C = 1."""
    return make_pipeline(StandardScaler(), SVC(kernel="linear"))


def _tested(classifier, pixels, labels, folds):
    """UAR of the pooled predictions of all test parts."""
    predicted = np.empty(len(labels), dtype=int)
    for train, test in folds:
        predicted[test] = classifier(pixels.shape[1]).fit(pixels[train], labels[train]).predict(pixels[test])
    return _uar(labels, predicted)


def _mini_xception(faces, divided, folder):
    truth, predicted = [], []
    for number, fold in enumerate(divided.folds):
        keras.utils.set_random_seed(number)
        network = set_normalization_momentum(build_network("base", len(divided.classes)), 0.9)
        fitted, held_out = ((faces.pixels(rows), divided.y[rows]) for rows in (fold.train, fold.validation))
        schedule = dataclasses.replace(Schedule("cosine"), learning_rate=0.003)
        options = {"batch_size": 32, "augmentation": Augmentation(), "balanced": True, "select_by": "val_macro_f1"}
        (folder / str(number)).mkdir()
        fit(network, fitted, held_out, folder / str(number), schedule, EPOCHS, seed=number, **options)
        truth.append(divided.y[fold.test])
        predicted.append(predict(network, faces.pixels(fold.test)).argmax(axis=1))
    return _uar(np.concatenate(truth), np.concatenate(predicted))


@pytest.mark.timeout(3600)
def test_a_convolutional_network_beats_a_linear_classifier_on_pixels(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path))
    faces = SyntheticFaces(preset="quick").load()
    divided = Protocol.for_table(faces, labels="seven", split="subject-kfold", folds=10, seeds=[0]).split(faces)
    pixels = faces.pixels().reshape(len(faces), -1).astype(float)
    folds = [(fold.fit_all, fold.test) for fold in divided.folds]
    linear, plain = (_tested(classifier, pixels, divided.y, folds) for classifier in (_table_4_7, _plain))
    convolutional = _mini_xception(faces, divided, tmp_path)
    print(f"\n10 folds of subjects, UAR: linear SVM on pixels {linear:.3f} (C = 1: {plain:.3f})", end=", ")
    print(f"mini-Xception {convolutional:.3f}")
    assert 0.35 <= linear <= 0.75
    assert convolutional >= max(linear, plain) + 0.05


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    folder = tmp_path_factory.mktemp("twins") / "ckplus48"
    write_twin(make_twin("ckplus48", "full"), folder)
    return folder


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("classifier", [_table_4_7, _plain])
def test_a_split_by_frame_flatters_a_classifier_on_pixels(classifier, twin):
    files = sorted((twin / "CK+48").glob("*/*.png"))
    pixels = np.stack([cv2.imread(str(file), cv2.IMREAD_GRAYSCALE).ravel() for file in files]).astype(float)
    labels = pd.factorize(np.array([file.parent.name for file in files]))[0]
    subjects = np.array([file.name.split("_")[0] for file in files])
    people = np.unique(subjects)
    by_frame = list(StratifiedKFold(10, shuffle=True, random_state=0).split(pixels, labels))
    tested = [np.isin(subjects, people[number::10]) for number in range(10)]
    by_subject = [(np.flatnonzero(~test), np.flatnonzero(test)) for test in tested]
    flattered, honest = (_tested(classifier, pixels, labels, folds) for folds in (by_frame, by_subject))
    print(f"\nlinear SVM on pixels, UAR: split by frame {flattered:.3f}, by subject {honest:.3f}")
    assert flattered >= honest + 0.10
