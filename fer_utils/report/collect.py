"""What a report is made of: scored models by protocol, and everything that went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import pandas as pd

from fer_utils.errors import UserError
from fer_utils.evaluation.clip_predictions import counted_items, counted_predictions
from fer_utils.evaluation.known_items import check_all_predicted, known_of
from fer_utils.evaluation.optimism import optimism
from fer_utils.evaluation.scores import Score, score
from fer_utils.report.supersede import current
from fer_utils.runs.files import is_whole
from fer_utils.runs.record import RunRecord, read_runs


@dataclass(frozen=True)
class Entry:
    """One model of one run, with its score.

    Attributes:
        record: `RunRecord`.
        description: mapping. The run's own words about the model: title, family, parameters, train_seconds, notes.
        score: `Score`, recomputed from the stored predictions; None where the run only describes the model.
        optimism: DataFrame as `fer_utils.evaluation.optimism` returns it; empty where nothing was audited.
    """

    record: RunRecord
    description: Mapping
    score: Score | None
    optimism: pd.DataFrame

    @property
    def model(self) -> str:
        """Model id."""
        return self.description["model"]

    @property
    def protocol(self) -> Mapping:
        """The protocol entry of the run."""
        return self.record.result["protocol"]

    @property
    def external(self) -> bool:
        """Whether the model was trained and its predictions were made elsewhere."""
        return self.record.external

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """The model's test predictions, one for whatever the protocol counts; empty where the run only describes it."""
        table = self.record.predictions
        return counted_predictions(table[table["model"] == self.model], self.protocol) if len(table) else table

    @cached_property
    def items(self) -> pd.DataFrame:
        """What the run stored of what the protocol counts; empty where it is older than that."""
        return counted_items(self.record.items, self.record.predictions, self.protocol)

    @property
    def history(self) -> pd.DataFrame:
        """The model's learning curves; empty where there are none."""
        history = self.record.history
        return history[history["model"] == self.model] if len(history) else history


@dataclass(frozen=True)
class Failure:
    """A run that gave no numbers.

    Attributes:
        record: `RunRecord`.
        kind: str. Type of the error, or "not finished".
        message: str. What happened.
    """

    record: RunRecord
    kind: str
    message: str


@dataclass(frozen=True)
class Collection:
    """Everything below a runs folder.

    Attributes:
        root: Path of the runs folder.
        pages: str. Folder of the executed notebooks as HTML, relative to the report; empty for no links.
        entries: tuple of `Entry`.
        failures: tuple of `Failure`.
        superseded: int. Records left out because the same run was repeated later.
    """

    root: Path
    pages: str
    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...]
    superseded: int = 0

    @cached_property
    def records(self) -> list[RunRecord]:
        """Runs with numbers, each once."""
        return list({str(entry.record.directory): entry.record for entry in self.entries}.values())

    @cached_property
    def protocols(self) -> dict[str, list[Entry]]:
        """Scored entries by protocol id: real data first, then more models; within one the best mean recall first."""
        groups: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if entry.score is not None:
                groups.setdefault(entry.protocol["id"], []).append(entry)

        def rank(name):
            return bool(groups[name][0].protocol.get("synthetic")), -len(groups[name]), name

        return {name: sorted(groups[name], key=lambda e: -e.score.uar.value) for name in sorted(groups, key=rank)}

    def variant(self, entry: Entry) -> dict:
        """Notebook parameters in which an entry differs from others of the same model and protocol."""
        mine = entry.record.result.get("parameters", {})
        others = [
            e.record.result.get("parameters", {})
            for e in self.entries
            if e.model == entry.model and e.protocol["id"] == entry.protocol["id"]
        ]
        return {name: value for name, value in mine.items() if any(o.get(name) != value for o in others)}

    def page(self, record: RunRecord) -> str | None:
        """Relative address of a run's executed notebook as HTML; None where there is none."""
        if self.pages and (record.directory / "executed.ipynb").exists():
            return quote(f"{self.pages}/{record.notebook}/{record.key}.html")
        return None

    def relative(self, text: str) -> str:
        """Shortens paths below the runs folder, so that a report says nothing about the machine it was made on."""
        return text.replace(f"{self.root}/", "").replace(f"{self.root}\\", "")


def collect(root: Path | str, pages: str = "") -> Collection:
    """Reads and scores every run below a folder; what cannot be read or scored becomes a failure.

    Args:
        root: Path of the runs folder; it need not exist.
        pages: str. Folder of the executed notebooks as HTML, relative to the report; empty for no links.

    Returns:
        `Collection`.
    """
    root = Path(root).resolve()
    entries, failures = [], []
    everything = read_runs(root)
    counted = current(everything)
    for record in counted:
        if record.state == "failed":
            error = record.error
            failures.append(Failure(record, str(error.get("type", "error")), str(error.get("message", ""))))
        elif record.state != "ok":
            reason = (
                "There is neither result.json nor error.json: the run is still going, or it was stopped from outside."
            )
            failures.append(Failure(record, "not finished", reason))
        else:
            try:
                entries += _entries(record)
            except (UserError, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                message = f"{record.directory / 'result.json'}: {type(error).__name__}: {error}"
                failures.append(Failure(record, "unreadable record", message))
    left_out = len(everything) - len(counted)
    return Collection(root, pages.strip("/"), tuple(entries), tuple(failures), left_out)


def _entries(record: RunRecord) -> list[Entry]:
    result = record.result
    protocol = result["protocol"]
    classes, _ = protocol["classes"], protocol["id"]
    for seal in filter(None, (result.get("predictions"), result.get("items"), result.get("audit"))):
        if not is_whole(record.directory, seal):
            raise ValueError(f"{seal['file']} was changed after the run: its hash is not the sealed one")
    predictions = record.predictions
    entries = []
    for description in result["models"]:
        mine = predictions[predictions["model"] == description["model"]] if len(predictions) else predictions
        counted = counted_predictions(mine, protocol)
        if len(mine) and len(record.items):
            of_frames = mine["sample_id"].isin(record.items["sample_id"]).all()
            items = record.items if of_frames else counted_items(record.items, predictions, protocol)
            check_all_predicted(mine if of_frames else counted, items)
            known_of(mine if of_frames else counted, items, ["in_training"])
        gained = optimism(predictions, record.audit, classes, description["model"])
        entries.append(Entry(record, description, score(counted, classes) if len(mine) else None, gained))
    return entries
