"""The first and the last pages of a report: what ran, on what, what failed, and where each number comes from."""

from datetime import UTC, datetime

from fer_utils.evaluation.claims import load_claims
from fer_utils.report import words
from fer_utils.report.claims_table import verdicts
from fer_utils.report.collect import Collection
from fer_utils.report.html import Fragment, badge, count, details, join, seconds, table, tag
from fer_utils.report.names import run_link


def heading(title: str, runs: Collection) -> Fragment:
    """Puts the title above the report, and when and from what it was made.

    Args:
        title: str.
        runs: `Collection`.

    Returns:
        `Fragment`.
    """
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    number = len(runs.records) + len(runs.failures)
    return join([tag("h1", title), tag("p", f"Made on {made} from {_many(number, 'run record')}.", class_="made")])


def overview(runs: Collection) -> Fragment:
    """Says what ran and on what, in one sentence, and lists the runs.

    Args:
        runs: `Collection`.

    Returns:
        `Fragment`.
    """
    if not runs.records and not runs.failures:
        return _nothing_yet()
    real = sum(not record.result["protocol"].get("synthetic") for record in runs.records)
    foreign = sum(record.external for record in runs.records)
    scored = sum(entry.score is not None for entry in runs.entries)
    facts = [
        f"{_many(len(runs.records), 'run')} with numbers, {real} of them on photographs of people",
        f"{_many(scored, 'scored model')} in {_many(len(runs.protocols), 'protocol')}",
        _many(len(runs.failures), "run") + " without numbers",
    ]
    if foreign:
        facts.append(f"{foreign} of the runs external: only scored here, trained elsewhere")
    if runs.superseded:
        facts.append(f"{_many(runs.superseded, 'older run')} left out, repeated since")
    parts = [tag("ul", *(tag("li", fact) for fact in facts), class_="inline")]
    if runs.records and not real:
        note = (
            "All numbers here come from drawn faces. They show that everything works, not how well it works on people."
        )
        parts.append(tag("p", badge("synthetic faces", "warn"), " ", note, class_="note"))
    if runs.records:
        parts += [_verdict_summary(runs), _run_table(runs)]
    return join(parts)


def failures(runs: Collection) -> Fragment:
    """Lists the runs that gave no numbers, each with its reason.

    Args:
        runs: `Collection`.

    Returns:
        `Fragment`.
    """
    if not runs.failures:
        return tag("p", "None: every run here gave numbers." if runs.records else "None, because nothing ran.")
    rows = []
    for failure in runs.failures:
        error = failure.record.error
        cell = error.get("cell")  # counted from 0 in the record, from 1 for readers
        where = [] if cell is None else [f"cell {cell + 1 if isinstance(cell, int) else cell}"]
        where += [f"signal {error['signal']}"] if error.get("signal") else []
        memory = error.get("peak_memory_mb")
        rows.append(
            [
                run_link(runs, failure.record),
                badge(failure.kind, "bad"),
                tag("pre", runs.relative(failure.message)),
                ", ".join(where) or "n/a",
                "n/a" if memory is None else f"{memory:,.0f} MB",
                seconds(error.get("seconds")),
            ]
        )
    headers = ["Run", "What", "Message", "Where", "Peak memory", "After"]
    return table("Runs without numbers", headers, rows, numeric=(4, 5))


def provenance(runs: Collection) -> Fragment:
    """Lists code, data, machine and cost of every run.

    Args:
        runs: `Collection`.

    Returns:
        `Fragment`.
    """
    if not runs.records:
        return tag("p", "Nothing to trace yet.")
    rows, packages = [], {}
    for record in runs.records:
        known = record.result.get("provenance", {})
        protocol = record.result["protocol"]
        seal = (record.result.get("predictions") or {}).get("sha256")
        memory, energy = known.get("peak_memory_mb"), known.get("energy_joules")
        rows.append(
            [
                run_link(runs, record),
                str(record.result.get("created", "n/a")).replace("T", " ").removesuffix("Z"),
                _commit(known),
                join([protocol["dataset"], tag("code", protocol.get("fingerprint", "n/a"))], " "),
                tag("code", seal[:12]) if seal else "n/a",
                known.get("backend") or "none",
                known.get("device", "n/a"),
                f"{known.get('threads', 'n/a')} of {known.get('cores', 'n/a')}",
                seconds(known.get("wall_seconds")),
                seconds(known.get("cpu_seconds")),
                "n/a" if memory is None else f"{memory:,.0f} MB",
                "n/a" if energy is None else f"{energy:,.0f} J",
            ]
        )
        versions = f"Python {known.get('python', 'n/a')}, {known.get('platform', 'n/a')}; " + ", ".join(
            f"{name} {version}" for name, version in known.get("packages", {}).items()
        )
        packages.setdefault(versions, []).append(f"{record.notebook}/{record.key}")
    headers = ["Run", "Finished (UTC)", "Commit", "Data and fingerprint", "Predictions (SHA-256)", "Backend", "Device"]
    headers += ["Threads of cores", "Wall time", "CPU time", "Peak memory", "Energy"]
    listed = (
        tag("li", versions, tag("br"), tag("small", "in ", ", ".join(names))) for versions, names in packages.items()
    )
    scored = "External runs: machine and cost are those of scoring the predictions, not of training."
    return join(
        [
            table("Where the numbers come from", headers, rows, numeric=(7, 8, 9, 10, 11)),
            tag("p", scored, class_="note") if any(record.external for record in runs.records) else "",
            details(f"Python and packages ({_many(len(packages), 'environment')})", tag("ul", *listed)),
        ]
    )


def _nothing_yet() -> Fragment:
    steps = (
        ("ferbench run", "executes the quick suite on synthetic faces, in minutes"),
        ("ferbench report", "makes this page anew"),
    )
    return join(
        [
            tag("p", tag("strong", "Nothing has run yet, so there are no numbers.")),
            tag("p", "What to do:"),
            tag("ol", *(tag("li", tag("code", command), " ", what) for command, what in steps)),
        ]
    )


def _verdict_summary(runs: Collection) -> Fragment:
    found: dict[str, int] = {}
    for _, verdict, _ in verdicts(runs, load_claims()):
        found[verdict.word] = found.get(verdict.word, 0) + 1
    marks = (tag("li", badge(word, words.VERDICT_KINDS[word]), f" {n}") for word, n in found.items())
    return tag("div", tag("p", "Published numbers beside ours, by verdict:"), tag("ul", *marks, class_="inline"))


def _run_table(runs: Collection) -> Fragment:
    rows = []
    for record in runs.records:
        protocol = record.result["protocol"]
        models = [model.get("title") or model["model"] for model in record.result["models"]]
        wall = None if record.external else record.result.get("provenance", {}).get("wall_seconds")
        data = join([words.title(protocol), words.badges(protocol)], " ")
        rows.append([run_link(runs, record), data, ", ".join(models) or "none", seconds(wall)])
    return table("What ran", ["Run", "On what", "Models", "Wall time"], rows, numeric=(3,))


def _commit(known: dict) -> Fragment:
    commit = known.get("commit")
    if not commit:
        return join(["n/a"])
    return join([tag("code", commit[:10]), " with uncommitted changes" if known.get("dirty") else ""])


def _many(n: int, noun: str) -> str:
    return f"{count(n)} {noun}" + ("" if n == 1 else "s")
