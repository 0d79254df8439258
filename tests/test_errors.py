import pytest

from fer_utils import errors


@pytest.mark.parametrize(
    ("written", "meant"), [("tree-drop", "three-drop"), ("sevn", "seven"), ("Training ", "Training"), (3, "33")]
)
def test_a_misspelling_is_met_with_the_nearest_name(written, meant):
    assert errors.nearest(written, ["seven", "three-drop", "three-negative", "Training", "33"]) == (
        f" Did you mean '{meant}'?"
    )


@pytest.mark.parametrize("written", ["zzz", "", "synthetic-faces-of-another-kind"])
def test_what_is_like_no_name_gets_no_suggestion(written):
    assert errors.nearest(written, ["seven", "eight"]) == ""


@pytest.mark.parametrize("name", ["DatasetLayoutError", "LeakageError", "ParameterError", "RunError"])
def test_every_error_of_a_user_can_be_caught_as_one(name):
    assert issubclass(getattr(errors, name), errors.UserError)
