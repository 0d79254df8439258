import av
import cv2
import numpy as np
import pytest

from fer_utils.datasets.synthetic.twins import make_twin
from fer_utils.datasets.synthetic.twins.sase_fe import Clip

NAME = "sase_fe"
FELT = {"N2H": "happiness", "N2S": "sadness", "N2D": "disgust", "N2A": "anger", "N2C": "contempt", "N2SUR": "surprise"}
ACTED = {"S2N2H": "sadness", "H2N2S": "happiness", "H2N2D": "happiness", "H2N2A": "happiness", "H2N2C": "happiness"}
ACTED |= {"D2N2SUR": "disgust"}


@pytest.fixture(scope="module")
def acted(tmp_path_factory):
    """A second of happiness that is acted while sadness is felt."""
    folder = tmp_path_factory.mktemp("clip")
    return folder, make_twin(NAME, "quick").draw(Clip(1, "S2N2H", "S2N2H", 60), folder)


def test_the_full_twin_has_twelve_clips_of_three_to_four_seconds_for_each_of_50_people():
    clips = make_twin(NAME, "full").items()
    assert len(clips) == 600 and len({clip.subject for clip in clips}) == 50
    assert all(300 <= clip.frames <= 400 for clip in clips)
    assert {clip.name for clip in clips if clip.spelling != clip.name}  # letter case varies
    assert all(clip.spelling.upper() == clip.name.upper() for clip in clips)


def test_every_person_has_six_felt_and_six_acted_clips(tiny, truth):
    people = sorted((tiny / "FakeTrue_DB").iterdir())
    assert len(people) == 2
    for person in people:
        assert sorted(path.stem.upper() for path in person.glob("*.MP4")) == sorted([*FELT, *ACTED])
    for _, rows in truth.groupby("file"):
        first = rows.iloc[0]
        name = first["clip"].upper()
        assert first["genuine"] == (name in FELT)
        assert first["emotion"] == FELT["N2" + name.rpartition("2")[2]]
        assert first["felt"] == (ACTED.get(name) or first["emotion"])


def test_clips_have_100_frames_a_second_and_two_libraries_read_all_of_them(tiny, truth):
    for file, rows in list(truth.groupby("file"))[::7]:
        with av.open(tiny / file) as film:
            stream = film.streams.video[0]
            assert stream.average_rate == 100
            assert [float(frame.time) for frame in film.decode(stream)] == pytest.approx(np.arange(len(rows)) / 100)
        capture = cv2.VideoCapture(str(tiny / file))
        assert capture.get(cv2.CAP_PROP_FPS) == pytest.approx(100)
        count = 0
        while capture.read()[0]:
            count += 1
        capture.release()
        assert count == len(rows)


def test_an_acted_clip_begins_with_a_trace_of_the_felt_emotion_and_ends_at_rest(acted):
    _, rows = acted
    first, apex, last = (rows[frame] for frame in (0, rows[0]["apex"], -1))
    early = rows[max(2, rows[0]["onset"])]
    sadness = [max(row["au_1_right"] + row["au_15_right"] for row in (early, *rows[:20])), apex["au_1_right"]]
    assert sadness[0] > first["au_1_right"] + first["au_15_right"] and sadness[0] > sadness[1]
    assert apex["au_12_right"] > 2 * max(first["au_12_right"], 0.3) and last["au_12_right"] < apex["au_12_right"]


def test_what_is_filmed_is_what_was_drawn(acted):
    """The mouth in the film is wide where the truth says so."""
    folder, rows = acted
    with av.open(folder / rows[0]["file"]) as film:
        frames = [frame.to_ndarray(format="gray").astype(float) for frame in film.decode(video=0)]
    assert len(frames) == len(rows) == 60 and frames[0].shape == (192, 256)
    mouths, shapes = [], []
    for frame, row in zip(frames, rows, strict=True):
        points = np.array([[row[f"x_{point}"], row[f"y_{point}"]] for point in range(48, 68)])
        across, down = np.rint(points.mean(axis=0)).astype(int)
        mouths.append(frame[down - 12 : down + 12, across - 16 : across + 16])
        shapes.append(points - points.mean(axis=0))
    change, moved = ([np.abs(now - kind[0]).mean() for now in kind] for kind in (mouths, shapes))
    assert np.corrcoef(change, moved)[0, 1] > 0.6
