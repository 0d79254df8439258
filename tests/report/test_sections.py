"""The parts of a report, each from runs on disk."""

import re

import pytest

from fer_utils import report
from fer_utils.report.export import TEMPLATES
from fer_utils.report.matrices import confusion_table, in_words

THREE = ("negative", "neutral", "positive")
SEVEN = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
HOSTILE = "<script>alert('x')</script> & \"quotes\""

PARTS = (report.overview, report.results, report.ledger, report.failures, report.provenance)


def tables(page):
    return re.findall(r"<table.*?</table>", page, re.S)


def captioned(page, caption):
    return [found for found in tables(page) if caption in found[: found.index("</caption>")]]


def test_an_empty_folder_says_so_and_what_to_run(tmp_path):
    found = report.collect(tmp_path / "runs")
    assert "Nothing has run yet" in report.overview(found)
    assert "<code>ferbench run</code>" in report.overview(found)
    for part in PARTS:
        assert part(found)


def test_each_protocol_has_its_own_leaderboard_with_a_baseline(many):
    found = report.collect(many)
    page = report.results(found)
    boards = captioned(page, "Leaderboard")
    assert len(boards) == len(found.protocols) == 5
    for board in boards:
        assert board.count("Baseline: always") == 1
    for name in found.protocols:
        assert page.count(f"<code>{name}</code>") == 1


def test_real_data_come_before_synthetic_ones_and_these_are_marked(many):
    sections = report.results(report.collect(many)).split('<section class="protocol">')[1:]
    marked = ["synthetic faces</strong>" in section.split("<h4>")[0] for section in sections]
    assert marked == sorted(marked)
    assert sum(marked) == 2
    assert all(
        ("smoke run: 1 of 10 folds" in section) == synthetic
        for section, synthetic in zip(sections, marked, strict=True)
    )


def test_the_leaderboard_gives_every_number_its_interval(many):
    board = captioned(report.results(report.collect(many)), "Leaderboard")[0]
    for row in re.findall(r'<tr><th scope="row">.*?</tr>', board):
        assert row.count('class="ci"') == 3


def test_the_baseline_is_what_always_the_same_answer_scores(records, tmp_path):
    table = records.predictions("knn_px", THREE).assign(
        y_true=["negative"] * 120 + ["neutral"] * 80 + ["positive"] * 40
    )
    records.write_run(tmp_path, "10_svm_on_pixels", "a", records.protocol(), [records.model("knn_px")], [table])
    row = re.search(r'<tr class="baseline">.*?</tr>', report.results(report.collect(tmp_path)))[0]
    assert "always “negative”" in row
    assert re.findall(r"[\d.]+ %", row)[:3] == ["33.3 %", "50.0 %", "22.2 %"]


def test_faces_that_were_not_found_are_shown_in_both_ways(records, tmp_path):
    table = records.predictions("knn_px", THREE, right=1.0, undetected=24)
    records.write_run(tmp_path, "10_svm_on_pixels", "a", records.protocol(), [records.model("knn_px")], [table])
    page = report.results(report.collect(tmp_path))
    row = re.search(r'<tr><th scope="row">knn px.*?</tr>', page)[0]
    assert "90.0 %" in row
    assert "100.0 %" in row
    assert "24 not found" in row
    assert "not detected" in captioned(page, "Confusion matrix")[0]


def test_a_confusion_matrix_prints_count_and_row_rate_in_every_cell(many):
    entry = report.collect(many).entries[0]
    cells = re.findall(r"<td.*?</td>", confusion_table(entry.score, "knn"))
    assert len(cells) == 49
    first = entry.score.confusion[0]
    assert f"<b>{first[0]}</b><span>{100 * first[0] / first.sum():.0f} %</span>" in cells[0]


def test_the_most_frequent_error_is_said_in_words(records, tmp_path):
    table = records.predictions("knn_px", THREE, right=1.0)
    table.loc[table.y_true == "neutral", "y_pred"] = "negative"
    records.write_run(tmp_path, "10_svm_on_pixels", "a", records.protocol(), [records.model("knn_px")], [table])
    (entry,) = report.collect(tmp_path).entries
    assert "100 % of neutral was taken for negative" in in_words(entry.score)


def test_published_numbers_stand_beside_ours_with_protocol_baseline_and_verdict(many):
    page = report.results(report.collect(many))
    rows = [row for row in re.findall(r"<tr>.*?</tr>", page) if "62.5 %</b>" in row and "svm px gauss" in row]
    assert len(rows) == 2  # surprise dropped, and counted as negative
    for row in rows:
        assert "split: a test part, not described" in row
        assert "no verdict</strong> partial data" in row
        assert 'class="ci"' in row
    assert "52.4 %" in rows[0]


def test_synthetic_faces_never_decide_on_a_number_but_on_a_size(many):
    sections = report.results(report.collect(many)).split('<section class="protocol">')[1:]
    synthetic = next(s for s in sections if "synthetic/three-drop" in s)
    claims = "".join(captioned(synthetic, "Published numbers"))
    assert {w for w in ("reproduced", "higher", "lower", "cannot tell") if f">{w}</strong>" in claims} == {"reproduced"}
    assert "52,339 rounds to 52K" in claims
    assert "no verdict</strong> synthetic faces" in claims


def test_the_published_linear_svm_is_marked_as_at_chance_where_it_is(many):
    page = report.results(report.collect(many))
    rows = [row for row in re.findall(r"<tr>.*?</tr>", page) if ">57.8 %</b>" in row]
    assert ["published at chance" in row for row in rows] == ["57.7 %" in row for row in rows]
    assert any("published at chance" in row for row in rows)


def test_every_claim_is_in_the_ledger_also_those_that_were_not_run(many):
    page = report.ledger(report.collect(many))
    assert "hussein2020-size-dense_mini_xception</code>" in page
    for unrun in ("dense_mini_xception_standard", "stc_nlstm", "wp_cnn_lstm", "fan"):
        assert f'<th scope="row">{unrun} <span' in page
    assert "Published accuracies and sizes, with runs here" in page


def test_the_linter_verdict_stands_with_its_findings(many):
    page = report.results(report.collect(many))
    assert '<strong class="badge warn">warning</strong>' in page
    assert "280 test images are also in training" in page


def test_a_leaking_split_is_marked_wherever_its_numbers_stand(records, tmp_path):
    finding = {"level": "error", "rule": "shared subjects", "message": "3 subjects are on both sides", "count": 3}
    entry = records.protocol(lint={"verdict": "error", "findings": [finding]})
    records.write_run(
        tmp_path, "10_svm_on_pixels", "a", entry, [records.model("knn_px")], [records.predictions("knn_px", THREE)]
    )
    found = report.collect(tmp_path)
    assert "leaking split" in report.results(found)
    assert "leaking split" in report.overview(found)
    assert "3 subjects are on both sides" in report.results(found)


def test_failures_are_rows_with_type_message_cell_and_signal(many):
    page = report.failures(report.collect(many))
    row = next(r for r in re.findall(r"<tr>.*?</tr>", page) if "KernelDied" in r)
    for text in ("memory ran out", "cell 8", "SIGKILL", "512 MB", "33.0 s"):
        assert text in row
    assert "not finished" in page


def test_curves_describe_themselves_and_are_followed_by_their_numbers(records, tmp_path):
    cnn = records.model("mini_xception_base", "mini-Xception", family="CNN", parameters=56_951)
    table, curve = records.predictions("mini_xception_base", SEVEN), records.history("mini_xception_base", 60)
    records.write_run(tmp_path, "13_mini_xception", "a", records.protocol(label_map="seven"), [cnn], [table], curve)
    page = report.results(report.collect(tmp_path))
    drawing = re.search(r'<div role="img" aria-label="(.*?)"', page)[1]
    assert "Learning curves of mini-Xception over 60 epochs" in drawing
    assert 'class="training"' in page and 'class="validation"' in page
    style = (TEMPLATES / "style.css").read_text()
    assert re.search(r"\.validation \{[^}]*stroke-dasharray", style)  # told apart without color
    numbers = captioned(page, "Training of mini-Xception")[0]
    assert "every 3 epochs" in numbers
    assert '<th scope="row">60</th>' in numbers


def test_provenance_names_code_machine_and_cost_and_says_what_was_not_measured(many):
    page = report.provenance(report.collect(many))
    for text in ("0123456789", "with uncommitted changes", "1 of 2", "910 MB", "n/a", "keras 3.15.0", "48.2 s"):
        assert text in page


def test_records_with_nothing_but_the_necessary_are_shown_too(records, tmp_path):
    bare = {k: records.protocol()[k] for k in ("id", "dataset", "label_map", "split", "classes")}
    records.write_run(tmp_path, "n", "a", bare, [{"model": "m"}], [records.predictions("m", THREE)], provenance={})
    found = report.collect(tmp_path)
    assert not found.failures
    for part in PARTS:
        assert part(found)


@pytest.mark.parametrize("part", PARTS)
def test_hostile_names_and_messages_are_shown_as_text(records, tmp_path, part):
    entry = records.protocol(
        id=HOSTILE, dataset=HOSTILE, split=HOSTILE, notes=[HOSTILE], selection=HOSTILE, fingerprint=HOSTILE
    )
    finding = {"level": HOSTILE, "rule": HOSTILE, "message": HOSTILE, "count": 1}
    entry["lint"] = {"verdict": HOSTILE, "findings": [finding]}
    names = (HOSTILE, "mini_xception_base")
    models = [records.model(name, HOSTILE, notes=HOSTILE, family=HOSTILE, parameters=52_339) for name in names]
    curves = records.history("mini_xception_base")
    tables = [records.predictions(name, THREE) for name in names]
    for key in (HOSTILE.replace("/", ""), "b"):
        records.write_run(
            tmp_path,
            "10_nb<script>",
            key,
            entry,
            models,
            tables,
            curves,
            {"schedule": f"{HOSTILE}{key}"},
            created=HOSTILE,
        )
    records.write_failure(tmp_path, "10_nb<script>", "c", type=HOSTILE, message=HOSTILE, signal=HOSTILE, cell=HOSTILE)
    found = report.collect(tmp_path)
    assert len(found.records) == 2
    assert "<script" not in part(found)
    assert "&lt;script&gt;" in part(found) or part is report.ledger
