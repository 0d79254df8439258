"""The command that judges the predictions of a model that was trained elsewhere."""

from pathlib import Path

import click

from fer_utils import paths
from fer_utils.cli.group import debug, main, shown
from fer_utils.errors import ParameterError

NOBODY_VOUCHES = (
    "External: nobody here can vouch for what this model was trained on, how it was chosen, or whether it had seen the "
    "test part before."
)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--protocol",
    "protocol_id",
    required=True,
    metavar="ID",
    help="DATASET/LABELS/SPLIT, such as fer2013/seven/fer2013-public-as-test; the hash behind it is checked if given.",
)
@click.option("--data", multiple=True, metavar="NAME=PATH", help="Where a real dataset lies.")
@click.option("--seeds", default="0", show_default=True, metavar="N,N", help="Seeds of the protocol, such as 0,1,2.")
@click.option("--template", is_flag=True, help="Write FILE to be filled in, and split.csv beside it; score nothing.")
@click.option("--name", metavar="TEXT", help="Name of the model, as the report shows it.")
@click.option("--family", default="", metavar="TEXT", help="Kind of model, such as CNN.")
@click.option("--notes", default="", metavar="TEXT", help="What a reader must know, such as extra training data.")
@click.option("--parameters", type=click.IntRange(min=0), metavar="N", help="Number of trainable parameters.")
@debug
def score(file, protocol_id, data, seeds, template, name, family, notes, parameters):
    """Scores predictions that were made elsewhere, in any framework.

    First write the file to fill in; split.csv beside it lists the images to train and to choose on:

    ferbench score predictions.csv --template --protocol ID

    Each row is a test image. Fill in p_<class> for all classes, or y_pred (a class), or both; a row that stays empty is
    a face that was not found. `image` is the row of load_dataset(NAME, PATH).images, and for FER2013 that of the csv,
    counted from 0 below its header. With several folds train one model a fold. Then score it:

    ferbench score predictions.csv --protocol ID --name "My ResNet"

    ID is that of the report, with or without its hash. SPLIT-smoke1of10 means the first of ten folds, which is what the
    quick suite runs; SPLIT-clips counts clips, each by the mean of its frames. The file is only read as text; the
    result is stored below the runs folder for `ferbench report`, where of several with one name and protocol the newest
    counts.
    """
    if not template and name is None:
        raise ParameterError('--name is missing: how should the report call the model? Such as --name "My ResNet".')
    split = _split(protocol_id, data, seeds)
    if template:
        _write(split, file)
    else:
        _score(split, file, name, family, notes, parameters)


def _split(protocol_id: str, data: tuple[str, ...], seeds: str):
    """Opens the data and divides them by the protocol."""
    from fer_utils.batch.data import data_paths, dataset_path
    from fer_utils.datasets.sources import load_sources, read_sources
    from fer_utils.protocol.named import named_protocol, read_name
    from fer_utils.runs.record import read_runs

    name = read_name(protocol_id)
    try:
        numbers = [int(seed) for seed in seeds.split(",")]
    except ValueError:
        raise ParameterError(f"--seeds {seeds}: expected whole numbers with commas between, such as 0,1,2.") from None
    where = dataset_path(name.dataset, data_paths(data), f"Protocol '{name.text}'")
    table = load_sources(read_sources(name.dataset, where))
    known = [record.result["protocol"] for record in read_runs(paths.runs_root()) if "protocol" in record.result]
    return named_protocol(name, table, numbers, known).split(table)


def _write(split, file: Path) -> None:
    from fer_utils.runs.template import write_template

    parts = write_template(split, file)
    click.echo(f"{split.protocol.id}\n{shown(file)}: fill in y_pred, or p_{', p_'.join(split.classes)}")
    click.echo(f"{shown(parts)}: train on the rows of part train, choose on those of part validation")


def _score(split, file: Path, name: str, family: str, notes: str, parameters: int | None) -> None:
    from fer_utils.evaluation.clip_predictions import counted_predictions
    from fer_utils.evaluation.tables import score_models, score_table
    from fer_utils.report.supersede import current
    from fer_utils.runs.external import store_external
    from fer_utils.runs.record import read_run, read_runs

    directory, new = store_external(file, split, paths.runs_root(), name, family, notes, parameters)
    record = read_run(directory)
    scores = score_models(counted_predictions(record.predictions, record.result["protocol"]), split.classes)
    (found,) = scores.values()
    click.echo(f"{split.protocol.id}\n")
    click.echo(score_table(scores, dict.fromkeys(scores, name)).to_string())
    click.echo(f"\n{found.n:,} test {split.protocol.unit}s; intervals over {found.unit}. {found.note}".rstrip())
    if found.undetected:
        share = f"{100 * found.accuracy_detected:.1f} %"
        click.echo(f"{found.undetected:,} faces not found count as wrong; accuracy without them: {share}")
    if split.protocol.smoke:
        click.echo(f"Smoke: {split.protocol.folds} of {split.protocol.folds_of} folds, not enough to compare.")
    for note in split.protocol.notes:
        click.echo(note)
    click.echo(NOBODY_VOUCHES)
    stored = "Stored" if new else f"Scored before, on {record.result['created']}; nothing was stored again"
    counts = any(other.directory == directory for other in current(read_runs(paths.runs_root())))
    shows = "'ferbench report' shows it" if counts else "'ferbench report' shows a newer one of the same name instead"
    click.echo(f"{stored}: {shown(directory)}. {shows}.")
