import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.frame_attention import DROPOUT, attention_head, frame_attention, frame_weights

RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.normal(0, 1, (7, 5, 6)).astype("float32")
CLIPS = RANDOM.uniform(-1, 1, (7, 4, 32, 32, 1)).astype("float32")
LENGTHS = np.array([4, 1, 3, 4, 2, 4, 3])
MASK = (np.arange(4) < LENGTHS[:, None]).astype("float32")
KINDS = pytest.mark.parametrize("attention", DROPOUT)


def trained(model, seed=1):
    """Weights off their start, so that nothing is 0 or 1 by chance."""
    random = np.random.default_rng(seed)
    model.set_weights([weight + random.normal(0, 0.05, weight.shape) for weight in model.get_weights()])
    return model


@pytest.fixture(scope="module", params=DROPOUT)
def network(request):
    keras.utils.set_random_seed(2)
    model = trained(frame_attention(3, request.param, 1 / 16, (32, 32, 1)))
    assert model.predict([CLIPS, MASK], verbose=0).std(axis=0).max() > 0.005  # clips get answers of their own
    return model


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_equations_one_to_four_are_those_of_the_thesis():
    keras.utils.set_random_seed(0)
    head = attention_head(6, 3)
    weights = {layer.name: layer.get_weights() for layer in head.layers if layer.weights}
    answers = []
    for f in FEATURES.astype(float):
        (q, b), (q1, b1), (kernel, bias) = (weights[name] for name in ("alpha", "beta", "probabilities"))
        alpha = sigmoid(f @ q + b)
        clip = (alpha * f).sum(0) / alpha.sum()
        beside = np.concatenate([f, np.tile(clip, (5, 1))], axis=1)
        beta = sigmoid(beside @ q1 + b1)
        clip = (alpha * beta * beside).sum(0) / (alpha * beta).sum()  # both in both, as printed
        scores = np.exp(clip @ kernel + bias)
        answers.append(scores / scores.sum())
    found = head.predict([FEATURES, np.ones((7, 5), "float32")], verbose=0)
    assert np.std(answers, axis=0).max() > 0.01
    np.testing.assert_allclose(found, answers, atol=1e-5)


@KINDS
def test_a_clip_of_equal_frames_is_its_frame_whatever_they_weigh(attention):
    head = trained(attention_head(6, 3, attention))
    still, one = np.repeat(FEATURES[:, :1], 5, axis=1), FEATURES[:, :1]
    longer = head.predict([still, np.ones((7, 5), "float32")], verbose=0)
    np.testing.assert_allclose(longer, head.predict([one, np.ones((7, 1), "float32")], verbose=0), atol=1e-5)


def test_padding_a_clip_changes_no_prediction(network):
    plain = network.predict([CLIPS, MASK], verbose=0)
    random = np.random.default_rng(9)
    for filler in (np.zeros((7, 6, 32, 32, 1)), random.uniform(-1, 1, (7, 6, 32, 32, 1))):
        clips = np.concatenate([CLIPS, filler.astype("float32")], axis=1)
        clips[:, :4][MASK == 0] = 1.0  # what stands where no frame is does not matter either
        padded = network.predict([clips, np.pad(MASK, ((0, 0), (0, 6)))], verbose=0)
        np.testing.assert_allclose(padded, plain, atol=1e-5)
    for i in (1, 2):
        alone = network.predict([CLIPS[i : i + 1, : LENGTHS[i]], MASK[i : i + 1, : LENGTHS[i]]], verbose=0)
        np.testing.assert_allclose(alone[0], plain[i], atol=1e-5)


def test_a_prediction_depends_neither_on_other_clips_nor_on_the_order_of_frames(network):
    together = network.predict([CLIPS, MASK], verbose=0)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)
    backwards = network.predict([CLIPS[::-1], MASK[::-1]], batch_size=3, verbose=0)[::-1]
    np.testing.assert_allclose(backwards, together, atol=1e-5)
    turned = network.predict([CLIPS[:, ::-1], MASK[:, ::-1]], verbose=0)
    np.testing.assert_allclose(turned, together, atol=1e-5)


def test_a_saved_network_predicts_the_same(network, tmp_path):
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    before, after = (model.predict([CLIPS, MASK], verbose=0) for model in (network, again))
    np.testing.assert_allclose(after, before, atol=1e-6)
    weights = frame_weights(again).predict([CLIPS, MASK], verbose=0)
    np.testing.assert_allclose(weights, frame_weights(network).predict([CLIPS, MASK], verbose=0), atol=1e-6)


def test_weights_of_frames_are_alpha_times_beta_and_nothing_on_padding():
    keras.utils.set_random_seed(0)
    head = attention_head(6, 3)
    mask = (np.arange(5) < np.array([5, 1, 3, 4, 2, 5, 3])[:, None]).astype("float32")
    found = frame_weights(head).predict([FEATURES, mask], verbose=0)
    assert found.shape == (7, 5) and (found[mask == 0] == 0).all() and 0 < found[mask == 1].min() <= found.max() < 1
    (q, b), (q1, b1) = (head.get_layer(name).get_weights() for name in ("alpha", "beta"))
    alpha = sigmoid(FEATURES @ q + b) * mask[..., None]
    clip = (alpha * FEATURES).sum(1, keepdims=True) / alpha.sum(1, keepdims=True)
    beside = np.concatenate([FEATURES, np.repeat(clip, 5, axis=1)], axis=2)
    np.testing.assert_allclose(found, (alpha * sigmoid(beside @ q1 + b1))[..., 0], atol=1e-5)


def test_features_of_single_frames_give_the_same_answers_and_weights(network):
    body, head = network.get_layer("each_frame").body, network.get_layer("head")
    features = body.predict(CLIPS.reshape(-1, 32, 32, 1), verbose=0).reshape(7, 4, -1)
    np.testing.assert_allclose(
        head.predict([features, MASK], verbose=0), network.predict([CLIPS, MASK], verbose=0), atol=1e-5
    )
    np.testing.assert_allclose(
        frame_weights(head).predict([features, MASK], verbose=0),
        frame_weights(network).predict([CLIPS, MASK], verbose=0),
        atol=1e-5,
    )


@KINDS
def test_an_empty_clip_gives_an_answer_that_is_finite(attention):
    head = trained(attention_head(6, 3, attention))
    answers = head.predict([FEATURES, np.zeros((7, 5), "float32")], verbose=0)
    assert np.isfinite(answers).all()


@pytest.mark.parametrize("whole", [True, False], ids=["relation", "head of self"])
def test_a_step_of_training_moves_every_weight_and_lowers_the_loss(whole):
    keras.utils.set_random_seed(3)
    if whole:
        model, inputs = frame_attention(3, "relation", 1 / 16, (32, 32, 1), l2=5e-5), [CLIPS, MASK]
    else:
        model, inputs = attention_head(6, 3, "self"), [FEATURES, np.ones((7, 5), "float32")]
    before = [keras.ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "categorical_crossentropy")
    targets = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2, 0]]
    losses = [float(np.asarray(model.train_on_batch(inputs, targets))) for _ in range(12)]
    assert np.isfinite(losses).all() and min(losses[-3:]) < losses[0]
    for old, weight in zip(before, model.trainable_weights, strict=True):
        assert np.abs(keras.ops.convert_to_numpy(weight) - old).max() > 0, weight.path


def test_all_trainable_weights_are_penalized():
    model = frame_attention(3, width=1 / 64, input_shape=(32, 32, 1), l2=0.25)
    squares = sum(float(keras.ops.sum(weight**2)) for weight in model.trainable_weights)
    assert float(sum(model.losses)) == pytest.approx(0.25 * squares, rel=1e-4)


def test_a_misspelled_attention_names_the_nearest():
    with pytest.raises(ParameterError, match="Did you mean 'relation'"):
        frame_attention(7, "relations", 1 / 64, (32, 32, 1))
