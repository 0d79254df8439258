"""Networks that another run trained, opened only by a study that tests the same faces as that run."""

from collections.abc import Callable
from pathlib import Path

from fer_utils.errors import RunError, nearest
from fer_utils.protocol import Split
from fer_utils.runs.record import RunRecord, read_run
from fer_utils.training.stored_model import load_model

SAME = ("dataset", "fingerprint", "label_map", "split", "folds_of", "unit")  # of the protocol, as results state it


def trained_networks(folder: Path | str, split: Split, model: str) -> Callable[[int, int], object]:
    """Opens the networks of a finished run, one for each fold and seed.

    A network that was trained on faces which are tested here knows them: whatever is built on its features would be
    scored too well. So the run must have divided the same data in the same way.

    Args:
        folder: Path. Folder of the run, such as `reports/runs/13_mini_xception/<key>`.
        split: `Split` of the study that asks.
        model: str. Id of the model, such as "mini_xception_base".

    Returns:
        function from fold and seed to the `keras.Model` that was trained on that fold's training part.

    Raises:
        RunError: there is no finished run; it has no such model; its data, labels or split are others; or it lacks a
            fold or seed of this study, or tests other faces there.
    """
    folder = Path(folder)
    record = finished_run(folder, model)
    _check_protocol(folder, record.result["protocol"], split)
    for number in range(len(split.folds)):
        for seed in split.protocol.seeds:
            _check_test_part(folder, record, split, model, number, seed)
    return stored_networks(folder, record)


def finished_run(folder: Path, model: str) -> RunRecord:
    """Opens the record of a run that has trained a model.

    Args:
        folder: Path. Folder of the run.
        model: str. Id of the model.

    Returns:
        `RunRecord`.

    Raises:
        RunError: there is no finished run, or it has no such model.
    """
    record = read_run(folder)
    if record.state != "ok":
        raise RunError(
            f"{folder}: no finished run ({record.error.get('message') or record.state}). Expected the folder of a run "
            "with result.json, such as reports/runs/13_mini_xception/<key>."
        )
    known = [described["model"] for described in record.result.get("models", []) if described.get("trained", True)]
    if model not in known:
        raise RunError(
            f"{folder}: this run trained {', '.join(known) or 'nothing'}, not '{model}'.{nearest(model, known)}"
        )
    return record


def stored_networks(folder: Path, record: RunRecord) -> Callable[[int, int], object]:
    """Opens the networks of a run.

    Args:
        folder: Path. Folder of the run.
        record: `RunRecord` of it.

    Returns:
        function from fold and seed to the `keras.Model` that was trained on that fold's training part.
    """
    single = record.result["protocol"]["folds"] == len(record.result["protocol"]["seeds"]) == 1

    def network(fold: int, seed: int):
        return load_model(folder / ("model.keras" if single else f"model-fold{fold}-seed{seed}.keras"))

    return network


def _check_protocol(folder: Path, theirs: dict, split: Split) -> None:
    mine = split.to_dict()
    for name in SAME:
        if theirs.get(name) != mine[name]:
            raise RunError(
                f"{folder}: its networks were trained with {name} = {theirs.get(name)}, and this study has "
                f"{name} = {mine[name]}. They may have seen faces that are tested here. Train them with the same "
                "dataset, labels and split."
            )


def _check_test_part(folder: Path, record: RunRecord, split: Split, model: str, number: int, seed: int) -> None:
    """Compares the faces that were tested, which also shows a rule that divides otherwise than it did."""
    rows = record.predictions
    theirs = rows[(rows["model"] == model) & (rows["fold"] == number) & (rows["seed"] == seed)]
    if theirs.empty:
        raise RunError(
            f"{folder}: no network for fold {number}, seed {seed}. This run has folds "
            f"{sorted(rows['fold'].unique().tolist())} and seeds {sorted(rows['seed'].unique().tolist())}."
        )
    mine = split.table.rows["sample_id"].to_numpy()[split.folds[number].test]
    if set(theirs["sample_id"]) != set(mine):
        raise RunError(
            f"{folder}: in fold {number} that run tested other faces than this study does, so its network may have "
            "been trained on some that are tested here. Run it again with --force."
        )
