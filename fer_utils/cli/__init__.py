"""The `ferbench` command; one module holds the commands of one subject."""

from fer_utils.cli import claims, data, data_check, doctor, report, score, suites  # noqa: F401  (they add their commands to the group)
from fer_utils.cli.group import main

__all__ = ["main"]
