import pytest

from fer_utils.datasets.synthetic import SyntheticFaces


@pytest.fixture(scope="session")
def common_cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def cache(common_cache, monkeypatch):
    """A cache of the tests' own; what one test drew, another may open."""
    monkeypatch.setenv("FERBENCH_CACHE", str(common_cache))
    monkeypatch.delenv("FERBENCH_JOBS", raising=False)


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A cache in which nothing is, so that everything is drawn."""
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "empty"))
    return tmp_path / "empty"


@pytest.fixture(scope="session")
def drawn(common_cache):
    """Still images: 36 people, six of each skin group, show seven emotions twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(common_cache))
        return SyntheticFaces("quick", subjects=36, images_per_emotion=2).load()
