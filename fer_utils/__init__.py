"""ferbench: an honest benchmark of facial expression recognition."""

from fer_utils.runs.run import start_run

__version__ = "0.1.0"
__all__ = ["start_run"]
