"""ferbench: an honest benchmark of facial expression recognition."""

__version__ = "0.1.0"
