"""How runs and models are named in a report, always the same way."""

from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, badge, join, tag
from fer_utils.runs.record import RunRecord


def model_name(entry: Entry) -> str:
    """Returns the name that readers see; a model from elsewhere may bear the name of one of ours."""
    name = entry.description.get("title") or entry.model
    return f"{name} (external)" if entry.external else name


def model_label(runs: Collection, entry: Entry) -> Fragment:
    """Names a model, and the parameters that tell this run of it from others under the same protocol."""
    if entry.external:
        return join([entry.description.get("title") or entry.model, badge("external", "warn")], " ")
    values = ", ".join(f"{name} = {value}" for name, value in runs.variant(entry).items())
    return join([model_name(entry), *([tag("span", values, class_="key")] if values else [])], " ")


def run_link(runs: Collection, record: RunRecord) -> Fragment:
    """Names a run, and links to its executed notebook where there is one."""
    page = runs.page(record)
    name = tag("a", record.notebook, href=page) if page else record.notebook
    by_hand = record.key.removeprefix("interactive-")
    short = f"by hand, {by_hand}" if by_hand != record.key else record.key[:8]
    return join([name, tag("span", short, class_="key")], " ")


def source(runs: Collection, entry: Entry) -> Fragment:
    """Says where the numbers of a model come from: run and stored predictions; the protocol stands above."""
    seal = entry.record.result["predictions"]
    place = f"{entry.record.notebook}/{entry.record.key}/{seal['file']}"
    parts = ["From run ", run_link(runs, entry.record), ", predictions ", tag("code", place)]
    parts += [" (SHA-256 ", tag("code", seal["sha256"][:12]), ")."]
    return tag("p", *parts, class_="source")
