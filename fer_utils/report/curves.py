"""Training curves as accessible SVG, followed by their numbers."""

from collections.abc import Sequence

import pandas as pd

from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, details, join, percent, table, tag
from fer_utils.report.learning_drawing import learning_drawing
from fer_utils.report.names import model_label, model_name, run_link

MOST_ROWS = 25


def curves(runs: Collection, entries: Sequence[Entry]) -> Fragment:
    """Draws the learning curves of every model of one protocol that has any; first fold and seed.

    Args:
        runs: `Collection`.
        entries: sequence of `Entry` of one protocol.

    Returns:
        `Fragment`; empty where no model has a history.
    """
    parts = []
    for entry in entries:
        history = entry.history
        if len(history) and history["val_accuracy"].notna().any():
            fold, seed = history[["fold", "seed"]].iloc[0]
            first = history[(history["fold"] == fold) & (history["seed"] == seed)]
            trainings = len(history[["fold", "seed"]].drop_duplicates())
            parts += [_drawing(runs, entry, first, trainings), _numbers(runs, entry, first)]
    return join(parts)


def _drawing(runs: Collection, entry: Entry, history: pd.DataFrame, trainings: int) -> Fragment:
    name = model_name(entry)
    best = history.loc[history["val_accuracy"].idxmax()]
    alt = (
        f"Learning curves of {name} over {len(history)} epochs. Validation accuracy is highest in epoch "
        f"{int(best['epoch'])}, {percent(best['val_accuracy'])}, with {percent(best['accuracy'])} in training."
    )
    if trainings > 1:
        alt += f" Shown is the first of {trainings} trainings."
    name = tag("p", tag("b", model_label(runs, entry)))
    return tag("figure", name, learning_drawing(history, alt), tag("figcaption", alt))


def _numbers(runs: Collection, entry: Entry, history: pd.DataFrame) -> Fragment:
    step = -(-len(history) // MOST_ROWS)
    shown = history.iloc[::-step].iloc[::-1]  # always with the last epoch
    columns = [c for c in ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "seconds") if c in shown]
    rows = [[int(row["epoch"]), *(f"{row[column]:.4g}" for column in columns)] for _, row in shown.iterrows()]
    name = model_name(entry)
    headers = ["Epoch", *(column.replace("val_", "validation ").replace("_", " ") for column in columns)]
    every = f", every {step} epochs" if step > 1 else ""
    numbers = table(f"Training of {name}{every}", headers, rows, numeric=range(1, 7))
    return details("The numbers of these curves", numbers, tag("p", "From ", run_link(runs, entry.record), "."))
