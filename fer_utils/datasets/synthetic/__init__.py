"""Procedurally drawn faces with known expression, identity and geometry."""
