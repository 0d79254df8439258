"""`ferbench claims`: the ledger on the terminal."""

import json

import pytest
from click.testing import CliRunner

from fer_utils.cli import main

RESULT = {
    **{"schema": 1, "created": "2026-05-04T10:11:12Z", "parameters": {"head": "128-64"}, "predictions": None},
    **{"models": [{"model": "tl_vgg16", "title": "VGG-16", "parameters": 74_115}], "history": None},
    "protocol": {
        **{"id": "synthetic/three-drop/subject-kfold/0a1b2c3d", "dataset": "synthetic", "label_map": "three-drop"},
        **{"split": "subject-kfold", "classes": ["negative", "neutral", "positive"], "synthetic": True},
    },
}


@pytest.fixture
def claims(project):
    def command(*arguments):
        answer = CliRunner().invoke(main, ["claims", *arguments])
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    return command


def test_the_whole_ledger_fits_on_100_columns_and_counts_itself(claims):
    page = claims()
    assert max(map(len, page.splitlines())) <= 100
    for paper in ("adebayo2021", "hussein2020", "wupan2019", "zennou2023", "zennou-draft"):
        assert f"\n{paper}: " in page
    assert "439 numbers: " in page and "39 ordering" in page.replace("\n", " ")


def test_a_table_stands_with_its_baseline_its_contradictions_and_that_nothing_ran(claims):
    page = claims("--paper", "wupan2019", "--table", "2")
    assert "wp_cnn_lstm surprise        precision  1.00  recall  0.50  F1  0.67" in page
    assert "! impossible totals: overall recall is 0.88, and no class is above 0.83" in page
    assert "majority 15.0" in page
    assert "not run)" in page
    assert "24 numbers" in page


@pytest.mark.parametrize("name", ["T4.7", "Table 4.7", "4.7"])
def test_a_table_is_found_by_any_of_its_names(claims, name):
    page = claims("--table", name)
    assert "svm_px_linear accuracy" in page and "AT CHANCE" in page and "svm_cnn" not in page.split("beats")[0]


def test_one_kind_can_be_asked_for(claims):
    page = claims("--kind", "setting", "--paper", "adebayo2021")
    assert "momentum" in page and "accuracy" not in page and "beats" not in page
    page = claims("--kind", "ordering", "--paper", "zennou2023")
    assert "+14.0  frontalization without symmetry beats soft symmetry" in page
    assert "! the text says over 15 points" in page


def test_runs_speak_about_the_numbers_of_their_variant_alone(claims, project):
    folder = project.runs / "12_transfer" / "ab12"
    folder.mkdir(parents=True)
    (folder / "result.json").write_text(json.dumps(RESULT | {"notebook": "12_transfer", "key": "ab12"}))
    page = claims("--table", "Table A.3", "--kind", "parameters")
    assert "> reproduced: 74,115, digit for digit" in page
    assert page.count("> not run") == 1  # ResNet-50
    assert "reproduced" not in claims("--table", "A.1", "--kind", "parameters")
    elsewhere = claims("--table", "A.3", "--kind", "parameters", "--runs", str(project.root / "nothing"))
    assert "reproduced" not in elsewhere


def test_json_holds_the_same_numbers_with_verdicts(claims):
    found = json.loads(claims("--paper", "hussein2020", "--json"))
    linear = next(claim for claim in found["claims"] if claim["id"] == "hussein2020-T4.7-svm_px_linear")
    assert (linear["value"], linear["at_chance"], linear["items"]) == (0.578, ["three-negative"], [])
    assert [verdict["word"] for verdict in linear["verdicts"]] == ["not run"]
    assert len(found["claims"]) == 190
    assert {"difference", "better", "worse", "verdict"} <= set(found["orderings"][0])
