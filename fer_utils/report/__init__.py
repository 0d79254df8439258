"""Run records become tables, figures and HTML."""
