"""The README of a twin: first that it is synthetic, then what it holds, and what is and is not as in the original."""

import textwrap
from pathlib import Path

from fer_utils import __version__
from fer_utils.datasets.synthetic.twins.twin import Twin

NAME = "README.txt"
MARK = "SYNTHETIC, drawn by ferbench: "  # the first words; a folder without them is never replaced
WIDTH = 100


def readme_text(twin: Twin, folder: Path) -> str:
    """Writes the README.

    Args:
        twin: `Twin`.
        folder: Path. Where everything else lies already.

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
        f"What is here\n{counts}\n{_inventory(folder)}",
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


def is_unchanged(folder: Path) -> bool:
    """Whether the files in a marked folder have the number and the size that its README says."""
    return f"\n{_inventory(folder)}\n" in (folder / NAME).read_text(encoding="utf-8")


def _inventory(folder: Path) -> str:
    """Counts the files beside the README."""
    files = [path for path in folder.rglob("*") if path.is_file() and path != folder / NAME]
    return f"  all files but this one: {len(files):,}, {sum(path.stat().st_size for path in files):,} bytes"


def _paragraph(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _point(sentence: str) -> str:
    return textwrap.fill(
        sentence, WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
