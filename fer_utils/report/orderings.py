"""What beats what: published orders of two models, tested on the runs here."""

from collections.abc import Sequence

from fer_utils.report import words
from fer_utils.report.collect import Collection
from fer_utils.report.html import Fragment, badge, fold_if_long, join, table, tag
from fer_utils.report.judged_orderings import JudgedOrdering, judged_orderings
from fer_utils.report.names import run_link

TEXT = (
    "A paper that says one model beats another can be tested on other data than its own, as long as these are named. "
    "Both models answered the same test items under the same protocol; p-values are corrected for all tests below "
    "(Holm). Of several runs of a model those are paired that differ least in their parameters. Where one model "
    "answered for frames and the other for clips, both are counted by clip."
)
OWN = "What beats what, on the papers' data"
APART = "What beats what, on drawn, partial or other data"
HEADERS = ["What is said to beat what", "Verdict", "On which data", "The better one", "The other one"]


def tested(runs: Collection) -> Fragment:
    """Lists the ordering claims that runs here speak about; those on other data than the paper's stand apart.

    Args:
        runs: `Collection`.

    Returns:
        `Fragment`; empty where no two runs can be compared.
    """
    judged = judged_orderings(runs)
    if not judged:
        return Fragment("")
    tables = [
        orderings_table(runs, caption, [found for found in judged if found.verdict.apart == apart])
        for caption, apart in ((OWN, False), (APART, True))
    ]
    return join([tag("h3", "What beats what"), tag("p", TEXT), *tables])


def orderings_table(runs: Collection, caption: str, judged: Sequence[JudgedOrdering]) -> Fragment:
    """Sets orders of two models beside what their runs here say.

    Args:
        runs: `Collection`.
        caption: str. What the table shows.
        judged: sequence of `JudgedOrdering`.

    Returns:
        `Fragment`, folded where there are many; empty where there is none.
    """
    if not judged:
        return Fragment("")
    rows = []
    for found in judged:
        about, verdict = found.ordering, found.verdict
        notes = (tag("span", text, class_="key") for text in (about.where, *about.flags))
        mark = badge(verdict.word, words.VERDICT_KINDS.get(verdict.word, "plain"))
        data = join(
            [tag("code", found.better.protocol["id"]), tag("span", verdict.data.partition("; ")[2], class_="key")], " "
        )
        links = (run_link(runs, entry.record) for entry in (found.better, found.worse))
        rows.append([join([about.says, *notes], " "), join([mark, verdict.reason], " "), data, *links])
    return fold_if_long(caption, table(caption, HEADERS, rows, class_="orderings"), len(rows))
