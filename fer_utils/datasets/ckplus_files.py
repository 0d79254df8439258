"""The text files of CK+: labels, landmarks and FACS codes, each checked."""

from pathlib import Path

import numpy as np

from fer_utils.errors import DatasetLayoutError

CODES = ("neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")  # 0..7
POINTS = 68
LARGEST = 1_000_000  # bytes; the original files have fewer than 5,000


def read_label(path: Path) -> str:
    """Reads an `_emotion.txt`, which holds one number such as `   3.0000000e+00`.

    Args:
        path: Path.

    Returns:
        str. Emotion.

    Raises:
        DatasetLayoutError: the file is empty, or holds something else than one whole number from 0 to 7.
    """
    numbers = _numbers(path, "one number from 0 to 7")
    if numbers.size != 1 or numbers[0] not in range(len(CODES)):
        found = "an empty file" if not numbers.size else f"'{' '.join(f'{number:g}' for number in numbers[:3])}'"
        raise DatasetLayoutError(f"{path}: {found}. Expected one number from 0 to 7 ({', '.join(CODES)}).")
    return CODES[int(numbers[0])]


def read_landmarks(path: Path) -> np.ndarray:
    """Reads a `_landmarks.txt`: 68 rows `x y`.

    Args:
        path: Path.

    Returns:
        float32 array (68, 2). Pixels.

    Raises:
        DatasetLayoutError: another number of rows, or no numbers.
    """
    numbers = _numbers(path, "68 rows 'x y'")
    if numbers.size != 2 * POINTS:
        raise DatasetLayoutError(f"{path}: {numbers.size} numbers. Expected {POINTS} rows 'x y'.")
    return numbers.reshape(POINTS, 2).astype(np.float32)


def read_facs(path: Path) -> dict[int, float]:
    """Reads a `_facs.txt`: rows `unit intensity`.

    Args:
        path: Path.

    Returns:
        dict. Action unit -> intensity 1 (A) to 5 (E), or NaN where a unit was coded without intensity (0 in the file).

    Raises:
        DatasetLayoutError: no such rows, or an intensity outside 0 to 5.
    """
    numbers = _numbers(path, "rows 'unit intensity'")
    if numbers.size % 2:
        raise DatasetLayoutError(f"{path}: {numbers.size} numbers. Expected rows 'unit intensity'.")
    pairs = numbers.reshape(-1, 2)
    units, intensities = pairs[:, 0], pairs[:, 1]
    if (
        (units != units.round()).any()
        or (units < 1).any()
        or (units > 99).any()
        or (np.abs(intensities - 2.5) > 2.5).any()
    ):
        raise DatasetLayoutError(f"{path}: expected rows 'unit intensity' with units 1 to 99 and intensities 0 to 5.")
    return {int(unit): float(value) if value else np.nan for unit, value in pairs}


def _numbers(path: Path, expected: str) -> np.ndarray:
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"{path.stat().st_size:,} bytes")
        words = path.read_text(encoding="ascii").split()
        if any("_" in word for word in words):  # Python would read 0_3 as 3
            raise ValueError("an underscore")
        numbers = np.array(words, dtype=float)
    except (OSError, ValueError) as error:  # a UnicodeDecodeError is a ValueError
        raise DatasetLayoutError(f"{path}: cannot be read ({str(error)[:100]}). Expected {expected}.") from error
    if not np.isfinite(numbers).all():
        raise DatasetLayoutError(f"{path}: holds values that are no numbers. Expected {expected}.")
    return numbers
