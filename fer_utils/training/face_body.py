"""A VGG-Face body that knows faces: with the published weights, with those of drawn people, or with none."""

from pathlib import Path

import keras
import numpy as np

from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import ParameterError, nearest
from fer_utils.models.vggface import vggface_body
from fer_utils.models.vggface_weights import load_vggface_weights
from fer_utils.training.batches import scale
from fer_utils.training.identity import IDENTITY_SEED, train_on_identity

IDENTITY, RANDOM, PUBLISHED = "synthetic-identity", "none", "vggface"
PEOPLE = {"people": 24, "pictures": 4, "epochs": 8}  # half a minute on one core at 64 pixels and an eighth of the width


def weights_kind(weights: str) -> str:
    """Says what kind of weights a notebook's parameter names, for the record of a run.

    Args:
        weights: str. "synthetic-identity", "none", or the path of a file of VGG-Face's weights.

    Returns:
        str. The same, and "vggface" for a path.

    Raises:
        ParameterError: neither a known name nor the name of an HDF5 file.
    """
    if weights in (IDENTITY, RANDOM):
        return weights
    if Path(weights).suffix not in (".h5", ".hdf5"):
        raise ParameterError(
            f"weights={weights!r}: expected '{IDENTITY}', '{RANDOM}' or the path of an .h5 file with the weights of "
            f"VGG-Face.{nearest(weights, (IDENTITY, RANDOM))}"
        )
    return PUBLISHED


def open_face_body(weights: str, width: float = 1.0, size: int = 224, seed: int = 0):
    """Builds the body of VGG-Face and gives it weights.

    Args:
        weights: str. "synthetic-identity": trained here on who drawn people are, cached. "none": random. Otherwise the
            path of the published weights, see `load_vggface_weights`; width 1 then.
        width: float. Share of the channels.
        size: int. Width and height of the faces in pixels.
        seed: int. Seed of random weights. It is set for Keras as a whole: set another one before drawing other weights.

    Returns:
        (`keras.Model` as `vggface_body` returns it, str): the body, and in a sentence where its weights come from.

    Raises:
        ParameterError: an unknown kind of weights, or a file that does not fit.
    """
    kind = weights_kind(weights)
    keras.utils.set_random_seed(seed)
    body = vggface_body(width, (size, size, 3))
    if kind == PUBLISHED:
        return load_vggface_weights(body, weights), f"The weights of VGG-Face in {Path(weights).name}; research only."
    words = "Random weights: what is frozen has learned nothing, from nobody."
    if kind == IDENTITY:
        words = str(train_on_identity(body, **PEOPLE))
    return unit_features(body), words


def unit_features(body):
    """Divides the last convolution of a body by the spread of what it gives, so that a head can learn from it.

    Pixels range over 255 gray levels, and nothing in VGG-16 makes numbers smaller. All layers are linear or ReLU, so
    that this divides the features by a constant and changes nothing else. Published weights are left alone.

    Args:
        body: `keras.Model` as `vggface_body` returns it.

    Returns:
        the same network, whose features of drawn faces have a standard deviation of 1.
    """
    drawn = SyntheticFaces("tiny", images_per_emotion=1, size=body.input_shape[1], color=True, seed=IDENTITY_SEED)
    batches = np.array_split(scale(drawn.load().pixels()), 6)
    spread = np.std([keras.ops.convert_to_numpy(body(batch)) for batch in batches])
    last = body.get_layer("conv5_3")
    last.set_weights([weight / spread for weight in last.get_weights()])
    return body
