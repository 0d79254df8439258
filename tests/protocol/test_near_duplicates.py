import cv2
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.protocol.near_duplicates import near_duplicates
from fer_utils.protocol.thumbnails import thumbnails


def clouds(count, seed=0, size=48):
    """Smooth pictures, as photographs are, with some noise."""
    draw = np.random.default_rng(seed)
    small = draw.integers(0, 256, (count, 5, 5), dtype=np.uint8)
    smooth = np.stack([cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC) for picture in small])
    return np.clip(smooth + draw.normal(0, 6, smooth.shape), 0, 255).astype(np.uint8)


def exactly(pictures, threshold):
    """All pairs by numpy's correlation coefficients."""
    flat = pictures.reshape(len(pictures), -1)
    flipped = pictures[:, :, ::-1].reshape(len(pictures), -1)
    both = np.corrcoef(np.concatenate([flat, flipped]))
    straight, mirrored = both[: len(flat), : len(flat)], both[: len(flat), len(flat) :]
    best = np.triu(np.maximum(straight, mirrored), 1)
    return set(zip(*(axis.tolist() for axis in np.nonzero(best >= threshold)), strict=True))


@pytest.mark.parametrize("threshold", [0.98, 0.9, 0.5])
def test_every_pair_that_correlates_is_found_and_no_other(threshold):
    draw = np.random.default_rng(1)
    pictures = clouds(150)
    noisy = np.clip(pictures[:100] + draw.normal(0, 1, (100, 48, 48)) * draw.uniform(1, 60, (100, 1, 1)), 0, 255)
    pictures = np.concatenate([pictures, noisy.astype(np.uint8), pictures[:20, :, ::-1]])
    pairs = near_duplicates(pictures, threshold)
    assert set(zip(pairs["i"], pairs["j"], strict=True)) == exactly(pictures, threshold)
    assert (pairs["i"] < pairs["j"]).all() and (pairs["zncc"] >= threshold).all()


def jpeg(picture, quality):
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)


@pytest.mark.parametrize(
    ("alter", "mirrored"),
    [
        (lambda picture: jpeg(picture, 80), False),
        (lambda picture: (0.6 * picture + 30).astype(np.uint8), False),
        (lambda picture: picture[:, ::-1], True),
        (lambda picture: jpeg(picture[:, ::-1], 80), True),
    ],
)
def test_the_same_photograph_stored_again_brighter_or_mirrored_is_found(alter, mirrored):
    pictures = clouds(40)
    pairs = near_duplicates(np.concatenate([pictures, np.stack([alter(picture) for picture in pictures])]))
    assert list(zip(pairs["i"], pairs["j"], strict=True)) == [(i, i + 40) for i in range(40)]
    assert (pairs["mirrored"] == mirrored).all()
    assert len(near_duplicates(pictures, mirrored=False)) == 0


def test_constant_pictures_are_duplicates_only_of_identical_ones():
    pictures = clouds(6)
    pictures[:3], pictures[3] = 0, 255
    pairs = near_duplicates(pictures)
    assert list(zip(pairs["i"], pairs["j"], strict=True)) == [(0, 1), (0, 2), (1, 2)]
    assert (pairs["zncc"] == 1).all() and not pairs["mirrored"].any()


def test_size_and_color_do_not_matter():
    gray, draw = clouds(4, size=96), np.random.default_rng(0)
    color = np.stack([gray[1]] * 3, axis=-1)
    assert np.array_equal(thumbnails(color[None]), thumbnails(gray[1:2]))
    assert thumbnails(gray).shape == (4, 48, 48) and thumbnails(gray[..., None]).shape == (4, 48, 48)
    larger = np.stack([cv2.resize(picture, (133, 111), interpolation=cv2.INTER_CUBIC) for picture in gray])
    small = np.concatenate([thumbnails(gray), thumbnails(larger), draw.integers(0, 256, (2, 48, 48), dtype=np.uint8)])
    assert near_duplicates(small)[["i", "j"]].to_numpy().tolist() == [[i, i + 4] for i in range(4)]


@pytest.mark.parametrize("count", [0, 1])
def test_without_two_pictures_there_is_no_pair(count):
    pairs = near_duplicates(np.zeros((count, 48, 48), np.uint8))
    assert list(pairs) == ["i", "j", "zncc", "mirrored"] and not len(pairs)


@pytest.mark.parametrize("threshold", [0, -1, 1.01, float("nan")])
def test_an_impossible_threshold_is_refused(threshold):
    with pytest.raises(ParameterError, match="expected a correlation above 0"):
        near_duplicates(clouds(2), threshold)


def test_pictures_of_another_type_are_refused():
    with pytest.raises(ParameterError, match="expected uint8"):
        near_duplicates(np.zeros((2, 48, 48)))


def test_thousands_of_equal_pictures_are_told_instead_of_filling_the_memory():
    with pytest.raises(ParameterError, match="More than 10,000,000 pairs"):
        near_duplicates(np.repeat(clouds(1), 5000, axis=0))
