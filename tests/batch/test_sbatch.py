"""The script for Slurm, run by a real shell; in place of `sbatch` stands a recorder that numbers the jobs."""

import json
import os
import re
import shlex
import subprocess

import pytest
from click.testing import CliRunner

from fer_utils.cli import main

# Options as the manual of sbatch documents them; values with the syntax that it allows.
MANUAL = {
    "parsable": None,
    "job-name": r".+",
    "chdir": r"/.+",
    "output": r"/.+",
    "cpus-per-task": r"[1-9]\d*",
    "gpus": r"(\w+:)?[1-9]\d*",
    "mem": r"\d+[KMGT]?",
    "time": r"\d+(:\d\d){0,2}|\d+-\d+(:\d\d){0,2}",  # minutes, minutes:seconds, hours:minutes:seconds, days-...
    "dependency": r"(after|afterany|afterok|afternotok)(:\d+(_\d+)?)+",
    "kill-on-invalid-dep": r"yes|no",
    "wrap": r".+",
}
RECORDER = """#!/usr/bin/env python3
import json, os, sys
with open(os.environ["SUBMITTED"], "a+") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
    file.seek(0)
    print(f"{100 + len(file.readlines())};cluster")
"""
pytestmark = pytest.mark.skipif(os.name == "nt", reason="a script for sh")


@pytest.fixture
def planned(project):
    project.notebook("01_makes")
    project.notebook("02_uses", parameters='epochs = 1\nx = ""\n', needs=[{"notebook": "01_makes", "as": "x"}])
    project.suite(
        "my suite",
        """
runs:
- {notebook: 02_uses, name: "it's $HOME; `rm` \\"x\\"", cpus: 4, gpu: 0.5, memory: 4GB, timeout: 100}
- {notebook: 01_makes, name: plain, grid: {epochs: [2, 3]}}
""",
    )
    return lambda *words: CliRunner().invoke(main, ["plan", "my suite", *words])


def submit(project, script):
    """Runs the script and returns the options of each job, in the order of submission."""
    folder = project.root / "bin"
    folder.mkdir()
    (folder / "sbatch").write_text(RECORDER)
    (folder / "sbatch").chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "SUBMITTED": str(project.root / "jobs")}
    subprocess.run(["sh"], input=script, text=True, env=environment, check=True, capture_output=True)
    jobs = []
    for line in (project.root / "jobs").read_text().splitlines():
        words = json.loads(line)
        assert all(word.startswith("--") for word in words), "with --wrap there is no script"
        options = dict(word.removeprefix("--").split("=", 1) if "=" in word else (word[2:], None) for word in words)
        assert len(options) == len(words)
        for name, value in options.items():
            assert name in MANUAL
            assert (value is None) == (MANUAL[name] is None)
            assert value is None or re.fullmatch(MANUAL[name], value), f"--{name}={value}"
        jobs.append(options)
    return jobs


def test_each_run_is_a_job_with_its_resources_behind_those_that_it_needs(planned, project):
    makes, uses, two, three = submit(project, planned("--format", "sbatch", "--set", "rate=0.2").stdout)
    assert uses["job-name"] == 'it\'s $HOME; `rm` "x"' and two["job-name"] == "plain[epochs=2]"
    assert (uses["cpus-per-task"], uses["gpus"], uses["mem"], uses["time"]) == ("4", "1", "3815M", "12")
    assert uses["dependency"] == "afterok:101" and uses["kill-on-invalid-dep"] == "yes"
    assert all("dependency" not in job and "time" not in job for job in (makes, two, three))
    for job in (makes, uses, two, three):
        words = shlex.split(job["wrap"])
        assert words[:2] == ["env", f"FERBENCH_RUNS={project.runs}"] and words[2].endswith("ferbench")
        assert words[3:5] == ["run", "my suite"]
        settings = [] if job is uses else ["--set", "rate=0.2"]  # its notebook has no rate, and would refuse one
        assert words[5:] == [*settings, "--only", job["job-name"], "-j", "1"]
        chosen = json.loads(planned(*words[5:], "--format", "json").stdout)["runs"]
        assert chosen[-1]["label"] == job["job-name"] and len(chosen) == (2 if job is uses else 1)


def test_what_is_cached_is_not_submitted_nor_waited_for(planned, project):
    assert CliRunner().invoke(main, ["run", "my suite", "--only", "01_makes"]).exit_code == 0
    uses, two, _ = submit(project, planned("--format", "sbatch").stdout)
    assert uses["job-name"].startswith("it's") and "dependency" not in uses and "dependency" not in two


def test_a_job_that_slurm_refuses_ends_the_script(planned, project):
    script = planned("--format", "sbatch").stdout
    (project.root / "sbatch").write_text("#!/bin/sh\nexit 1\n")
    (project.root / "sbatch").chmod(0o755)
    environment = {**os.environ, "PATH": f"{project.root}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["sh"], input=script, text=True, env=environment, capture_output=True)
    assert done.returncode != 0 and "Submitted" not in done.stdout
