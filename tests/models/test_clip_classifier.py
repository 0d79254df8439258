import numpy as np

from fer_utils.models.clip_classifier import clip_classifier


def test_clips_that_differ_in_their_order_alone_are_told_apart():
    """Ten groups keep time: a clip that begins happy and one that ends so have the same mean."""
    random = np.random.default_rng(0)
    y = np.arange(60) % 2
    rise = np.linspace(0.2, 0.8, 10) + random.normal(0, 0.1, (60, 10))
    groups = np.where(y[:, None] == 1, rise, rise[:, ::-1])
    model = clip_classifier().fit(groups[:40], y[:40])
    answers = model.predict_proba(groups[40:])
    assert answers.shape == (20, 2) and (answers.argmax(axis=1) == y[40:]).all()
