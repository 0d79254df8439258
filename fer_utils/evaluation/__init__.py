"""Predictions become numbers with intervals, and numbers meet the published claims."""
