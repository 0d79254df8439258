"""Whether time tells felt from acted expressions where a still apex does not, in drawn landmarks.

This measures our generator, not people: a classifier learns here what `dynamics` and `timing` were written to differ
in. It shows that a method which uses time can be told from one that does not. How well felt and acted expressions of
people can be told apart, it does not show.
"""

import time

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.synthetic.dynamics import sample_sequence
from fer_utils.datasets.synthetic.expression import checked_action_units
from fer_utils.datasets.synthetic.geometry import build_geometry
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.evaluation.scores import score
from fer_utils.protocol.subject_splits import subject_kfold

SEED = 0
SUBJECTS, TAKES = 60, 2
EMOTIONS = ("anger", "contempt", "disgust", "happiness", "sadness", "surprise")  # those of SASE-FE
FRAMES, FPS = 50, 12.5  # four seconds, as in SASE-FE, every eighth frame
CLASSES = ("acted", "genuine")
ERROR, MEMORY = 0.015, 0.2  # of a landmark detector: share of the eye distance; seconds for which an error lasts
EPOCHS, PATIENCE = 40, 10


def record(seed, subject, emotion, genuine, take):
    """Landmarks of one recording as a detector finds them, (frames, 136) in eye distances, and its apex frame."""
    person = draw_person(seed, subject)
    random = random_stream(seed, subject, 7, EMOTIONS.index(emotion), genuine, take)
    sequence = sample_sequence(emotion, person.style, random, FRAMES, FPS, bool(genuine), "neutral")
    true = [build_geometry(person.identity, checked_action_units(units)).landmarks() for units in sequence.frames]
    error = random.normal(0, ERROR * person.identity.eye_distance, (FRAMES, 68, 2))
    keep = np.exp(-1 / (MEMORY * FPS))
    for frame in range(1, FRAMES):
        error[frame] = keep * error[frame - 1] + np.sqrt(1 - keep**2) * error[frame]
    return normalized(np.array(true) + error), sequence.apex


def normalized(landmarks):
    """Moves and scales each frame so that the eyes are at one place and, on average, one unit apart."""
    right, left = landmarks[:, 36:42].mean(axis=1), landmarks[:, 42:48].mean(axis=1)
    centered = landmarks - (right + left)[:, None] / 2
    return (centered / np.linalg.norm(left - right, axis=1).mean()).reshape(len(landmarks), 136)


def record_all(seed):
    """Every recording, (n, frames, 136), its apex frame, and the table of who shows what."""
    rows = [(s, e, g, t) for s in range(SUBJECTS) for e in EMOTIONS for g in (0, 1) for t in range(TAKES)]
    landmarks, apex = zip(*(record(seed, *row) for row in rows), strict=True)
    ids = [f"p{s:03d}-{e}-{CLASSES[g]}-{t}" for s, e, g, t in rows]
    table = pd.DataFrame({"sample_id": ids, "sequence": ids, "frame": 0, "split": np.nan, "image": 0})
    table = table.assign(subject=[f"p{s:03d}" for s, *_ in rows], label=[e for _, e, *_ in rows])
    table["genuine"] = [g for _, _, g, _ in rows]
    return np.array(landmarks), np.array(apex), FaceTable("landmarks", table, np.zeros((1, 1, 1), np.uint8), "")


def predict_with_svm(features, y, fold, subjects):
    """SVM on the landmarks of one frame; C is chosen on other people of the training part."""
    model = make_pipeline(StandardScaler(), SVC(kernel="rbf"))
    search = GridSearchCV(model, {"svc__C": [0.1, 1.0, 10.0]}, cv=GroupKFold(3), scoring="balanced_accuracy")
    search.fit(features[fold.fit_all], y[fold.fit_all], groups=subjects[fold.fit_all])
    return search.predict(features[fold.test])


def course(sequences):
    """How far each recording is on its way to its apex, whichever way that is, and how fast: (n, frames, 2)."""
    moved = sequences - sequences[:, :1]
    places, lengths, _ = np.linalg.svd(moved, full_matrices=False)  # the first axis is the recording's main direction
    way = places[:, :, 0] * lengths[:, :1]
    way = (way - way[:, :1]) * np.sign(way.mean(axis=1, keepdims=True))
    way = way / np.sort(way, axis=1)[:, -5:].mean(axis=1, keepdims=True)
    speed = np.diff(way, axis=1, prepend=way[:, :1])
    return np.stack([2 * way, 10 * speed], axis=2).astype("float32")


def predict_with_gru(inputs, y, fold, seed):
    """GRU on the course of the landmarks; the epoch is chosen on other people."""
    keras.utils.set_random_seed(seed)
    frames = keras.Input(inputs.shape[1:])
    state = keras.layers.Dropout(0.3)(keras.layers.GRU(32)(frames))
    network = keras.Model(frames, keras.layers.Dense(2, activation="softmax")(state))
    network.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy")
    network.fit(
        inputs[fold.train],
        y[fold.train],
        batch_size=64,
        epochs=EPOCHS,
        validation_data=(inputs[fold.validation], y[fold.validation]),
        callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=PATIENCE, restore_best_weights=True)],
        verbose=0,
    )
    return keras.ops.convert_to_numpy(network(inputs[fold.test])).argmax(axis=1)


def compare(seed):
    """Predictions of three classifiers in ten subject-independent folds."""
    sequences, apex, faces = record_all(seed)
    y, subjects = faces.rows["genuine"].to_numpy(), faces.subject
    still, courses = sequences[np.arange(len(apex)), apex], course(sequences)
    classifiers = {
        "SVM, apex": lambda fold: predict_with_svm(still, y, fold, subjects),
        "SVM, apex minus first frame": lambda fold: predict_with_svm(still - sequences[:, 0], y, fold, subjects),
        "GRU, sequence": lambda fold: predict_with_gru(courses, y, fold, seed),
    }
    names, folds = np.array(CLASSES), subject_kfold(faces)
    table = faces.rows[["sample_id", "subject"]].assign(seed=seed, fold=0, y_true=names[y], y_pred="")
    results = {name: table.copy() for name in classifiers}
    for number, fold in enumerate(folds):
        for name, predict in classifiers.items():
            results[name].loc[fold.test, "fold"] = number
            results[name].loc[fold.test, "y_pred"] = names[predict(fold)]
    return results


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_time_tells_felt_from_acted_where_a_still_apex_does_not(capsys):
    started = time.process_time()
    results = compare(SEED)
    seconds = time.process_time() - started
    uar = {name: score(predictions, CLASSES).uar for name, predictions in results.items()}
    with capsys.disabled():
        print(f"\nGenuine or acted, {SUBJECTS} drawn people, 10 subject-independent folds ({seconds:.0f} s):")
        for name, interval in uar.items():
            print(f"  {name:<28} UAR {interval.value:.3f}, 95 % {interval.low:.3f} to {interval.high:.3f}")
    *stills, moving = (interval.value for interval in uar.values())
    assert moving - max(stills) >= 0.08
    assert moving < 0.97  # people overlap; certainty would mean a shortcut
