import pytest

from fer_utils.datasets.layout import entries, find_level, folders, named, walk
from fer_utils.datasets.problems import Problems
from fer_utils.errors import DatasetLayoutError


@pytest.fixture
def nested(tmp_path):
    root = tmp_path / "unzipped"
    for name in ("B/B/Original/VL", "B/B/Original/NI", "__MACOSX/Original/VL", ".hidden/Original"):
        (root / name).mkdir(parents=True)
    (root / "B" / "Thumbs.db").touch()
    return root


def test_the_level_is_found_however_deep_the_archive_nests(nested):
    assert find_level(nested, ["VL", "NI"]) == nested / "B/B/Original"
    assert find_level(nested / "B/B/Original", ["vl"]) == nested / "B/B/Original"
    assert find_level(nested, ["orig*"]) == nested / "B/B"
    assert named(nested / "B/B", "ORIGINAL") == nested / "B/B/Original"
    assert named(nested, "VL") is None
    assert folders(nested) == [nested / "B"] and entries(nested / "B") == [nested / "B/B"]


def test_a_missing_level_is_told_with_what_is_there(nested):
    with pytest.raises(DatasetLayoutError, match=r"oulu: no 'Originals'.*found \['B'\].*mean 'Original'\? Get it\."):
        find_level(nested, ["Originals"], what="oulu", hint="Get it.")
    with pytest.raises(DatasetLayoutError, match="up to 1 levels below"):
        find_level(nested, ["VL"], depth=1)
    (nested / "file").touch()
    for root, words in {"": "no folder is named", nested / "x": "no folder", nested / "file": "is a file"}.items():
        with pytest.raises(DatasetLayoutError, match=words):
            find_level(root, ["VL"])


def test_two_copies_on_one_level_are_no_guess(nested):
    (nested / "C/B/Original/VL").mkdir(parents=True)
    with pytest.raises(DatasetLayoutError, match=r"2 folders.*'B/B/Original', 'C/B/Original'.*One copy is expected"):
        find_level(nested, ["VL"])


def test_links_do_not_lead_in_circles(nested):
    (nested / "B/up").symlink_to(nested, target_is_directory=True)
    (nested / "B/itself").symlink_to(nested / "B/itself")
    seen = [folder for folder, _ in walk(nested, depth=50)]
    assert len(seen) == len({folder.resolve() for folder in seen}) == 6
    assert find_level(nested, ["VL"], depth=50) == nested / "B/B/Original"


def test_a_folder_is_met_under_its_own_name_before_links_to_it(nested):
    (nested / "A").symlink_to(nested / "B/B/Original", target_is_directory=True)
    assert nested / "B/B/Original" in [folder for folder, _ in walk(nested)]


def test_a_link_to_the_data_is_followed(nested, tmp_path):
    (tmp_path / "link").symlink_to(nested, target_is_directory=True)
    assert find_level(tmp_path / "link", ["VL"]) == tmp_path / "link/B/B/Original"


def test_problems_are_summed_up_by_kind_and_kept_by_name():
    problems = Problems()
    problems.add("sequences without a label", "S005/001", expected=True)
    assert not problems.serious
    for number in range(7):
        problems.add("pictures that cannot be read", f"{number}.png", "zero bytes")
    assert problems.serious and len(problems.found) == 8
    assert problems.notes() == (
        "1 sequences without a label: S005/001",
        "7 pictures that cannot be read: 0.png, 1.png, 2.png, 3.png, 4.png and 2 more",
    )
    assert str(problems.found[1]) == "pictures that cannot be read: 0.png (zero bytes)"
