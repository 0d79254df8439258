import numpy as np
import pytest
from scipy.stats import binomtest
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from fer_utils.errors import ParameterError
from fer_utils.evaluation.mcnemar import mcnemar


def test_both_forms_equal_statsmodels(answers):
    first, second = answers(right=0.8, draw=1), answers(right=0.6, draw=2)
    one, other = (table["y_true"] == table["y_pred"] for table in (first, second))
    counts = [[(one & other).sum(), (one & ~other).sum()], [(~one & other).sum(), (~one & ~other).sum()]]
    found = mcnemar(first, second)
    assert (found.first_only, found.second_only) == (counts[0][1], counts[1][0])
    assert found.p_value == pytest.approx(statsmodels_mcnemar(counts, exact=True).pvalue)
    assert found.p_value == binomtest(found.first_only, found.first_only + found.second_only).pvalue
    corrected = statsmodels_mcnemar(counts, exact=False, correction=True)
    assert (found.statistic, found.p_corrected) == pytest.approx((corrected.statistic, corrected.pvalue))
    assert "independent" in found.note


def test_the_order_of_rows_and_of_models_changes_no_p_value(answers):
    first, second = answers(draw=1), answers(right=0.5, draw=2)
    found, turned = mcnemar(first, second), mcnemar(second.sample(frac=1, random_state=0), first)
    assert (found.p_value, found.first_only) == (turned.p_value, turned.second_only)


def test_of_several_seeds_the_first_common_one_counts(answers):
    first, second = answers(seeds=(0, 2, 3)), answers(seeds=(2, 3), draw=2)
    found = mcnemar(first, second)
    alone = mcnemar(first[first["seed"] == 2], second[second["seed"] == 2])
    assert found == alone and found.seed == 2


def test_faces_that_were_not_found_are_wrong(answers, lose):
    table = answers().assign(y_pred=lambda t: t["y_true"])
    found = mcnemar(table.drop(columns=["p_negative", "p_neutral", "p_positive"]), lose(table, slice(0, 20)))
    assert (found.first_only, found.second_only) == (20, 0)
    assert found.p_value == pytest.approx(2 * 0.5**20)


def test_equal_answers_have_p_value_1(answers):
    found = mcnemar(answers(), answers())
    assert (found.p_value, found.p_corrected, found.statistic) == (1, 1, 0)


def test_other_items_are_not_compared(answers):
    with pytest.raises(ParameterError, match="did not answer the same items: 12 items only the second"):
        mcnemar(answers().iloc[12:], answers())


def test_it_is_too_sure_where_items_of_a_subject_are_alike():
    """Two equally good models that each fail on other people: McNemar raises false alarms in more than 5 of 100."""
    from fer_utils.evaluation.simulation import SimulatedTest

    random, alarms = np.random.default_rng(0), 0
    for _ in range(300):
        true, answered, _ = SimulatedTest(50, items=20, spread=0.4, alike=0.0).draw(random)
        one, other = answered == true
        alone = int((one & ~other).sum()), int((other & ~one).sum())
        alarms += binomtest(alone[0], sum(alone)).pvalue < 0.05
    assert alarms / 300 > 0.1
