import shutil

import pytest

from fer_utils.datasets import DATASETS, dataset_digest, load_dataset
from fer_utils.datasets.drawn import is_drawn
from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import DatasetLayoutError, ParameterError
from fer_utils.protocol import Protocol


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


@pytest.mark.parametrize("place", ["", "cohn-kanade-images", ".."])
def test_a_drawn_twin_is_known_as_drawn_wherever_it_is_opened(twins, place):
    root = twins("ckplus")
    inside = root if place != "cohn-kanade-images" else next(root.rglob(place)).parent
    assert load_dataset("ckplus", root / place if place == ".." else inside).synthetic
    mine = SyntheticFaces(preset="tiny", subjects=1)
    assert mine.load().synthetic


def test_a_twin_that_lost_its_readme_and_a_real_readme_say_nothing(twins, tmp_path):
    root = shutil.copytree(twins("jaffe"), tmp_path / "jaffe")
    (root / "README.txt").write_text("The Japanese Female Facial Expression dataset, not SYNTHETIC\n")
    assert not load_dataset("jaffe", root).synthetic
    (root / "README.txt").write_bytes(b"\xff\xfeSYNTHETIC,")
    assert not is_drawn(root)
    (root / "README.txt").unlink()
    assert not is_drawn(root)


def test_a_protocol_of_a_twin_says_synthetic(twins):
    table = load_dataset("fer2013", twins("fer2013") / "fer2013.csv")
    assert table.synthetic and table.notes[-1].startswith("Drawn faces")
    assert Protocol.for_table(table, split="fer2013-official").synthetic
