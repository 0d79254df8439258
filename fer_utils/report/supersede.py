"""Which records still count: a run that was repeated after a change replaces its older twin."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from fer_utils.runs.record import RunRecord


def current(records: Sequence[RunRecord]) -> list[RunRecord]:
    """Leaves out batch runs that were repeated with the same notebook and parameters.

    An external model that was scored again under its name and protocol replaces its older twin, too. Of twins the
    newest finished one counts, and the newest other one where it is newer still: a failure after a change is news, a
    failure before a success is not. Runs opened by hand always count.

    Args:
        records: sequence of `RunRecord`.

    Returns:
        list of `RunRecord`, in the given order.
    """
    twins: dict[str, list[RunRecord]] = {}
    for record in records:
        twins.setdefault(_study(record), []).append(record)
    kept = set()
    for group in twins.values():
        finished = [record for record in group if record.state == "ok"]
        newest = max(finished, key=_time, default=None)
        others = [
            record for record in group if record.state != "ok" and (newest is None or _time(record) > _time(newest))
        ]
        kept |= {record.directory for record in (newest, max(others, key=_time, default=None)) if record}
    return [record for record in records if record.directory in kept]


def _study(record: RunRecord) -> str:
    """Names what a run is a run of; a record without a readable key file stands for itself."""
    if record.external:
        return _external_study(record)
    try:
        parameters = json.loads((record.directory / "key.json").read_text(encoding="utf-8"))["parts"]["parameters"]
    except (OSError, ValueError, KeyError, TypeError):
        return str(record.directory)
    return f"{record.notebook} {json.dumps(parameters, sort_keys=True)}"


def _external_study(record: RunRecord) -> str:
    try:
        protocol, models = record.result["protocol"]["id"], [model["model"] for model in record.result["models"]]
    except (KeyError, TypeError):
        return str(record.directory)
    return f"{record.notebook} {json.dumps([protocol, models])}"


def _time(record: RunRecord) -> str:
    """When a record was closed, or last changed."""
    changed = datetime.fromtimestamp(record.directory.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(record.result.get("created") or record.error.get("created") or changed)
