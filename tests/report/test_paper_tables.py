"""Published tables with our runs beside them."""

import re

from fer_utils import report

SIX = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
OULU = {"label_map": "six", "classes": list(SIX), "split": "first-65-participants", "unit": "sequence", "smoke": False}
OULU |= {"synthetic": True, "folds_of": 1, "id": "oulu_casia/six/first-65-participants-clips/0a1b2c3d"}


def run(records, root, name, right, notebook, **parameters):
    """Writes a run of one model on a twin of Oulu-CASIA."""
    table = records.predictions(name, SIX, right=right, seed=len(name), outputs="p")
    described = [records.model(name, title=f"The {name}")]
    entry = records.protocol("oulu_casia", **OULU)
    records.write_run(root, notebook, f"{name}-{len(parameters)}", entry, described, [table], None, parameters)


def rows_of(page, caption):
    """The rows of one table as lists of words."""
    found = re.search(rf"<caption>{re.escape(caption)}</caption>.*?<tbody>(.*?)</tbody>", page, re.S)[1]
    return [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>(.*?)</tr>", found, re.S)]


def test_a_printed_table_has_all_its_rows_and_every_run_of_a_system(records, tmp_path):
    run(records, tmp_path, "stc_nlstm", 0.8, "23_nested_lstm", input="frontalization")
    run(records, tmp_path, "c3d", 0.4, "22_c3d")
    page = report.paper_tables(report.collect(tmp_path))
    rows = rows_of(page, "Table 14: the proposed network beside the best others, Oulu-CASIA")
    geometry, frontal = rows
    assert geometry[-2:] == ["not", "run"] and "frontalization+geometry" in geometry
    assert "0.5673" in frontal and "synthetic" in frontal and "23_nested_lstm" in frontal
    drawn = [row for row in rows_of(page, "Table 13: summary, Oulu-CASIA") if "22_c3d" in row]
    assert len(drawn) == 1 and "elsewhere," in drawn[0]
    assert page.index("<h4>Table 13</h4>") < page.index("<h4>Table 14</h4>")


def test_a_system_with_other_parameters_is_not_beside_the_number(records, tmp_path):
    run(records, tmp_path, "stc_nlstm", 0.8, "23_nested_lstm", input="face")
    run(records, tmp_path, "c3d", 0.4, "22_c3d")
    page = report.paper_tables(report.collect(tmp_path))
    assert "23_nested_lstm" not in page and "22_c3d" in page


def test_tables_nobody_has_run_are_left_out(records, tmp_path):
    assert "No run here speaks" in report.paper_tables(report.collect(tmp_path))
    run(records, tmp_path, "c3d", 0.4, "22_c3d")
    page = report.paper_tables(report.collect(tmp_path))
    assert "Table 10" not in page and "<h3>zennou2023</h3>" in page


def test_names_from_records_are_escaped(records, tmp_path):
    entry = records.protocol("oulu_casia", **OULU)
    table = records.predictions("c3d", SIX, outputs="p")
    records.write_run(
        tmp_path, "22_c3d", "k", entry, [records.model("c3d", title="<script>x</script>")], [table], None, {}
    )
    page = report.paper_tables(report.collect(tmp_path))
    assert "<script" not in page and "&lt;script" in page
