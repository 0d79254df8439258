"""Drawn faces whose identity, expression, pose and light are known, because they were drawn."""

from fer_utils.datasets.synthetic.drawing import draw_face, landmarks_of
from fer_utils.datasets.synthetic.dynamics import Sequence, sample_sequence
from fer_utils.datasets.synthetic.expression import ACTION_UNITS, PROTOTYPES, sample_action_units
from fer_utils.datasets.synthetic.identity import Identity, sample_identity
from fer_utils.datasets.synthetic.imaging import LABORATORY, WILD, Conditions, Imaging, sample_imaging
from fer_utils.datasets.synthetic.motion import sway
from fer_utils.datasets.synthetic.people import Person, draw_person, random_stream
from fer_utils.datasets.synthetic.synthetic_faces import SyntheticFaces

__all__ = [
    "ACTION_UNITS",
    "LABORATORY",
    "PROTOTYPES",
    "WILD",
    "Conditions",
    "Identity",
    "Imaging",
    "Person",
    "Sequence",
    "SyntheticFaces",
    "draw_face",
    "draw_person",
    "landmarks_of",
    "random_stream",
    "sample_action_units",
    "sample_identity",
    "sample_imaging",
    "sample_sequence",
    "sway",
]
