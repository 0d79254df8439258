"""Plans: what a suite would run, with each run's key, and whether its result is there already; if not, why not."""

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path

from fer_utils.batch.data import dataset_path
from fer_utils.batch.keys import explain, key_parts, run_key
from fer_utils.batch.notebook import Notebook
from fer_utils.batch.suite import Request
from fer_utils.errors import ParameterError, RunError
from fer_utils.runs.record import RunRecord, read_run

IDENTITY = "key.json"  # beside a record: what its key was made of


@dataclass(frozen=True)
class PlannedRun:
    """One run, ready to be executed.

    Args:
        request: `Request`. What the suite asked for.
        parameters: dict. All parameters, defaults and the path of the data included.
        parts: dict. What the key was made of.
        key: str. Name of the run's directory.
        directory: Path. `<runs>/<notebook>/<key>`, absolute.
        state: str. "cached", "new", "stale", "failed" or "unfinished".
        reason: str. Why it is stale, or how it failed; "" otherwise.
        needs: tuple of str. Keys of runs that must be there first.
        expected_seconds: float or None. How long an earlier run of this kind took.
    """

    request: Request
    parameters: dict
    parts: dict = field(repr=False)
    key: str
    directory: Path
    state: str
    reason: str = ""
    needs: tuple[str, ...] = ()
    expected_seconds: float | None = None

    @property
    def label(self) -> str:
        """Name for people."""
        return self.request.label

    @property
    def notebook(self) -> Notebook:
        """The notebook that is executed."""
        return self.request.notebook

    @property
    def identity(self) -> dict:
        """What is stored beside the record, so that a later plan can explain what changed."""
        return {
            "key": self.key,
            "notebook": self.notebook.name,
            "suite": self.request.suite,
            "label": self.label,
            "parts": self.parts,
        }


def make_plan(requests: list[Request], data: dict[str, str], runs_root: Path) -> list[PlannedRun]:
    """Finds each request's key and state.

    Args:
        requests: list of `Request`.
        data: dict of dataset name to path, from `data_paths`.
        runs_root: Path of all run records.

    Returns:
        list of `PlannedRun`; needed runs first, equal ones once.

    Raises:
        ParameterError: unknown dataset, missing data, or a needed notebook that is not among the requests.
        DatasetLayoutError: a run that is not there yet would find its data damaged or of another kind.
        RunError: `runs_root` is a file.
    """
    if Path(runs_root).is_file():
        raise RunError(f"{runs_root}: the runs folder is a file. Set FERBENCH_RUNS to a folder.")
    readable: set[tuple[str, str]] = set()
    digests: dict[tuple[str, str], str] = {}
    records: dict[str, list] = {}
    plan: dict[str, PlannedRun] = {}
    for request in _in_order(requests):
        notebook = request.notebook
        parameters = {**notebook.defaults, **request.given}
        digest, source = "", ("", "")
        if "dataset" in parameters:
            path = dataset_path(parameters["dataset"], data, request.label)
            if "data" in parameters:
                parameters["data"] = path
            source = (parameters["dataset"], path)
            if source not in digests:
                from fer_utils.datasets import dataset_digest

                digests[source] = dataset_digest(*source)
            digest = digests[source]
        needs = {name: [run.key for run in plan.values() if run.notebook.name == name] for name in notebook.needs}
        parts = key_parts(notebook, parameters, digest, needs)
        key = run_key(parts)
        directory = Path(runs_root).resolve() / notebook.name / key
        if notebook.name not in records:
            records[notebook.name] = _records(runs_root, notebook.name)
        state, reason, seconds = _state(request, directory, parts, records[notebook.name])
        if state != "cached" and source[1] and source not in readable:
            from fer_utils.datasets import load_dataset

            load_dataset(*source)  # finds bad rows before kernels start, and fills the cache that these will read
            readable.add(source)
        needed = tuple(itertools.chain.from_iterable(needs.values()))
        plan.setdefault(key, PlannedRun(request, parameters, parts, key, directory, state, reason, needed, seconds))
    return list(plan.values())


def _in_order(requests: list[Request]) -> list[Request]:
    """Puts the runs of a needed notebook before those that need it."""
    names = {request.notebook.name for request in requests}
    ordered: list[Request] = []
    waiting = list(requests)
    while waiting:
        left = {request.notebook.name for request in waiting}
        ready = [request for request in waiting if not left & set(request.notebook.needs)]
        for request in waiting:
            missing = [name for name in request.notebook.needs if name not in names]
            if missing:
                raise ParameterError(
                    f"{request.label}: it needs a run of '{missing[0]}', and these runs hold none. "
                    f"Add it to the suite, or widen --only."
                )
        if not ready:
            raise ParameterError(f"The notebooks {', '.join(sorted(left))} need each other in a circle.")
        ordered += ready
        waiting = [request for request in waiting if request not in ready]
    return ordered


def _records(runs_root: Path, notebook: str) -> list[tuple[RunRecord, dict]]:
    """The records of a notebook's runs in batch, each with the identity that the runner wrote beside it."""
    folders = sorted(path.parent for path in (Path(runs_root) / notebook).glob(f"*/{IDENTITY}"))
    return [(read_run(folder), _read_json(folder / IDENTITY)) for folder in folders]


def _state(
    request: Request, directory: Path, parts: dict, records: list[tuple[RunRecord, dict]]
) -> tuple[str, str, float | None]:
    """State of a planned run, the reason for it, and the seconds that the most similar earlier run took."""
    kin = [
        (explain(identity["parts"], parts), record)
        for record, identity in records
        if record.state == "ok" and identity.get("parts") and _is_kin(identity, request, parts)
    ]
    kin.sort(key=lambda pair: pair[1].result.get("created", ""), reverse=True)
    kin.sort(key=lambda pair: len(pair[0]))  # the most similar first, of equals the latest
    seconds = [record.result.get("provenance", {}).get("wall_seconds") for _, record in kin[:1]]
    expected = seconds[0] if seconds else None
    own = next((record for record, _ in records if record.directory == directory), None)
    if own is not None and own.state == "ok":
        return "cached", "", expected
    if own is not None and own.state == "failed":
        first = (str(own.error.get("message", "")).strip().splitlines() or [""])[0]
        return "failed", f"{own.error.get('type', 'error')}: {first}", expected
    if own is not None:
        return "unfinished", "", expected
    if kin:
        return "stale", ", ".join(kin[0][0]), expected
    return "new", "", expected


def _is_kin(identity: dict, request: Request, parts: dict) -> bool:
    """Whether an earlier run was this one before something changed: same entry of the suite, or same parameters."""
    same_entry = (identity.get("suite"), identity.get("label")) == (request.suite, request.label)
    return same_entry or identity["parts"].get("parameters") == parts["parameters"]


def _read_json(path: Path) -> dict:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
