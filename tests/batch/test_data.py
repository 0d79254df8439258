import shutil

import pytest

from fer_utils.batch.data import data_paths, dataset_path
from fer_utils.batch.plan import make_plan
from fer_utils.batch.suite import load_suite
from fer_utils.errors import ParameterError

MIXED = 'dataset = "fer2013+ckplus48"\ndata = "twin"\nepochs = 1\nseeds = [0]\n'


@pytest.fixture
def lesson(project):
    """Plans a notebook whose own word for its data is "twin"."""
    project.notebook("01_mixed", parameters=MIXED)
    project.suite("mixed", "runs:\n- notebook: 01_mixed")

    def plan(*data):
        (run,) = make_plan(load_suite("mixed", project.notebooks), data_paths(data), project.runs)
        return run

    return plan


def test_a_notebook_on_a_twin_is_planned_without_drawing_it(lesson, monkeypatch):
    monkeypatch.setattr("fer_utils.datasets.sources.cached_twin", lambda *_: pytest.fail("drawn"))
    run = lesson()
    assert run.parameters["data"] == "twin" and run.state == "new"
    named = lesson("fer2013=twin", "ckplus48=twin")
    assert named.key == run.key and named.parameters["data"] == "twin"
    other = lesson("fer2013=twin-quick", "ckplus48=twin")
    assert other.key != run.key and other.parameters["data"] == "fer2013=twin-quick;ckplus48=twin"


def test_named_data_count_more_than_the_word_of_the_notebook(lesson, twins, tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    paths = {name: shutil.copytree(twins(name), tmp_path / "all" / name) for name in ("ckplus48", "jaffe")}
    monkeypatch.setenv("FERBENCH_DATA", str(tmp_path / "all"))
    assert lesson().parameters["data"] == "twin"  # the folder holds only one of the two
    assert dataset_path("ckplus48+jaffe", {}, "run", "twin") == ";".join(f"{n}={p}" for n, p in paths.items())
    assert dataset_path("jaffe", {"jaffe": "twin"}, "run", "twin-quick") == "twin"
    assert dataset_path("jaffe", {}, "run", "twin-quick") == str(paths["jaffe"])
    with pytest.raises(ParameterError, match="needs the dataset 'fer2013'"):  # one was named: both are meant
        dataset_path("fer2013+ckplus48", {"ckplus48": "twin"}, "run", "twin")


def test_a_mixture_changes_with_each_of_its_parts(lesson, twins, tmp_path):
    copy = shutil.copytree(twins("ckplus48"), tmp_path / "copy")
    first = lesson("fer2013=twin", f"ckplus48={copy}")
    next(copy.glob("CK+48/*/*.png")).unlink()
    second = lesson("fer2013=twin", f"ckplus48={copy}")
    assert first.key != second.key and first.parameters == second.parameters


def test_one_word_draws_twins_of_all_that_is_not_named(lesson, twins):
    run = lesson("twin-quick")
    assert run.parameters["data"] == "twin-quick" and run.key == lesson("fer2013=twin-quick", "ckplus48=twin-quick").key
    assert lesson("ckplus48=twin", "twin-quick").parameters["data"] == "fer2013=twin-quick;ckplus48=twin"
    assert data_paths(["twin", f"jaffe={twins('jaffe')}"])["jaffe"] == str(twins("jaffe"))
    with pytest.raises(ParameterError, match=r"no twin 'twin-quik'.*Did you mean 'twin-quick'"):
        data_paths(["twin-quik"])
