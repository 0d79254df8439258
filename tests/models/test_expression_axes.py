import numpy as np
import pytest

from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import ParameterError
from fer_utils.models.expression_axes import REST, fit_expression_axes, shrunken


def test_shrinking_keeps_the_gray_level_and_the_place():
    faces = np.zeros((2, 48, 48, 1), np.uint8)
    faces[1, :24] = 200
    small = shrunken(faces, 4)
    assert small.shape == (2, 16) and not small[0].any() and small[1].tolist() == 8 * [200] + 8 * [0]


def test_swaying_is_no_expression():
    random = np.random.default_rng(0)
    smile, frown, sway = np.linalg.qr(random.normal(size=(30, 3)))[0].T
    names = np.repeat(["smile", "frown", REST], 40)
    made = np.where(names == "smile", 1, 0)[:, None] * smile + np.where(names == "frown", 1, 0)[:, None] * frown
    made = 10 * made + 8 * random.normal(size=(120, 1)) * sway + 0.5 * random.normal(size=(120, 30))
    axes = fit_expression_axes(made, names)
    expressed, moved = (
        np.linalg.norm(axes.transform(10 * [[*way]])[0] - axes.transform([np.zeros(30)])[0])
        for way in (10 * smile, 10 * sway)
    )
    assert axes.transform(made).shape == (120, 2) and expressed > 5 * moved


def test_drawn_people_who_were_not_seen_are_told_apart_at_the_apex():
    emotions = ["anger", "happiness", "surprise"]
    table = SyntheticFaces("tiny", subjects=24, images_per_emotion=1, frames=5, fps=2.5, emotions=emotions).load()
    rows = table.rows
    small = shrunken(table.pixels()).reshape(-1, 5, 256)
    changes = small - small[:, :1]
    apex = rows["apex"].to_numpy().reshape(-1, 5).argmax(axis=1)
    label, person = (rows[name].to_numpy(dtype=object)[::5] for name in ("label", "subject"))
    known = np.isin(person, np.unique(person)[:16])
    top = changes[np.arange(len(apex)), apex]
    axes = fit_expression_axes(
        np.concatenate([top[known], changes[known, -1]]), np.r_[label[known], np.full(known.sum(), REST)]
    )
    assert (axes.predict(top[~known]) == label[~known]).mean() > 0.5  # chance is a quarter


@pytest.mark.parametrize("labels", [["smile", "frown"], [REST, REST]])
def test_axes_need_expressions_and_rest(labels):
    with pytest.raises(ParameterError, match=r"expected expressions and 'rest'"):
        fit_expression_axes(np.zeros((2, 4)), np.array(labels))
