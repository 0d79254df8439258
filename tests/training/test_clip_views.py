import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.faces.frontal_view import open_two_views
from fer_utils.models.nested_lstm import stc_nlstm
from fer_utils.training.clip_views import INPUTS, clip_views, views_of
from fer_utils.training.fit import predict
from fer_utils.training.windows import Together

ROWS, PLACES = np.arange(9), np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [2, 2, 2]])


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))  # of all tests of this file
        yield open_two_views("synthetic", size=48, preset="tiny", subjects=2, images_per_emotion=1, frames=3)


@pytest.mark.parametrize("seen", INPUTS)
def test_a_network_takes_what_is_seen_in_its_order(views, seen):
    clips = clip_views(seen, *views, ROWS, PLACES)
    parts = clips.parts if isinstance(clips, Together) else [clips]
    shapes = {"face": (4, 3, 48, 48, 3), "frontal": (4, 3, 48, 48, 3), "geometry": (4, 3, 136)}
    assert [part.shape for part in parts] == [shapes[view] for view in views_of(seen)]
    pictures = {"face": views[0].pixels(ROWS), "frontal": views[1].pixels(ROWS)}
    for view, part in zip(views_of(seen), parts, strict=True):
        if view in pictures:
            np.testing.assert_array_equal(part[np.array([1, 3])], pictures[view][PLACES[[1, 3]]])
    network = stc_nlstm(4, (3, 48, 48, 3), ((2,), (2,)), units=3, views=views_of(seen))
    assert predict(network, clips, batch_size=3).shape == (4, 4)


def test_faces_alone_need_no_landmarks_and_everything_else_does(views):
    assert clip_views("face", views[0], None, ROWS, PLACES).shape == (4, 3, 48, 48, 3)
    with pytest.raises(ParameterError, match="needs frontalized faces"):
        clip_views("frontalization", views[0], None, ROWS, PLACES)


def test_a_misspelled_input_names_the_nearest():
    with pytest.raises(ParameterError, match="Did you mean 'frontalization'"):
        views_of("frontalisation")
