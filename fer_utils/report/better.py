"""Which model is better? Paired comparisons of the best one of a protocol with each of the others."""

import math
from collections.abc import Sequence

from fer_utils.errors import ParameterError
from fer_utils.evaluation.comparison_tables import p_in_words
from fer_utils.evaluation.comparisons import Comparison, compare
from fer_utils.evaluation.coverage import FEW_SUBJECTS
from fer_utils.evaluation.mcnemar import McNemar, mcnemar
from fer_utils.evaluation.significance import LEVEL, holm
from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, badge, count, fold_if_long, join, table, tag
from fer_utils.report.names import model_label, run_link

MOST = 24  # comparisons of one protocol
CAPTION = "The best model against each of the others, on the same test items"
READ = (
    "Subjects are drawn again and again (images, where subjects are unknown), and both models answer the same ones. "
    "McNemar's test asks another question, which model is right more often (accuracy), and counts images as "
    "independent, so it is too sure where people occur more than once. The best was found on this test part, which "
    "flatters its lead."
)


def comparisons(runs: Collection, entries: Sequence[Entry]) -> Fragment:
    """Compares the model with the highest mean recall with each other model that answered the same test items.

    Args:
        runs: `Collection`.
        entries: sequence of `Entry` of one protocol, best first; they may be of several runs.

    Returns:
        `Fragment`; empty where fewer than two models answered the same items.
    """
    best, others = entries[0], entries[1:]
    pairs = [(entry, *found) for entry in others[:MOST] if (found := _compared(best, entry))]
    if not pairs:
        return Fragment("")
    ps = holm([comparison.p_value for _, comparison, _ in pairs])
    exact = holm([test.p_value for _, _, test in pairs])
    rows = [
        [
            model_label(runs, entry),
            _difference(comparison),
            p_in_words(p),
            _mcnemar(test, p_exact),
            _points(comparison.detectable),
            _verdict(comparison, p),
            join([run_link(runs, best.record), run_link(runs, entry.record)]),
        ]
        for (entry, comparison, test), p, p_exact in zip(pairs, ps, exact, strict=True)
    ]
    headers = ["Against", "Lead in UAR, points", "p (Holm)", "McNemar p (Holm)", "Can show, points", "So", "Runs"]
    shown = table(CAPTION, headers, rows, class_="better", numeric=(1, 2, 3, 4))
    said = tag("p", "Best: ", tag("b", model_label(runs, best)), ". ", _in_words(pairs, len(others)))
    return join([said, fold_if_long(CAPTION, shown, len(rows)), tag("p", READ, class_="key")])


def _compared(best: Entry, entry: Entry) -> tuple[Comparison, McNemar] | None:
    """Compares two models; None where they did not answer the same items."""
    tables = best.predictions, entry.predictions
    try:
        return compare(*tables, best.score.classes, "uar"), mcnemar(*tables)
    except ParameterError:
        return None


def _in_words(pairs: Sequence, others: int) -> str:
    """Says what was compared, and what a test part of this size can show at all."""
    first = pairs[0][1]
    people = "" if first.subjects is None else f" of {count(first.subjects)} people"
    limited = f"the {len(pairs)} next best of {others} others" if len(pairs) < others else f"{len(pairs)} others"
    limited = limited.replace("1 others", "the only other one") if others == 1 else limited
    text = f"Compared with {limited} on the same {count(first.n)} test items{people}; p-values are corrected for the "
    text += "number of comparisons (Holm). "
    shown = [comparison.detectable for _, comparison, _ in pairs if not math.isnan(comparison.detectable)]
    if shown:
        low, high = (_points(end) for end in (min(shown), max(shown)))
        size = low if low == high else f"{low} to {high}"
        text += f"The smallest difference in UAR that this test part can show is {size} points (found with 80 % "
        text += "probability at the 5 % level); a smaller one may be real and stay unseen."
    return text


def _difference(comparison: Comparison) -> Fragment:
    found = comparison.difference
    ends = tag("span", f"{100 * found.low:+.1f} to {100 * found.high:+.1f}", class_="ci")
    return join([f"{100 * found.value:+.1f}", ends], " ")


def _mcnemar(test: McNemar, p_value: float) -> Fragment:
    alone = tag("span", f"right alone: {count(test.first_only)} / {count(test.second_only)}", class_="ci")
    return join([p_in_words(p_value), alone], " ")


def _points(share: float) -> str:
    return "n/a" if math.isnan(share) else f"{100 * share:.1f}"


def _verdict(comparison: Comparison, p_value: float) -> Fragment:
    """Says whether the lead is more than chance: the interval and the corrected test must agree."""
    if p_value >= LEVEL or comparison.difference.low <= 0:
        return badge("not told apart", "plain")
    if comparison.subjects is not None and comparison.subjects < FEW_SUBJECTS:
        return badge("better, on few people", "warn")
    return badge("the best is better", "good")
