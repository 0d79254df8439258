"""The house has floors: each folder of fer_utils imports only what lies below it."""

import ast
from pathlib import Path

import pytest

import fer_utils

ROOT = Path(fer_utils.__file__).resolve().parent
FLOORS = (
    *("cli", "doctor", "report", "batch", "evaluation", "training", "models", "runs", "protocol", "faces", "datasets"),
    *("figures", "backend", "processes", "paths", "errors"),
)
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("**/*.py") if path != ROOT / "__init__.py")


def floor(path):
    return FLOORS.index(Path(path).parts[0].removesuffix(".py"))


def imported(path):
    """Full names that a module imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES)
def test_nothing_imports_upward(path):
    for name in imported(path):
        first, *rest = name.split(".")
        if first == "fer_utils" and rest and rest[0] in FLOORS:
            assert FLOORS.index(rest[0]) >= floor(path), f"{path} imports {name}"


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.split("/")[0] in ("cli", "doctor", "batch", "report")]
)
def test_outside_the_kernel_nothing_imports_models_or_training(path):
    packages = ("keras", "tensorflow", "jax", "fer_utils.models", "fer_utils.training")
    for name in imported(path):
        assert not f"{name}.".startswith(tuple(f"{package}." for package in packages)), f"{path} imports {name}"
