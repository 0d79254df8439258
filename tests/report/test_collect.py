import json

import pytest

from fer_utils.report.collect import collect
from fer_utils.report.results import leaderboard, results

THREE = ("negative", "neutral", "positive")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "runs"


def one_run(records, root, key="ab12", **changes):
    table = records.predictions("knn_px", THREE)
    return records.write_run(
        root, "10_svm_on_pixels", key, records.protocol(), [records.model("knn_px")], [table], **changes
    )


def test_no_runs_folder_is_an_empty_collection(root):
    found = collect(root)
    assert found.entries == ()
    assert found.failures == ()


def test_scores_come_from_the_stored_predictions(records, root):
    one_run(records, root)
    table = records.predictions("knn_px", THREE)
    (entry,) = collect(root).entries
    assert entry.score.accuracy.value == pytest.approx((table.y_true == table.y_pred).mean())
    assert entry.score.subjects == 12


def test_numbers_of_two_protocols_are_never_in_one_group(records, root):
    one_run(records, root)
    table = records.predictions("knn_px", THREE)
    records.write_run(
        root,
        "10_svm_on_pixels",
        "cd34",
        records.protocol(label_map="three-negative"),
        [records.model("knn_px")],
        [table],
    )
    found = collect(root)
    assert len(found.protocols) == 2
    for name, entries in found.protocols.items():
        assert {entry.protocol["id"] for entry in entries} == {name}


@pytest.mark.parametrize(
    "content", ["{ not json", "[]", '{"schema": 99}', '{"schema": 1}', '{"schema": 1, "models": 5}']
)
def test_a_corrupt_result_is_a_failure_that_names_the_file(records, root, content):
    (one_run(records, root) / "result.json").write_text(content)
    (failure,) = collect(root).failures
    assert failure.kind == "unreadable record"
    assert "result.json" in failure.message


def test_predictions_that_were_changed_after_the_run_are_refused(records, root):
    folder = one_run(records, root)
    one_run(records, root, "other")
    (folder / "predictions.csv.gz").write_bytes(b"changed")
    found = collect(root)
    assert [entry.record.key for entry in found.entries] == ["other"]
    assert "not the sealed one" in found.failures[0].message


def test_missing_predictions_are_a_failure_and_not_a_zero(records, root):
    (one_run(records, root) / "predictions.csv.gz").unlink()
    assert "predictions.csv.gz" in collect(root).failures[0].message


def test_a_prediction_for_an_unknown_class_is_a_failure_that_names_it(records, root):
    table = records.predictions("knn_px", (*THREE[:2], "joy"))
    records.write_run(root, "10_svm_on_pixels", "ab12", records.protocol(), [records.model("knn_px")], [table])
    assert "'joy' is not one of the classes" in collect(root).failures[0].message


def test_failed_and_unfinished_runs_are_told_apart(records, root):
    records.write_failure(root, "13_mini_xception", "dead")
    (root / "13_mini_xception" / "going").mkdir()
    assert [failure.kind for failure in collect(root).failures] == ["ValueError", "not finished"]


def test_a_variant_is_named_by_the_parameters_that_differ(records, root):
    for schedule in ("paper", "cosine"):
        one_run(records, root, schedule, parameters={"schedule": schedule, "epochs": 30})
    found = collect(root)
    assert [found.variant(entry) for entry in found.entries] == [{"schedule": "cosine"}, {"schedule": "paper"}]


def test_a_model_that_is_only_described_has_no_score(records, root):
    records.write_run(
        root,
        "13_mini_xception",
        "ab12",
        records.protocol(),
        [records.model("dense_mini_xception_standard", parameters=420_283)],
        [],
    )
    (entry,) = collect(root).entries
    assert entry.score is None
    assert collect(root).protocols == {}


def test_messages_do_not_tell_where_the_runs_folder_lies(records, root):
    (one_run(records, root) / "result.json").write_text("{")
    found = collect(root)
    assert str(root) in found.failures[0].message
    assert str(root) not in found.relative(found.failures[0].message)


def test_a_run_is_linked_to_its_page_only_where_there_is_an_executed_notebook(records, root):
    folder = one_run(records, root, "key with #")
    found = collect(root, "runs-html")
    assert found.page(found.records[0]) is None
    (folder / "executed.ipynb").write_text(json.dumps({}))
    assert found.page(found.records[0]) == "runs-html/10_svm_on_pixels/key%20with%20%23.html"


def test_where_the_protocol_counts_clips_so_does_the_report(records, root):
    """Frames are stored, clips are scored, and no frame is left in a number or a word."""
    clips = records.predictions("knn_px", THREE, n=90, outputs="p")
    frames = clips.loc[clips.index.repeat(3)].reset_index(drop=True)
    frames["sample_id"] = [f"{name}-{place % 3}" for place, name in enumerate(frames["sequence"])]
    known, model = records.items(frames, drawn=True), records.model("knn_px")
    for unit, key in (("image", "aa"), ("sequence", "bb")):
        about = records.protocol(unit=unit, id=f"synthetic/three-drop/subject-kfold-smoke1of10/{key * 4}")
        records.write_run(root, "17_deep_emotion", key, about, [model], [frames], known=known)
    found = collect(root)
    of_frames, of_clips = found.entries
    assert (of_frames.score.n, of_clips.score.n) == (270, 90)
    assert of_clips.score.accuracy.value == pytest.approx((clips.y_true == clips.y_pred).mean())
    assert len(of_clips.predictions) == len(of_clips.items) == 90 and len(of_frames.items) == 270
    image_page, clip_page = (leaderboard(found, [entry]) for entry in (of_frames, of_clips))
    assert "Test images" in image_page and "Test clips" in clip_page and "Test images" not in clip_page
    assert results(found).count("each clip counts once") == 1
