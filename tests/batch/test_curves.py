import json
import math
import os

import pytest

from fer_utils.batch.curves import read_curve

HEADER = "epoch,seconds,learning_rate,loss,accuracy,val_loss,val_accuracy,val_macro_f1\n"


def write(run, text, training="net-fold0-seed0", epochs=10, age=0):
    folder = run / "checkpoints" / training
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "history.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(folder / "history.csv", (1e9 - age, 1e9 - age))
    (run / "parameters.json").write_text(json.dumps({"epochs": epochs}))


def test_the_last_line_tells_epoch_validation_and_time_left(tmp_path):
    write(
        tmp_path, HEADER + "1,9.0,0.1,1,0.5,1.5,0.41,0.3\n2,2.0,0.1,1,0.5,1.4,0.613,0.3\n3,2.0,0.1,1,0.5,1.4,0.62,0.3\n"
    )
    curve = read_curve(tmp_path)
    assert (curve.epoch, curve.epochs, curve.metric, curve.value) == (3, 10, "val_accuracy", 0.62)
    assert curve.seconds_left == 14.0 and str(curve) == "epoch 3 of 10 (net-fold0-seed0)"


def test_the_training_that_wrote_last_counts_and_a_trial_promises_no_end(tmp_path):
    write(tmp_path, HEADER + "1,1,0.1,1,0.5,1.5,0.4,0.3\n", "net-fold0-seed0", age=60)
    write(tmp_path, "epoch,seconds,loss,val_ccc\n1,1,0.1,0.25\n", "net-fold0-seed0/rate-0.1")
    curve = read_curve(tmp_path)
    assert (curve.training, curve.epochs, curve.seconds_left) == ("net-fold0-seed0/rate-0.1", None, None)
    assert (curve.metric, curve.value) == ("val_ccc", 0.25)


def test_an_epoch_without_a_number_is_still_an_epoch(tmp_path):
    write(tmp_path, HEADER + "1,x,,,,,,\n", epochs="many")
    curve = read_curve(tmp_path)
    assert (curve.epoch, curve.epochs, curve.metric, curve.seconds_left) == (1, None, "", None)
    assert math.isnan(curve.value)


@pytest.mark.parametrize("text", ["", "\n", HEADER, b"\xff\xfe\x00", b"\0" * 100, b"x\n" * 2**20], ids=range(6))
def test_a_broken_curve_is_none(tmp_path, text):
    write(tmp_path, text)
    curve = read_curve(tmp_path)
    assert curve is None or (curve.metric, curve.seconds_left) == ("", None)


def test_no_curve_or_a_folder_in_its_place_is_none(tmp_path):
    assert read_curve(tmp_path) is None
    (tmp_path / "checkpoints" / "history.csv").mkdir(parents=True)
    assert read_curve(tmp_path) is None
