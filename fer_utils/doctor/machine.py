"""Checks of the project, git, threads, memory and the Jupyter kernel."""

import os
import shutil
from pathlib import Path

import fer_utils
from fer_utils import paths
from fer_utils.doctor import packages
from fer_utils.doctor.answer import MISSING, OK, WARNING, Answer

CGROUPS, OWN_CGROUP = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def project() -> Answer:
    """Whether the notebooks are here."""
    root = paths.project_root()
    found = f"{root}, ferbench {fer_utils.__version__}"
    if not (root / "notebooks" / "suites" / "quick.yaml").is_file():
        return Answer(MISSING, f"{found}; no notebooks/suites/quick.yaml in it", "cd to the project's folder")
    return Answer(OK, found)


def git() -> Answer:
    """Whether records can name the commit that made them."""
    from fer_utils.runs.provenance import provenance

    if shutil.which("git") is None:
        return Answer(WARNING, "git is not on the path: records will not name the commit", "apt install git")
    facts = provenance()
    if facts["commit"] is None:
        root = paths.project_root()
        mend = f'git clone the project instead of copying it, or: git config --global --add safe.directory "{root}"'
        return Answer(WARNING, f"{root} is no repository that git reads: records will not name the commit", mend)
    return Answer(OK, f"commit {facts['commit'][:8]}{', with changes of your own' if facts['dirty'] else ''}")


def threads() -> Answer:
    """How many cores may be used."""
    from fer_utils.batch.engine import cores

    found = f"{cores()} of {os.cpu_count()} cores"
    named = os.environ.get("OMP_NUM_THREADS")
    if named:
        found += f"; OMP_NUM_THREADS={named} holds for notebooks opened by hand, `ferbench run` sets its own"
    quota = cpu_quota()
    if quota is not None and quota < cores():
        whole = max(1, int(quota))
        found += f"; but this container may use the time of {quota:g} only"
        return Answer(WARNING, found, f"ferbench run quick -j {whole}")
    return Answer(OK, found)


def memory() -> Answer:
    """How much memory there is, and how many notebooks fit into it at a time."""
    import psutil

    from fer_utils.batch.engine import MEMORY_PER_WORKER, cores, default_jobs

    machine = psutil.virtual_memory()
    found = f"{machine.available / 1e9:.1f} of {machine.total / 1e9:.1f} GB free"
    free, limited = machine.available, memory_left()
    if limited is not None and limited < free:
        free = limited
        found += f"; this container may use {free / 1e9:.1f} GB more"
    jobs, fit = default_jobs(cores()), int(free // MEMORY_PER_WORKER)
    found += f"; room for {fit} notebooks at a time ({MEMORY_PER_WORKER / 1e9:.1f} GB each), {jobs} are run"
    if fit < 1:
        return Answer(WARNING, found, "close other programs, or use a machine with more memory")
    if fit < jobs:
        return Answer(WARNING, found, f"ferbench run quick -j {fit}")
    return Answer(OK, found)


def kernel() -> Answer:
    """Whether a kernel starts as it does for a run, and answers."""
    from jupyter_core.utils import run_sync

    from fer_utils.batch.kernel import started_kernel

    package = str(Path(fer_utils.__file__).resolve().parents[1])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))}
    try:
        with started_kernel(environment, Path.cwd()) as started:
            client = started.manager.client()
            client.start_channels()
            try:
                run_sync(client.wait_for_ready)(timeout=60)
                question = {"store_history": False, "user_expressions": {"sum": "1+1"}, "timeout": 60}
                reply = run_sync(client.execute_interactive)("", **question)
            finally:
                client.stop_channels()
    except (RuntimeError, TimeoutError, OSError) as error:
        return Answer(MISSING, f"no kernel of this Python starts: {error}", packages.install())
    answer = reply["content"].get("user_expressions", {}).get("sum", {}).get("data", {}).get("text/plain")
    if answer != "2":
        return Answer(MISSING, f"the kernel answers {answer!r} to 1+1", packages.install())
    return Answer(OK, "starts and answers")


def cpu_quota(groups: Path = CGROUPS, own: Path = OWN_CGROUP) -> float | None:
    """Reads how many cores' time this process's control groups allow it.

    Args:
        groups: Path. Where the kernel shows control groups.
        own: Path. Where it says which groups this process is in.

    Returns:
        float, or None where there is no limit.
    """
    quotas = []
    for folder in _control_groups("cpu", groups, own):
        words = _read(folder / "cpu.max") or (
            _read(folder / "cpu.cfs_quota_us") + _read(folder / "cpu.cfs_period_us")  # the older interface
        )
        if len(words) == 2 and words[0].isdecimal() and int(words[1]):  # neither "max" nor -1
            quotas.append(int(words[0]) / int(words[1]))
    return min(quotas, default=None)


def memory_left(groups: Path = CGROUPS, own: Path = OWN_CGROUP) -> int | None:
    """Reads how many bytes more this process's control groups allow it.

    Args:
        groups: Path. Where the kernel shows control groups.
        own: Path. Where it says which groups this process is in.

    Returns:
        int, or None where there is no limit.
    """
    left = []
    for folder in _control_groups("memory", groups, own):
        limit = _read(folder / "memory.max") or _read(folder / "memory.limit_in_bytes")
        used = _read(folder / "memory.current") or _read(folder / "memory.usage_in_bytes")
        if limit and used and limit[0].isdecimal() and int(limit[0]) < 2**60:  # the older interface's "no limit"
            left.append(max(0, int(limit[0]) - int(used[0])))
    return min(left, default=None)


def _control_groups(controller: str, groups: Path, own: Path) -> list[Path]:
    """Folders of the control groups that limit this process, and of those that hold them."""
    folders = []
    for line in own.read_text().splitlines() if own.is_file() else []:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        root = groups / controller if controllers else groups
        folder = root / path.strip("/")
        folders += [level for level in (folder, *folder.parents) if level.is_relative_to(root)]
    return folders


def _read(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []
