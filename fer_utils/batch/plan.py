"""Plans: what a suite would run, with each run's key, and whether its result is there already; if not, why not."""

from dataclasses import dataclass, field
from pathlib import Path

from fer_utils.batch.completion import with_needed
from fer_utils.batch.data import dataset_path
from fer_utils.batch.history import IDENTITY, History
from fer_utils.batch.keys import key_parts, module_digests, run_key
from fer_utils.batch.notebook import Notebook
from fer_utils.batch.request import Request, closure
from fer_utils.batch.resources import Resources
from fer_utils.errors import RunError

__all__ = ["IDENTITY", "PlannedRun", "make_plan", "only_failed", "with_what_they_need"]


@dataclass(frozen=True)
class PlannedRun:
    """One run, ready to be executed.

    Args:
        request: `Request`. What the suite asked for.
        parameters: dict. All parameters, defaults, the path of the data and paths of needed runs included.
        parts: dict. What the key was made of.
        key: str. Name of the run's directory.
        directory: Path. `<runs>/<notebook>/<key>`, absolute.
        state: str. "cached", "new", "stale", "failed", "blocked" or "unfinished".
        reason: str. Why it is stale, or how it failed; "" otherwise.
        needs: tuple of str. Keys of runs that must be there first.
        expected_seconds: float or None. How long earlier runs of this kind took.
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
    def resources(self) -> Resources:
        """What it takes of the machine."""
        return self.request.resources

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
        requests: list of `Request`; the runs that they need are added.
        data: dict of dataset name to path or twin, from `data_paths`.
        runs_root: Path of all run records.

    Returns:
        list of `PlannedRun`; needed runs first, equal ones once.

    Raises:
        ParameterError: unknown dataset, missing data, or impossible needs.
        DatasetLayoutError: a run that is not there yet would find its data damaged or of another kind.
        RunError: `runs_root` is a file.
    """
    if Path(runs_root).is_file():
        raise RunError(f"{runs_root}: the runs folder is a file. Set FERBENCH_RUNS to a folder.")
    root, history = Path(runs_root).resolve(), History(runs_root)
    readable: set[tuple[str, str]] = set()
    digests: dict[tuple[str, str], str] = {}
    modules: dict[str, dict] = {}  # of each notebook: to look them up costs more than all else
    plan: dict[str, PlannedRun] = {}
    by_label: dict[str, PlannedRun] = {}
    for request in with_needed(requests):
        notebook, parameters = request.notebook, request.parameters
        digest, source = "", ("", "")
        if "dataset" in parameters:
            path = dataset_path(parameters["dataset"], data, request.label, parameters.get("data", ""))
            if "data" in parameters:
                parameters["data"] = path
            source = (parameters["dataset"], path)
            if source not in digests:
                from fer_utils.datasets.sources import read_sources, sources_digest

                digests[source] = sources_digest(read_sources(*source))
            digest = digests[source]
        needed = {receiver: by_label[label] for receiver, label in request.needs.items()}
        parameters |= {receiver: str(run.directory) for receiver, run in needed.items()}
        names = {receiver: f"{run.notebook.name}/{run.key}" for receiver, run in needed.items()}
        if notebook.name not in modules:
            modules[notebook.name] = module_digests(notebook.code)
        parts = key_parts(notebook, parameters, digest, names, modules[notebook.name])
        key = run_key(parts)
        directory = root / notebook.name / key
        state, reason = history.state(request, directory, parts)
        if state != "cached" and source[1] and source not in readable:
            from fer_utils.datasets.sources import read_sources

            for part in read_sources(*source):
                if part.data and not part.is_twin:
                    part.load()  # finds bad rows before kernels start, and fills the cache that these will read
            readable.add(source)
        keys = tuple(dict.fromkeys(run.key for run in needed.values()))
        seconds = history.seconds(notebook.name, parts)
        run = PlannedRun(request, parameters, parts, key, directory, state, reason, keys, seconds)
        by_label[request.label] = plan.setdefault(key, run)
    return list(plan.values())


def only_failed(plan: list[PlannedRun]) -> list[PlannedRun]:
    """Leaves what failed earlier or was blocked by a failure, and all that these need.

    Args:
        plan: list of `PlannedRun`.

    Returns:
        list of `PlannedRun` in the order of the plan.
    """
    return with_what_they_need([run for run in plan if run.state in ("failed", "blocked")], plan)


def with_what_they_need(chosen: list[PlannedRun], plan: list[PlannedRun]) -> list[PlannedRun]:
    """Adds to some runs those that they need, directly or through others.

    Args:
        chosen: list of `PlannedRun`.
        plan: list of `PlannedRun` that holds them and all that they need.

    Returns:
        list of `PlannedRun` in the order of the plan.
    """
    keys = closure([run.key for run in chosen], {run.key: run.needs for run in plan})
    return [run for run in plan if run.key in keys]
