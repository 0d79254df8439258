"""Predictions that somebody made elsewhere: every row and cell is checked before anything is stored."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from fer_utils.errors import nearest
from fer_utils.protocol import Split
from fer_utils.runs.csv_rows import PredictionsError, read_csv_rows

TOLERANCE = 0.01  # of the sum of probabilities, for rounded ones; they are divided by it
NAMED = 3  # how many of many mistakes are named


def read_predictions(path: Path, split: Split) -> dict[tuple[int, int], dict[str, np.ndarray]]:
    """Reads a filled-in file of predictions, whatever the order of its rows and columns.

    A row whose `y_pred` and `p_*` are all empty is a face that was not detected.

    Args:
        path: Path of a `.csv` or `.csv.gz` with the columns of `template.prediction_form`. It has `y_pred`, or
            `p_<class>` for all classes, or both; `fold` and `seed` may be missing where the protocol has only one;
            `image` is there for its author and not read.
        split: `Split` that the predictions answer.

    Returns:
        dict from (fold, seed) to what `Run.save_predictions` takes: `probabilities` (n_test, classes) or `y_pred`
        (n_test,), in the order of the fold's test part.

    Raises:
        PredictionsError: says in which line and column what is wrong, and what was expected.
    """
    header, lines = read_csv_rows(path)
    _check_header(path, header, split)
    placed = _place(path, lines, split)
    probable, named = _filled(path, lines)
    if split.protocol.unit == "sequence" and not probable:
        raise PredictionsError(f"{path}: clips are counted by the mean of their frames' probabilities. Fill in p_*.")
    answers = {}
    for (fold, seed), rows in placed.items():
        tested = split.table.rows["sample_id"].iloc[split.folds[fold].test]
        ordered = [_answer(path, split.classes, *rows[sample], probable, named) for sample in tested]
        if all(answer is None for answer in ordered):
            raise PredictionsError(f"{path}: every row of fold {fold}, seed {seed} is empty. Fill in y_pred or p_*.")
        empty = np.full(len(split.classes), np.nan) if probable else -1
        array = np.array([empty if answer is None else answer for answer in ordered], dtype=float)
        answers[fold, seed] = {"probabilities" if probable else "y_pred": array}
    return answers


def _check_header(path: Path, header: Sequence[str], split: Split) -> None:
    wanted = [f"p_{name}" for name in split.classes]
    known = ["sample_id", "fold", "seed", "image", "y_pred", *wanted]
    for column in header:
        if column not in known:
            raise PredictionsError(
                f"{path}, line 1: unknown column '{column[:40]}'.{nearest(column, known)} Known: {', '.join(known)}."
            )
    needed = ["sample_id"]
    needed += ["fold"] * (len(split.folds) > 1) + ["seed"] * (len(split.protocol.seeds) > 1)
    if "y_pred" not in header or any(column in header for column in wanted):
        needed += wanted
    missing = [column for column in needed if column not in header]
    if missing:
        either = "" if "y_pred" in header else " Without probabilities, give y_pred alone."
        raise PredictionsError(f"{path}, line 1: no column '{missing[0]}'; found {', '.join(header)}.{either}")


def _place(path: Path, lines, split: Split) -> dict[tuple[int, int], dict[str, tuple[int, Mapping[str, str]]]]:
    """Sorts the rows by fold, seed and sample, and checks that each prediction is there exactly once."""
    samples, seeds = split.table.rows["sample_id"].to_numpy(), split.protocol.seeds
    tests = [set(samples[fold.test]) for fold in split.folds]
    placed = {(fold, seed): {} for seed in seeds for fold in range(len(tests))}
    stray, twice = [], []
    for line, cells in lines:
        fold = _choice(path, line, "fold", cells, range(len(tests)))
        seed = _choice(path, line, "seed", cells, seeds)
        sample = cells["sample_id"]
        if sample not in tests[fold]:
            stray.append((line, sample, fold))
        elif sample in placed[fold, seed]:
            twice.append(f"'{sample}' in line {line}")
        else:
            placed[fold, seed][sample] = line, cells
    if stray:
        line, sample, fold = stray[0]
        others = f" {len(stray):,} rows are not tested where they say." if len(stray) > 1 else ""
        raise PredictionsError(f"{path}, line {line}: '{sample[:40]}' is {_home(sample, fold, split, tests)}.{others}")
    if twice:
        raise PredictionsError(
            f"{path}: {len(twice):,} predictions stand twice: {_some(twice)}. Each image has one row a fold and seed."
        )
    missing = [
        f"'{sample}' (fold {fold}, seed {seed})"
        for (fold, seed), rows in placed.items()
        for sample in samples[split.folds[fold].test]
        if sample not in rows
    ]
    if missing:
        total = sum(map(len, tests)) * len(seeds)
        raise PredictionsError(
            f"{path}: {len(missing):,} of {total:,} predictions are missing: {_some(missing)}. A face that was not "
            "detected has a row, with empty y_pred and p_*."
        )
    return placed


def _some(named: Sequence[str]) -> str:
    return ", ".join(named[:NAMED]) + ", ..." * (len(named) > NAMED)


def _choice(path: Path, line: int, column: str, cells: Mapping[str, str], known: Sequence[int]) -> int:
    """Reads a fold or seed; where the file has no such column there is only one."""
    text = cells.get(column, str(known[0]))
    if text not in map(str, known):
        other = " Other seeds are another protocol: state them with --seeds." if column == "seed" else ""
        raise PredictionsError(
            f"{path}, line {line}, {column}: '{text[:20]}'. The protocol has {', '.join(map(str, known))}.{other}"
        )
    return int(text)


def _home(sample: str, fold: int, split: Split, tests: Sequence[set[str]]) -> str:
    """Says where a sample belongs that is not tested in a fold."""
    for other, ids in enumerate(tests):
        if sample in ids:
            return f"tested in fold {other}, not in fold {fold}"
    samples = split.table.rows["sample_id"].to_numpy()
    for part in ("train", "validation"):
        if sample in samples[getattr(split.folds[fold], part)]:
            return f"in the {part} part of fold {fold}, not in its test part"
    return f"no image of {split.protocol.id}: unknown, or left out by its label map"


def _filled(path: Path, lines) -> tuple[bool, bool]:
    """Whether any probability, and whether any class is filled in: a template has columns for both."""
    used = {column for _, cells in lines for column, text in cells.items() if text}
    probable, named = any(column.startswith("p_") for column in used), "y_pred" in used
    if not probable and not named:
        raise PredictionsError(f"{path}: y_pred and p_* are empty in every row. Fill in one of them or both.")
    return probable, named


def _answer(path: Path, classes: Sequence[str], line: int, cells: Mapping[str, str], probable: bool, named: bool):
    """Returns the probabilities, or the index of the class, of a row; None for a face that was not detected."""
    answer = cells["y_pred"] if named else ""
    if answer and answer not in classes:
        raise PredictionsError(
            f"{path}, line {line}, y_pred: '{answer[:40]}' is no class. Expected one of {', '.join(classes)}."
            f"{nearest(answer, classes)}"
        )
    if not probable:
        return classes.index(answer) if answer else None
    texts = [cells[f"p_{name}"] for name in classes]
    if not answer and not any(texts):
        return None
    values = np.array([_probability(path, line, name, text) for name, text in zip(classes, texts, strict=True)])
    if abs(values.sum() - 1) > TOLERANCE:
        raise PredictionsError(
            f"{path}, line {line}: the probabilities sum to {values.sum():.4g}. Expected 1, within {TOLERANCE}; logits "
            "need a softmax first, rounded probabilities more digits."
        )
    values /= values.sum()
    if answer:
        chosen = classes.index(answer)
        if values[chosen] < values.max():
            raise PredictionsError(
                f"{path}, line {line}: y_pred is '{answer}', but p_{classes[int(values.argmax())]} is the largest. "
                "Correct one of them, or leave y_pred empty."
            )
        values[chosen] += 1e-9  # among equals the file's own answer counts; far below the digits that are stored
    return values


def _probability(path: Path, line: int, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not 0 <= value <= 1 + TOLERANCE:
        raise PredictionsError(
            f"{path}, line {line}, p_{name}: '{text[:20]}' is no probability from 0 to 1. Where no face was detected, "
            "y_pred and all p_* of the row stay empty."
        )
    return value
