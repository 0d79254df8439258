"""Published orders of two models, tested on runs here and listed with their data."""

import re

import pandas as pd
import pytest

from fer_utils import report
from fer_utils.report.judged_orderings import judged_orderings

THREE = ("negative", "neutral", "positive")
BASE, DENSE = "mini_xception_base", "dense_mini_xception"


def written(records, root, rights, entry=None, parameters=None):
    for name, right in rights.items():
        table = records.predictions(name, THREE, right=right, seed=len(name))
        settings = {"model": name} | (parameters or {}).get(name, {})
        entry = entry or records.protocol()
        records.write_run(root, "13_mini_xception", name, entry, [records.model(name)], [table], None, settings)
    return report.collect(root)


def said(found):
    return {
        (judged.ordering.id.removeprefix("hussein2020-"), judged.verdict.word) for judged in judged_orderings(found)
    }


def test_two_runs_test_an_order_and_the_recalls_of_single_classes(records, tmp_path):
    found = written(records, tmp_path, {DENSE: 0.95, BASE: 0.35})
    assert said(found) == {
        ("dense-beats-base", "holds"),
        ("dense-beats-base-on-neutral", "holds"),
        ("base-beats-dense-on-positive", "reversed"),
    }


def test_a_small_difference_tells_nothing(records, tmp_path):
    found = written(records, tmp_path, {DENSE: 0.6, BASE: 0.6})
    assert {word for _, word in said(found)} == {"cannot tell"}


def test_recall_of_a_class_is_compared_on_its_items_alone(records, tmp_path):
    found = written(records, tmp_path, {DENSE: 0.95, BASE: 0.35})
    neutral = next(j for j in judged_orderings(found) if j.ordering.id.endswith("base-on-neutral"))
    recalls = [entry.score.metric("recall", "neutral").value for entry in (neutral.better, neutral.worse)]
    assert f"{100 * (recalls[0] - recalls[1]):+.1f} points" in neutral.verdict.reason
    items = (found.entries[0].predictions["y_true"] == "neutral").sum()
    assert f"{items} test items" in neutral.verdict.reason


def test_drawn_faces_stand_apart_and_are_named(records, tmp_path):
    page = report.ledger(written(records, tmp_path, {DENSE: 0.95, BASE: 0.35}))
    before = page[: page.index("Everything else")]
    assert "What beats what, on drawn, partial or other data</caption>" in before
    assert "on the papers&#x27; data" not in before and "on the papers' data" not in before
    assert "<code>synthetic/three-drop/subject-kfold-smoke1of10/0a1b2c3d</code>" in before
    assert '<span class="key">synthetic, smoke, the paper has fer2013+ckplus</span>' in before


def test_complete_data_of_the_paper_stand_first(records, tmp_path):
    entry = records.protocol("fer2013+ckplus", "three-drop", "random-80-20", folds=1, folds_of=1, smoke=False)
    page = report.ledger(written(records, tmp_path, {DENSE: 0.95, BASE: 0.35}, entry))
    assert "What beats what, on the papers&#x27; data</caption>" in page
    assert "What beats what, on drawn" not in page


def test_another_task_than_the_papers_tests_nothing(records, tmp_path):
    found = written(records, tmp_path, {DENSE: 0.95, BASE: 0.35}, records.protocol(label_map="six"))
    assert judged_orderings(found) == []
    assert "<h3>What beats what</h3>" not in report.ledger(found)


def test_runs_with_equal_parameters_are_paired(records, tmp_path):
    for schedule in ("paper", "cosine"):
        for name, right in ((DENSE, 0.9), (BASE, 0.4)):
            table = records.predictions(name, THREE, right=right, seed=len(name + schedule))
            folder = f"{schedule}-{name}"
            settings = {"schedule": schedule, "model": name}
            records.write_run(
                tmp_path, "13", folder, records.protocol(), [records.model(name)], [table], None, settings
            )
    pairs = [
        (j.better.record.key, j.worse.record.key)
        for j in judged_orderings(report.collect(tmp_path))
        if j.ordering.id.endswith("dense-beats-base")
    ]
    assert sorted(pairs) == [(f"{s}-{DENSE}", f"{s}-{BASE}") for s in ("cosine", "paper")]


def test_a_model_from_elsewhere_says_nothing_about_a_papers(records, tmp_path):
    external = {BASE: {"external": True}}
    assert judged_orderings(written(records, tmp_path, {DENSE: 0.9, BASE: 0.4}, parameters=external)) == []


@pytest.mark.parametrize("part", ["The better one", "The other one"])
def test_both_runs_stand_in_the_row(records, tmp_path, part):
    page = report.ledger(written(records, tmp_path, {DENSE: 0.95, BASE: 0.35}))
    shown = re.search(r'<table class="orderings">.*?</table>', page)[0]
    assert part in shown
    assert all(row.count("13_mini_xception") == 2 for row in re.findall(r'<tr><th scope="row">.*?</tr>', shown))


def on_clips(records, root, still, moving, clips=60):
    """Writes a model of frames and one of clips on the same films; the first answers three frames of each."""
    entry = {"label_map": "twelve", "split": "participants-40-8", "smoke": False, "folds_of": 1, "classes": list(THREE)}
    truth = records.predictions("x", THREE, n=clips, right=1.0, outputs="p").drop(columns=["model"])
    for name, right, unit, times in ((*still, "image", 3), (*moving, "sequence", 1)):
        table = records.predictions(name, THREE, n=clips, right=right, seed=len(name), outputs="p")
        table = pd.concat([table.assign(sample_id=table["sample_id"] + f"-{frame}") for frame in range(times)])
        assert set(table["sequence"]) == set(truth["sequence"])
        if unit == "sequence":
            table["sample_id"] = table["sequence"]
        protocol = records.protocol("sase_fe", unit=unit, id=f"sase_fe/twelve/{unit}", synthetic=True, **entry)
        records.write_run(root, name, "k", protocol, [records.model(name)], [table], None, {})
    return [judged for judged in judged_orderings(report.collect(root)) if "still" in judged.ordering.id]


def test_a_model_of_frames_and_one_of_clips_are_compared_by_clip(records, tmp_path):
    (judged,) = on_clips(records, tmp_path, ("vggface_two_stream", 0.95), ("cnn_gru_features", 0.4))
    assert judged.verdict.word == "holds" and "60 test items" in judged.verdict.reason
    assert (judged.better.model, judged.worse.model) == ("vggface_two_stream", "cnn_gru_features")
