"""Files that parameters name, such as weights: a run depends on what is in them, not on where they lie."""

from pathlib import Path

from fer_utils.paths import file_digests


def with_contents(parameters: dict, folder: Path) -> dict:
    """Puts a hash of its content in the place of each file that a parameter names.

    Args:
        parameters: dict of parameter to value. Text may be the path of a file ("weights.npz"), or that of a dataset
            behind its name ("fer2013:PATH").
        folder: Path. That of the notebook, where its kernel works.

    Returns:
        dict with the same keys; whatever names no file stays as it is.
    """
    return {name: _content(value, folder) for name, value in parameters.items()}


def _content(value, folder: Path):
    if not isinstance(value, str) or not value:
        return value
    word, colon, path = value.partition(":")
    try:
        if (folder / value).is_file():
            return f"{Path(value).name} with content {file_digests([folder / value])[0]}"
        if colon and path and (folder / path).exists():
            from fer_utils.datasets import DATASETS, dataset_digest  # pandas behind it: only when needed

            if word in DATASETS:
                return f"{word} with content {dataset_digest(word, str(folder / path))}"
    except OSError:  # such as a text that is too long for a name
        return value
    return value
