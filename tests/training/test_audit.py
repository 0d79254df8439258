import keras
import numpy as np
import pytest

from fer_utils.runs.seal import NO_FACE
from fer_utils.training.audit import Audit, audited_epochs
from fer_utils.training.fit import fit, predict
from fer_utils.training.schedules import Schedule


def build():
    keras.utils.set_random_seed(0)
    faces = keras.Input((8, 8, 1))
    x = keras.layers.BatchNormalization()(keras.layers.Conv2D(4, 3)(faces))
    x = keras.layers.Dropout(0.2)(keras.layers.Flatten()(x))
    return keras.Model(faces, keras.layers.Dense(3, activation="softmax")(x))


def some(count, seed):
    random = np.random.default_rng(seed)
    y = random.integers(0, 3, count)
    noise = random.normal(0, 40, (count, 8, 8, 1))
    return np.clip(60 + 65 * y[:, None, None, None] + noise, 0, 255).astype(np.uint8), y


TRAIN, VALIDATION, TEST = some(90, 1), some(30, 2), some(33, 3)


def train(folder, epochs=3, audit=None):
    folder.mkdir(exist_ok=True)
    model = build()
    history = fit(model, TRAIN, VALIDATION, folder, Schedule("cosine", 0.02), epochs, 32, audit=audit)
    return model, history.drop(columns="seconds")


def test_an_audit_changes_neither_the_training_nor_the_choice(tmp_path):
    audited, history = train(tmp_path / "audited", audit=TEST[0])
    alone, other = train(tmp_path / "alone")
    assert history.equals(other)
    assert np.array_equal(predict(audited, TEST[0]), predict(alone, TEST[0]))


def test_each_epoch_has_the_answers_of_its_network(tmp_path):
    model, history = train(tmp_path, audit=TEST[0])
    answers = audited_epochs(tmp_path, 3)
    assert answers.shape == (3, 33)
    best = int(history["val_accuracy"].argmax())
    assert np.array_equal(answers[best], predict(model, TEST[0]).argmax(axis=1))


def test_an_audit_goes_on_after_an_interruption(tmp_path, monkeypatch):
    train(tmp_path / "whole", 4, TEST[0])

    def kill(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Audit, "on_epoch_begin", kill)
        train(tmp_path / "parts", 4, TEST[0])
    train(tmp_path / "parts", 4, TEST[0])
    assert np.array_equal(audited_epochs(tmp_path / "parts", 4), audited_epochs(tmp_path / "whole", 4))


def test_a_diverged_network_has_no_answer(tmp_path):
    model = build()
    model.layers[-1].kernel.assign(np.full(model.layers[-1].kernel.shape, np.nan))
    callback = Audit(tmp_path, TEST[0])
    callback.set_model(model)
    callback.on_epoch_end(0)
    assert set(audited_epochs(tmp_path, 1).ravel()) == {NO_FACE}
