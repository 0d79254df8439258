import pytest

from fer_utils.datasets import DATASETS, dataset_digest, load_dataset
from fer_utils.errors import DatasetLayoutError, ParameterError


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: load_dataset("fer213"), "Did you mean 'fer2013'?"),
        (lambda: dataset_digest("sinthetic"), "Did you mean 'synthetic'?"),
        (lambda: load_dataset("synthetic", subject=3), "no option 'subject'.*Did you mean 'subjects'?"),
        (lambda: load_dataset("fer2013", "x.csv", size=48), "fer2013 has no option 'size'"),
    ],
)
def test_a_misspelled_name_is_met_with_the_nearest_one(call, message):
    with pytest.raises(ParameterError, match=message):
        call()


@pytest.mark.parametrize("name", [name for name, dataset in DATASETS.items() if dataset.needs_path])
@pytest.mark.parametrize("path", ["", "nowhere/at/all.csv"])
def test_real_data_that_is_not_there_says_how_to_name_it(name, path):
    with pytest.raises(DatasetLayoutError, match=f"--data {name}=PATH"):
        load_dataset(name, path)


def test_synthetic_faces_need_no_path():
    assert dataset_digest("synthetic") == dataset_digest("synthetic", "ignored")
