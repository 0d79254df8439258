"""Reaching a Dask cluster: the address of a scheduler that runs, or a YAML file that says how to start one."""

import importlib
from pathlib import Path

import yaml

from fer_utils.errors import ParameterError, nearest

INSTALL = 'Install it with: python -m pip install -c constraints.txt -e ".[cluster]"'
KEYS = ("cluster", "jobs", "options")
CLUSTERS = {  # class: module
    "SLURMCluster": "dask_jobqueue",
    "PBSCluster": "dask_jobqueue",
    "LSFCluster": "dask_jobqueue",
    "SGECluster": "dask_jobqueue",
    "SSHCluster": "distributed",
    "LocalCluster": "distributed",
}


def read_cluster(path: Path) -> dict:
    """Reads how a cluster is started.

    Args:
        path: Path of a YAML file with `cluster` (a key of `CLUSTERS`), `options` (what the class takes) and, for those
            that submit jobs, `jobs` (how many).

    Returns:
        dict with `cluster`, `options` and `jobs` (None where the file names none).

    Raises:
        ParameterError: not such a file.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ParameterError(f"{path}: cannot be read as YAML ({' '.join(str(error).split())}).") from error
    if not isinstance(content, dict) or "cluster" not in content:
        raise ParameterError(f"{path}: expected 'cluster: SLURMCluster' and 'options:', found {content!r:.60}.")
    for key in content:
        if key not in KEYS:
            raise ParameterError(f"{path}: unknown key '{key}'. Known: {', '.join(KEYS)}.{nearest(key, KEYS)}")
    name, options, jobs = content["cluster"], content.get("options") or {}, content.get("jobs")
    if name not in CLUSTERS:
        known = ", ".join(CLUSTERS)
        raise ParameterError(f"{path}: no cluster '{name}'. Known: {known}.{nearest(name, CLUSTERS)}")
    if not isinstance(options, dict):
        raise ParameterError(f"{path}: 'options' must be 'key: value' lines for {name}, not {options!r:.60}.")
    if jobs is not None and (type(jobs) is not int or jobs < 1):
        raise ParameterError(f"{path}: 'jobs' must be a whole number above zero, not {jobs!r}.")
    return {"cluster": name, "options": options, "jobs": jobs}


def connect(where: str):
    """Connects with a cluster; one that a file describes is started.

    Args:
        where: str. "tcp://host:8786" and the like, or the path of a YAML file.

    Returns:
        `distributed.Client`, and the cluster where we have started it, else None.

    Raises:
        ParameterError: the packages are not installed, nobody answers, or the file is wrong.
    """
    described = read_cluster(Path(where)) if where.endswith((".yaml", ".yml")) else None
    try:
        distributed = importlib.import_module("distributed")
        module = importlib.import_module(CLUSTERS[described["cluster"]]) if described else None
    except ImportError as error:
        raise ParameterError(f"The engine 'dask' needs the package '{error.name}'. {INSTALL}") from error
    cluster = None
    try:
        if described:
            cluster = getattr(module, described["cluster"])(**described["options"])
            if described["jobs"]:
                cluster.scale(jobs=described["jobs"])
        return distributed.Client(cluster or where, set_as_default=False, timeout=30), cluster
    except (OSError, TypeError, ValueError, RuntimeError) as error:
        if cluster is not None:
            cluster.close()
        reason = " ".join(str(error).split())
        raise ParameterError(f"{where}: no Dask cluster could be reached or started ({reason}).") from error
