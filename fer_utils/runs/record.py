"""Reading run records back: what the report and the status command see."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from fer_utils.errors import RunError
from fer_utils.runs import SCHEMA
from fer_utils.runs.items import read_items
from fer_utils.runs.seal import AuditedTraining, read_audit


@dataclass(frozen=True)
class RunRecord:
    """One run's directory, read-only.

    Attributes:
        directory: Path of the record.
        state: str. "ok" (there is a readable `result.json`), "failed" or "unfinished".
        result: dict. Content of `result.json`; empty unless the run is ok.
        error: dict. Content of `error.json`, or what is wrong with the record; empty unless the run failed.
    """

    directory: Path
    state: str
    result: dict
    error: dict

    @property
    def notebook(self) -> str:
        """Name of the notebook."""
        return self.directory.parent.name

    @property
    def key(self) -> str:
        """Run key, or "interactive-<time>"."""
        return self.directory.name

    @property
    def external(self) -> bool:
        """Whether the predictions were made elsewhere: then nothing is known but the predictions themselves."""
        parameters = self.result.get("parameters")
        return isinstance(parameters, dict) and parameters.get("external") is True

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """The stored test predictions; empty where the run has none."""
        path = self.directory / "predictions.csv.gz"
        if not self.result.get("predictions"):
            return pd.DataFrame()
        text = dict.fromkeys(("model", "sample_id", "subject", "sequence", "y_true", "y_pred"), str)
        return pd.read_csv(path, dtype=text, keep_default_na=False, na_values=[""])

    @cached_property
    def items(self) -> pd.DataFrame:
        """What is known of the test items; empty where the run has no predictions, or is older than this table."""
        entry = self.result.get("items")
        return read_items(self.directory / entry["file"]) if entry else pd.DataFrame()

    @cached_property
    def history(self) -> pd.DataFrame:
        """The learning curves; empty where the run has none."""
        path = self.directory / "history.csv"
        return pd.read_csv(path) if self.result.get("history") else pd.DataFrame()

    @cached_property
    def audit(self) -> list[AuditedTraining]:
        """What networks answered on the test part after each epoch; empty where nothing was audited."""
        entry = self.result.get("audit")
        return read_audit(self.directory / entry["file"], entry["trainings"]) if entry else []


def read_run(directory: Path) -> RunRecord:
    """Reads one run's directory; a broken record is a failure that names the file, never a crash.

    Args:
        directory: Path of the record.

    Returns:
        `RunRecord`.
    """
    for name, state in (("result.json", "ok"), ("error.json", "failed")):
        path = directory / name
        if not path.exists():
            continue
        try:
            content = json.loads(path.read_text())
            if not isinstance(content, dict) or content.get("schema") != SCHEMA:
                raise ValueError(f"schema {SCHEMA} expected")
        except (OSError, ValueError) as error:
            return RunRecord(directory, "failed", {}, {"type": "unreadable record", "message": f"{path}: {error}"})
        return RunRecord(directory, state, *((content, {}) if state == "ok" else ({}, content)))
    return RunRecord(directory, "unfinished", {}, {})


def read_runs(root: Path) -> list[RunRecord]:
    """Reads every run below a folder.

    Args:
        root: Path with `<notebook>/<key>/` below it; it need not exist.

    Returns:
        list of `RunRecord`, sorted by notebook and key. Hidden folders, such as JupyterLab's checkpoints, are none.
    """
    root = Path(root)
    if root.exists() and not root.is_dir():
        raise RunError(f"{root}: the runs folder is a file.")
    return [read_run(folder) for folder in sorted(root.glob("[!.]*/[!.]*")) if folder.is_dir()]
