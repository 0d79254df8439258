"""Printed numbers that cannot all be true, and why."""

from itertools import pairwise

import numpy as np
import pytest

from fer_utils.evaluation.claim_arithmetic import accuracy_range, possible_averages, possible_f1, possible_share
from fer_utils.evaluation.claims import load_claims

JAFFE_WITH_CNN = [  # Wu & Pan, Table 2: precision, recall, F1
    (0.83, 0.83, 0.83),
    (0.57, 0.80, 0.67),
    (0.50, 0.40, 0.44),
    (0.67, 0.50, 0.57),
    (0.71, 0.83, 0.77),
    (1.00, 0.50, 0.67),
    (0.25, 0.50, 0.33),
]
CKPLUS_WITH_CNN = [  # Table 4
    (0.32, 0.21, 0.25),
    (0.10, 0.37, 0.16),
    (0.00, 0.00, 0.00),
    (0.36, 0.82, 0.50),
    (0.00, 0.00, 0.00),
    (0.30, 0.12, 0.17),
    (0.43, 0.22, 0.29),
]


def column(rows, i):
    return [[row[i]] for row in rows]


@pytest.mark.parametrize(
    ("percent", "n", "decimals", "possible"),
    [
        (50, 2, 0, True),
        (33.3, 3, 1, True),
        (66.6, 3, 1, True),  # cut off
        (66.7, 3, 1, True),  # rounded
        (66.8, 3, 1, False),
        (0, 7, 2, True),
        (100, 7, 2, True),
        (74.6, 65, 1, False),  # the LSTM on a fifth of 327 sequences: 48 are 73.8 %, 49 are 75.4 %
        (74.6, 66, 1, False),
        (74.6, 327, 1, True),  # 244 of all sequences
        (92.30, 4839, 2, False),  # FAN on EMO2018: 4,466 clips are 92.29 %, 4,467 are 92.31 %
        (89.69, 4839, 2, True),
    ],
)
def test_a_percentage_is_a_number_of_items_over_their_total(percent, n, decimals, possible):
    assert possible_share(percent, n, decimals) is possible


@pytest.mark.parametrize("n", [1, 7, 65, 213])
def test_every_share_of_whole_items_is_possible_however_it_is_printed(n):
    for decimals in (0, 1, 2):
        for right in range(n + 1):
            assert possible_share(round(100 * right / n, decimals), n, decimals)
            assert possible_share(np.floor(100 * right / n * 10**decimals) / 10**decimals, n, decimals)


def test_the_total_recall_of_table_2_is_above_that_of_every_class():
    assert not possible_averages(column(JAFFE_WITH_CNN, 1), [0.88], 2)
    assert max(recall for _, recall, _ in JAFFE_WITH_CNN) == 0.83
    assert not possible_averages(column(JAFFE_WITH_CNN, 2), [0.89], 2)
    assert possible_averages(column(JAFFE_WITH_CNN, 0), [0.93], 2)  # precision alone could be so


def test_each_total_of_table_4_is_possible_alone_and_all_three_are_not():
    for i, total in enumerate((0.43, 0.22, 0.22)):
        assert possible_averages(column(CKPLUS_WITH_CNN, i), [total], 2)
    assert not possible_averages(CKPLUS_WITH_CNN, [0.43, 0.22, 0.22], 2)
    # Why: precision of 0.425 at least needs 6 of 7 images to be neutral, whose F1 of 0.285 then gives 0.24 at least.
    share = (0.425 - 0.365) / (0.435 - 0.365)
    assert share > 0.85 and share * 0.285 > 0.225


def test_no_class_sizes_drawn_at_random_meet_the_totals_of_table_4():
    random = np.random.default_rng(0)
    weights = random.dirichlet(np.full(7, 0.3), size=200_000)
    averages = weights @ np.array(CKPLUS_WITH_CNN)
    assert not (np.abs(averages - (0.43, 0.22, 0.22)) <= 0.005).all(axis=1).any()


def test_the_totals_of_tables_1_and_3_are_possible_and_flagged_nowhere():
    flagged = {claim.group for claim in load_claims() if any("impossible" in flag for flag in claim.flags)}
    assert flagged == {"T2", "T4"}
    assert {claim.paper for claim in load_claims() if "T2" in claim.group} == {"wupan2019"}


def test_averages_of_real_classes_are_always_possible():
    random = np.random.default_rng(1)
    for _ in range(50):
        rows, sizes = random.random((5, 3)), random.integers(1, 50, 5)
        totals = sizes @ rows / sizes.sum()
        assert possible_averages(rows.round(2), totals.round(2), 2)
        assert possible_averages(rows.round(2), rows.mean(axis=0).round(2), 2)


def test_f1_is_the_harmonic_mean_of_what_is_printed_beside_it():
    assert possible_f1(0.57, 0.80, 0.67, 2)
    assert not possible_f1(0.57, 0.80, 0.69, 2)
    assert possible_f1(0, 0, 0, 2)
    rows = {}
    for claim in load_claims():
        if claim.emotion:
            rows.setdefault((claim.paper, claim.group, claim.emotion), {})[claim.metric] = claim.value
    assert len(rows) == 4 * 7 + 2 * 3
    assert all(possible_f1(row["precision"], row["recall"], row["f1"], 2) for row in rows.values())


def test_recalls_and_class_counts_give_less_than_the_stated_accuracy_of_the_dense_network():
    counts = {"negative": 23_469, "neutral": 6_358, "positive": 9_855}
    low, high = accuracy_range({"negative": 0.90, "neutral": 0.69, "positive": 0.87}, counts, 2)
    assert high < 0.8645 < 0.865
    assert low == pytest.approx(0.8539, abs=1e-4)
    low, high = accuracy_range({"negative": 0.89, "neutral": 0.61, "positive": 0.88}, counts, 2)
    assert low < 0.845 and high > 0.835  # the base network's 84 % agree
    flags = {c.group: flag for c in load_claims() for flag in c.flags if "stated class sizes" in flag}
    assert flags == {
        "T4.12": "with the stated class sizes these recalls give 85.4 to 86.4 % accuracy, not the 86.5 % stated"
    }


def test_shares_of_no_whole_number_of_items_are_flagged_from_the_stated_sizes():
    flags = {c.id: flag for c in load_claims() for flag in c.flags if flag.startswith("no whole number")}
    assert flags == {
        "adebayo2021-T3-fan": "no whole number of 4,839 test items is 92.30 %",
        "hussein2020-T6.1-ckplus-cnn_lstm_ck": "no whole number of 65 or 66 test items is 74.6 %",
    }


def test_four_of_five_sequence_networks_on_oulu_casia_did_not_count_the_90_validation_sequences():
    shares = [claim for claim in load_claims() if claim.group == "T12"]
    possible = [claim.printed for claim in shares if possible_share(100 * claim.value, 90, 2)]
    assert possible == ["0.2000"]


def test_printed_class_weights_belong_to_other_counts_than_those_beside_them():
    counts, printed = np.array([23_469, 6_358, 9_855]), np.array([0.5671, 2.0485, 1.3363])
    ours = counts.sum() / (3 * counts)
    assert ours.round(4).tolist() == [0.5636, 2.0804, 1.3422]
    assert (1 / printed).sum() == pytest.approx(3, abs=1e-3)  # so the formula is the same


def test_the_printed_head_counts_tell_a_slip_from_the_truth():
    def head(inputs, *units):
        sizes = [inputs, *units]
        return sum(a * b + b for a, b in pairwise(sizes))

    assert head(8192, 512, 512, 3) == 4_459_011  # printed, in Table A.3 beside a third layer of 512
    assert head(8192, 512, 512, 512) == 4_720_128
    sizes = {
        (c.model, c.variant["head"], *set(c.classes.values())): c.value for c in load_claims() if "head" in c.variant
    }
    inputs = {"tl_vgg16": 512, "tl_resnet50": 8192}
    assert len(sizes) == 7
    for (model, units, classes), value in sizes.items():
        assert head(inputs[model], *map(int, units.split("-")), classes) == value
