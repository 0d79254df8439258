import numpy as np
import pytest

from fer_utils.datasets import load_dataset
from fer_utils.datasets.emotions import SEVEN
from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import ParameterError


def by_label(faces):
    """Digests of the pixels of each person and emotion."""
    digests = faces.rows.assign(digest=faces.image_digests()).groupby(["subject", "label"])["digest"]
    return digests.agg(set).to_dict()


def test_every_subject_shows_every_emotion_equally_often(drawn):
    assert len(drawn) == 36 * 7 * 2
    assert set(drawn.rows.groupby(["subject", "label"]).size()) == {2}
    assert tuple(sorted(set(drawn.label))) == SEVEN
    assert drawn.images.shape == (504, 48, 48) and drawn.images.dtype == np.uint8
    assert drawn.synthetic and any("Synthetic" in note for note in drawn.notes)


def test_the_same_seed_draws_the_same_bytes_and_another_seed_other_people(empty_cache, monkeypatch):
    two = SyntheticFaces("tiny", subjects=2)
    first = two.load()
    monkeypatch.setenv("FERBENCH_CACHE", str(empty_cache / "another"))
    assert np.array_equal(two.load().images, first.images)
    other = SyntheticFaces("tiny", subjects=2, seed=1).load()
    assert other.fingerprint != first.fingerprint and not set(other.image_digests()) & set(first.image_digests())


def test_an_image_does_not_depend_on_which_others_are_drawn(drawn):
    known = by_label(drawn)
    fewer = by_label(SyntheticFaces(subjects=2, images_per_emotion=1, emotions=["surprise", "anger"]).load())
    assert len(fewer) == 4 and all(digests < known[place] for place, digests in fewer.items())


def test_digest_follows_the_options():
    assert SyntheticFaces().digest() == SyntheticFaces(emotions=SEVEN[::-1]).digest() == SyntheticFaces(fps=25).digest()
    options = [{}, {"seed": 1}, {"size": 64}, {"subjects": 41}, {"images_per_emotion": 2}, {"emotions": SEVEN[:2]}]
    options += [{"color": True}, {"conditions": "wild"}, {"frames": 9}, {"frames": 9, "genuine": "both"}]
    options += [{"frames": 9, "fps": 10}, {"preset": "tiny"}]
    assert len({SyntheticFaces(**option).digest() for option in options}) == len(options)


def test_what_is_drawn_does_not_depend_on_the_number_of_processes(monkeypatch):
    before = SyntheticFaces().digest()
    monkeypatch.setenv("FERBENCH_JOBS", "2")
    assert SyntheticFaces().digest() == before


def test_options_are_given_by_name_to_load_dataset():
    faces = load_dataset("synthetic", "", preset="tiny", subjects=1, images_per_emotion=1, size=64)
    assert faces.images.shape == (7, 64, 64)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"subjects": 0}, "subjects=0.*at least 1"),
        ({"subjects": True}, "subjects=True.*whole number"),
        ({"images_per_emotion": 1.5}, "images_per_emotion=1.5.*whole number"),
        ({"size": 10}, "size=10.*48 to 320"),
        ({"size": 321}, "size=321.*48 to 320"),
        ({"size": "48"}, "size='48'.*whole number"),
        ({"seed": -1}, "seed=-1"),
        ({"frames": 0}, "frames=0.*1 to 1000"),
        ({"frames": 2}, "frames=2.*1 for still images, or 3"),
        ({"fps": 0}, "fps=0.*such as 25"),
        ({"fps": "25"}, "fps='25'"),
        ({"emotions": ["hapiness"]}, "'hapiness'.*Did you mean 'happiness'"),
        ({"emotions": []}, "expected a list"),
        ({"emotions": 7}, "expected a list"),
        ({"emotions": "anger"}, "expected a list"),
        ({"emotions": ["anger", "anger"]}, "twice"),
        ({"preset": "quik"}, "preset='quik'.*Did you mean 'quick'"),
        ({"preset": 12}, "preset=12; known are tiny, quick, full"),
        ({"conditions": "laboratry"}, "Did you mean 'laboratory'"),
        ({"genuine": "bth", "frames": 9}, "genuine='bth'.*Did you mean 'both'"),
        ({"genuine": "both"}, "differ in time alone.*frames=50"),
        ({"color": "yes"}, "color='yes'; expected True or False"),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        SyntheticFaces(**options)
