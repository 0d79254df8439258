"""Checks of files that the project neither ships nor downloads: landmark predictors, ImageNet weights, datasets."""

import hashlib
import os
import shlex
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fer_utils import paths
from fer_utils.doctor.answer import MISSING, OK, WARNING, Answer
from fer_utils.errors import UserError


@dataclass(frozen=True)
class Weights:
    """The ImageNet weights of a network's convolutions, as Keras names and checks them.

    Attributes:
        function: str. The function in `keras.applications` that fetches them.
        file: str. Its name in Keras's folder.
        md5: str. The checksum that Keras compares.
        megabytes: float. Size of the download.
        needed_for: str. Which published systems start from them.
    """

    function: str
    file: str
    md5: str
    megabytes: float
    needed_for: str


IMAGENET = {
    "VGG-16": Weights(
        "VGG16",
        "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "6d6bbae143d832006294945121d1f1fc",
        58.9,
        "transfer learning of Hussein (2020)",
    ),
    "ResNet-50": Weights(
        "ResNet50",
        "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
        "4d473c1dd8becc155b73f8504c6f6626",
        94.8,
        "transfer learning of Hussein (2020)",
    ),
}


def predictor(points: int) -> Answer:
    """Whether dlib's landmark predictor of so many points is here and opens.

    Args:
        points: int. 68 or 5.
    """
    from fer_utils.faces.predictor_files import PREDICTORS, PredictorError, find_predictor, load_predictor

    try:
        load_predictor(points)
    except PredictorError as error:
        return Answer(WARNING, error.problem, error.command)
    path = find_predictor(points)
    terms = PREDICTORS[points].terms if path.name == PREDICTORS[points].name else "A file of your own."
    return Answer(OK, f"{path}, {path.stat().st_size / 1e6:.1f} MB. {terms}")


def imagenet_weights(network: str) -> Answer:
    """Whether the weights of a network lie where Keras looks for them, whole.

    Args:
        network: str. A key of `IMAGENET`.
    """
    weights = IMAGENET[network]
    path = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "models" / weights.file
    mend = f'{shlex.quote(sys.executable)} -c "import keras; keras.applications.{weights.function}(include_top=False)"'
    if not path.is_file():
        found = f"no {weights.file} ({weights.megabytes:g} MB) in {path.parent}; needed for {weights.needed_for} only"
        return Answer(WARNING, found, mend)
    with path.open("rb") as file:
        whole = hashlib.file_digest(file, "md5").hexdigest() == weights.md5
    if not whole:
        size = path.stat().st_size / 1e6
        return Answer(
            WARNING, f"{path} is damaged ({size:.1f} MB, not {weights.megabytes:g})", f'rm "{path}" && {mend}'
        )
    return Answer(OK, str(path))


def datasets() -> Iterable[str]:
    """Names of all datasets."""
    from fer_utils.datasets import DATASETS

    return DATASETS


def dataset(name: str, path: str | None) -> Answer:
    """Whether a dataset is registered and can be opened, with its counts against the published ones.

    Args:
        name: str. A key of `DATASETS`.
        path: str or None. Where the user says that it lies; else it is looked up in `FERBENCH_DATA`.
    """
    from fer_utils.datasets import DATASETS, load_dataset
    from fer_utils.datasets.sources import Source

    if not DATASETS[name].needs_path:
        table = load_dataset(name, subjects=1, images_per_emotion=1)
        return Answer(OK, f"drawn, no files needed; {len(table)} faces drawn for a trial")
    path = path or paths.data_path(name)
    if path is None:
        root = os.environ.get("FERBENCH_DATA")
        where = f"no subfolder '{name}' in FERBENCH_DATA={root}" if root else "not registered"
        if root and not Path(root).is_dir():
            where = f"FERBENCH_DATA={root} is not there"
        return Answer(WARNING, f"{where}; synthetic faces serve all the same", _register(name))
    try:
        table = Source(name, str(path)).load()
    except UserError as error:
        return Answer(MISSING, str(error), _register(name))
    found = f"{path}: {len(table):,} faces"
    if not table.partial:
        return Answer(OK, "; ".join([f"{found}, all that were published", *table.notes]))
    return Answer(
        WARNING,
        "; ".join([found, *table.notes]),
        "nothing has to be done: runs and report say that the copy is partial",
    )


def _register(name: str) -> str:
    return f"export FERBENCH_DATA=FOLDER, where FOLDER/{name} holds it; or add --data {name}=PATH to each command"
