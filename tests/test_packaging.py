"""One list of packages: pyproject.toml says which and why, constraints.txt which version; nothing repeats them."""

import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(TEXT)["project"]
EXTRAS = PROJECT["optional-dependencies"]
DIRECT = [Requirement(line) for lines in (PROJECT["dependencies"], *EXTRAS.values()) for line in lines]
PYTHONS = ("3.11.0", "3.12.1", "3.13.0")
PLATFORMS = {
    "Linux": {"sys_platform": "linux", "platform_machine": "x86_64", "os_name": "posix"},
    "Linux on ARM": {"sys_platform": "linux", "platform_machine": "aarch64", "os_name": "posix"},
    "Windows": {"sys_platform": "win32", "platform_machine": "AMD64", "os_name": "nt"},
    "macOS": {"sys_platform": "darwin", "platform_machine": "arm64", "os_name": "posix"},
}


def needed(requirement, python, platform):
    """Whether a requirement's marker holds for a Python version on a platform."""
    version = {"python_full_version": python, "python_version": python.rpartition(".")[0], "extra": ""}
    return requirement.marker is None or requirement.marker.evaluate(PLATFORMS[platform] | version)


def pins():
    """The requirements of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_constraints_are_exact_versions_without_download_addresses():
    for pin in pins():
        operators = [specifier.operator for specifier in pin.specifier]
        assert operators == ["=="], f"{pin}: expected one exact version"
        assert pin.url is None, f"{pin}: an address belongs to one person's machine, not into the project"
    content = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|--(hash|index|extra-index|find-links)|^-", content, re.MULTILINE)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_every_direct_dependency_has_one_pin_that_pyproject_allows(python, platform):
    for requirement in DIRECT:
        if not needed(requirement, python, platform):
            continue
        name = canonicalize_name(requirement.name)
        found = [p for p in pins() if canonicalize_name(p.name) == name and needed(p, python, platform)]
        assert len(found) == 1, f"{name}: {len(found)} pins for Python {python} on {platform}; run make constraints"
        (version,) = (specifier.version for specifier in found[0].specifier)
        assert requirement.specifier.contains(version), f"{name}: pinned {version}, pyproject asks for {requirement}"


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_gets_tensorflow_once(platform):
    names = [r.name for r in DIRECT if r.name.startswith("tensorflow") and needed(r, "3.12.1", platform)]
    assert names == ["tensorflow-cpu" if platform in ("Linux", "Windows") else "tensorflow"]


def test_every_dependency_has_a_reason_in_a_comment():
    lines = TEXT.splitlines()
    for requirement in (line for group in (PROJECT["dependencies"], *EXTRAS.values()) for line in group):
        for number in (n for n, line in enumerate(lines) if f'"{requirement}"' in line):
            own, above = lines[number].partition('",  # ')[2], lines[number - 1].strip()
            assert own or above.startswith("# "), f"pyproject.toml, line {number + 1}: why {requirement}?"


def test_conda_environment_adds_no_second_list_of_versions():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert conda == [f"python{PROJECT['requires-python']}", "pip"]
    assert pip == ["-c constraints.txt", "-e .[dev]"]


def test_readme_names_the_commands_that_exist():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z0-9-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z0-9-]+)", " ".join(re.findall(r"`[^`]+`|```.*?```", readme, re.DOTALL))))
    assert named <= targets, f"README names {sorted(named - targets)}, which make does not know"
    assert {"setup", "report", "report-fer2013", "test", "lint", "format", "lab"} <= named


def test_readme_links_lead_somewhere():
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "notebooks/README.md"):
        path = ROOT / page
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{page} links to {target}"


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def clone(tmp_path):
    """The files that `make setup` reads, in an empty folder."""
    for name in ("pyproject.toml", "constraints.txt", "Makefile"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def setup_with_python(folder, script):
    """Runs `make setup` where every Python on the path is the given shell script."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python"):
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(["make", "setup"], cwd=folder, env={"PATH": path}, capture_output=True, text=True)


@needs_make
def test_make_alone_lists_the_commands():
    listed = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    assert "make report " in listed
    assert "make test " in listed


@needs_make
def test_setup_says_what_to_do_when_no_python_runs(clone):
    result = setup_with_python(clone, "exit 127")  # as a version manager's shim does
    assert result.returncode != 0
    assert "Install one, or name it: make setup PYTHON=" in result.stderr
    assert not (clone / ".venv").exists()


@needs_make
def test_setup_says_what_to_do_when_the_venv_module_is_missing(clone):
    result = setup_with_python(clone, f'case "$*" in *ensurepip*) exit 1;; esac; exec {sys.executable} "$@"')
    assert result.returncode != 0
    assert "apt install python3-venv" in result.stderr
    assert not (clone / ".venv").exists()


@needs_make
@pytest.mark.parametrize("changed", ["pyproject.toml", "constraints.txt", "README.md"])
def test_setup_installs_again_only_when_the_packages_change(clone, changed):
    (clone / ".venv").mkdir()
    (clone / ".venv" / ".installed").touch()
    (clone / changed).touch()
    os.utime(clone / changed, (time.time() + 10,) * 2)
    question = subprocess.run(["make", "--question", ".venv/.installed"], cwd=clone, env={"PATH": os.environ["PATH"]})
    assert (question.returncode != 0) == (changed != "README.md")
