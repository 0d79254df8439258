import pandas as pd
import pytest

from fer_utils.errors import ParameterError
from fer_utils.evaluation.known_items import check_all_predicted, known_of


@pytest.fixture
def items():
    return pd.DataFrame({"sample_id": ["a", "b", "a"], "fold": [0, 0, 1], "in_training": [True, False, False]})


def test_what_is_known_of_an_item_may_differ_between_folds(items):
    predictions = pd.DataFrame({"sample_id": ["b", "a", "a"], "fold": [0, 1, 0]}, index=[7, 5, 3])
    assert known_of(predictions, items, ["in_training"])["in_training"].to_dict() == {7: False, 5: False, 3: True}


def test_a_table_without_folds_is_looked_up_by_item(items):
    predictions = pd.DataFrame({"sample_id": ["b", "a", "b"], "fold": [4, 5, 6]})
    found = known_of(predictions, items.drop(columns="fold").iloc[:2], ["in_training"])
    assert found["in_training"].tolist() == [False, True, False]


def test_an_item_of_another_fold_is_a_stranger(items):
    predictions = pd.DataFrame({"sample_id": ["b"], "fold": [1]})
    with pytest.raises(ParameterError, match="1 predicted items are not in the table, such as 'b'"):
        known_of(predictions, items, ["in_training"])


def test_items_without_a_prediction_are_named(items):
    with pytest.raises(ParameterError, match="1 test items have no prediction: 'b'"):
        check_all_predicted(pd.DataFrame({"sample_id": ["a"]}), items)
