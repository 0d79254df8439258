import platform
import sys

import pytest

from fer_utils.doctor import packages

NUMPY = packages.metadata.version("numpy")


@pytest.fixture
def declared(project):
    """Writes the two lists of packages of a project."""

    def write(*requirements, pins="", python=">=3.11,<3.14"):
        listed = ", ".join(f"'{line}'" for line in requirements)
        text = f'[project]\nname = "ferbench"\nrequires-python = "{python}"\ndependencies = [{listed}]\n'
        (project.root / "pyproject.toml").write_text(text)
        (project.root / "constraints.txt").write_text(f"# the exact versions\n{pins}\n")

    return write


def test_a_python_that_is_too_old_is_named_with_the_range(declared, monkeypatch):
    declared()
    monkeypatch.setattr(platform, "python_version", lambda: "3.10.14")
    answer = packages.python()
    assert answer.state == "missing" and "make setup PYTHON=" in answer.mend
    assert answer.found.startswith("3.10.14 at") and ">=3.11,<3.14" in answer.found


def test_a_python_outside_of_an_environment_is_warned_of(declared, monkeypatch):
    declared()
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    assert packages.python().state == "warning"
    monkeypatch.setattr(sys, "prefix", "/elsewhere/.venv")
    assert packages.python().state == "ok"


@pytest.mark.parametrize(
    ("requirements", "pins", "state", "words"),
    [
        (["numpy"], f"numpy=={NUMPY}", "ok", "all in the versions of constraints.txt"),
        (["numpy"], "", "ok", "no constraints.txt here"),
        (["numpy"], "numpy==1.0", "warning", f"numpy {NUMPY}, not 1.0"),
        (["numpy"], 'numpy==1.0 ; sys_platform == "amiga"', "ok", "no constraints.txt here"),
        (["numpy", "no-such-package>=2"], "", "missing", "missing: no-such-package (for ferbench)"),
        (["numpy>=999"], "", "missing", f"numpy>=999 (for ferbench; {NUMPY} is installed)"),
        (['no-such-package; sys_platform == "amiga"'], "", "ok", "0 needed"),
    ],
)
def test_packages_are_compared_with_both_lists(declared, requirements, pins, state, words):
    declared(*requirements, pins=pins)
    answer = packages.installed()
    assert (answer.state, words in answer.found) == (state, True), answer
    assert ("pip install -c constraints.txt -e" in answer.mend) == (state != "ok")


def test_what_packages_need_in_turn_is_missed_too(declared, tmp_path, monkeypatch):
    info = tmp_path / "site" / "half_there-1.0.dist-info"
    info.mkdir(parents=True)
    info.joinpath("METADATA").write_text(
        "Name: half-there\nVersion: 1.0\nRequires-Dist: gone\nRequires-Dist: gone-extra; extra == 'x'\n"
    )
    monkeypatch.syspath_prepend(info.parent)
    declared("half-there")
    assert packages.installed().found == "missing: gone (for half-there)"
    declared("half-there[x]")
    assert packages.installed().found == "missing: gone (for half-there), gone-extra (for half-there)"


def test_installed_elsewhere_the_list_is_that_of_the_installation(project):
    assert not (project.root / "pyproject.toml").exists()
    assert packages.python().found.endswith(packages.metadata.metadata("ferbench")["Requires-Python"])
    assert packages.installed().state == "ok"
