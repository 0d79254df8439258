"""The commands around datasets."""

import shutil
import sys
import time
from pathlib import Path

import click

from fer_utils import paths
from fer_utils.cli.group import FULL, debug, main, shown
from fer_utils.errors import ParameterError

SELDOM = 10.0  # seconds from line to line where there is no terminal


@main.group()
@debug
def data():
    """Checks datasets, tells about them, and draws twins of them."""


@data.command()
@click.argument("twin")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--preset", default="quick", show_default=True, help="How much: tiny, small, quick or full.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed gives other people.")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes at a time.  [default: one a core]")
@click.option("--force", is_flag=True, help="Replace an older twin in OUT, once the new one is complete.")
@debug
def synth(twin, out, preset, seed, jobs, force):
    """Draws a TWIN of a real dataset into the folder OUT.

    A twin has the layout that the owners of the real dataset distribute, with all its traps, but shows nobody: use it
    to write and try programs. Its README.txt says what is as in the original and what is not; ground_truth.csv.gz has
    what the layout cannot hold.

    \b
    TWIN        full preset (minutes of one core, space)
    fer2013     35,887 rows of csv, with FER+ votes (5 min, 0.3 GB)
    ckplus      593 sequences, 327 labelled (8 min, 1.7 GB)
    ckplus48    981 pictures cut out of them (1 min, 2 MB)
    jaffe       213 pictures (seconds, 14 MB)
    oulu_casia  2,880 sequences, original and preprocessed (20 min, 1.7 GB)
    sase_fe     600 clips at 100 frames a second (60 min, 0.2 GB)
    emo2018     24,192 clips of six seconds (6 hours, 1.8 GB)
    afew        1,156 clips of films, and the faces in them (35 min, 0.5 GB)

    quick takes a minute or two, tiny seconds; small, at most a few minutes, has people enough for the divisions of the
    papers. The same seed gives the same bytes, with any number of processes. OUT appears when it is complete; where
    something is in it, it is left alone: --force replaces a twin, and nothing else.
    """  # noqa: D301  (click wants the character itself)
    from fer_utils.batch.engine import cores
    from fer_utils.datasets.synthetic.twins import make_twin, write_twin

    chosen = make_twin(twin, preset, seed)
    line = Line(f"{twin} {preset}", sys.stderr)
    try:
        folder = write_twin(chosen, out, jobs or (1 if preset == "tiny" else cores()), force, line.show)
    except OSError as error:
        if error.errno not in FULL:
            raise
        needed, free = max(1, chosen.sizes[preset]), shutil.disk_usage(_there(out)).free / 1e6
        raise ParameterError(
            f"{out}: {error.strerror}. Preset {preset} of {twin} needs about {needed:,.0f} MB, and "
            f"{free:,.0f} MB are free. Nothing was left behind. Free space, choose a smaller preset, or name a folder "
            "on another disk."
        ) from error
    finally:
        line.close()
    files = [path for path in folder.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    click.echo(f"{shown(folder)}: {len(files):,} files, {size:,.1f} MB; {shown(folder / 'README.txt')} says more")


def place_of(name: str, path: Path | None, command: str) -> Path | str:
    """Finds where a copy of a dataset lies.

    Args:
        name: str. Of the dataset.
        path: Path that the user named, or None for the subfolder of `FERBENCH_DATA`.
        command: str. Which command asks, for the message.

    Returns:
        Path; "" for drawn faces.

    Raises:
        ParameterError: no dataset has this name, or nobody said where it lies.
    """
    from fer_utils.datasets import DATASETS, about_dataset

    about_dataset(name)  # refuses an unknown name
    if not DATASETS[name].needs_path:
        return path or ""
    path = path or paths.data_path(name)
    if path is None:
        raise ParameterError(f"Where is {name}? Write: ferbench data {command} {name} PATH, or set FERBENCH_DATA.")
    return path


def _there(path: Path) -> Path:
    """The nearest folder at or above a path that exists."""
    path = path.resolve()
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


class Line:
    """One line that says how far the drawing is: in place on a terminal, now and then elsewhere.

    Args:
        name: str. What is drawn.
        stream: text stream.
    """

    def __init__(self, name: str, stream):
        self._name, self._stream, self._terminal = name, stream, stream.isatty()
        self._start, self._written, self._first = time.monotonic(), False, None
        self._told = self._start

    def show(self, done: int, total: int) -> None:
        """Tells that so many of so many items are done."""
        from fer_utils.batch.progress import clock

        if self._first is None:
            self._first = done  # done before this call, in no time
        spent, now = time.monotonic() - self._start, done - self._first
        left = f" | about {clock(spent / now * (total - done))} left" if now else ""
        text = f"{self._name}: {done}/{total}{left}"
        if self._terminal:
            self._stream.write(f"\r\x1b[K{text[: shutil.get_terminal_size().columns - 1]}")
            self._written = True
        elif time.monotonic() - self._told > SELDOM:
            self._told = time.monotonic()
            self._stream.write(text + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Leaves the last line on the screen."""
        if self._written:
            self._stream.write("\n")
            self._stream.flush()
