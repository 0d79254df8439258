from pathlib import Path

import keras
import numpy as np
import pytest
from sklearn.metrics import f1_score

from fer_utils.errors import ParameterError
from fer_utils.training import fit as fitting
from fer_utils.training.augmentation import Augmentation
from fer_utils.training.batches import FaceBatches
from fer_utils.training.fit import fit, predict
from fer_utils.training.normalization import set_normalization_momentum
from fer_utils.training.schedules import Schedule
from fer_utils.training.selection import choose_network, choose_schedule


def build():
    keras.utils.set_random_seed(0)
    faces = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(4, 3)(faces)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Dropout(0.2)(keras.layers.Flatten()(keras.layers.ReLU()(x)))
    return keras.Model(faces, keras.layers.Dense(3, activation="softmax")(x))


def bright_or_dark(count, seed):
    random = np.random.default_rng(seed)
    y = random.integers(0, 3, count)
    noise = random.normal(0, 40, (count, 8, 8, 1))
    return np.clip(60 + 65 * y[:, None, None, None] + noise, 0, 255).astype(np.uint8), y


TRAIN, VALIDATION = bright_or_dark(150, 1), bright_or_dark(45, 2)
OPTIONS = {"batch_size": 32, "augmentation": Augmentation(rotation=0, zoom=0)}


def test_the_weights_that_stay_are_the_best_on_validation(tmp_path):
    model = build()
    history = fit(model, TRAIN, VALIDATION, tmp_path, Schedule("cosine", 0.02), 5, **OPTIONS)
    assert list(history["epoch"]) == [1, 2, 3, 4, 5]
    reached = (predict(model, VALIDATION[0]).argmax(axis=1) == VALIDATION[1]).mean()
    assert reached == pytest.approx(history["val_accuracy"].max(), abs=1e-6)
    assert reached > 0.6


def test_with_rare_classes_the_best_epoch_is_chosen_by_macro_f1(tmp_path):
    images, y = TRAIN
    often = np.flatnonzero((y == 0) | (np.arange(len(y)) % 6 == 0))
    model = build()
    history = fit(
        model,
        (images[often], y[often]),
        VALIDATION,
        tmp_path,
        Schedule("cosine", 0.02),
        4,
        select_by="val_macro_f1",
        **OPTIONS,
    )
    answers = predict(model, VALIDATION[0]).argmax(axis=1)
    expected = f1_score(VALIDATION[1], answers, average="macro", zero_division=0)
    assert history["val_macro_f1"].max() == pytest.approx(expected, abs=1e-5)


def test_an_interrupted_training_goes_on_as_if_nothing_had_happened(tmp_path, monkeypatch):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    expected = fit(build(), TRAIN, VALIDATION, whole, Schedule("cosine", 0.01), 4, **OPTIONS)

    class Interrupted(FaceBatches):
        def __getitem__(self, index):
            if self.epoch == 2 and index == 3:
                raise RuntimeError("power cut")
            return super().__getitem__(index)

    with monkeypatch.context() as patch:
        patch.setattr(fitting, "FaceBatches", Interrupted)
        with pytest.raises(Exception, match="power cut"):
            fit(build(), TRAIN, VALIDATION, broken, Schedule("cosine", 0.01), 4, **OPTIONS)

    trained = []

    class Watched(FaceBatches):
        def start_epoch(self, epoch):
            super().start_epoch(epoch)
            trained.append(epoch)

    monkeypatch.setattr(fitting, "FaceBatches", Watched)
    history = fit(build(), TRAIN, VALIDATION, broken, Schedule("cosine", 0.01), 4, **OPTIONS)
    assert trained == [0, 2, 3]  # 0 is where every object starts; the finished epochs 0 and 1 are not trained again
    columns = ["epoch", "learning_rate", "loss", "val_loss"]
    np.testing.assert_allclose(history[columns], expected[columns], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("after", ["history.csv", "a part of the weights", "the weights", "the checkpoint"])
def test_a_training_killed_while_it_saves_an_epoch_can_go_on(tmp_path, monkeypatch, after):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    expected_model, model = build(), build()
    expected = fit(expected_model, TRAIN, VALIDATION, whole, Schedule("cosine", 0.01), 4, **OPTIONS)

    def save(model, filepath, **options):
        if model.optimizer.iterations < 2 * 5 or after == "the checkpoint":
            return saves(model, filepath, **options)
        if after != "history.csv":
            saves(model, filepath, **options)
        if after == "a part of the weights":
            Path(filepath).write_bytes(Path(filepath).read_bytes()[:1000])
        raise RuntimeError("killed")

    def unlink(path, *arguments, **options):
        if after == "the checkpoint" and path.name == "epoch-0001.weights.h5":
            raise RuntimeError("killed")
        return unlinks(path, *arguments, **options)

    saves, unlinks = keras.Model.save_weights, Path.unlink
    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "save_weights", save)
        patch.setattr(Path, "unlink", unlink)
        with pytest.raises(RuntimeError, match="killed"):
            fit(build(), TRAIN, VALIDATION, broken, Schedule("cosine", 0.01), 4, **OPTIONS)
    history = fit(model, TRAIN, VALIDATION, broken, Schedule("cosine", 0.01), 4, **OPTIONS)
    assert list(history["epoch"]) == [1, 2, 3, 4]
    measured = [column for column in history if column != "seconds"]
    np.testing.assert_allclose(history[measured], expected[measured], rtol=1e-3, atol=1e-4)
    for ours, theirs in zip(model.get_weights(), expected_model.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)
    assert len(list(broken.iterdir())) <= 3  # the learning curve, the last and the best epoch


def test_a_finished_training_is_not_repeated(tmp_path, monkeypatch):
    first = fit(build(), TRAIN, VALIDATION, tmp_path, Schedule("paper"), 2, **OPTIONS)
    monkeypatch.setattr(
        FaceBatches, "__getitem__", lambda self, index: pytest.fail("a finished epoch is trained again")
    )
    model = build()
    again = fit(model, TRAIN, VALIDATION, tmp_path, Schedule("paper"), 2, **OPTIONS)
    assert first.equals(again)
    reached = (predict(model, VALIDATION[0]).argmax(axis=1) == VALIDATION[1]).mean()
    assert reached == pytest.approx(first["val_accuracy"].max(), abs=1e-6)


def test_an_interruption_does_not_delay_the_papers_plateau(tmp_path):
    def flat():
        faces = keras.Input((8, 8, 1))
        return keras.Model(faces, keras.layers.Dense(3, activation="softmax")(keras.layers.Flatten()(faces)))

    (tmp_path / "whole").mkdir()
    (tmp_path / "broken").mkdir()
    still = Schedule("paper", 1e-9)  # nothing moves, so the validation loss makes no progress
    keras.utils.set_random_seed(0)
    whole = fit(flat(), TRAIN, VALIDATION, tmp_path / "whole", still, 15, batch_size=75)
    for epochs in (8, 15):
        keras.utils.set_random_seed(0)
        broken = fit(flat(), TRAIN, VALIDATION, tmp_path / "broken", still, epochs, batch_size=75)
    np.testing.assert_allclose(whole["learning_rate"], [1e-9] * 13 + [1e-10] * 2, rtol=1e-4)
    np.testing.assert_allclose(broken["learning_rate"], whole["learning_rate"], rtol=1e-4)


def test_the_cosine_schedule_warms_up_and_ends_at_zero():
    rate = Schedule("cosine", 0.01, warmup=0.1).optimizer(100)._learning_rate
    rates = [float(rate(step)) for step in (0, 5, 10, 55, 100)]
    np.testing.assert_allclose(rates, [0, 0.005, 0.01, 0.005, 0], atol=1e-6)


def test_the_papers_schedule_divides_by_ten_after_twelve_epochs_without_progress():
    (plateau,) = Schedule("paper").callbacks()
    assert (plateau.monitor, plateau.factor, plateau.patience) == ("val_loss", 0.1, 12)
    assert float(keras.ops.convert_to_numpy(Schedule("paper").optimizer(10).learning_rate)) == pytest.approx(1e-3)


def test_the_learning_rate_is_chosen_on_validation(tmp_path):
    schedule, attempts = choose_schedule(
        build, TRAIN, VALIDATION, tmp_path, Schedule("cosine"), [1e-6, 0.02], epochs=3, **OPTIONS
    )
    assert schedule.learning_rate == 0.02
    assert list(attempts["learning_rate"]) == [1e-6, 0.02]


def test_one_of_several_networks_is_chosen_on_validation(tmp_path):
    def blind():
        model = build()
        model.layers[-1].trainable = model.layers[1].trainable = False
        model.layers[-1].set_weights([0 * weight for weight in model.layers[-1].get_weights()])
        return model

    schedule = Schedule("constant", 0.02)
    chosen, attempts = choose_network(
        {0.1: blind, 0.2: build}, TRAIN, VALIDATION, tmp_path, schedule, 3, what="penalty", **OPTIONS
    )
    assert chosen == 0.2 and list(attempts["penalty"]) == [0.1, 0.2]
    assert attempts["val_accuracy"].iloc[1] > attempts["val_accuracy"].iloc[0] + 0.2
    only, nothing = choose_network({0.1: blind}, TRAIN, VALIDATION, tmp_path / "none", schedule, 3)
    assert only == 0.1 and nothing.empty and not (tmp_path / "none").exists()
    with pytest.raises(ParameterError, match="no penalty to choose from"):
        choose_network({}, TRAIN, VALIDATION, tmp_path, schedule, 3, what="penalty")


def test_a_constant_rate_stays_and_has_no_callbacks():
    schedule = Schedule("constant", 0.005)
    assert float(keras.ops.convert_to_numpy(schedule.optimizer(10).learning_rate)) == pytest.approx(0.005)
    assert schedule.callbacks() == []


def test_kernels_decay_and_biases_do_not():
    model = build()
    optimizer = Schedule("constant", 0.1, weight_decay=0.5).optimizer(10)
    model.set_weights([np.ones_like(weight) for weight in model.get_weights()])
    optimizer.build(model.trainable_variables)
    nothing = [keras.ops.zeros(weight.shape) for weight in model.trainable_variables]
    optimizer.apply(nothing, model.trainable_variables)
    weights = model.trainable_variables
    left = {weight.path.split("/")[-1]: keras.ops.convert_to_numpy(weight).mean() for weight in weights}
    assert left == pytest.approx({"kernel": 0.95, "bias": 1.0, "gamma": 1.0, "beta": 1.0})


def test_unknown_schedules_and_selections_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="Did you mean 'cosine'"):
        Schedule("cosin")
    with pytest.raises(ParameterError, match="no learning rate"):
        choose_schedule(build, TRAIN, VALIDATION, tmp_path, Schedule(), [], 1)
    with pytest.raises(ParameterError, match="Did you mean 'val_accuracy'"):
        fit(build(), TRAIN, VALIDATION, tmp_path, Schedule(), 1, select_by="test_accuracy", **OPTIONS)


def test_a_short_memory_lets_normalization_follow_the_batches():
    model = set_normalization_momentum(build(), 0.5)
    layer = next(layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization))
    before = layer.moving_mean.numpy() if hasattr(layer.moving_mean, "numpy") else np.array(layer.moving_mean)
    model.compile("sgd", "categorical_crossentropy")
    model.train_on_batch(TRAIN[0][:32].astype("float32"), np.eye(3, dtype="float32")[TRAIN[1][:32]])
    after = np.array(keras.ops.convert_to_numpy(layer.moving_mean))
    slow = set_normalization_momentum(build(), 0.99)
    slow.compile("sgd", "categorical_crossentropy")
    slow.train_on_batch(TRAIN[0][:32].astype("float32"), np.eye(3, dtype="float32")[TRAIN[1][:32]])
    other = next(layer for layer in slow.layers if isinstance(layer, keras.layers.BatchNormalization))
    moved = np.abs(np.array(keras.ops.convert_to_numpy(other.moving_mean)) - before)
    np.testing.assert_allclose(np.abs(after - before), 50 * moved, rtol=1e-3)
    with pytest.raises(ValueError, match="expected 0 <= momentum < 1"):
        set_normalization_momentum(model, 1.0)
