import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.faces.frontal_view import open_two_views
from fer_utils.training.face_body import open_face_body
from fer_utils.training.face_views import SYSTEMS, FaceViews, build_system, views_of
from fer_utils.training.fit import predict


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))  # of all tests of this file
        faces, frontal = open_two_views("synthetic", size=64, preset="tiny", subjects=4, images_per_emotion=1)
        yield FaceViews(faces, frontal, open_face_body("none", 0.0625, 64)[0])


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_head_on_what_was_seen_answers_as_the_whole_network_on_pictures(views, system):
    rows = np.array([3, 0, 17, 9, 26])
    network, head = build_system(system, views.body, 6, 0.0625)
    seen = views.seen(system, rows)
    pictures = {"face": views.faces, "frontal": views.frontal}
    inputs = [
        pictures[view].pixels(rows).astype("float32") / 127.5 - 1 if view in pictures else views.seen("landmarks", rows)
        for view in views_of(system)
    ]
    answers = network.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    np.testing.assert_allclose(predict(head, seen), answers, atol=1e-5)
    assert np.ptp(answers, axis=0).max() > 1e-4


def test_only_the_head_of_a_system_learns(views):
    for system in SYSTEMS:
        network, head = build_system(system, views.body, 6, 0.0625)
        assert len(network.trainable_weights) == len(head.trainable_weights) == 8


def test_faces_that_were_not_found_have_no_landmarks(views):
    frontal = views.frontal.select([0, 1])
    frontal.rows["landmarks"] = [np.full((68, 2), np.nan, np.float32), frontal.rows["landmarks"][1]]
    seen = FaceViews(views.faces.select([0, 1]), frontal, views.body).seen("landmarks", np.arange(2))
    assert not seen[0].any() and seen[1].max() == 1


def test_landmarks_are_those_of_a_face_of_224_pixels_whatever_the_size(views):
    faces, frontal = open_two_views("synthetic", size=128, preset="tiny", subjects=4, images_per_emotion=1)
    rows = np.arange(28)
    large = FaceViews(faces, frontal, views.body).seen("landmarks", rows)
    np.testing.assert_allclose(views.seen("landmarks", rows), large, atol=0.02)


def test_a_misspelled_system_names_the_nearest():
    with pytest.raises(ParameterError, match="Did you mean 'vggface_geometry'"):
        views_of("vgface_geometry")
