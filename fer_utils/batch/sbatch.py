"""A plan as a shell script that submits each run to Slurm as a job of its own, behind the jobs that it needs."""

import math
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from fer_utils.batch.plan import PlannedRun, with_what_they_need

BEFORE = 600  # seconds of a job beside its notebook: planning, and imports from a slow network drive

HEAD = """\
#!/bin/sh
# Submits {count} of the {total} runs of '{suite}' to Slurm, one job each; what is cached is left out. A job that needs
# others waits for them, and is withdrawn where one of them fails. sbatch reads further wishes from its variables:
#
#   SBATCH_PARTITION=gpu SBATCH_ACCOUNT=mine sh THIS_FILE
#
# Submitting twice is harmless: what is done then is skipped. `ferbench status` tells how far the runs are.
set -eu
mkdir -p {logs}
submit() {{ # prints the number of the job, without the name of the cluster behind it
  answer=$(sbatch --parsable "$@")
  echo "${{answer%%;*}}"
}}
"""


def as_sbatch(
    plan: list[PlannedRun], data: dict[str, str], settings: dict[str, str], project: Path, runs_root: Path
) -> str:
    """Writes the script.

    Args:
        plan: list of `PlannedRun`, needed runs first.
        data: dict of dataset name to path, from `--data`.
        settings: dict of parameter to text, from `--set`.
        project: Path of the folder in which `ferbench` is called.
        runs_root: Path of all run records; logs of jobs go to `.slurm` below it.

    Returns:
        str. A script for `sh`; every word of it that comes from a suite or a path is quoted.
    """
    todo = [run for run in plan if run.state != "cached"]
    logs = Path(runs_root).resolve() / ".slurm"
    suite = " ".join(plan[0].request.suite.split())  # a line of its own in a comment would be a command
    lines = [HEAD.format(count=len(todo), total=len(plan), suite=suite, logs=shlex.quote(str(logs)))]
    jobs = {run.key: f"job{number}" for number, run in enumerate(todo, 1)}
    named = [word for name, path in data.items() for word in ("--data", f"{name}={path}")]
    for run in todo:
        options = [*named, *_settings(run, plan, settings)]
        words = [
            f"--job-name={run.label}",
            f"--chdir={project}",
            f"--output={str(logs).replace('%', '%%')}/%j.out",
            *_resources(run),
            f"--wrap={_command(run, options, runs_root)}",
        ]
        waits = "".join(f":${{{jobs[key]}}}" for key in run.needs if key in jobs)  # the shell fills in the numbers
        behind = f' --dependency="afterok{waits}" --kill-on-invalid-dep=yes' if waits else ""
        lines.append(f"{jobs[run.key]}=$(submit{behind} {shlex.join(words)})")
    return "\n".join([*lines, f"echo 'Submitted: {len(todo)}'"])


def _command(run: PlannedRun, options: Sequence[str], runs_root: Path) -> str:
    """The command of one job; the whole name of a run means this one alone, and what it needs is there by then."""
    beside = Path(sys.executable).with_name("ferbench")
    ferbench = str(beside) if beside.exists() else "ferbench"
    words = ["env", f"FERBENCH_RUNS={Path(runs_root).resolve()}", ferbench, "run", run.request.suite, *options]
    return shlex.join([*words, "--only", run.label, "-j", "1"])


def _settings(run: PlannedRun, plan: list[PlannedRun], settings: dict[str, str]) -> list[str]:
    """The settings that a job must get: others are refused, but what is only needed follows from all."""
    together = with_what_they_need([run], plan)
    asked = {name for other in together if not other.request.added for name in other.notebook.defaults}
    return [
        word
        for key, text in settings.items()
        if key in asked or all(other.request.added for other in together)
        for word in ("--set", f"{key}={text}")
    ]


def _resources(run: PlannedRun) -> list[str]:
    """What Slurm must give; it has no half GPUs, so a share asks for a whole one."""
    wanted = run.resources
    words = [f"--cpus-per-task={wanted.cpus}"]
    if wanted.gpu:
        words.append(f"--gpus={math.ceil(wanted.gpu)}")
    if wanted.memory is not None:
        words.append(f"--mem={math.ceil(wanted.memory / 2**20)}M")
    if wanted.timeout is not None:
        words.append(f"--time={math.ceil((wanted.timeout + BEFORE) / 60)}")  # minutes
    return words
