"""ferbench: an honest benchmark of facial expression recognition."""

__version__ = "0.1.0"
__all__ = ["start_run"]


def __getattr__(name: str):
    """Imports `start_run` at its first use: the command line and the workers start without pandas."""
    if name == "start_run":
        from fer_utils.runs.start import start_run

        return start_run
    raise AttributeError(f"module 'fer_utils' has no attribute '{name}'")
