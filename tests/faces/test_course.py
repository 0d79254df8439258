import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.faces.course import course, courses

SECONDS = np.arange(20) / 10
LEVEL = np.r_[np.zeros(4), np.linspace(0, 1, 6), np.ones(6), np.linspace(0.75, 0, 4)]


def moving(direction, seed=0, noise=0.0):
    random = np.random.default_rng(seed)
    start = random.normal(size=30)
    return start + LEVEL[:, None] * direction + noise * random.normal(size=(20, 30))


def test_the_way_goes_from_rest_to_the_apex_whatever_changes():
    for seed in range(4):
        direction = 7 * np.random.default_rng(100 + seed).normal(size=30)
        way, speed = course(moving(direction, seed), SECONDS).T
        np.testing.assert_allclose(way, LEVEL, atol=1e-5)
        assert speed[0] == 0 and speed[6] == pytest.approx(2.0, abs=1e-4) and speed[-1] < -2


def test_noise_hardly_changes_the_way():
    direction = np.random.default_rng(7).normal(size=30)
    assert np.corrcoef(course(moving(direction, noise=0.1), SECONDS)[:, 0], LEVEL)[0, 1] > 0.98


def test_speed_counts_seconds_not_frames():
    direction = np.ones(30)
    slow, fast = (course(moving(direction), SECONDS / rate)[:, 1] for rate in (1, 4))
    np.testing.assert_allclose(fast, 4 * slow, rtol=1e-5)


def test_where_nothing_moves_there_is_no_course():
    for count in (1, 5):
        assert not course(np.ones((count, 8)), np.arange(count)).any()


def test_each_clip_is_measured_alone():
    features = np.concatenate([moving(np.ones(30)), moving(-3 * np.ones(30), 1)])
    clips = [np.arange(20), np.arange(20, 40)[::2]]
    measured = courses(features, np.tile(SECONDS, 2), clips)
    np.testing.assert_array_equal(measured[:20], course(features[:20], SECONDS))
    np.testing.assert_allclose(measured[20::2, 0], LEVEL[::2], atol=0.15)
    assert not measured[21::2].any()


@pytest.mark.parametrize(
    ("frames", "seconds", "words"),
    [
        (np.zeros((0, 3)), np.zeros(0), r"shape \(0, 3\).*at least 1"),
        (np.zeros((4, 3)), np.arange(3), "expected"),
        (np.zeros((3, 3)), np.array([0, 1, 1]), "times that do not rise"),
        (np.full((2, 3), np.nan), np.arange(2), "no finite numbers"),
    ],
)
def test_what_cannot_be_measured_is_refused(frames, seconds, words):
    with pytest.raises(ParameterError, match=words):
        course(frames, seconds)
