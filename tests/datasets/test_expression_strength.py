from dataclasses import replace

import numpy as np
import pytest

from fer_utils.datasets.expression_strength import expression_strength
from fer_utils.datasets.sources import read_sources
from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import ParameterError
from fer_utils.faces.study_faces import open_faces


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def table():
    return SyntheticFaces("tiny", subjects=2, images_per_emotion=1, frames=12, fps=6).load()


def test_the_expression_is_strongest_at_its_apex_and_absent_at_rest(table):
    strength = expression_strength(table)
    assert strength.shape == (len(table),) and (strength >= 0).all()
    for _, clip in table.rows.assign(strength=strength).groupby("sequence"):
        if clip["label"].iloc[0] == "neutral":
            continue
        apex = clip.loc[clip["apex"], "strength"].iloc[0]
        assert apex > 1 and apex > 0.85 * clip["strength"].max() and clip["strength"].iloc[0] < 0.2 * apex


def test_a_blink_is_no_expression(table):
    closed = table.rows.assign(au_43_right=5.0, au_43_left=np.arange(len(table)) % 5.0)
    np.testing.assert_array_equal(expression_strength(replace(table, rows=closed)), expression_strength(table))


def test_any_rows_of_a_twin_of_films_are_found_in_its_truth():
    (source,) = read_sources("emo2018", "twin-tiny")
    films = source.load(frames="all")
    strength = expression_strength(films, "twin-tiny")
    some = np.random.default_rng(0).permutation(len(films))[:20]
    np.testing.assert_allclose(expression_strength(films.select(some), "twin-tiny"), strength[some])
    rows = films.rows.assign(strength=strength)
    felt = rows[rows["label"] != "neutral"]
    peaks = felt[felt["frame"] == felt["peak"]].set_index("sequence")["strength"]
    strongest = felt.groupby("sequence")["strength"].max()
    assert len(peaks) > 10 and (peaks > 0.8 * strongest[peaks.index]).all()


def test_a_twin_of_pictures_ends_at_its_apex():
    (source,) = read_sources("ckplus", "twin-tiny")
    faces = source.load(frames="all", neutral=False)
    rows = faces.rows.assign(strength=expression_strength(faces, "twin-tiny"))
    last = rows[rows["apex"]].set_index("sequence")["strength"]
    assert len(last) > 5 and (last > 0.85 * rows.groupby("sequence")["strength"].max()[last.index]).all()


def test_nobody_knows_it_of_photographs():
    real = SyntheticFaces("tiny", subjects=2, images_per_emotion=1).load()
    assert np.isnan(expression_strength(replace(real, synthetic=False))).all()


def test_the_truth_of_another_twin_is_refused():
    other = open_faces("synthetic", subjects=2, images_per_emotion=1, frames=3)
    with pytest.raises(ParameterError, match="is not in the truth of the twin"):
        expression_strength(replace(other, name="emo2018"), "twin-tiny")
