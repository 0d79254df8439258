import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.transfer import build_body, build_head, flat_length
from fer_utils.training.augmentation import Augmentation
from fer_utils.training.schedules import Schedule
from fer_utils.training.transfer import compare_modes, fit_head, one_view


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def body():
    keras.utils.set_random_seed(0)
    return build_body("vgg16", 1 / 16)


@pytest.fixture
def part():
    random = np.random.default_rng(0)
    return random.integers(0, 256, (37, 48, 48, 1), dtype=np.uint8), np.arange(37) % 3


def head_of(body):
    keras.utils.set_random_seed(5)
    return build_head(flat_length(body), 3, "16-8")


def trained(body, part, folder, mode, **options):
    head = head_of(body)
    folder.mkdir()
    history = fit_head(body, head, part, part, folder, Schedule(), 2, mode, batch_size=16, **options)
    return head, history


def test_cached_features_train_the_same_head_as_the_body_does(body, part, tmp_path):
    cached, first = trained(body, part, tmp_path / "a", "features")
    through, second = trained(body, part, tmp_path / "b", "through")
    untrained = head_of(body)
    for ours, theirs, before in zip(*(head.get_weights() for head in (cached, through, untrained)), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
        assert np.abs(ours - before).max() > 1e-3
    np.testing.assert_allclose(first["val_loss"], second["val_loss"], rtol=1e-3)


def test_views_and_the_body_both_learn_from_augmented_faces(body, part, tmp_path):
    plain, _ = trained(body, part, tmp_path / "plain", "features")
    for mode in ("features", "through"):
        augmented, history = trained(body, part, tmp_path / mode, mode, augmentation=Augmentation(), views=3)
        assert np.isfinite(history["val_loss"]).all()
        assert not np.allclose(augmented.get_weights()[0], plain.get_weights()[0], atol=1e-4)


def test_a_view_is_one_of_the_views_of_the_same_face():
    features = np.arange(4 * 5 * 2, dtype=np.float32).reshape(4, 5, 2)
    random = np.random.default_rng(0)
    drawn = np.stack([one_view(features, random) for _ in range(60)])
    for face in range(4):
        assert {tuple(row) for row in drawn[:, face]} == {tuple(row) for row in features[face]}


def test_the_comparison_has_a_row_for_each_mode(body, part, tmp_path):
    table = compare_modes(body, lambda: build_head(flat_length(body), 3, "8-8"), part, part, tmp_path, 1)
    assert list(table["mode"]) == ["features", "through"]
    assert table["val_loss"].iloc[0] == pytest.approx(table["val_loss"].iloc[1], rel=1e-3)


def test_what_cannot_be_meant_is_refused(body, part, tmp_path):
    with pytest.raises(ParameterError, match=r"No mode 'feature'.*Did you mean 'features'"):
        fit_head(body, head_of(body), part, part, tmp_path, Schedule(), 1, "feature")
    free = build_body("vgg16", 1 / 64)
    free.trainable = True
    with pytest.raises(ParameterError, match="is trainable"):
        fit_head(free, head_of(free), part, part, tmp_path, Schedule(), 1)
