"""One section a protocol: its leaderboard, the papers beside it, and what lies behind the numbers."""

from collections.abc import Sequence

import numpy as np

from fer_utils.evaluation import metrics
from fer_utils.evaluation.scores import Score
from fer_utils.report import words
from fer_utils.report.audit import audits
from fer_utils.report.better import comparisons
from fer_utils.report.calibration import calibration
from fer_utils.report.claims_table import beside_ours
from fer_utils.report.collect import Collection, Entry
from fer_utils.report.confidence import confidence
from fer_utils.report.curves import curves
from fer_utils.report.groups import groups
from fer_utils.report.html import Fragment, badge, count, join, percent, seconds, table, tag, with_interval
from fer_utils.report.matrices import matrices
from fer_utils.report.names import model_label, run_link
from fer_utils.report.relabeled import relabeled
from fer_utils.report.undetected import undetected

NUMERIC = (1, 3, 4, 5, 6, 7, 8)  # columns of the leaderboard that are aligned right


def results(runs: Collection) -> Fragment:
    """Shows every protocol in a section of its own: numbers with different protocol ids never share a table.

    Args:
        runs: `Collection`.

    Returns:
        `Fragment`.
    """
    if not runs.protocols:
        return tag("p", "No run has predictions yet.")
    return join(_section(runs, entries) for entries in runs.protocols.values())


def leaderboard(runs: Collection, entries: Sequence[Entry]) -> Fragment:
    """Ranks the models of one protocol by mean recall, above the majority baseline.

    Args:
        runs: `Collection`.
        entries: sequence of `Entry` of one protocol.

    Returns:
        `Fragment`.
    """
    rows = []
    for entry in entries:
        score, known = entry.score, entry.description
        notes = [tag("span", known["notes"], class_="key")] if known.get("notes") else []
        rows.append(
            [
                join([model_label(runs, entry), *notes], " "),
                with_interval(score.uar),
                _bar(score),
                with_interval(score.accuracy),
                with_interval(score.macro_f1),
                _detected(percent(score.accuracy_detected), score.undetected),
                count(score.n),
                count(known.get("parameters")),
                seconds(known.get("train_seconds")),
                run_link(runs, entry.record),
            ]
        )
    rows.append(_majority_row(entries))
    headers = ["Model", "UAR (mean recall)", _scale(), "Accuracy", "Macro-F1", "Accuracy of faces found"]
    counted = "Test clips" if words.counts_clips(entries[0].protocol) else "Test images"
    headers += [counted, "Parameters", "Training", "Run"]
    return table("Leaderboard, with 95 % intervals", headers, rows, class_="board", numeric=NUMERIC)


def _section(runs: Collection, entries: Sequence[Entry]) -> Fragment:
    protocol = entries[0].protocol
    parts = [
        tag("h3", words.title(protocol)),
        tag("p", tag("code", protocol["id"]), " ", words.badges(protocol)),
        _facts(entries),
        _lint(protocol),
        leaderboard(runs, entries),
        _notes(entries),
    ]
    for title, *shown in (
        ("Which model is better?", comparisons(runs, entries)),
        ("How sure are the models?", calibration(runs, entries), confidence(runs, entries)),
        ("Faces that were not found", undetected(runs, entries)),
        ("Other labels, no duplicates", relabeled(runs, entries)),
        ("Beside the papers", beside_ours(runs, entries)),
        ("Class by class", matrices(runs, entries)),
        ("Who is recognized", groups(runs, entries)),
        ("Training", curves(runs, entries)),
        ("Optimism audit", audits(runs, entries)),
    ):
        parts += [tag("h4", title), *shown] if any(shown) else []
    return tag("section", *parts, class_="protocol")


def _majority_row(entries: Sequence[Entry]) -> Fragment:
    """The row of always answering the most frequent class, in the same columns."""
    score = entries[0].score
    support = score.confusion.sum(axis=1)
    constant = np.zeros_like(score.confusion)
    constant[:, support.argmax()] = support
    name = score.classes[support.argmax()]
    uar, accuracy, macro_f1 = (float(metric(constant)) for metric in (metrics.uar, metrics.accuracy, metrics.macro_f1))
    cells = [percent(uar), "", percent(accuracy), percent(macro_f1), _detected(percent(accuracy), 0), count(score.n)]
    cells += ["0", "n/a", "n/a"]
    filled = (tag("td", cell, class_="n" if i in NUMERIC else None) for i, cell in enumerate(cells, start=1))
    return tag("tr", tag("th", f"Baseline: always “{name}”", scope="row"), *filled, class_="baseline")


def _detected(accuracy: str, undetected: int) -> Fragment:
    return join([accuracy, tag("span", f"{count(undetected)} not found", class_="key")], " ")


def _scale() -> Fragment:
    return join(["UAR, 0 to 100 %", tag("span", "dashed: always one class", class_="ci")], " ")


def _bar(score: Score) -> Fragment:
    """Draws value and interval of the UAR on a scale; decoration, because the numbers stand beside it."""
    chance = 100 / int((score.confusion.sum(axis=1) > 0).sum())
    low, value, high = (100 * x for x in (score.uar.low, score.uar.value, score.uar.high))
    return Fragment(
        '<svg class="bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<path d="M0 6H100" class="axis"/>'
        f'<path d="M{chance:.1f} 0V12" class="chance"/><path d="M{low:.1f} 6H{high:.1f}" class="range"/>'
        f'<path d="M{value:.1f} 2V10" class="value"/></svg>'
    )


def _facts(entries: Sequence[Entry]) -> Fragment:
    protocol, score = entries[0].protocol, entries[0].score
    counts = protocol.get("counts", {})
    parts = [f"{count(counts[part])} {part}" for part in ("train", "validation", "test") if part in counts]
    dropped = f"; {count(counts['dropped'])} left out by the label map" if counts.get("dropped") else ""
    folds = (
        f"{protocol.get('folds')} of {protocol.get('folds_of')} folds"
        if protocol.get("folds_of", 1) > 1
        else "one split"
    )
    people = "subjects unknown" if score.subjects is None else f"{score.subjects} test subjects"
    numbers = [str(seed) for seed in protocol.get("seeds", ())]
    seeds = f"seed{'s' * (len(numbers) != 1)} {', '.join(numbers) or 'not stated'}"
    chosen = f"chosen on: {protocol.get('selection', 'not stated')}"
    images = f"images: {', '.join(parts)}{dropped}" if parts else "image counts not stated"
    clips = [words.CLIPS] if words.counts_clips(protocol) else []
    listed = [images, *clips, people, folds, seeds, chosen, f"intervals over {score.unit}", *protocol.get("notes", ())]
    return tag("ul", *(tag("li", fact) for fact in listed), class_="inline")


def _lint(protocol) -> Fragment:
    report = protocol.get("lint") or {}
    verdict = report.get("verdict", "not checked")
    head = tag("p", "Leakage linter: ", badge(verdict, words.LINT_KINDS.get(verdict, "bad")))
    findings = [
        tag("li", tag("b", f"{f.get('level')}: {f.get('rule')}"), f". {f.get('message')}")
        for f in report.get("findings", ())
    ]
    findings += [tag("li", f"note: {note}") for note in report.get("notes", ())]
    return join([head, tag("ul", *findings) if findings else ""])


def _notes(entries: Sequence[Entry]) -> Fragment:
    notes = list(dict.fromkeys(entry.score.note for entry in entries if entry.score.note))
    if any(entry.external for entry in entries):
        notes.append(words.EXTERNAL)
    return join(tag("p", note, class_="note") for note in notes)
