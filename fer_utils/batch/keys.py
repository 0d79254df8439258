"""Run keys: a hash of everything that a run's result depends on, kept in parts so that a change can be explained."""

import ast
import hashlib
import json
import re
from functools import cache
from pathlib import Path

import fer_utils
from fer_utils.batch.named_files import with_contents
from fer_utils.runs import SCHEMA

PACKAGE = "fer_utils"


def run_key(parts: dict) -> str:
    """Hashes the parts of a key.

    Args:
        parts: dict of JSON values, as `key_parts` gives it.

    Returns:
        str of 16 hexadecimal digits, the name of the run's directory.
    """
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def key_parts(
    notebook, parameters: dict, data_digest: str, needs: dict[str, str], modules: dict[str, str] | None = None
) -> dict:
    """Collects what a run depends on.

    Args:
        notebook: `Notebook`.
        parameters: dict. All parameters, defaults and seeds included. `data` and those that get the path of a needed
            run are left out, because the same things may lie elsewhere tomorrow; files that others name count by
            content.
        data_digest: str. From `fer_utils.datasets.sources.sources_digest`.
        needs: dict of the parameter that gets a needed run's path to that run, "<notebook>/<key>".
        modules: dict. From `module_digests`, where that was asked for this notebook a moment ago.

    Returns:
        dict with `schema`, `notebook`, `parameters`, `modules`, `data`, `needs`.
    """
    own = {key: value for key, value in parameters.items() if key != "data" and key not in needs}
    return {
        "schema": SCHEMA,
        "notebook": notebook.digest,
        "parameters": with_contents(own, notebook.path.parent),
        "modules": module_digests(notebook.code) if modules is None else modules,
        "data": data_digest,
        "needs": needs,
    }


def explain(old: dict, new: dict) -> list[str]:
    """Says in words why two keys differ.

    Args:
        old: dict. Parts of an earlier run's key.
        new: dict. Parts of the planned run's key.

    Returns:
        list of str, such as ["notebook changed", "fer_utils/models/mini_xception.py changed", "epochs: 3 -> 5"].
    """
    reasons = []
    if old.get("schema") != new["schema"]:
        reasons.append("record format changed")
    if old.get("notebook") != new["notebook"]:
        reasons.append("notebook changed")
    before, after = old.get("modules", {}), new["modules"]
    changed = [path for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)]
    reasons += [f"{path} changed" for path in changed[:3]]
    if len(changed) > 3:
        reasons.append(f"{len(changed) - 3} more modules changed")
    before, after = old.get("parameters", {}), new["parameters"]
    for name in sorted(before.keys() | after.keys()):
        if name not in before or name not in after:
            reasons.append(f"parameter '{name}' is {'new' if name in after else 'gone'}")
        elif before[name] != after[name]:
            reasons.append(f"{name}: {before[name]!r} -> {after[name]!r}")
    if old.get("data") != new["data"]:
        reasons.append("data changed")
    before, after = old.get("needs", {}), new["needs"]
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            run = str(after.get(name) or before[name])
            reasons.append(f"the run of {run.partition('/')[0]} that it needs changed")
    return reasons


def module_digests(code: tuple[str, ...]) -> dict[str, str]:
    """Finds the modules of this package that some code imports, directly or through others, without importing them.

    Args:
        code: tuple of str. Sources of a notebook's code cells.

    Returns:
        dict of file ("fer_utils/models/mini_xception.py") to hash. Comments, docstrings and layout do not count.
    """
    waiting = set().union(*(_imports_of_cell(source) for source in code)) if code else set()
    found: dict[str, str] = {}
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        path = _module_file(name)
        if name in seen or path is None:
            continue
        seen.add(name)
        stat = path.stat()
        digest, imports = _read_module(path, name, stat.st_mtime_ns, stat.st_size)
        found[f"{PACKAGE}/{path.relative_to(_root()).as_posix()}"] = digest
        waiting |= imports | {name.rpartition(".")[0]}  # a module runs its package's __init__ first
    return dict(sorted(found.items()))


def _root() -> Path:
    return Path(fer_utils.__file__).resolve().parent


def _module_file(name: str) -> Path | None:
    """Maps "fer_utils.models.mini_xception" to its file; None where it is not one of ours."""
    first, *rest = name.split(".")
    if first != PACKAGE:
        return None
    base = _root().joinpath(*rest)
    candidates = (base / "__init__.py", base.with_suffix(".py") if rest else base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


@cache
def _read_module(path: Path, name: str, mtime: int, size: int) -> tuple[str, frozenset[str]]:
    """Hash and imports of one module; `mtime` and `size` make the memory of it expire."""
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    imports = frozenset(_imports(tree, package))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            body[0].value.value = ""  # a docstring
    return hashlib.sha256(ast.unparse(tree).encode()).hexdigest(), imports


def _imports(tree: ast.AST, package: str) -> set[str]:
    """Names of our modules that a syntax tree imports, anywhere in it, or names in full in a string (lazy imports)."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.fullmatch(rf"{PACKAGE}(\.\w+)+", node.value):
                names.add(node.value)
            elif package and re.fullmatch(r"(\.\w+)+", node.value):
                names.add(package + node.value)
    return {name for name in names if _module_file(name)}


def _imports_of_cell(source: str) -> set[str]:
    """The same for a notebook's cell, which may hold IPython's magics."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!", "?"))]
    try:
        return _imports(ast.parse("\n".join(lines)), "")
    except SyntaxError:  # `files = !ls` and the like: look at the plain import lines alone
        names: set[str] = set()
        for line in lines:
            if re.match(r"\s*(from|import)\s", line):
                try:
                    names |= _imports(ast.parse(line.strip()), "")
                except SyntaxError:
                    continue
        return names
