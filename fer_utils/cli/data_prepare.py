"""The command that prepares the faces of a dataset before a notebook needs them."""

import json
import sys
import time
from dataclasses import asdict, fields
from pathlib import Path

import click

from fer_utils.cli.data import Line, data, place_of
from fer_utils.cli.group import debug
from fer_utils.errors import ParameterError

POSITIVE = click.FloatRange(min=0, min_open=True)
IMPORTS = (
    "from fer_utils.datasets import load_dataset",
    "from fer_utils.faces.chain import Chain",
    "from fer_utils.faces.prepare import prepare",
)


@data.command()
@click.argument("name")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="An option of the dataset. May be repeated."
)
@click.option(
    "--detector", default="hog", show_default=True, help="hog, mmod, mtcnn, or cropped: only a face is shown."
)
@click.option("--upsample", type=int, default=0, show_default=True, help="How often pictures are doubled in size.")
@click.option("--smallest", type=float, default=0.0, show_default=True, help="Least size of a face in pixels.")
@click.option("--every", type=int, default=20, show_default=True, help="Frames from detection to detection in a film.")
@click.option("--fps", type=POSITIVE, default=25.0, show_default=True, help="Frames a second, for smoothing.")
@click.option("--view", default="box", show_default=True, help="box, eyes, frontal or frontal-soft.")
@click.option("--size", type=int, default=48, show_default=True, help="Width and height of the result in pixels.")
@click.option(
    "--extension",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    help="Growth of the box, for --view box.",
)
@click.option("--color", is_flag=True, help="RGB instead of gray.")
@click.option("--landmarks/--no-landmarks", default=True, help="Find 68 landmarks, too.  [default: landmarks]")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes at a time.  [default: chosen from the cores]")
@click.option("--json", "as_json", is_flag=True, help="Write everything as JSON.")
@debug
def prepare(name, path, settings, jobs, as_json, **chain):
    """Finds, follows and cuts out the faces of the dataset NAME, and keeps them in the cache.

    PATH is the folder into which its archives were unpacked; without it, the subfolder NAME of FERBENCH_DATA. A
    notebook that asks for the same faces then has them at once: the last lines say how it asks.

    --set takes the options of load_dataset: --set frames=5, --set size=[120,160]. A frame without a face stays, black
    and marked. After Ctrl-C the same command goes on from what is finished; the second time it costs almost nothing.
    """
    from fer_utils.datasets import DATASETS
    from fer_utils.faces.chain import Chain

    place = str(place_of(name, path, "prepare"))
    if place and not DATASETS[name].needs_path:
        raise ParameterError(f"{name}: these faces are drawn, they need no path. Leave {place} out.")
    dataset, options = _dataset(name, place, settings)
    chain = Chain(**chain)
    begun = time.monotonic()
    table = dataset.load()
    prepared, at_once = _prepared(name, table, chain, jobs or 0)
    seconds = time.monotonic() - begun
    facts = {
        "dataset": name,
        "path": place,
        "options": options,
        "chain": asdict(chain),
        "frames": len(prepared),
        "found": int(prepared.rows["detected"].sum()),
        "several": int((prepared.rows["faces"] > 1).sum()),
        "cache": str(Path(prepared.images.filename).parent),  # mapped from there
        "prepared_before": at_once,
        "seconds": round(seconds, 2),
        "notes": list(table.notes),
        "python": [*IMPORTS, _line_of_python(name, place, options, chain)],
    }
    click.echo(json.dumps(facts, indent=2) if as_json else _text(facts))


def _dataset(name: str, place: str, settings: tuple[str, ...]):
    """Chooses the dataset with its options, and reads nothing yet."""
    from fer_utils.batch.settings import read_settings, read_value
    from fer_utils.datasets import DATASETS, make_dataset

    defaults = {field.name: field.default for field in fields(DATASETS[name])}
    given = read_settings(settings, "frames=5")
    if "path" in given:
        raise ParameterError(f"--set path: write where it lies behind the name: ferbench data prepare {name} PATH.")
    options = {key: read_value(text, defaults.get(key, "")) for key, text in given.items()}
    return make_dataset(name, place, **options), options


def _prepared(name: str, table, chain, processes: int):
    """Prepares, telling how far it is; also returns whether that had been done before."""
    from fer_utils.faces.prepare import prepare

    told = []
    line = Line(f"{name}: frames", sys.stderr)

    def progress(done: int, total: int) -> None:
        told.append(done)
        line.show(done, total)

    try:
        prepared = prepare(table, chain, processes, progress)
    except KeyboardInterrupt:
        line.close()
        click.echo("What is finished stays; the same command goes on from here.", err=True)
        raise
    finally:
        line.close()
    return prepared, not told


def _line_of_python(name: str, place: str, options: dict, chain) -> str:
    """Writes what a notebook has to call for the same faces."""
    where = [repr(str(Path(place).resolve()))] if place else []
    loaded = ", ".join([repr(name), *where, *(f"{key}={value!r}" for key, value in options.items())])
    changed = [field.name for field in fields(chain) if getattr(chain, field.name) != field.default]
    chosen = ", ".join(f"{key}={getattr(chain, key)!r}" for key in changed)
    return f"faces = prepare(load_dataset({loaded}), Chain({chosen}))"


def _text(facts: dict) -> str:
    """What was found, where it lies, how long it took, and how a notebook gets it."""
    before = ", all of it prepared before" if facts["prepared_before"] else ""
    missed = facts["frames"] - facts["found"]
    lines = [
        f"{facts['found']:,} of {facts['frames']:,} faces found"
        + (f"; {missed:,} frames without one stay, black, detected=False" if missed else ""),
        f"{facts['several']:,} frames with several faces"
        + ("; the one that fills most of its recording was taken" if facts["several"] else ""),
        *facts["notes"],
        f"{facts['seconds']:,.1f} s{before}",
        f"Cache: {facts['cache']}",
        "\nIn a notebook:",
        *(f"    {line}" for line in facts["python"]),
    ]
    return "\n".join(lines)
