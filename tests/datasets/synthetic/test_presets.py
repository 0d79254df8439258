from dataclasses import replace

import pytest

from fer_utils.datasets.emotions import EMOTIONS, SEVEN
from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.datasets.synthetic.presets import CONDITIONS, PRESETS, named
from fer_utils.errors import ParameterError


@pytest.mark.parametrize("preset", PRESETS)
def test_ten_folds_and_six_skin_groups_have_people_in_every_preset(preset):
    faces = SyntheticFaces(preset)
    assert faces.subjects >= 10 and faces.subjects % 6 == 0
    assert len(faces) == faces.subjects * len(faces.emotions) * faces.images_per_emotion


def test_quick_is_what_notebooks_get_and_full_shows_all_emotions_of_many_people():
    assert SyntheticFaces() == SyntheticFaces("quick") and SyntheticFaces().emotions == SEVEN
    full = SyntheticFaces("full")
    assert full.subjects >= 120 and full.emotions == EMOTIONS and full.images_per_emotion > 1
    assert len(SyntheticFaces("tiny")) < len(SyntheticFaces("quick")) < len(full)


def test_what_is_given_counts_before_the_preset():
    faces = SyntheticFaces("tiny", images_per_emotion=1, emotions=["contempt"])
    assert (faces.subjects, faces.images_per_emotion, faces.emotions) == (12, 1, ("contempt",))
    assert SyntheticFaces("tiny").digest() == SyntheticFaces("full", **PRESETS["tiny"]).digest()
    assert replace(SyntheticFaces("tiny"), seed=1) == SyntheticFaces("tiny", seed=1)


def test_circumstances_go_from_easy_to_hard():
    laboratory, studio, wild = (CONDITIONS[name] for name in ("laboratory", "studio", "wild"))
    assert laboratory.pose < studio.pose < wild.pose and laboratory.light < studio.light < wild.light
    assert laboratory.quality > studio.quality > wild.quality and wild.occluded > 0


def test_a_misspelled_name_is_met_with_the_nearest_one():
    with pytest.raises(ParameterError, match=r"preset='ful'; known are tiny, quick, full\. Did you mean 'full'\?"):
        named("preset", "ful", PRESETS)
