"""What a mistake buys: the number that it claims minus the honest one, with an interval over people."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.evaluation import metrics
from fer_utils.evaluation.intervals import Interval, bootstrap, percentile_interval
from fer_utils.figures import Picture, interval_plot
from fer_utils.protocol.lint_report import LintReport

RESAMPLES = 2000
WIDTH = 110  # characters of a line


@dataclass(frozen=True)
class Bought:
    """What a mistake buys.

    Attributes:
        claimed: float. The accuracy that would be reported, 0-1.
        honest: float. The accuracy of the same model without the mistake.
        gain: `Interval`. Their difference.
    """

    claimed: float
    honest: float
    gain: Interval

    def __str__(self):
        return (
            f"claimed {_percent(self.claimed)}, honest {_percent(self.honest)}: the mistake buys {in_points(self.gain)}"
        )

    def _repr_html_(self) -> str:
        value, interval = in_points(self.gain).split(" points ")
        return (
            f'<p style="font-size: 1.8em; margin: 0.3em 0 0"><b>{value} points</b> '
            f'<span style="font-size: 0.6em">95 % interval {interval}</span></p>'
            f"<p>claimed {_percent(self.claimed)}, honest {_percent(self.honest)}</p>"
        )


def bought(claimed: pd.DataFrame, honest: pd.DataFrame, resamples: int = RESAMPLES) -> Bought:
    """Compares predictions of the same pictures, made with a mistake and without.

    People (where unknown: pictures) and the seeds of the mistake are drawn with replacement; both predictions of a
    picture stay together, so that hard pictures are as hard for both.

    Args:
        claimed: DataFrame as `score` takes it; a picture may be predicted once a seed.
        honest: DataFrame with one prediction of each of these pictures; others are left out.
        resamples: int. Number of bootstrap resamples.

    Returns:
        `Bought`.

    Raises:
        ParameterError: a picture has no honest prediction.
    """
    right = (honest["y_pred"] == honest["y_true"]).set_axis(honest["sample_id"]).astype(int)
    missing = ~claimed["sample_id"].isin(right.index)
    if missing.any():
        raise ParameterError(f"{missing.sum():,} pictures have no honest prediction to compare with.")
    first = (claimed["y_pred"] == claimed["y_true"]).to_numpy().astype(int)
    second = right.loc[claimed["sample_id"]].to_numpy()
    units = pd.factorize(claimed["subject"].fillna(claimed["sample_id"]))[0]
    seeds = pd.factorize(claimed["seed"])[0]
    # A matrix (2, 3) of wrong and right: rows with the mistake, columns without; the third column stays empty.
    tables = bootstrap(first * 3 + second, units, seeds, 2, resamples)
    drawn = (tables[:, 1, 0] - tables[:, 0, 1]) / tables.sum(axis=(1, 2))
    with_it, without = float(first.mean()), float(second.mean())
    return Bought(with_it, without, percentile_interval(with_it - without, drawn))


def bought_by_dropping(predictions: pd.DataFrame, classes: Sequence[str], resamples: int = RESAMPLES) -> Bought:
    """Compares the accuracy over detected faces with that over all faces.

    Args:
        predictions: DataFrame as `score` takes it; `y_pred` is missing where no face was detected.
        classes: sequence of str. Class names in order.
        resamples: int. Number of bootstrap resamples.

    Returns:
        `Bought`.
    """
    k = len(classes)
    true = metrics.class_codes(predictions["y_true"], classes)
    cells = true * (k + 1) + metrics.class_codes(predictions["y_pred"], classes, undetected=True)
    units, seeds = (pd.factorize(predictions[column])[0] for column in ("subject", "seed"))
    confusion = np.bincount(cells, minlength=k * (k + 1)).reshape(k, k + 1)
    drawn = bootstrap(cells, units, seeds, k, resamples)
    claimed, honest = float(metrics.accuracy_of_detected(confusion)), float(metrics.accuracy(confusion))
    gains = metrics.accuracy_of_detected(drawn) - metrics.accuracy(drawn)
    return Bought(claimed, honest, percentile_interval(claimed - honest, gains))


def bought_by_trying(accuracies: Sequence[float], tries: int, resamples: int = RESAMPLES, seed: int = 0) -> Bought:
    """Compares the best of several tries with the mean try.

    Args:
        accuracies: sequence of float. Accuracies of equally honest trials, such as one a seed.
        tries: int. Of how many the best is reported.
        resamples: int. How often so many trials are drawn.
        seed: int. Seed of the drawing.

    Returns:
        `Bought`; its interval says how the luck of a reader who tries once more differs.
    """
    accuracies = np.asarray(accuracies, dtype=float)
    best = np.random.default_rng(seed).choice(accuracies, (resamples, tries)).max(axis=1)
    claimed, honest = float(best.mean()), float(accuracies.mean())
    return Bought(claimed, honest, percentile_interval(claimed - honest, best - honest))


def lint_line(report: LintReport, rule: str) -> str:
    """Returns what the linter says by one rule, in lines of readable length.

    Args:
        report: `LintReport`.
        rule: str. Name of the rule, such as "shared sequences".

    Returns:
        str.
    """
    found = [f"{f.level}: {f.rule} - {f.message}" for f in report.findings if f.rule == rule]
    said = found[0] if found else f"no finding '{rule}'; the verdict is: {report.verdict}"
    return wrapped(f"Linter: {said}")


def wrapped(text: str) -> str:
    """Breaks long lines, and indents what follows."""
    lines = [textwrap.fill(line, WIDTH, subsequent_indent="    ") for line in text.splitlines()]
    return "\n".join(lines)


def in_points(gain: Interval) -> str:
    """Writes a difference of shares in points, such as "+4.1 points [2.5, 6.0]"."""
    return f"{100 * gain.value:+.1f} points [{100 * gain.low:.1f}, {100 * gain.high:.1f}]"


def mistakes_table(found: Mapping[str, Bought], caught: Mapping[str, str]) -> pd.DataFrame:
    """Lists what mistakes buy.

    Args:
        found: mapping from a mistake's name to what it buys.
        caught: mapping from a mistake's name to what catches it.

    Returns:
        DataFrame of str, one row a mistake.
    """
    rows = {
        name: (_percent(b.claimed), _percent(b.honest), in_points(b.gain), caught[name]) for name, b in found.items()
    }
    return pd.DataFrame.from_dict(rows, "index", columns=["claimed", "honest", "buys [95 %]", "caught by"])


def mistakes_picture(found: Mapping[str, Bought]) -> Picture:
    """Plots what mistakes buy, in points, with their intervals.

    Args:
        found: mapping from a mistake's name to what it buys.

    Returns:
        `Picture`; its text says every number.
    """
    rows = {(name, ""): (b.gain.value, b.gain.low, b.gain.high) for name, b in found.items()}
    table = pd.DataFrame.from_dict(rows, "index", columns=["gain", "gain_low", "gain_high"])
    table.index = pd.MultiIndex.from_tuples(table.index)
    words = "; ".join(f"{name} {in_points(b.gain)}" for name, b in found.items())
    return interval_plot(table, "gain", "points that the mistake buys", f"What each mistake buys: {words}.", limit=0)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
