import numpy as np
import pytest

from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import ParameterError
from fer_utils.protocol import Protocol
from fer_utils.protocol.apex import apex_places, near_apex
from fer_utils.protocol.clips import Clips


@pytest.fixture
def split():
    table = SyntheticFaces("tiny", subjects=12, images_per_emotion=1, size=48, frames=6).load()
    return Protocol.for_table(table, folds=1, unit="sequence").split(table)


def test_each_clip_has_the_apex_that_was_drawn(split):
    rows = split.folds[0].test
    clips = Clips.of(split, rows)
    places = apex_places(split, rows, clips)
    assert split.table.rows["apex"].to_numpy()[rows[places]].all() and len(places) == len(clips)
    assert np.array_equal(split.table.sequence[rows[places]], clips.sequence)


def test_neighbors_of_the_apex_are_of_the_same_clip_and_stop_at_its_ends(split):
    clips = Clips.of(split, split.folds[0].test)
    apex = np.array([places[0] for places in clips.frames])
    assert near_apex(clips, apex).tolist() == np.concatenate([places[:2] for places in clips.frames]).tolist()
    assert len(near_apex(clips, apex, reach=0)) == len(clips)


def test_where_no_frame_is_marked_the_last_one_is_taken(split):
    split.table.rows["apex"] = False
    rows = split.folds[0].test
    clips = Clips.of(split, rows)
    assert apex_places(split, rows, clips).tolist() == [places[-1] for places in clips.frames]


def test_data_that_do_not_tell_are_refused(split):
    del split.table.rows["apex"]
    rows = split.folds[0].test
    with pytest.raises(ParameterError, match="nothing says where the apex"):
        apex_places(split, rows, Clips.of(split, rows))
