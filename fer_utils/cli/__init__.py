"""The `ferbench` command; one module holds the commands of one subject."""

from fer_utils.cli import data, data_check, doctor, lint_split, report, score, suites  # noqa: F401  (they add commands)
from fer_utils.cli.group import main

__all__ = ["main"]
