from itertools import pairwise

import keras
import numpy as np
import pytest

from fer_utils.training.schedules import PRINTED, RATES, Schedule

BATCHES = 7


def rates(name, epochs):
    """The rate of the first and the last batch of every epoch."""
    optimizer = Schedule(name, RATES[name]).optimizer(epochs * BATCHES)
    rate = optimizer._learning_rate
    steps = np.arange(epochs)[:, None] * BATCHES + [0, BATCHES - 1]
    return np.array([[float(rate(int(step))) for step in epoch] for epoch in steps])


@pytest.mark.parametrize(
    ("name", "course"),
    [
        ("thesis", {0: 0.1, 250: 0.02}),
        ("emotion_fan_ck", {0: 0.01, 30: 0.002}),
        ("emotion_fan_afew", {0: 0.004, 60: 0.0008, 120: 0.00016}),
    ],
)
def test_with_the_printed_epochs_the_rate_falls_at_the_printed_ones(name, course):
    epochs, _ = PRINTED[name]
    found = rates(name, epochs)
    begins = [*course, epochs]
    for begin, end in pairwise(begins):
        np.testing.assert_allclose(found[begin:end], course[begin], rtol=1e-5)


def test_a_short_training_takes_the_whole_course():
    np.testing.assert_allclose(rates("thesis", 4)[:, 0], [0.1, 0.1, 0.02, 0.02], rtol=1e-5)
    np.testing.assert_allclose(rates("emotion_fan_afew", 3)[:, 0], [0.004, 0.0008, 0.00016], rtol=1e-5)


def test_frame_attention_descends_with_momentum_and_the_others_do_not():
    for name in RATES:
        optimizer = Schedule(name).optimizer(10)
        assert isinstance(optimizer, keras.optimizers.SGD) == (name in PRINTED), name
        if name in PRINTED:
            assert optimizer.momentum == 0.9 and not optimizer.nesterov and Schedule(name).weight_decay == 0


def test_the_appendix_waits_thirty_epochs_and_divides_by_ten():
    (plateau,) = Schedule("appendix").callbacks()
    assert (plateau.monitor, plateau.factor, plateau.patience) == ("val_loss", 0.1, 30)
    optimizer = Schedule("appendix", RATES["appendix"]).optimizer(10)
    assert float(keras.ops.convert_to_numpy(optimizer.learning_rate)) == pytest.approx(0.001)
    assert [Schedule(name).callbacks() for name in ("thesis", "emotion_fan_ck", "emotion_fan_afew")] == [[], [], []]


def weights_after(steps, decay=0.0, l2=0.0):
    """Kernel and bias of a layer whose kernel has no gradient of its own, and whose bias is drawn to zero."""
    penalty = keras.regularizers.L2(l2) if l2 else None
    faces = keras.Input((1,))
    layer = keras.layers.Dense(1, kernel_regularizer=penalty, bias_regularizer=penalty)
    model = keras.Model(faces, layer(faces))
    model.set_weights([np.array([[2.0]]), np.array([3.0])])
    model.compile(Schedule("appendix", 0.1, weight_decay=decay).optimizer(steps), "mse")
    for _ in range(steps):
        model.train_on_batch(np.zeros((4, 1)), np.zeros((4, 1)))
    return [float(weight.ravel()[0]) for weight in model.get_weights()]


def pytorch_steps(weight, slope, steps, decay):
    """What `torch.optim.SGD` computes: the decay is added to the gradient, before the momentum."""
    velocity = 0.0
    for _ in range(steps):
        velocity = 0.9 * velocity + slope(weight) + decay * weight
        weight -= 0.1 * velocity
    return weight


def test_half_of_pytorchs_weight_decay_as_l2_gives_pytorchs_steps_and_decoupled_decay_does_not():
    expected = [pytorch_steps(2.0, lambda w: 0.0, 5, 0.2), pytorch_steps(3.0, lambda w: 2 * w, 5, 0.2)]
    assert weights_after(5, l2=0.1) == pytest.approx(expected, rel=1e-4)
    kernel, bias = weights_after(5, decay=0.2)
    assert kernel == pytest.approx(2 * (1 - 0.1 * 0.2) ** 5, rel=1e-4)  # without momentum, and kernels alone
    assert bias == pytest.approx(pytorch_steps(3.0, lambda w: 2 * w, 5, 0), rel=1e-4)
    assert kernel > expected[0] + 0.1
