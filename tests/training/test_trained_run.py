import json

import keras
import numpy as np
import pytest

from fer_utils.errors import RunError
from fer_utils.protocol import Protocol
from fer_utils.runs.run import Run
from fer_utils.training.trained_run import trained_networks


def network(number):
    faces = keras.Input((6, 6, 1))
    return keras.Model(
        faces, keras.layers.Dense(7, activation="softmax", name=f"of_fold_{number}")(keras.layers.Flatten()(faces))
    )


def divided(table, **options):
    return Protocol.for_table(table, **{"folds": 2, "seeds": (0, 3)} | options).split(table)


def trained(folder, split, finish=True):
    """A run whose networks are named after their folds."""
    run = Run("13_toy", split, {}, folder)
    run.describe_model("net", "Net", "CNN")
    for number in range(len(split.folds)):
        for seed in split.protocol.seeds:
            run.save_model(network(number), None if split.protocol.folds == 1 else f"fold{number}-seed{seed}")
            count = len(split.folds[number].test)
            run.save_predictions("net", number, seed, y_pred=np.zeros(count, int))
    if finish:
        run.finish()
    return folder


def test_each_fold_gets_the_network_that_was_trained_on_it(faces, tmp_path):
    split = divided(faces())
    opened = trained_networks(trained(tmp_path / "run", split), split, "net")
    for number in (0, 1):
        assert opened(number, 3).get_layer(f"of_fold_{number}")


def test_a_run_of_one_fold_and_seed_has_one_network(faces, tmp_path):
    split = divided(faces(), folds=1, seeds=(0,))
    assert trained_networks(trained(tmp_path / "run", split), split, "net")(0, 0).get_layer("of_fold_0")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": "three-drop"}, "trained with label_map = seven, and this study has label_map = three-drop"),
        ({"split": "random-80-10-10"}, "split = subject-kfold, and this study has split = random-80-10-10"),
        ({"folds": 3}, r"no network for fold 2, seed 0. This run has folds \[0, 1\] and seeds \[0, 3\]"),
        ({"seeds": (1,)}, "no network for fold 0, seed 1"),
    ],
)
def test_a_network_that_may_know_the_test_faces_is_refused(faces, tmp_path, options, message):
    table = faces(images=4)
    folder = trained(tmp_path / "run", divided(table))
    with pytest.raises(RunError, match=message):
        trained_networks(folder, divided(table, **options), "net")


def test_other_data_under_the_same_name_are_refused(faces, tmp_path):
    folder = trained(tmp_path / "run", divided(faces()))
    with pytest.raises(RunError, match="trained with fingerprint = "):
        trained_networks(folder, divided(faces(seed=1)), "net")


def test_a_rule_that_divided_otherwise_then_is_found_out(faces, tmp_path):
    split = divided(faces())
    folder = trained(tmp_path / "run", split)
    split.folds.reverse()
    with pytest.raises(RunError, match="in fold 0 that run tested other faces than this study does"):
        trained_networks(folder, split, "net")


def test_what_is_no_finished_run_of_the_model_is_named(faces, tmp_path):
    split = divided(faces())
    with pytest.raises(RunError, match=r"no finished run \(unfinished\). Expected the folder of a run"):
        trained_networks(tmp_path / "nothing", split, "net")
    with pytest.raises(RunError, match="no finished run"):
        trained_networks(trained(tmp_path / "half", split, finish=False), split, "net")
    folder = trained(tmp_path / "run", split)
    with pytest.raises(RunError, match=r"this run trained net, not 'nett'. Did you mean 'net'"):
        trained_networks(folder, split, "nett")
    (folder / "result.json").write_text(json.dumps({"schema": -1}))
    with pytest.raises(RunError, match=r"no finished run .*schema"):
        trained_networks(folder, split, "net")
