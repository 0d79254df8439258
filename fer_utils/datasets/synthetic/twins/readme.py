"""The README of a twin: first that it is synthetic, then what it holds, and what is and is not as in the original."""

import textwrap
from pathlib import Path

from fer_utils import __version__
from fer_utils.datasets.synthetic.twins.twin import Twin

NAME = "README.txt"
MARK = "SYNTHETIC, drawn by ferbench: "  # the first words; a folder without them is never replaced
WIDTH = 100


def readme_text(twin: Twin) -> str:
    """Writes the README.

    Args:
        twin: `Twin`.

    Returns:
        str. The same for the same twin, preset, seed and version.
    """
    counts = "\n".join(f"  {name}: {number:,}" for name, number in twin.counts().items())
    warning = (
        "Nobody is shown here: people, expressions, labels and measurements all come from a random generator. Scores "
        "on these files show that code works and how models differ; they say nothing about real faces. The files lie "
        f"as the owners of {twin.original} distribute theirs, so that programs can be written and tried without the "
        f"original. They are no part of {twin.original} and no replacement for it."
    )
    truth = (
        "What is true of each picture (action units with right and left intensity 0-5, the 68 landmarks in iBUG order "
        "in pixels, pose in degrees, light, and whatever the layout cannot hold) is in ground_truth.csv.gz, one row a "
        "picture. The original has no such file."
    )
    parts = [
        f"{MARK}a twin of {twin.original}. No picture shows a person.",
        _paragraph(warning),
        f"Written by: ferbench data synth {twin.name} OUT --preset {twin.preset} --seed {twin.seed}\n"
        f"Version: {__version__}. The same command with the same versions of ferbench and its packages "
        "gives\nthe same bytes.",
        f"What is here\n{counts}",
        _paragraph(truth),
        "As in the original\n" + "\n".join(_point(sentence) for sentence in twin.alike),
        "Not as in the original\n" + "\n".join(_point(sentence) for sentence in twin.unlike),
    ]
    return "\n\n".join(parts) + "\n"


def is_marked(folder: Path) -> bool:
    """Whether a folder says of itself that it was drawn here."""
    try:
        with (folder / NAME).open(encoding="utf-8") as file:
            return file.readline().startswith(MARK)
    except (OSError, UnicodeDecodeError):
        return False


def _paragraph(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _point(sentence: str) -> str:
    return textwrap.fill(
        sentence, WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
