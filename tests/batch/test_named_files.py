import numpy as np

from fer_utils.batch.named_files import with_contents


def test_a_file_counts_by_its_content_wherever_it_lies(tmp_path):
    (tmp_path / "a").mkdir()
    for place in ("w.npz", "a/w.npz"):
        (tmp_path / place).write_bytes(b"one")
    here, there = (with_contents({"weights": place}, tmp_path) for place in ("w.npz", "a/w.npz"))
    assert here == there and here["weights"].startswith("w.npz with content")
    (tmp_path / "w.npz").write_bytes(b"other")
    assert with_contents({"weights": "w.npz"}, tmp_path) != here


def test_a_dataset_behind_its_name_counts_by_its_content(tmp_path):
    def write(name, seed):
        pixels = " ".join(map(str, np.random.default_rng(seed).integers(0, 256, 48 * 48)))
        (tmp_path / name).write_text(f"emotion,pixels,Usage\n0,{pixels},Training\n")
        return with_contents({"pretrain": f"fer2013:{name}"}, tmp_path)["pretrain"]

    one, same, other = write("one.csv", 0), write("same.csv", 0), write("other.csv", 1)
    assert one == same != other and one.startswith("fer2013 with content")


def test_other_values_stay(tmp_path):
    values = {"epochs": 3, "rates": [0.1], "weights": "none", "data": "", "note": "a:b", "long": "x" * 5000}
    assert with_contents(values, tmp_path) == values
