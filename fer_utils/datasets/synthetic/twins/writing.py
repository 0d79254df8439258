"""Writes a twin so that its folder is there as a whole or not at all, and never in the place of somebody's data."""

import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from fer_utils.datasets.synthetic.twins import readme
from fer_utils.datasets.synthetic.twins.files import open_gzip, write_text
from fer_utils.datasets.synthetic.twins.pool import draw_items
from fer_utils.datasets.synthetic.twins.twin import Twin
from fer_utils.errors import ParameterError

TRUTH = "ground_truth.csv.gz"


def write_twin(
    twin: Twin,
    out: Path | str,
    jobs: int = 1,
    force: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Writes a twin.

    Args:
        twin: `Twin`.
        out: Path. The folder; it appears when everything in it is complete.
        jobs: int. Processes at a time.
        force: bool. Replace an older twin in `out`, once the new one is complete.
        progress: function that is told how many of how many items are done.

    Returns:
        Path of the folder.

    Raises:
        ParameterError: `out` is a file, or holds something already that may not be replaced.
        OSError: the disk is full or may not be written to; nothing is left behind.
    """
    if jobs < 1:
        raise ParameterError(f"jobs={jobs!r}: expected at least 1 process.")
    out = Path(out).resolve()  # of a link, the folder that it leads to
    check_target(out, force)
    made = [folder for folder in out.parents if not folder.exists()]
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.unfinished-"))
    try:
        _fill(twin, unfinished, jobs, progress)
        unfinished.chmod(0o755)  # mkdtemp makes private folders; data is for everybody to read
        check_target(out, force)  # somebody may have put something there meanwhile
        _replace(unfinished, out)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        for folder in made:
            if not any(folder.iterdir()):
                folder.rmdir()
        raise
    return out


def check_target(out: Path, force: bool) -> None:
    """Refuses a place where something lies that is not ours to replace.

    Args:
        out: Path.
        force: bool. Whether an older twin may be replaced.

    Raises:
        ParameterError: says what is there and what to do.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise ParameterError(f"{out}: this is a file. Name a folder, best one that is not there yet.")
    if not any(out.iterdir()):
        return
    if not readme.is_marked(out):
        found = sorted(path.name for path in out.iterdir())[:3]
        even = " even with --force" if force else ""
        raise ParameterError(
            f"{out}: this folder holds {found}, and no {readme.NAME} that says that they are synthetic. It may be real "
            f"data, so it is not replaced{even}. Name another folder, or empty this one yourself."
        )
    if not force:
        raise ParameterError(
            f"{out}: this folder holds a synthetic twin already. Name another one, or add --force to replace it."
        )
    if not readme.is_unchanged(out):
        raise ParameterError(
            f"{out}: files were added to this synthetic twin, removed or changed since it was written, so it is not "
            "replaced even with --force: something of yours may be in it. Name another folder, or remove it yourself."
        )


def _fill(twin: Twin, folder: Path, jobs: int, progress: Callable[[int, int], None]) -> None:
    items = twin.items()
    progress(0, len(items))
    drawn = closing(draw_items(twin, items, folder, jobs))
    with (folder / TRUTH).open("wb") as file, open_gzip(file) as truth, drawn as results:
        for done, (header, lines) in enumerate(results, start=1):
            truth.write((header if done == 1 else "").encode() + lines.encode())
            progress(done, len(items))
    twin.finish(folder)
    write_text(folder / readme.NAME, readme.readme_text(twin, folder))


def _replace(new: Path, out: Path) -> None:
    """Puts the new folder in the place of an older one, which goes back where that fails."""
    if not out.exists():
        new.rename(out)
        return
    aside = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.replaced-"))
    old = out.rename(aside / out.name)
    try:
        new.rename(out)
    except BaseException:
        old.rename(out)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)
