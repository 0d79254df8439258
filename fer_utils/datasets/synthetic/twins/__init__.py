"""Twins: drawn faces in the layouts that the owners of real datasets distribute.

Whoever has no copy of a dataset can write and try all programs on its twin. The writers share no code and no constants
with the loaders, so that neither can hide a mistake of the other.
"""

from fer_utils.datasets.synthetic.twins.afew import AfewTwin
from fer_utils.datasets.synthetic.twins.ckplus import CkPlusTwin
from fer_utils.datasets.synthetic.twins.ckplus48 import CkPlus48Twin
from fer_utils.datasets.synthetic.twins.emo2018 import Emo2018Twin
from fer_utils.datasets.synthetic.twins.fer2013 import Fer2013Twin
from fer_utils.datasets.synthetic.twins.jaffe import JaffeTwin
from fer_utils.datasets.synthetic.twins.oulu_casia import OuluCasiaTwin
from fer_utils.datasets.synthetic.twins.sase_fe import SaseFeTwin
from fer_utils.datasets.synthetic.twins.twin import PRESETS, Twin
from fer_utils.datasets.synthetic.twins.writing import check_target, write_twin
from fer_utils.errors import ParameterError, nearest

CLASSES = (Fer2013Twin, CkPlusTwin, CkPlus48Twin, JaffeTwin, OuluCasiaTwin, SaseFeTwin, Emo2018Twin, AfewTwin)
TWINS = {twin.name: twin for twin in CLASSES}

__all__ = ["PRESETS", "TWINS", "Twin", "check_target", "make_twin", "write_twin"]


def make_twin(name: str, preset: str = "quick", seed: int = 0) -> Twin:
    """Chooses a twin by name.

    Args:
        name: str. A key of `TWINS`.
        preset: str. One of `PRESETS`.
        seed: int. Another seed gives other people.

    Returns:
        `Twin`, to be given to `write_twin`.

    Raises:
        ParameterError: no twin or preset has this name, or the seed is impossible.
    """
    if name not in TWINS:
        raise ParameterError(f"No twin '{name}'. Known: {', '.join(TWINS)}.{nearest(name, TWINS)}")
    return TWINS[name](preset, seed)
