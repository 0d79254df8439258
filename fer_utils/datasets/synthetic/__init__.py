"""Procedurally drawn faces with known expression, identity and geometry."""

from fer_utils.datasets.synthetic.drawing import draw_face, landmarks_of
from fer_utils.datasets.synthetic.expression import ACTION_UNITS, PROTOTYPES
from fer_utils.datasets.synthetic.identity import Identity, sample_identity
from fer_utils.datasets.synthetic.imaging import Imaging, sample_imaging
from fer_utils.datasets.synthetic.synthetic_faces import SyntheticFaces

__all__ = [
    "ACTION_UNITS",
    "PROTOTYPES",
    "Identity",
    "Imaging",
    "SyntheticFaces",
    "draw_face",
    "landmarks_of",
    "sample_identity",
    "sample_imaging",
]
