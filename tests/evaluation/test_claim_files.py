"""A mistake in a claims file is told with file, group and what was expected."""

import pytest

from fer_utils.errors import ParameterError
from fer_utils.evaluation.claims import KINDS, load_claims, load_orderings

GROUP = """
    table: Table 1
    kind: result
    metric: accuracy
    unit: percent
    dataset: fer2013
    label_maps: [seven]
    split: official
    splits: [fer2013-official]
    values: {m: "50"}
"""


def read(tmp_path, group=GROUP, head="paper: toy\ncitation: Toy (2026)\n", tail=""):
    (tmp_path / "toy.yaml").write_text(f"{head}groups:\n  T1:{group}{tail}")
    return load_claims(tmp_path, KINDS)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("metric:", "metrik:", ["group 'T1': key 'metrik' is unknown", "Did you mean 'metric'?"]),
        ("kind: result", "kind: rezult", ["group 'T1': kind 'rezult'", "Did you mean 'result'?"]),
        ("unit: percent", "unit: per cent", ["group 'T1': unit 'per cent'", "Did you mean 'percent'?"]),
        ("fer2013\n", "fer2O13\n", ["group 'T1': dataset 'fer2O13'", "Did you mean 'fer2013'?"]),
        ("    dataset: fer2013\n", "", ["group 'T1': 'dataset' is missing"]),
        ('"50"', "50", ["group 'T1', m: 50 must stand in quotation marks"]),
        ('"50"', '"fifty"', ["group 'T1': 'fifty' is no number"]),
        ("[seven]", "[sevn]", ["how many classes has 'sevn'? Add 'classes'"]),
        ("[fer2013-official]", "[fer2013-offical]", ["split 'fer2013-offical'", "Did you mean 'fer2013-official'?"]),
        ("[seven]", "seven", ["'label_maps' must be a list of words"]),
        ("    split: official", "    split: official\n    split: mine", ["the key 'split' stands twice"]),
        ('{m: "50"}', "{m: {angr: ['1']}}", ["group 'T1', m: class 'angr'", "Did you mean 'anger'?"]),
        ('{m: "50"}', "{m: {anger: ['1', '2', '3', '4', '5', '6', '7', '8', '9']}}", ["9 numbers where"]),
        ('{m: "50"}', "{m: [{pca: true, printed: 0.5}]}", ["0.5 must stand in quotation marks"]),
        (
            '{m: "50"}',
            '{m: [{pca: true, printed: "1"}, {pca: true, printed: "2"}]}',
            ["toy-T1-m-pca=true' stands twice"],
        ),
        (GROUP, " 5\n", ["group 'T1': expected keys with values, found int"]),
    ],
)
def test_what_is_wrong_is_named_with_file_and_group(tmp_path, old, new, words):
    assert old in GROUP
    with pytest.raises(ParameterError) as mistake:
        read(tmp_path, GROUP.replace(old, new))
    for part in ("toy.yaml: not a claims file", *words):
        assert part in str(mistake.value)


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        ("orderings: {a: {says: x, better: T1-m}}", "ordering 'a': 'worse' is missing"),
        ("orderings: {a: {says: x, better: T1-n, worse: T1-m}}", "Did you mean 'toy-T1-m'?"),
        ("ordering: {}", "Did you mean 'orderings'?"),
    ],
)
def test_what_is_wrong_with_orderings_is_named_too(tmp_path, tail, words):
    with pytest.raises(ParameterError, match=r"toy\.yaml") as mistake:
        read(tmp_path, tail=tail)
    assert words in str(mistake.value)


def test_a_file_that_is_no_yaml_or_empty_is_named(tmp_path):
    for content in ("", "- a\n- b", "a: [", "paper: x"):
        (tmp_path / "toy.yaml").write_text(content)
        with pytest.raises(ParameterError, match=r"toy\.yaml: not a claims file"):
            load_claims(tmp_path)


def test_a_changed_file_is_read_anew(tmp_path):
    import os

    assert read(tmp_path)[0].value == 0.5
    path = tmp_path / "toy.yaml"
    path.write_text(path.read_text().replace('"50"', '"60"'))
    os.utime(path, ns=(1, 1))
    assert load_claims(tmp_path)[0].value == 0.6


def test_two_papers_with_one_name_do_not_pass(tmp_path):
    read(tmp_path)
    (tmp_path / "again.yaml").write_text((tmp_path / "toy.yaml").read_text())
    with pytest.raises(ParameterError, match="'toy-T1-m' stands twice"):
        load_claims(tmp_path)


@pytest.mark.parametrize(
    ("unit", "literal", "value", "printed"),
    [
        ("percent", "57.8", 0.578, "57.8 %"),
        ("fraction", "0.50", 0.5, "0.50"),
        ("thousand", "94", 94_000, "94K"),
        ("million", "~138", 138_000_000, "~138 million"),
        ("count", "4,459,011", 4_459_011, "4,459,011"),
        ("as printed", "41%", 41, "41%"),
        ("as printed", "1.4MB", 1.4, "1.4MB"),
        ("as printed", "19-36", None, "19-36"),
        ("as printed", "48 x 48 x 1", None, "48 x 48 x 1"),
    ],
)
def test_a_number_is_read_by_its_unit_and_shown_as_printed(tmp_path, unit, literal, value, printed):
    group = f'\n    table: Table 1\n    kind: setting\n    unit: {unit}\n    values: {{x: "{literal}"}}\n'
    (claim,) = read(tmp_path, group)
    assert (claim.value, claim.printed, claim.metric) == (value, printed, "x")


def test_classes_come_from_the_label_maps_or_are_stated(tmp_path):
    assert read(tmp_path)[0].classes == {"seven": 7}
    stated = GROUP.replace("[seven]", "[own-a, own-b]\n    classes: {own-a: 6, own-b: 12}")
    (claim,) = read(tmp_path, stated)
    assert claim.rates == {"own-a": pytest.approx(1 / 6), "own-b": pytest.approx(1 / 12)}
    assert claim.guess == "chance"


def test_a_table_by_class_ends_with_averages_of_which_the_recall_is_the_accuracy(tmp_path):
    group = GROUP.replace("metric: accuracy", "metric: [precision, recall, f1]").replace("percent", "fraction")
    rows = '{m: {anger: ["0.5", "0.4", "0.44"], overall: ["0.5", "0.4", "0.44"]}}'
    claims = {c.what: c.kind for c in read(tmp_path, group.replace('{m: "50"}', rows))}
    assert claims == {
        **{"precision of anger": "result", "recall of anger": "result", "F1 of anger": "result"},
        **{"weighted precision": "other result", "accuracy": "result", "weighted F1": "other result"},
    }


def test_an_ordering_takes_its_difference_from_the_two_numbers(tmp_path):
    tail = "orderings: {b: {says: b beats a, better: T1-b, worse: T1-a}}"
    read(tmp_path, GROUP.replace('{m: "50"}', '{a: "50", b: "52.5"}'), tail=tail)
    (ordering,) = load_orderings(tmp_path)
    assert (ordering.id, ordering.difference, ordering.where) == ("toy-b", 0.025, "Table 1")
