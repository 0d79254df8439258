"""Whether a folder that looks like a real dataset was drawn: then nothing measured on it is about people."""

from itertools import chain
from pathlib import Path

README = "README.txt"
FIRST_WORD = "SYNTHETIC,"
ABOVE, BELOW = 4, 2  # levels around the named path in which the file that says so is looked for
NOTE = "Drawn faces in the layout of the dataset (a twin): nobody is shown, and no number is about people."


def is_drawn(path: Path | str) -> bool:
    """Looks for a README.txt that begins with the word SYNTHETIC, as every twin has one.

    Args:
        path: Path. Folder or file, as it was given to a loader: the twin, something in it, or what it lies in.

    Returns:
        bool.
    """
    place = Path(path).expanduser().absolute()
    above = (folder / README for folder in (place, *list(place.parents)[:ABOVE]))
    below = (file for level in range(1, BELOW + 1) for file in place.glob("*/" * level + README))
    return any(_says_so(file) for file in chain(above, below))


def _says_so(file: Path) -> bool:
    try:
        with file.open(encoding="utf-8") as lines:
            return lines.readline(200).startswith(FIRST_WORD)
    except (OSError, UnicodeDecodeError):
        return False
