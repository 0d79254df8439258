import pytest

from fer_utils.protocol.augmented_names import source_name


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("x_aug1", "x"),
        ("x_aug_12", "x"),
        ("x-flip", "x"),
        ("x_hflip.png", "x"),
        ("x_rot-15", "x"),
        ("x_rot10_bright0.8", "x"),
        ("x.mirrored.jpg", "x"),
        ("flipped_x", "x"),
        ("train/happy/x_Shift2.png", "happy/x"),
        ("train\\happy\\x_zoomed.png", "happy/x"),
    ],
)
def test_a_copy_has_the_name_of_its_source(name, source):
    assert source_name(name) == (source, True)


@pytest.mark.parametrize("name", ["S005_001_00000011", "Training-00017", "KA.AN1.39", "flip", "rotterdam", "x_1"])
def test_other_names_stay_as_they_are(name):
    assert source_name(name) == (name, False)


def test_folders_of_parts_and_endings_of_pictures_do_not_make_another_source():
    assert source_name("test/happy/x.png") == ("happy/x", False)
    assert source_name("happy/x.png")[0] != source_name("sad/x_flip.png")[0]
