"""The line beside each clip of EMO2018: where the expression begins, ends and is strongest, and what is odd."""

import re
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from fer_utils.errors import DatasetLayoutError

NUMBER = re.compile("[0-9]{1,9}")


@dataclass(frozen=True)
class Annotation:
    """What a person marked in a clip, in the order of the file; frames are numbered from 0, the end is included.

    Attributes:
        start: int. Frame in which muscles begin to tense.
        end: int. Frame in which they are relaxed again.
        peak: int. Frame of the strongest expression; the middle one of several.
        non_correlating: int. 1 where the expected emotion is not shown.
        abnormal_limb: int. 1 where limbs move oddly, such as scratching.
        low_occlusion: int. 1 where more than 30 % of the face is covered.
        heavy_occlusion: int. 1 where more than 60 % is.
        other: int. 1 for anything else.
    """

    start: int
    end: int
    peak: int
    non_correlating: int
    abnormal_limb: int
    low_occlusion: int
    heavy_occlusion: int
    other: int


NAMES = tuple(field.name for field in fields(Annotation))
EXPECTED = f"expected eight numbers in one line, between tabs: {', '.join(NAMES)}; such as 3 89 43 1 0 0 0 0"


def read_annotation(path: Path, frames: int) -> Annotation:
    """Reads the file beside a clip.

    Args:
        path: Path of a text file; any white space may stand between its numbers.
        frames: int. Number of frames of the clip.

    Returns:
        `Annotation`.

    Raises:
        DatasetLayoutError: names the file and what is wrong in it.

    Reference: Adebayo 2021, section 4.2.2 and table 2. Whether frames count from 0 is not said there.
    """
    try:
        lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise DatasetLayoutError(f"{path}: cannot be read as text ({type(error).__name__}); {EXPECTED}.") from error
    if len(lines) != 1:
        raise DatasetLayoutError(f"{path}: {len(lines) or 'no'} lines; {EXPECTED}.")
    cells = lines[0].split()
    bad = [cell for cell in cells if not NUMBER.fullmatch(cell)]
    if len(cells) != len(NAMES) or bad:
        found = f"'{bad[0][:20]}' is no whole number" if bad else f"{len(cells)} numbers"
        raise DatasetLayoutError(f"{path}: {found}; {EXPECTED}.")
    annotation = Annotation(*map(int, cells))
    if not annotation.start <= annotation.peak <= annotation.end < frames:
        raise DatasetLayoutError(
            f"{path}: start {annotation.start}, end {annotation.end}, peak {annotation.peak} in a clip of {frames} "
            f"frames. Expected start <= peak <= end <= {frames - 1}."
        )
    for name, flag in list(zip(NAMES, astuple(annotation), strict=True))[3:]:
        if flag > 1:
            raise DatasetLayoutError(f"{path}: {name} is {flag}. Expected 0 or 1.")
    return annotation
