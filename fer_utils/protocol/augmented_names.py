"""Names that tell of augmentation, such as `x_flip` or `aug2_x`: pictures made of another one."""

import re
from pathlib import PurePosixPath

from fer_utils.datasets.picture_file import KINDS

WORDS = (
    r"aug(?:mented|mentation)?|[hv]?_?flip(?:ped)?|mirror(?:ed)?|rot(?:ated?|ation)?|shift(?:ed)?|translated?|"
    r"bright(?:er|ness)?|contrast|zoom(?:ed)?|crop(?:ped)?|scaled?|shear(?:ed)?|noise|noisy|blur(?:red)?|"
    r"jitter(?:ed)?|copy"
)
AMOUNT = r"[-+_]?(?:\d+(?:[.p]\d+)?)?(?:deg)?"
BEHIND = re.compile(rf"(?<=.)[-_. ]+(?:{WORDS}){AMOUNT}$", re.IGNORECASE)
BEFORE = re.compile(rf"^(?:{WORDS}){AMOUNT}[-_. ]+(?=.)", re.IGNORECASE)
PARTS = ("train", "training", "val", "valid", "validation", "dev", "test", "testing")


def source_name(name: str) -> tuple[str, bool]:
    """Strips what augmentation adds to names, so that a copy and its source have the same.

    Args:
        name: str. An id or a path, such as "train/S005/happy_01_flip_rot10.png".

    Returns:
        The name without marks, the ending of a picture file, and folders named after a part: "S005/happy_01" for the
        one above; and whether there were marks.
    """
    path = PurePosixPath(str(name).replace("\\", "/"))
    stem = path.stem if path.suffix.lower() in KINDS else path.name
    name_of_file, before = stem, None
    while before != stem:
        before, stem = stem, BEFORE.sub("", BEHIND.sub("", stem))
    folders = [part for part in path.parts[:-1] if part.lower() not in PARTS]
    return "/".join([*folders, stem]), stem != name_of_file
