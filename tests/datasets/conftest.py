import gzip

import pandas as pd
import pytest

from fer_utils.datasets.synthetic.twins import make_twin, write_twin


@pytest.fixture(scope="session")
def twins(tmp_path_factory):
    """Writes tiny twins, each once: name -> folder. Tests that change one copy it first."""
    written = {}

    def folder(name):
        if name not in written:
            written[name] = write_twin(make_twin(name, "tiny"), tmp_path_factory.mktemp("tiny") / name)
        return written[name]

    return folder


@pytest.fixture
def truth_of(twins):
    """Reads the ground truth of a twin, indexed by file."""

    def table(name):
        with gzip.open(twins(name) / "ground_truth.csv.gz") as file:
            return pd.read_csv(file, keep_default_na=False, na_values=[""], dtype={"sequence": str}).set_index("file")

    return table
