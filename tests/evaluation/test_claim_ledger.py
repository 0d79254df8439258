"""The ledger against an independent transcription of the papers' tables: nothing missing, nothing different."""

import os
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from fer_utils.evaluation.claims import KINDS, load_claims
from fer_utils.protocol.label_maps import LABEL_MAPS
from fer_utils.protocol.split_rules import SPLIT_RULES

TABLES = Path(os.environ.get("SHARED") or "nowhere") / "spec" / "paper_tables.yaml"
PAPERS = {"000": "zennou2023", "001": "wupan2019", "002": "zennou-draft", "003": "adebayo2021", "004": "hussein2020"}
SPREAD = {  # tables of the transcription that are several groups here; others bear the same name
    "000-T13": ("T13-sase", "T13-oulu"),
    "000-T14": ("T14-sase", "T14-sase-others", "T14-oulu", "T14-oulu-others"),
    "001-T5": ("T5-jaffe", "T5-ckplus", "T5-both", "T5-validation"),
    "001-data": ("data", "data-afew"),
    "001-text": ("text", "text-camera"),
    "003-T3": ("T3", "T3-literature"),
    "003-hyper": ("hyper-fan", "hyper-deep", "hyper-appendix"),
    "004-T4.3": ("T4.3", "T4.3-size"),
    "004-T4.6": ("T4.6", "T4.6-weights"),
    "004-T4.9": ("T4.9", "T4.9-layers"),
    "004-T4.10": ("T4.10", "T4.10-layers"),
    "004-TL-text": ("TL-text", "TL-text-fer2013"),
    "004-CM-text": ("text", "text-cells", "text-frames"),
    "004-T6.1": ("T6.1-fer2013", "T6.1-cross", "T6.1-ckplus"),
    "004-sizes": ("size", "sizes-files", "sizes-data"),
    **{f"004-TA.{i}": (f"TA.{i}", f"TA.{i}-units") for i in range(1, 6)},
}
ALONE = {("zennou2023", "T6-thesis"), ("zennou2023", "T9-thesis"), ("hussein2020", "T4.4-filters")}
EMOTIONS = {"Angry": "anger", "Happy": "happiness", "Sad": "sadness", "Overall": "overall", "Total": "overall"}
DATASETS = {"SASE-FE": "sase_fe", "Oulu-CASIA": "oulu_casia", "JAFFE": "jaffe", "CK+": "ckplus", "EMO2018": "emo2018"}
MODELS = {"cnn_lstm", "cnn_gru"}  # one model a kind of input here


@pytest.fixture(scope="module")
def claims():
    return load_claims(kinds=KINDS)


@pytest.fixture(scope="module")
def tables():
    if not TABLES.exists():
        pytest.skip("needs the transcription of the papers' tables (set SHARED)")
    return yaml.safe_load(TABLES.read_text(encoding="utf-8"))


def bare(printed):
    """A printed number without what only tells its unit."""
    return re.sub(r"[\s%~,+]|million", "", printed.replace("×", "x"))


def known_model(row, ours):
    model = row.get("model", "")
    if model in MODELS:
        return f"{model}_{row['config']['input']}"
    return model if model in ours else None


def theirs(table, ours):
    """Counts what a table of the transcription holds: number, value, and whom it is about where both name it alike."""
    for row in table["rows"]:
        emotion = EMOTIONS.get(row.get("cls"), (row.get("cls") or "").lower()) or None
        metric = row["metric"] if emotion else None
        value = row["value"] if isinstance(row["value"], int | float) and not isinstance(row["value"], bool) else None
        # Where one table spans datasets, the row says which; an own number has the dataset of its claim.
        dataset = DATASETS.get(row.get("dataset") or (row.get("config") or {}).get("dataset", "") if "config" in row
                               and isinstance(row["config"], dict) else row.get("dataset"))  # fmt: skip
        yield bare(row["literal"]), value, emotion, metric, known_model(row, ours), dataset


def spelled(claim):
    emotion = claim.emotion
    metric = claim.metric if emotion else None
    if not emotion and claim.metric in ("weighted precision", "weighted f1"):
        emotion, metric = "overall", claim.metric.removeprefix("weighted ")
    return bare(claim.printed), emotion, metric


@pytest.mark.data
def test_every_number_of_the_papers_tables_is_in_the_ledger_once(claims, tables):
    counted, seen = 0, set()
    for table in tables["tables"]:
        paper, name = PAPERS[table["paper"]], table["id"].split("-", 1)[1]
        groups = SPREAD.get(table["id"], (name,))
        mine = [claim for claim in claims if claim.paper == paper and claim.group in groups]
        seen |= {(paper, group) for group in groups}
        by_class = any("cls" in row for row in table["rows"])
        ours = Counter(spelled(claim) if by_class else bare(claim.printed) for claim in mine)
        if by_class:  # the average of the recalls is the accuracy
            ours = Counter({(n, "overall", "recall") if e is None else (n, e, m): k for (n, e, m), k in ours.items()})
        rows = list(theirs(table, {claim.model for claim in mine}))
        expected = Counter((row[0], row[2], row[3]) if by_class else row[0] for row in rows)
        assert ours == expected, table["id"]
        if len(groups) == 1 and not by_class:  # in the order of the table, so that no two numbers are exchanged
            assert [bare(claim.printed) for claim in mine] == [row[0] for row in rows], table["id"]
        counted += len(rows)
    left = {(claim.paper, claim.group) for claim in claims} - seen
    assert left == ALONE
    assert counted == 417


@pytest.mark.data
def test_every_value_is_that_of_the_transcription_in_its_unit(claims, tables):
    compared = 0
    for table in tables["tables"]:
        paper, name = PAPERS[table["paper"]], table["id"].split("-", 1)[1]
        groups = SPREAD.get(table["id"], (name,))
        mine = [claim for claim in claims if claim.paper == paper and claim.group in groups]
        for printed, value, *_ in theirs(table, {claim.model for claim in mine}):
            if value is None:
                continue
            found = next(claim for claim in mine if bare(claim.printed) == printed)
            shares = found.printed.endswith(" %")
            millions = found.printed.endswith("million")
            scaled = found.value * 100 if shares else found.value / 1e6 if millions else found.value
            assert scaled == pytest.approx(value, abs=1e-9), (table["id"], printed)
            compared += 1
    assert compared == 393  # the others are no numbers: ranges, shapes, sizes with their unit


@pytest.mark.data
def test_results_belong_to_the_model_the_dataset_and_the_variant_of_the_transcription(claims, tables):
    compared = 0
    for table in tables["tables"]:
        paper, name = PAPERS[table["paper"]], table["id"].split("-", 1)[1]
        group = [c for c in claims if c.paper == paper and c.group in SPREAD.get(table["id"], (name,))]
        own = [c for c in group if c.kind in ("result", "repeated", "parameters")]
        about = list(theirs(table, {claim.model for claim in own}))
        for row, (printed, _, _, _, model, dataset) in zip(table["rows"], about, strict=True):
            if model is None:
                continue
            found = [claim for claim in own if claim.model == model and bare(claim.printed) == printed]
            if not found:  # listed only, such as a layer's size or a validation accuracy
                assert [c for c in group if c not in own and bare(c.printed) == printed], (table["id"], model, printed)
                continue
            one = DATASETS.get(table.get("dataset"), dataset)
            assert one is None or one in {c.dataset for c in found} or table["kind"] == "parameters", table["id"]
            config = row["config"] if isinstance(row.get("config"), dict) else {}
            shared = [{k: v for k, v in c.variant.items() if k in config} for c in found]
            assert any(all(config[k] == v for k, v in variant.items()) for variant in shared), (table["id"], printed)
            compared += 1
    assert compared > 80


@pytest.mark.data
def test_the_digits_of_the_thesis_and_the_filters_of_the_dense_network_are_there_too(claims, tables):
    rows = [row for table in tables["tables"] for row in table["rows"]]
    thesis = sorted(claim.value for claim in claims if claim.group in ("T6-thesis", "T9-thesis"))
    assert thesis == sorted(row["zapata_draft"] for row in rows if "zapata_draft" in row)
    assert len(thesis) == 12
    (layers,) = (table["rows"] for table in tables["tables"] if table["id"] == "004-T4.4")
    filters = [str(row["config"]["filters"]) for row in layers if row["config"]["filters"]]
    assert [claim.printed for claim in claims if claim.group == "T4.4-filters"] == filters


@pytest.mark.data
def test_baselines_are_those_of_the_transcription(claims, tables):
    levels = tables["chance_levels"]
    rates = {
        (claim.dataset, name): round(rate, 4)
        for claim in claims
        for name, rate in claim.rates.items()
        if claim.kind == "result"
    }
    assert rates[("fer2013+ckplus", "three-negative")] == levels["004 cross-dataset majority"]
    assert rates[("fer2013", "three-negative")] == levels["FER2013 3-class majority (surprise->negative)"]
    assert rates[("fer2013", "three-drop")] == levels["FER2013 3-class majority (surprise dropped)"]
    known = levels["CK+ 327 majority (surprise->negative, contempt->neutral)"]
    assert rates[("ckplus", "three-negative-contempt")] == known
    assert rates[("sase_fe", "six-contempt")] == rates[("oulu_casia", "six")] == levels["6-class"]
    assert rates[("sase_fe", "twelve")] == levels["12-class"]
    assert rates[("emo2018", "seven")] == levels["7-class"]


def test_how_many_numbers_of_which_kind_each_paper_has(claims):
    counts = {paper: Counter(c.kind for c in claims if c.paper == paper) for paper in PAPERS.values()}
    assert {paper: sum(found.values()) for paper, found in counts.items()} == {
        **{"zennou2023": 85, "wupan2019": 119, "zennou-draft": 1, "adebayo2021": 44, "hussein2020": 190}
    }
    assert counts["zennou2023"]["result"] == 33
    assert counts["wupan2019"]["result"] == 91
    assert counts["adebayo2021"]["result"] == 2
    assert (counts["hussein2020"]["result"], counts["hussein2020"]["parameters"]) == (39, 13)


def test_a_repeated_number_stands_elsewhere_in_the_paper_with_a_verdict_of_its_own(claims):
    for again in (claim for claim in claims if claim.kind == "repeated"):
        twins = [
            claim
            for claim in claims
            if claim.paper == again.paper and claim.model == again.model and claim.variant == again.variant
            and claim.kind in ("result", "parameters") and claim.dataset == again.dataset
        ]  # fmt: skip
        assert any(abs(claim.value - again.value) < 1e-4 for claim in twins), again.id


def test_every_result_says_how_it_may_be_met(claims):
    for claim in claims:
        if claim.kind != "result":
            continue
        assert claim.label_maps and claim.dataset and claim.split and set(claim.classes) == set(claim.label_maps)
        assert set(claim.label_maps) <= set(LABEL_MAPS), claim.id
        assert set(claim.splits) <= set(SPLIT_RULES), claim.id
        assert set(claim.baselines) <= set(claim.label_maps), claim.id
        assert set(claim.levels) <= {"image", "sequence"}, claim.id
        if claim.metric == "accuracy":
            assert claim.rates, claim.id
        if claim.emotion:
            assert claim.metric in ("precision", "recall", "f1")


def test_published_results_at_chance_are_marked(claims):
    marked = {(claim.model, claim.printed) for claim in claims if claim.at_chance and claim.kind == "result"}
    assert marked == {
        ("svm_px_linear", "57.8 %"),  # majority 57.7
        ("tl_resnet50", "59 %"),  # majority 59.1
        ("cnn_lstm_ck", "74.6 %"),  # majority 73.4, some 65 test sequences
        ("cnn_gru_image", "0.084134"),  # one in twelve
    }


def test_no_sentence_of_the_ledger_names_what_a_reader_does_not_have(claims):
    words = " ".join(" ".join((claim.about, claim.reason, *claim.flags)) for claim in claims)
    assert not re.search(r"issue|paper_tables|spec\b|/work|\b00[0-4]\b", words)
