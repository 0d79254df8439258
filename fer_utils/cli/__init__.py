"""The `ferbench` command; one module holds the commands of one subject."""

from fer_utils.cli import (  # noqa: F401  (they add their commands to the group)
    claims,
    data,
    data_check,
    data_prepare,
    doctor,
    gc,
    lint_split,
    report,
    score,
    status,
    suites,
)
from fer_utils.cli.group import main

__all__ = ["main"]
