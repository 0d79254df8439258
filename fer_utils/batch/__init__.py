"""Batch execution of notebooks: suite -> plan -> one process a run. Meets the notebooks on disk only."""
