"""Frame attention networks (FAN): a clip as the mean of its frames, weighted by what each of them says."""

import keras
from keras import layers, ops

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.resnet18 import penalty, resnet18_body

DROPOUT = {"mean": 0.5, "self": 0.5, "relation": 0.6}  # kinds of attention, and the dropout before the classes
SYSTEMS = {  # id of claims, or our own: title for readers, kind of attention
    "fan": ("FAN, self- and relation-attention", "relation"),
    "fan_self": ("FAN, self-attention alone", "self"),
    "fan_mean": ("Mean of frames", "mean"),
}
EACH_FRAME, HEAD, WEIGHTS = "each_frame", "head", "weights"  # names of layers
TINY = 1e-8  # below any sum of attention, but of a clip without a frame


def frame_attention(
    classes=7, attention="relation", width=1.0, input_shape=(224, 224, 3), l2=0.0, body=None
) -> keras.Model:
    """Builds FAN (Adebayo 2021, section 4.2.3): ResNet-18 sees every frame, attention weighs them.

    Args:
        classes: int. Number of classes.
        attention: str. "relation": self- and relation-attention, as in the thesis. "self": self-attention alone.
            "mean": none, each frame counts alike; the baseline.
        width: float. Share of the channels of ResNet-18.
        input_shape: tuple. (height, width, channels) of a frame.
        l2: float. Weight of the squared L2 norm of all trainable weights in the loss; see `resnet18_body`.
        body: `keras.Model` from a picture to a vector, which becomes part of the network, with its own size and l2;
            None makes a ResNet-18.

    Returns:
        `keras.Model` with two inputs, clips (batch, frames, height, width, channels) float32 scaled to [-1, 1] and a
        mask (batch, frames) float32, 1 for a frame and 0 for padding, to (batch, classes) probabilities. There may be
        any number of frames. 11,185,225 trainable parameters of 11,194,825 for seven classes; with self-attention
        alone 11,180,616 of 11,190,216.

    Raises:
        ParameterError: unknown attention, or what `resnet18_body` refuses.

    Reference: Meng et al. 2019, "Frame attention networks for facial expression recognition in videos", ICIP.
    """
    body = resnet18_body(input_shape, width, l2=l2) if body is None else body
    clips = keras.Input((None, *body.input_shape[1:]), name="clips")
    mask = keras.Input((None,), name="mask")
    features = EachFrame(body, name=EACH_FRAME)(clips)
    answers = attention_head(body.output_shape[-1], classes, attention, l2)([features, mask])
    return keras.Model([clips, mask], answers, name="frame_attention")


def attention_head(length=512, classes=7, attention="relation", l2=0.0) -> keras.Model:
    """Builds what weighs frames and answers for clips, equations (1) to (4) of the thesis.

    Equation (4) divides the sum of alpha beta [f : f'] by the sum of alpha beta. The public code does so in training;
    where it evaluates, its numerator has alpha alone and its denominator still both, which is no mean any more. Here
    it is as printed, always.

    Args:
        length: int. Features of a frame.
        classes: int. Number of classes.
        attention: str. As in `frame_attention`.
        l2: float. As in `frame_attention`.

    Returns:
        `keras.Model` from features (batch, frames, length) and a mask (batch, frames) to (batch, classes).

    Raises:
        ParameterError: unknown attention.
    """
    if attention not in DROPOUT:
        raise ParameterError(f"attention={attention!r}; known are {', '.join(DROPOUT)}.{nearest(attention, DROPOUT)}")
    features, mask = keras.Input((None, length), name="features"), keras.Input((None,), name="mask")
    there = layers.Reshape((-1, 1), name=WEIGHTS if attention == "mean" else "there")(mask)  # frames x 1
    frames, weights = features, there
    if attention != "mean":
        alpha = scored(features, "alpha", l2)  # (1)
        weights = layers.Multiply(name=WEIGHTS if attention == "self" else "alpha_there")([alpha, there])
    if attention == "relation":
        clip = WeightedMean(name="self_attention")([features, weights])  # (2)
        frames = BesideClip(name="beside_clip")([features, clip])  # frames x 1,024
        beta = scored(frames, "beta", l2)  # (3)
        weights = layers.Multiply(name=WEIGHTS)([weights, beta])
    clip = WeightedMean(name="clip")([frames, weights])  # (4)
    x = layers.Dropout(DROPOUT[attention], name="dropout")(clip)
    answers = layers.Dense(classes, activation="softmax", name="probabilities", **penalties(l2))(x)
    return keras.Model([features, mask], answers, name=HEAD)


def frame_weights(network) -> keras.Model:
    """Opens a network at the weights of its frames.

    Args:
        network: `keras.Model` as `frame_attention` or `attention_head` returns it.

    Returns:
        `keras.Model` with the same inputs to (batch, frames): alpha beta of each frame, in 0-1 (alpha of
        self-attention alone, 1 without attention); 0 for padding. A frame counts by its share of their sum.
    """
    head = network if network.name == HEAD else network.get_layer(HEAD)
    inside = keras.Model(head.inputs, head.get_layer(WEIGHTS).output)
    first, mask = network.inputs
    features = first if head is network else network.get_layer(EACH_FRAME).output
    return keras.Model(network.inputs, layers.Reshape((-1,), name="by_frame")(inside([features, mask])))


def scored(x, name, l2):
    """Gives each frame a number in 0-1: the sigmoid of a scalar product, with dropout before it."""
    x = layers.Dropout(0.5, name=f"{name}_dropout")(x)
    return layers.Dense(1, activation="sigmoid", name=name, **penalties(l2))(x)


def penalties(l2):
    """Returns what penalizes the weights of a dense layer."""
    return {"kernel_regularizer": penalty(l2), "bias_regularizer": penalty(l2)}


@keras.saving.register_keras_serializable("ferbench")
class EachFrame(layers.Layer):
    """Runs a network on every frame, as if each were a picture of its own.

    Args:
        body: `keras.Model` from (batch, height, width, channels) to (batch, length).
    """

    def __init__(self, body, **options):
        super().__init__(**options)
        self.body = body

    def call(self, clips, training=None):
        """Maps (batch, frames, height, width, channels) to (batch, frames, length)."""
        frames = ops.shape(clips)[1]
        features = self.body(ops.reshape(clips, (-1, *self.body.input_shape[1:])), training=training)
        return ops.reshape(features, (-1, frames, self.body.output_shape[-1]))

    def compute_output_shape(self, input_shape):
        """Returns (batch, frames, length)."""
        return (*input_shape[:2], self.body.output_shape[-1])

    def get_config(self):
        """Returns what the layer is rebuilt from."""
        return super().get_config() | {"body": keras.saving.serialize_keras_object(self.body)}

    @classmethod
    def from_config(cls, config):
        """Rebuilds the layer with its network."""
        return cls(keras.saving.deserialize_keras_object(config.pop("body")), **config)


@keras.saving.register_keras_serializable("ferbench")
class WeightedMean(layers.Layer):
    """Averages frames: sum(w f) / sum(w), over as many frames as there are; 0 where no frame has any weight."""

    def call(self, inputs):
        """Maps features (batch, frames, length) and weights (batch, frames, 1) to (batch, length)."""
        features, weights = inputs
        return ops.sum(features * weights, axis=1) / ops.maximum(ops.sum(weights, axis=1), TINY)

    def compute_output_shape(self, input_shape):
        """Returns (batch, length)."""
        features, _ = input_shape
        return features[0], features[2]


@keras.saving.register_keras_serializable("ferbench")
class BesideClip(layers.Layer):
    """Puts the features of the whole clip behind those of each of its frames: [f : f']."""

    def call(self, inputs):
        """Maps (batch, frames, length) and (batch, length) to (batch, frames, 2 length)."""
        features, clip = inputs
        return ops.concatenate([features, ops.zeros_like(features) + ops.expand_dims(clip, 1)], axis=-1)

    def compute_output_shape(self, input_shape):
        """Returns (batch, frames, 2 length)."""
        features, clip = input_shape
        return *features[:2], features[2] + clip[1]
