"""What the batch floor knows about a notebook: its title, its parameters and its source, read without running it."""

import ast
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fer_utils.errors import ParameterError, nearest

INJECTED = "injected-parameters"  # papermill's tag for the cell with the values of one run


@dataclass(frozen=True)
class Notebook:
    """One notebook on disk.

    Args:
        name: str. File name without suffix, such as "13_mini_xception".
        path: Path. The absolute file.
        cells: tuple of (kind, source, tags), in order; outputs are left out.
        metadata: dict. Notebook-level metadata.
    """

    name: str
    path: Path
    cells: tuple
    metadata: dict

    @classmethod
    def read(cls, path: Path | str) -> "Notebook":
        """Reads a notebook's cells.

        Args:
            path: Path of an .ipynb file.

        Returns:
            `Notebook`.

        Raises:
            ParameterError: the file is not there or is not a notebook.
        """
        path = Path(path).resolve()
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            cells = tuple(
                (cell["cell_type"], "".join(cell["source"]), tuple(cell.get("metadata", {}).get("tags", ())))
                for cell in content["cells"]
            )
            metadata = content.get("metadata", {})
            if not isinstance(metadata.get("ferbench", {}), dict):
                raise TypeError("its metadata 'ferbench' is no mapping")
        except OSError as error:
            raise ParameterError(f"{path}: the notebook cannot be read ({error.strerror}).") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ParameterError(
                f"{path}: not a notebook of format 4 ({type(error).__name__}: {error}). Restore the file, such as with "
                "'git checkout', or take it out of the folder."
            ) from error
        return cls(path.stem, path, tuple(c for c in cells if INJECTED not in c[2]), metadata)

    @property
    def title(self) -> str:
        """The first heading, or the name where there is none."""
        lines = (line for kind, source, _ in self.cells if kind == "markdown" for line in source.splitlines())
        return next((line.lstrip("# ").strip() for line in lines if line.startswith("#")), self.name)

    @property
    def family(self) -> str:
        """The kind of study, as the notebook's metadata names it; "" where it does not."""
        return str(self.metadata.get("ferbench", {}).get("family", ""))

    @property
    def code(self) -> tuple[str, ...]:
        """Sources of the code cells."""
        return tuple(source for kind, source, _ in self.cells if kind == "code")

    @cached_property
    def digest(self) -> str:
        """Hash of all sources and tags; outputs, execution counts and cell ids do not matter."""
        return hashlib.sha256(json.dumps(self.cells).encode()).hexdigest()

    @cached_property
    def defaults(self) -> dict:
        """Parameters and their default values, from the cell tagged `parameters`.

        papermill's own inspection names the same parameters, but gives their defaults as text; a check of types needs
        the values.
        """
        source = next((source for kind, source, tags in self.cells if kind == "code" and "parameters" in tags), "")
        defaults = {}
        try:
            for node in ast.parse(source).body:
                targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
                if len(targets) == 1 and isinstance(targets[0], ast.Name):
                    defaults[targets[0].id] = ast.literal_eval(node.value)
        except (SyntaxError, ValueError) as error:
            raise ParameterError(
                f"{self.path}: the cell tagged 'parameters' may hold only 'name = literal value' ({error})."
            ) from error
        return defaults

    def check_parameter(self, name: str, value, where: str):
        """Holds one value against the notebook's default.

        Args:
            name: str. The parameter.
            value: what the suite or the command line says.
            where: str. Where it says so, for the message.

        Returns:
            The value, an int as float where the default is a float.

        Raises:
            ParameterError: the notebook has no such parameter, or its default is of another type.
        """
        if name not in self.defaults:
            raise ParameterError(
                f"{where}: notebook '{self.name}' has no parameter '{name}'. "
                f"It has: {', '.join(self.defaults) or 'none, as no cell is tagged parameters'}."
                f"{nearest(name, self.defaults)}"
            )
        default = self.defaults[name]
        wanted = type(default)
        if wanted is float and type(value) is int:
            value = float(value)
        if default is not None and type(value) is not wanted:
            hint = f" Write [{value!r}]." if wanted is list else ""
            raise ParameterError(
                f"{where}: parameter '{name}' of notebook '{self.name}' is of type {wanted.__name__} "
                f"(default {default!r}), not {value!r} ({type(value).__name__}).{hint}"
            )
        if wanted is list and default:
            for item in value:
                if type(item) is not type(default[0]):
                    raise ParameterError(
                        f"{where}: parameter '{name}' of notebook '{self.name}' is a list of "
                        f"{type(default[0]).__name__} (default {default!r}); {item!r} is a {type(item).__name__}."
                    )
        return value


def find_notebooks(folder: Path) -> dict[str, Path]:
    """Lists the notebooks of a folder.

    Args:
        folder: Path of the `notebooks` folder.

    Returns:
        dict of name (file name without suffix) to Path, sorted by name.
    """
    return {path.stem: path for path in sorted(Path(folder).glob("*.ipynb")) if not path.name.startswith(".")}
