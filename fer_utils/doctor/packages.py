"""Checks of Python and the installed packages against pyproject.toml and constraints.txt."""

import os
import platform
import shlex
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from fer_utils.doctor.answer import MISSING, OK, WARNING, Answer
from fer_utils.paths import project_root


def install(extra: str = "dev") -> str:
    """The command that installs what is missing, with the pinned versions."""
    pins = " -c constraints.txt" if (project_root() / "constraints.txt").is_file() else ""
    return in_project(f'python -m pip install{pins} -e ".[{extra}]"')


def in_project(command: str) -> str:
    """A command that starts with `python`, for this Python and the project's folder, whatever is active here."""
    command = command.replace("python", shlex.quote(sys.executable), 1)
    return command if Path.cwd() == project_root() else f"cd {shlex.quote(str(project_root()))} && {command}"


def python() -> Answer:
    """Whether this Python is one that the project supports, and in an environment of its own."""
    from packaging.specifiers import SpecifierSet

    supported, _ = _declared()
    found = f"{platform.python_version()} at {sys.executable}"
    if not SpecifierSet(supported).contains(platform.python_version(), prereleases=True):
        mend = "rm -rf .venv && make setup PYTHON=/path/to/python3.12"
        return Answer(MISSING, f"{found}; the project needs {supported}", mend)
    if sys.prefix == sys.base_prefix and not os.environ.get("CONDA_PREFIX"):
        mend = "make setup, then .venv/bin/ferbench; or python -m venv .venv, and activate it"
        return Answer(
            WARNING, f"{found}; not in a virtual environment, so that other projects change its packages", mend
        )
    return Answer(OK, f"{found}; the project needs {supported}")


def installed() -> Answer:
    """Whether all needed packages are installed, and in the pinned versions."""
    _, lines = _declared()
    absent, present = _closure(lines)
    if absent:
        return Answer(MISSING, f"missing: {', '.join(absent)}", install())
    pins = _pins(project_root() / "constraints.txt")
    if not pins:
        return Answer(OK, f"{len(present)} needed and installed; no constraints.txt here to compare versions with")
    versions = {_canonical(package.name): package.version for package in metadata.distributions()}
    other = [f"{name} {versions[name]}, not {pin}" for name, pin in pins.items() if versions.get(name, pin) != pin]
    if other:
        return Answer(WARNING, f"other versions than in constraints.txt: {', '.join(other)}", install())
    return Answer(OK, f"{len(present)} needed and installed, all in the versions of constraints.txt")


def _declared() -> tuple[str, list[str]]:
    """The Pythons and the requirements that the project declares: in pyproject.toml, else in what was installed."""
    path = project_root() / "pyproject.toml"
    if path.is_file():
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        return project["requires-python"], project["dependencies"]
    installed = metadata.distribution("ferbench")
    return installed.metadata["Requires-Python"], installed.requires or []


def _closure(lines: list[str]) -> tuple[list[str], set[str]]:
    """Follows requirements to what they require in turn.

    Returns:
        list of what is absent or too old, each with the reason; set of the names that are there.
    """
    from packaging.requirements import Requirement

    absent, seen = [], set()
    waiting = [(Requirement(line), "", "ferbench") for line in lines]
    while waiting:
        requirement, extra, parent = waiting.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = _canonical(requirement.name)
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            absent.append(f"{requirement.name} (for {parent})")
            continue
        if not requirement.specifier.contains(package.version, prereleases=True):
            absent.append(f"{name}{requirement.specifier} (for {parent}; {package.version} is installed)")
        for wanted in ("", *requirement.extras):
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                waiting += [(Requirement(line), wanted, name) for line in package.requires or []]
    return sorted(set(absent)), {name for name, _ in seen}


def _pins(path: Path) -> dict[str, str]:
    """The exact versions in constraints.txt that hold for this Python and platform, by name."""
    from packaging.requirements import Requirement

    if not path.is_file():
        return {}
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    pins = [pin for pin in map(Requirement, lines) if pin.marker is None or pin.marker.evaluate()]
    return {_canonical(pin.name): next(iter(pin.specifier)).version for pin in pins}


def _canonical(name: str) -> str:
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)
