"""What a dishonest choice of the epoch would have claimed, beside what the honest one gives."""

from collections.abc import Sequence

from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, join, percent, table, tag
from fer_utils.report.names import model_label, run_link

TEXT = (
    "The test part was also looked at after every epoch, into a file that nothing chose by. Had the best of these "
    "epochs been reported, as many papers do, the numbers would have been these."
)


def audits(runs: Collection, entries: Sequence[Entry]) -> Fragment:
    """Shows the optimism audit of every model of one protocol that has one.

    Args:
        runs: `Collection`.
        entries: sequence of `Entry` of one protocol.

    Returns:
        `Fragment`; empty where nothing was audited.
    """
    rows = []
    for entry in entries:
        for metric, row in entry.optimism.iterrows():
            points = f"{100 * row['optimism']:+.1f} points"
            name = model_label(runs, entry)
            shares = percent(row["selected"]), percent(row["best_epoch"])
            rows.append([name, metric, *shares, points, run_link(runs, entry.record)])
    if not rows:
        return Fragment("")
    headers = ["Model", "Metric", "Chosen on validation", "Best epoch on the test part", "Bought by looking", "Run"]
    return join([tag("p", TEXT), table("Optimism audit", headers, rows, numeric=(2, 3, 4))])
