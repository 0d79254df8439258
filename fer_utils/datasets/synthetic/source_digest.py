"""Tells whether faces are still drawn as they were: a hash of the source that draws."""

import ast
import hashlib
from functools import lru_cache
from pathlib import Path

# They store, start and choose what is drawn, which the options of a dataset say, or show it; all others here draw.
NOT_DRAWING = {"__init__.py", "cache.py", "presets.py", "source_digest.py", "synthetic_faces.py"} | {
    *("action_unit_sliders.py", "condition_survey.py", "contact_sheet.py", "pose_survey.py", "sequence_strip.py"),
}


@lru_cache(maxsize=2)  # the folder above, and that of the twins
def source_digest(folder: Path = Path(__file__).parent) -> str:
    """Hashes the modules that decide how a face looks.

    Args:
        folder: Path. Where the modules lie; folders below it do not count.

    Returns:
        str. 16 hexadecimal digits. Comments, docstrings, layout and line endings do not change it.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        if path.name not in NOT_DRAWING:
            digest.update(f"{path.name}\n{normalized(path.read_text(encoding='utf-8'))}\n".encode())
    return digest.hexdigest()[:16]


def normalized(source: str) -> str:
    """Strips a module of what does not change its results.

    Args:
        source: str. Python source.

    Returns:
        str. The same program without comments and docstrings, in the interpreter's own layout.
    """
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body[0].value.value = ""
    return ast.unparse(tree)
