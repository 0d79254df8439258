"""How much faster a head trains on cached features than through the frozen body, and that it is as good."""

import time

import keras
import pytest
from scipy.stats import binomtest

from fer_utils.datasets import load_dataset
from fer_utils.models.transfer import build_body, build_head, flat_length, join
from fer_utils.protocol import Protocol
from fer_utils.training.fit import predict
from fer_utils.training.schedules import Schedule
from fer_utils.training.transfer import fit_head

EPOCHS = 30
BATCH = 128  # the thesis's
AT_LEAST = 20


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_thirty_epochs_on_cached_features_beside_thirty_through_vgg16(capsys, tmp_path, monkeypatch):
    faces = load_dataset("synthetic")
    divided = Protocol.for_table(faces, labels="three-drop", split="subject-kfold", folds=1, seeds=[0]).split(faces)
    fold = divided.folds[0]
    train, validation = ((divided.table.pixels(rows), divided.y[rows]) for rows in (fold.train, fold.validation))
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))  # nothing is cached at the start
    keras.utils.set_random_seed(0)
    body = build_body("vgg16")
    seconds, right = {}, {}
    for name, mode in (("features, run once", "features"), ("features, cached", "features"), ("through", "through")):
        keras.utils.set_random_seed(0)
        head = build_head(flat_length(body), 3, "512-512")
        (tmp_path / name).mkdir()
        started = time.perf_counter()
        fit_head(body, head, train, validation, tmp_path / name, Schedule(), EPOCHS, mode, batch_size=BATCH)
        seconds[name] = time.perf_counter() - started
        answers = predict(join(body, head), validation[0], batch_size=BATCH).argmax(axis=1)
        right[name] = int((answers == validation[1]).sum())
    with capsys.disabled():
        print(f"\nVGG-16 at full width, {len(train[1])} faces of 48 x 48 pixels, {EPOCHS} epochs:")
        for name, taken in seconds.items():
            print(
                f"  {name:18} {taken:7.1f} s, {seconds['through'] / taken:5.1f} times as fast, "
                f"{right[name]} of {len(validation[1])} validation faces right"
            )
    interval = binomtest(right["through"], len(validation[1])).proportion_ci(method="wilson")
    assert interval.low <= right["features, cached"] / len(validation[1]) <= interval.high
    assert seconds["through"] / seconds["features, cached"] >= AT_LEAST
