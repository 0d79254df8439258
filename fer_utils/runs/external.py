"""A model that was trained elsewhere becomes a run like any other, labeled as external."""

import hashlib
import json
from pathlib import Path

from fer_utils.errors import ParameterError
from fer_utils.protocol import Split
from fer_utils.runs.external_file import read_predictions
from fer_utils.runs.run import Run

FOLDER = "external"  # of the runs folder, where runs of a notebook have the notebook's name
NOT_VOUCHED_FOR = ("training data", "selection of the model", "whether the test part was seen before")
LONGEST = {"name": 80, "family": 40, "notes": 300}


def store_external(
    path: Path, split: Split, root: Path, name: str, family: str = "", notes: str = "", parameters: int | None = None
) -> tuple[Path, bool]:
    """Checks a file of predictions and stores it as a run.

    Args:
        path: Path of the file, as `read_predictions` takes it.
        split: `Split` that the predictions answer.
        root: Path of the runs folder.
        name: str. The name that readers see.
        family: str. Such as "CNN".
        notes: str. What a reader must know.
        parameters: int. Trainable parameters; None where nobody says.

    Returns:
        Path of the record, and whether it is new: the same file, protocol and description are stored once.

    Raises:
        PredictionsError: the file is not what the protocol asks for; then nothing is stored.
        ParameterError: the name is empty, or name, family or notes are too long or hold line breaks.
    """
    for what, text in (("name", name), ("family", family), ("notes", notes)):
        if not text.isprintable() or len(text) > LONGEST[what] or (what == "name" and not text.strip()):
            raise ParameterError(
                f"--{what} {text[:20]!r}: expected one line of at most {LONGEST[what]} printable characters, a name "
                f"at least one; got {len(text)}."
            )
    answers = read_predictions(path, split)
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    identity = [digest, split.protocol.id, name, family, notes, parameters]
    directory = Path(root) / FOLDER / hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
    if (directory / "result.json").exists():
        return directory, False
    about = {"external": True, "file": Path(path).name, "file_sha256": digest, "not_vouched_for": list(NOT_VOUCHED_FOR)}
    run = Run(FOLDER, split, about, directory)
    model = f"external: {name}"  # an id that no claim has: published numbers are not judged by it
    run.describe_model(model, name, family, parameters, notes=notes)
    for (fold, seed), answer in answers.items():
        run.save_predictions(model, fold, seed, **answer)
    run.finish()
    return directory, True
