"""A plan as text: a table to read, JSON for programs, a graph for Graphviz."""

import json
from collections.abc import Sequence

from fer_utils.batch.estimate import total_seconds
from fer_utils.batch.plan import PlannedRun
from fer_utils.batch.progress import clock

COLORS = {
    "cached": "palegreen",
    "failed": "salmon",
    "blocked": "lightsalmon",
    "stale": "khaki",
    "unfinished": "lightblue",
}


def as_table(plan: Sequence[PlannedRun], jobs: int) -> str:
    """Writes a line a run: its name, key, expected time, state and the reason for it; and a line for all.

    Args:
        plan: sequence of `PlannedRun`, needed runs first.
        jobs: int. Notebooks at a time.

    Returns:
        str.
    """
    width = max(len(run.label) for run in plan)
    lines = [f"{run.label:<{width}}  {run.key}  {_time(run):>7}  {_state(run)}" for run in plan]
    todo = [run for run in plan if run.state != "cached"]
    lines.append(f"{len(plan)} runs: {len(plan) - len(todo)} cached, {len(todo)} to execute")
    seconds, unknown = total_seconds(todo, jobs)
    if todo and unknown < len(todo):
        rest = f", and {unknown} of unknown length" if unknown else ""
        lines[-1] += f": about {clock(seconds)} with -j {jobs}{rest}"
    elif todo:
        lines[-1] += ": nobody knows how long, because nothing like these ran before"
    return "\n".join(lines)


def as_json(plan: Sequence[PlannedRun], jobs: int) -> str:
    """Writes everything that is known about each run.

    Args:
        plan: sequence of `PlannedRun`, needed runs first.
        jobs: int. Notebooks at a time.

    Returns:
        str. A JSON object with `jobs`, `expected_seconds`, `unknown` and `runs`.
    """
    seconds, unknown = total_seconds([run for run in plan if run.state != "cached"], jobs)
    runs = [
        {
            "label": run.label,
            "notebook": run.notebook.name,
            "key": run.key,
            "directory": str(run.directory),
            "state": run.state,
            "reason": run.reason,
            "added": run.request.added,
            "needs": list(run.needs),
            "parameters": run.parameters,
            "resources": vars(run.resources),
            "expected_seconds": run.expected_seconds,
        }
        for run in plan
    ]
    return json.dumps({"jobs": jobs, "expected_seconds": seconds, "unknown": unknown, "runs": runs}, indent=1)


def as_dot(plan: Sequence[PlannedRun]) -> str:
    """Writes a graph in Graphviz' language: arrows go from a run to those that need it.

    Args:
        plan: sequence of `PlannedRun`, needed runs first.

    Returns:
        str, for `dot -Tsvg`.
    """
    lines = ["digraph plan {", "  rankdir=LR;", "  node [shape=box, style=filled, fillcolor=white];"]
    for run in plan:
        color = COLORS.get(run.state, "white")
        lines.append(f'  "{run.key}" [label={_quoted(run.label)}, tooltip={_quoted(_state(run))}, fillcolor={color}];')
    lines += [f'  "{key}" -> "{run.key}";' for run in plan for key in run.needs]
    return "\n".join([*lines, "}"])


def _time(run: PlannedRun) -> str:
    if run.state == "cached":
        return ""
    return "unknown" if run.expected_seconds is None else clock(run.expected_seconds)


def _state(run: PlannedRun) -> str:
    words = {"stale": f"stale: {run.reason}", "blocked": run.reason}.get(run.state, run.state)
    words += f" before ({run.reason})" if run.state == "failed" else ""
    return words + (" (needed by another run)" if run.request.added else "")


def _quoted(text: str) -> str:
    """A string of Graphviz: a quotation mark is escaped, and a backslash would begin an escape of its own."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
