import re
from collections import Counter

import av
import numpy as np
import pytest

from fer_utils.datasets.synthetic.twins import make_twin
from fer_utils.datasets.synthetic.twins.emo2018 import Clip

NAME = "emo2018"
FOLDERS = ["anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"]
MARKED = {"wrong emotion": 3, "limb": 4, "low occlusion": 5, "heavy occlusion": 6, "other": 7}  # place in the line


def clip(**changes):
    options = {"person": 1, "number": 0, "emotion": "happiness", "shown": "happiness", "mark": "", "part": "Train"}
    return Clip(**options | {"frames": 20} | changes)


def line(folder, item):
    return [int(cell) for cell in (folder / item.file).with_suffix(".txt").read_text().split("\t")]


@pytest.fixture(scope="module")
def draw(tmp_path_factory):
    """Draws a clip of the quick twin: its folder, its rows of the truth, its frames in gray."""

    def drawn(item):
        folder = tmp_path_factory.mktemp("clip")
        rows = make_twin(NAME, "quick").draw(item, folder)
        with av.open(folder / item.file) as film:
            return folder, rows, [frame.to_ndarray(format="gray").astype(float) for frame in film.decode(video=0)]

    return drawn


def moved(row):
    """How strongly the face is moved, blinks aside."""
    return sum(value for name, value in row.items() if name.startswith("au_") and not name.startswith("au_43"))


def test_the_full_twin_has_the_published_clips():
    clips = make_twin(NAME, "full").items()
    assert len(clips) == 24_192 and Counter(Counter(item.person for item in clips).values()) == {224: 108}
    assert Counter(item.part for item in clips) == {"Train": 16_934, "Val": 2_419, "Test": 4_839}
    assert set(Counter(item.emotion for item in clips).values()) == {108 * 32}
    assert len({item.file for item in clips}) == 24_192
    counts = make_twin(NAME, "full").counts()
    assert counts["people"] == 108 and counts["clips"] == 24_192


@pytest.mark.parametrize("preset", ["tiny", "small", "quick"])
def test_everybody_has_an_unmarked_clip_of_each_emotion(preset):
    """So that no class is missing from a fold when marked clips are left out."""
    clips = make_twin(NAME, preset).items()
    people = {item.person for item in clips}
    assert {(item.person, item.emotion) for item in clips if not item.mark} == {(p, e) for p in people for e in FOLDERS}
    assert any(item.mark for item in clips)


def test_the_number_of_a_clip_does_not_tell_its_emotion():
    clips = make_twin(NAME, "full").items()
    first = Counter(item.emotion for item in clips if item.number == 0)
    assert len(first) == 7 and max(first.values()) < 40


def test_every_clip_lies_below_part_person_and_emotion_with_its_line_beside(tiny, truth):
    clips = sorted(path.relative_to(tiny) for path in tiny.rglob("*.mp4"))
    assert [path.as_posix() for path in clips] == sorted(truth["file"].unique()) and len(clips) == 42
    for path in clips:
        part, person, emotion, _ = path.parts
        assert part in ("Train", "Val", "Test") and emotion in FOLDERS and re.fullmatch(r"P00[123]", person)
        assert re.fullmatch(r"\d+\t\d+\t\d+(\t[01]){5}\n", (tiny / path).with_suffix(".txt").read_text())
    assert len(list(tiny.rglob("P*.txt"))) == len(clips)


def test_start_peak_and_end_are_where_the_face_moves(draw):
    for number, shown in enumerate(("happiness", "fear")):
        folder, rows, frames = draw(clip(number=number, emotion=shown, shown=shown, frames=40))
        start, end, peak = line(folder, clip(number=number, emotion=shown))[:3]
        change = [moved(row) - moved(rows[0]) for row in rows]
        assert 0 < start <= peak <= end < 40 and len(frames) == len(rows) == 40
        assert change[peak] > 0.8 * max(change)
        assert max(change[: start - 1], default=0) < 0.1 * max(change) > max(change[end + 1 :], default=0)


def test_a_neutral_clip_is_marked_as_a_whole(draw):
    item = clip(emotion="neutral", shown="neutral")
    folder, rows, _ = draw(item)
    assert line(folder, item) == [0, 19, 9, 0, 0, 0, 0, 0] and {row["emotion"] for row in rows} == {"neutral"}


@pytest.mark.parametrize("mark", MARKED)
def test_what_is_marked_is_drawn(draw, mark):
    plain, marked = clip(), clip(mark=mark, shown="anger" if mark == "wrong emotion" else "happiness")
    (folder, rows, frames), (_, _, usual) = draw(marked), draw(plain)
    numbers = line(folder, marked)
    assert [place for place, number in enumerate(numbers) if place > 2 and number] == [MARKED[mark]]
    assert {row["expected"] for row in rows} == {"happiness"} and {row["mark"] for row in rows} == {mark}
    ratio = np.mean(frames) / np.mean(usual)
    if mark == "wrong emotion":
        peak = rows[numbers[2]]
        assert peak["emotion"] == "anger" and peak["au_4_right"] > 1 > peak["au_12_right"]
    elif mark == "other":
        assert ratio < 0.5
    else:
        assert rows[9]["occlusion"] and (np.abs(frames[9] - usual[9]) > 10).mean() > 0.02  # a part looks different
