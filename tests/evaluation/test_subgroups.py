import numpy as np
import pandas as pd
import pytest

from fer_utils.errors import ParameterError
from fer_utils.evaluation.comparison_tables import subgroup_table
from fer_utils.evaluation.scores import score
from fer_utils.evaluation.subgroups import subgroups

CLASSES = ("negative", "neutral", "positive")


@pytest.fixture
def shown(answers):
    """What is known of the images: every sixth person has a skin group in common, glasses every tenth."""
    table = answers()
    person, item = np.arange(len(table)) // 6, np.arange(len(table))
    rows = table[["sample_id"]].assign(skin_group=person % 6, glasses=np.where(person % 10 == 0, "round", ""))
    return rows.assign(yaw=(item % 61) - 30.0, light_x=np.where(item % 9 == 0, np.nan, 0.1))


def test_every_group_is_scored_as_if_alone(answers, shown):
    table = answers()
    found = subgroups(table, shown, CLASSES)
    assert found.loc[("all", ""), "n"] == 360
    members = table[(shown["skin_group"] == 2).to_numpy()]
    alone = score(members.assign(fold=0), CLASSES)
    row = found.loc[("skin group", "3 of 6")]
    assert (row["n"], row["subjects"], row["note"]) == (60, 10, "")
    assert row["accuracy"] == alone.accuracy.value and row["uar"] == pytest.approx(alone.uar.value)
    assert row["accuracy_low"] < row["accuracy"] < row["accuracy_high"]


def test_groups_of_a_condition_add_up_and_unknown_values_are_a_group(answers, shown):
    found = subgroups(answers(), shown, CLASSES, resamples=50)
    assert found["n"].groupby("condition").sum().to_dict() == dict.fromkeys(
        ["all", "glasses", "light", "skin group", "yaw"], 360
    )
    assert found.loc[("light", "unknown"), "n"] == 40
    assert list(found.loc["yaw"].index) == ["up to 15°", "15° to 25°", "25° and more"]


def test_a_model_that_fails_with_glasses_shows(answers, shown):
    table = answers(right=1)
    worn = (shown["glasses"] == "round").to_numpy()
    table.loc[worn, ["y_pred", "p_negative", "p_neutral", "p_positive"]] = ["neutral", 0.0, 1.0, 0.0]
    found = subgroups(table, shown, CLASSES).loc["glasses"]
    assert found.loc["round", "uar_high"] < found.loc["none", "uar_low"]
    assert found.loc["round", "note"] == "few: 6 subjects"


def test_small_groups_are_marked_and_not_hidden(answers, shown):
    shown["occluded"] = ""
    shown.loc[:4, "occluded"] = "hand"
    found = subgroups(answers(), shown, CLASSES, resamples=50)
    assert found.loc[("covered by", "hand"), "note"].startswith("few: 5 items; 1 subject")
    words = subgroup_table(found)
    assert words.loc[("covered by", "hand"), "items"] == "5" and "few" in words.loc[("covered by", "hand"), "note"]
    assert words.loc[("all", ""), "uar [95 %]"].endswith("]")


def test_one_person_has_no_interval_because_nobody_else_could_be_drawn(answers, shown):
    shown["occluded"] = np.where(np.arange(len(shown)) < 6, "hand", "")
    found = subgroups(answers(), shown, CLASSES, resamples=50)
    alone = found.loc[("covered by", "hand")]
    assert alone["subjects"] == 1 and np.isnan(alone["uar_low"]) and np.isnan(alone["uar_high"])
    assert subgroup_table(found).loc[("covered by", "hand"), "uar [95 %]"].endswith("% [n/a]")


def test_seeds_are_no_items_and_other_metrics_may_be_asked_for(answers, shown):
    found = subgroups(answers(seeds=(0, 1)), shown, CLASSES, metrics=("nll",), resamples=50)
    assert found.loc[("all", ""), "n"] == 360 and "accuracy" not in found
    assert found.loc[("all", ""), "nll_low"] < found.loc[("all", ""), "nll"]


def test_unknown_subjects_are_said(answers, shown):
    found = subgroups(answers(known=False), shown, CLASSES, resamples=50)
    assert found["subjects"].isna().all()
    assert (subgroup_table(found)["subjects"] == "unknown").all()


def test_drawn_faces_have_all_groups(answers, tmp_path, monkeypatch):
    from fer_utils.datasets.synthetic import SyntheticFaces

    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path))
    faces = SyntheticFaces("quick", subjects=6, images_per_emotion=1).load().rows
    table = faces[["sample_id", "subject"]].assign(fold=0, seed=0, y_true=faces["label"], y_pred="neutral")
    found = subgroups(table, faces, sorted(faces["label"].unique()), resamples=20)
    wanted = ["all", "covered by", "glasses", "light", "pitch", "roll", "skin group", "yaw"]
    assert sorted(found.index.unique("condition")) == wanted
    assert (found["n"].groupby("condition").sum() == len(faces)).all()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t: t[["sample_id"]], "none of the columns skin_group, glasses"),
        (lambda t: t.iloc[3:], "3 predicted items are not in the table, such as 's0000'"),
    ],
)
def test_tables_that_do_not_fit_are_refused(answers, shown, spoil, message):
    with pytest.raises(ParameterError, match=message):
        subgroups(answers(), spoil(shown), CLASSES)


def test_an_unknown_metric_is_named(answers, shown):
    with pytest.raises(ParameterError, match=r"No metric 'aur'.*Did you mean 'uar'"):
        subgroups(answers(), shown, CLASSES, metrics=["aur"])


def test_subgroups_need_predictions(answers, shown):
    with pytest.raises(ParameterError, match="no predictions"):
        subgroups(pd.DataFrame(columns=answers().columns), shown, CLASSES)
