"""FER2013 under the votes of ten people, without duplicates, and faces that were not found: beside the plain scores."""

import re

import pytest

from fer_utils import report
from fer_utils.evaluation.fer2013_labels import under_ferplus, without_duplicates
from fer_utils.evaluation.scores import score
from fer_utils.report.relabeled import relabeled

SEVEN = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
THREE = ("negative", "neutral", "positive")


def test_plain_voted_and_deduplicated_scores_stand_in_one_row(rich_found, rich_results):
    found, page = rich_found, rich_results
    shown = re.search(r"<table><caption>Under other labels.*?</table>", page)[0]
    entry = next(e for e in found.entries if e.model == "mini_xception_base" and e.protocol["dataset"] == "fer2013")
    row = re.search(r'<tr><th scope="row">mini-Xception.*?</tr>', shown)[0]
    wanted = [entry.score]
    for changed in (
        under_ferplus(entry.predictions, entry.items, "seven"),
        without_duplicates(entry.predictions, entry.items),
    ):
        wanted.append(score(changed.predictions, entry.score.classes, 20))
    shares = [f"{100 * number.value:.1f} %" for one in wanted for number in (one.accuracy, one.uar)]
    assert re.findall(r"[\d.]+ %", row) == shares
    assert "70 of 700 test images left out: 70 byte-identical to a training image." in page
    assert "the label map &#x27;seven&#x27; has no class for it" in page


def test_without_votes_it_is_said_how_to_get_them(records, tmp_path):
    entry = records.protocol("fer2013", "seven", "fer2013-public-as-test")
    table = records.predictions("m", SEVEN, 300, None)
    known = records.items(table, twins=5)
    records.write_run(tmp_path, "10_toy", "k", entry, [records.model("m")], [table], known=known)
    page = report.results(report.collect(tmp_path))
    assert "No FER+ votes beside this copy" in page and "5 of 300 test images left out" in page
    assert "Accuracy, FER+ labels" not in page


def test_a_run_that_stored_no_items_has_no_such_table(many):
    found = report.collect(many)
    for entries in found.protocols.values():
        assert relabeled(found, entries) == ""


def test_where_too_little_is_left_the_reason_stands_there(records, tmp_path):
    entry = records.protocol("fer2013", "seven", "fer2013-public-as-test")
    table = records.predictions("m", SEVEN, 300, None)
    known = records.items(table, twins=300)
    records.write_run(tmp_path, "10_toy", "k", entry, [records.model("m")], [table], known=known)
    page = report.results(report.collect(tmp_path))
    assert "Without duplicates: n/a, There are no predictions to score" in page


def test_items_that_were_changed_after_the_run_are_a_failure(records, tmp_path):
    table = records.predictions("m", THREE)
    folder = records.write_run(
        tmp_path, "10_toy", "k", records.protocol(), [records.model("m")], [table], known=records.items(table)
    )
    (folder / "items.csv.gz").write_bytes(b"other")
    (failure,) = report.collect(tmp_path).failures
    assert "items.csv.gz was changed after the run" in failure.message


def test_items_of_other_images_are_a_failure(records, tmp_path):
    table = records.predictions("m", THREE)
    known = records.items(table).assign(sample_id=[f"x{i}" for i in range(len(table))])
    records.write_run(tmp_path, "10_toy", "k", records.protocol(), [records.model("m")], [table], known=known)
    (failure,) = report.collect(tmp_path).failures
    assert "240 test items have no prediction" in failure.message


def test_scores_of_all_and_of_found_faces_stand_side_by_side(records, tmp_path):
    tables = [records.predictions("m", THREE, right=1.0, undetected=24), records.predictions("all", THREE)]
    models = [records.model(name) for name in ("m", "all")]
    records.write_run(tmp_path, "10_toy", "k", records.protocol(), models, tables)
    page = report.results(report.collect(tmp_path))
    shown = re.search(r"<table><caption>Undetected faces, both ways.*?</table>", page)[0]
    (row,) = re.findall(r'<tr><th scope="row">.*?</tr>', shown)  # a model that found all faces is not in it
    assert "24 of 240" in row
    shares = re.findall(r"([\d.]+) %", row)
    assert shares[0] == "90.0" and shares[1::2] == ["100.0"] * 3


def test_no_such_table_where_every_face_was_found(rich_results):
    lost, found = rich_results.split("</section>")[:2]
    assert "Undetected faces" in lost
    assert "Undetected faces" not in found


@pytest.mark.parametrize("column", ["in_training", "fold"])
def test_items_without_a_necessary_column_are_a_failure(records, tmp_path, column):
    table = records.predictions("m", THREE)
    known = records.items(table).drop(columns=column)
    records.write_run(tmp_path, "10_toy", "k", records.protocol(), [records.model("m")], [table], known=known)
    (failure,) = report.collect(tmp_path).failures
    assert f"no column '{column}'" in failure.message
