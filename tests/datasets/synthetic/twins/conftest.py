import gzip

import pandas as pd
import pytest

from fer_utils.datasets.synthetic.twins import make_twin, write_twin


@pytest.fixture(scope="module")
def tiny(request, tmp_path_factory):
    """The folder of the tiny twin that the test module names as NAME."""
    name = request.module.NAME
    return write_twin(make_twin(name, "tiny"), tmp_path_factory.mktemp("twins") / name)


@pytest.fixture(scope="module")
def truth(tiny):
    """Its ground truth."""
    with gzip.open(tiny / "ground_truth.csv.gz") as file:
        return pd.read_csv(file, keep_default_na=False, na_values=[""])
