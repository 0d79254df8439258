import weakref
from dataclasses import replace

import cv2
import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.image_store import FileImages
from fer_utils.datasets.synthetic import SyntheticFaces, draw_face, draw_person
from fer_utils.errors import ParameterError
from fer_utils.faces import prepare as prepare_module
from fer_utils.faces.chain import Chain, prepare_recording
from fer_utils.faces.predictor_files import PredictorError, load_predictor
from fer_utils.faces.prepare import prepare

BOX = Chain(landmarks=False, size=64)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Four recordings of six frames, rows in another order than that of the frames."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(tmp_path_factory.mktemp("drawn")))
        options = {"subjects": 2, "images_per_emotion": 1, "frames": 6, "fps": 6, "size": 160}
        drawn = SyntheticFaces(emotions=["happiness", "surprise"], **options).load()
    return drawn.select(np.random.default_rng(0).permutation(len(drawn)))


def test_every_row_stays_in_its_place_with_a_face_of_the_same_size(films):
    prepared = prepare(films, BOX)
    assert prepared.images.shape == (24, 64, 64) and isinstance(prepared.images, np.memmap)
    for column in ("sample_id", "subject", "sequence", "frame", "label"):
        assert list(prepared.rows[column]) == list(films.rows[column])
    assert prepared.rows["detected"].all() and set(prepared.rows["faces"]) == {1}
    for row, pixels in zip(prepared.rows.itertuples(), prepared.pixels(), strict=True):
        truth = films.rows.loc[films.rows["sample_id"] == row.sample_id, "landmarks"].item()
        assert row.left < truth[30, 0] < row.right and row.top < truth[30, 1] < row.bottom
        assert pixels.std() > 15
    assert prepared.synthetic and "0 of 24 not found" in prepared.notes[-1]


def test_frames_without_a_face_are_kept_and_said_to_be_without():
    face = draw_face(draw_person(0, 1).identity, {}, 120)
    pictures = [np.full_like(face, 128), face, face]
    prepared = prepare_recording(pictures, BOX)
    assert list(prepared.detected) == [False, True, True]
    assert prepared.images.shape == (3, 64, 64) and not prepared.images[0].any()
    assert np.isnan(prepared.boxes[0]).all() and list(prepared.faces) == [0, 1, 1]


def test_a_face_that_was_lost_is_the_same_when_it_is_found_again():
    face = draw_face(draw_person(0, 1).identity, {}, 120)
    pictures = [face, np.full_like(face, 128), face, np.full_like(face, 128), face]
    prepared = prepare_recording(pictures, Chain(landmarks=False, size=64, every=1))
    assert list(prepared.detected) == [True, False, True, False, True]
    assert list(prepared.faces) == [1, 0, 1, 0, 1]


def test_who_stands_beside_the_main_face_is_never_taken_for_it():
    large, small = (draw_face(draw_person(0, number).identity, {}, size) for number, size in ((1, 200), (2, 120)))
    both = np.full((220, 340), 128, np.uint8)
    both[10:210, 130:330], both[50:170, 5:125] = large, small
    alone = np.full_like(both, 128)
    alone[50:170, 5:125] = small
    prepared = prepare_recording([both, both, alone, both], Chain(landmarks=False, size=64, every=1))
    assert list(prepared.detected) == [True, True, False, True] and list(prepared.faces) == [2, 2, 1, 2]


def test_of_two_faces_the_larger_one_is_taken():
    large, small = (draw_face(draw_person(0, number).identity, {}, size) for number, size in ((1, 200), (2, 120)))
    picture = np.full((220, 340), 128, np.uint8)
    picture[10:210, 130:330], picture[50:170, 5:125] = large, small
    prepared = prepare_recording([picture] * 3, BOX)
    assert list(prepared.faces) == [2, 2, 2] and (prepared.boxes[:, 0] > 130).all()


def test_of_a_long_recording_few_frames_are_in_memory():
    face, alive = draw_face(draw_person(0, 1).identity, {}, 120), []

    def frames():
        for number in range(100):
            picture = np.roll(face, number % 3, axis=1)
            alive.append(number)
            weakref.finalize(picture, alive.remove, number)
            assert len(alive) <= 40  # two blocks, and a few
            yield picture

    assert prepare_recording(frames(), BOX).detected.all()


def test_cropped_pictures_are_taken_as_they_are():
    drawn = SyntheticFaces(preset="tiny", subjects=1).load()
    prepared = prepare(drawn, Chain(detector="cropped", landmarks=False, size=48))
    assert np.abs(prepared.pixels().astype(int) - drawn.pixels()).max() <= 1


def test_a_second_call_reads_what_the_first_one_prepared(films, monkeypatch):
    first = prepare(films, BOX)

    def refuse(*_):
        raise AssertionError("prepared again")

    monkeypatch.setattr(prepare_module, "prepare_recording", refuse)
    second = prepare(films, BOX)
    assert second.fingerprint == first.fingerprint
    assert np.array_equal(second.images, first.images)
    pd.testing.assert_frame_equal(second.rows.drop(columns="landmarks"), first.rows.drop(columns="landmarks"))


def test_another_chain_or_other_data_is_prepared_anew(films):
    assert prepare(films, BOX).fingerprint != prepare(films, Chain(landmarks=False, size=48)).fingerprint
    fewer = films.select(np.flatnonzero(films.rows["label"] == "happiness"))
    assert len(prepare(fewer, BOX)) == 12


def test_an_interruption_loses_no_finished_batch_and_changes_nothing(films, cache, monkeypatch):
    monkeypatch.setattr(prepare_module, "BATCH", 6)
    undisturbed = prepare(films, BOX)
    monkeypatch.setenv("FERBENCH_CACHE", str(cache.with_name("other")))
    work, seen = prepare_module.prepare_recording, []

    def until_the_third(pictures, chain):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(1)
        return work(pictures, chain)

    monkeypatch.setattr(prepare_module, "prepare_recording", until_the_third)
    with pytest.raises(KeyboardInterrupt):
        prepare(films, BOX)
    again = []
    monkeypatch.setattr(prepare_module, "prepare_recording", lambda *given: again.append(1) or work(*given))
    resumed = prepare(films, BOX)
    assert len(again) == 2
    assert resumed.fingerprint == undisturbed.fingerprint


def test_two_processes_prepare_the_same(films, cache, monkeypatch):
    monkeypatch.setattr(prepare_module, "BATCH", 6)
    alone = prepare(films, BOX, processes=1)
    monkeypatch.setenv("FERBENCH_CACHE", str(cache.with_name("other")))
    told = []
    shared = prepare(films, BOX, processes=2, progress=lambda *numbers: told.append(numbers))
    assert shared.fingerprint == alone.fingerprint
    assert told == [(done, 24) for done in (0, 6, 12, 18, 24)]


def test_pictures_that_stay_in_files_are_prepared_the_same_by_two_processes(films, cache, monkeypatch, tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(len(films))]
    for path, row in zip(paths, films.rows["image"], strict=True):
        cv2.imwrite(str(path), films.images[row])
    in_files = replace(films, rows=films.rows.assign(image=np.arange(len(films))), images=FileImages(paths))
    in_memory = prepare(films, BOX)
    monkeypatch.setenv("FERBENCH_CACHE", str(cache.with_name("other")))
    monkeypatch.setattr(prepare_module, "BATCH", 6)
    assert np.array_equal(prepare(in_files, BOX, processes=2).pixels(), in_memory.pixels())


@pytest.mark.parametrize("view", ["box", "eyes", "frontal", "frontal-soft"])
def test_landmarks_lie_in_the_prepared_face(films, view):
    try:
        load_predictor(68)
    except PredictorError:
        pytest.skip("dlib's predictor of 68 landmarks is not here (FERBENCH_MODELS)")
    prepared = prepare(films.select([0, 1, 2]), Chain(view=view, size=128))
    assert prepared.images.shape == (3, 128, 128)
    for points in prepared.rows["landmarks"]:
        eyes = points[[36, 45]]
        assert ((points[17:] > -10) & (points[17:] < 138)).all() and eyes[0, 0] < eyes[1, 0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"view": "frontl"}, "'frontl'.*Did you mean 'frontal'"),
        ({"size": 4}, "size=4.*16 to 1024"),
        ({"extension": -1}, "extension=-1"),
    ],
)
def test_impossible_chains_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        Chain(**options)


def test_pictures_of_another_kind_are_refused_by_name():
    rows = pd.DataFrame({"sample_id": ["a"], "subject": ["A"], "sequence": ["a"], "frame": [0], "label": ["anger"]})
    rows = rows.assign(split=np.nan, image=0)
    table = FaceTable("wrong", rows, np.zeros((1, 48, 48, 4), np.uint8), "0" * 16)
    with pytest.raises(ParameterError, match="expected uint8"):
        prepare(table, BOX)
