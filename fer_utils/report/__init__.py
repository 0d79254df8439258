"""Run records become tables, figures and HTML."""

from fer_utils.report.build import build_report
from fer_utils.report.claims_table import ledger
from fer_utils.report.collect import collect
from fer_utils.report.overview import failures, heading, overview, provenance
from fer_utils.report.paper_tables import paper_tables
from fer_utils.report.results import results

__all__ = [
    "build_report",
    "collect",
    "failures",
    "heading",
    "ledger",
    "overview",
    "paper_tables",
    "provenance",
    "results",
]
