"""Datasets: the layout on disk becomes a `FaceTable`; `synthetic/` draws faces where there is no dataset."""

from dataclasses import fields, replace

from fer_utils.datasets.about import DRAWN, About
from fer_utils.datasets.afew import Afew
from fer_utils.datasets.ckplus import CkPlus
from fer_utils.datasets.ckplus48 import CkPlus48
from fer_utils.datasets.drawn import NOTE, is_drawn
from fer_utils.datasets.emo2018 import Emo2018
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.fer2013 import Fer2013
from fer_utils.datasets.folders import Folders
from fer_utils.datasets.jaffe import Jaffe
from fer_utils.datasets.oulu_casia import OuluCasia
from fer_utils.datasets.sase_fe import SaseFe
from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import ParameterError, nearest

DATASETS = {
    dataset.name: dataset
    for dataset in (SyntheticFaces, Fer2013, CkPlus, CkPlus48, Jaffe, OuluCasia, Afew, SaseFe, Emo2018, Folders)
}


def make_dataset(name: str, path: str = "", **options):
    """Chooses a dataset by name, with its options, and reads nothing yet.

    Args:
        name: str. A key of `DATASETS`.
        path: str. Where the real data lies; not used by synthetic faces.
        **options: the fields of the dataset's class.

    Returns:
        The dataset's object, with `load` and `digest`.

    Raises:
        ParameterError: no dataset has this name, or it has no such option.
    """
    check_dataset(name)
    known = [field.name for field in fields(DATASETS[name]) if field.name != "path"]
    for option in options:
        if option not in known:
            raise ParameterError(
                f"{name} has no option '{option}'. Its options: {', '.join(known) or 'none'}.{nearest(option, known)}"
            )
    return DATASETS[name](**({"path": str(path)} if DATASETS[name].needs_path else {}), **options)


def load_dataset(name: str, path: str = "", **options) -> FaceTable:
    """Opens a dataset by name.

    Args:
        name: str. A key of `DATASETS`.
        path: str. Where the real data lies; not used by synthetic faces.
        **options: the fields of the dataset's class.

    Returns:
        `FaceTable`; `synthetic` also where the files are a drawn twin of the dataset.

    Raises:
        ParameterError: no dataset has this name, or it has no such option.
        DatasetLayoutError: the data is not there or looks different from what its owners distribute.
    """
    table = make_dataset(name, path, **options).load()
    if table.synthetic or not is_drawn(path):
        return table
    return replace(table, synthetic=True, notes=(*table.notes, NOTE))


def dataset_digest(name: str, path: str = "", **options) -> str:
    """Says which data a run would read, without reading it all again.

    Args:
        name: str. A key of `DATASETS`.
        path: str. Where the real data lies.
        **options: the fields of the dataset's class.

    Returns:
        str. A hash that changes when the data changes.
    """
    return make_dataset(name, path, **options).digest()


def about_dataset(name: str) -> About:
    """Tells about a dataset that one may not have yet.

    Args:
        name: str. A key of `DATASETS`.

    Returns:
        `About`.

    Raises:
        ParameterError: no dataset has this name.
    """
    check_dataset(name)
    return DATASETS[name].about if DATASETS[name].needs_path else DRAWN


def check_dataset(name: str) -> None:
    """Refuses a name that is no key of `DATASETS`, with the nearest one."""
    if name not in DATASETS:
        raise ParameterError(f"No dataset '{name}'. Known: {', '.join(DATASETS)}.{nearest(name, DATASETS)}")
