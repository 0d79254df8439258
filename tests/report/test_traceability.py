"""Every number of the report can be followed back: to a run, its protocol and its predictions."""

import hashlib
import json
import re

import pytest
from bs4 import BeautifulSoup

from fer_utils import report

NUMBER = re.compile(r"\d+\.\d %|\d+ %")


@pytest.fixture
def page(many):
    for folder in many.glob("*/*"):  # as batch runs leave it, so that names of runs are links
        if (folder / "result.json").exists():
            (folder / "executed.ipynb").write_text("{}")
    found = report.collect(many, "runs-html")
    return BeautifulSoup(str(report.results(found)) + str(report.ledger(found)), "html.parser")


def cells_with_numbers(page):
    for cell in page.select("tbody td"):
        if NUMBER.search(cell.get_text()) and "baseline" not in (cell.parent.get("class") or []):
            yield cell


def runs_named_near(cell):
    """Addresses of runs in the row of a cell, else in the folded part or figure around it."""
    for around in (cell.find_parent("tr"), cell.find_parent("details")):
        links = [link["href"] for link in (around.find_all("a") if around else []) if "runs-html" in link["href"]]
        if links:
            return links
    return []


def test_every_cell_with_a_number_leads_to_its_run(page, many):
    cells = list(cells_with_numbers(page))
    assert len(cells) > 300
    published = 0
    for cell in cells:
        links = runs_named_near(cell)
        if not links and cell.find_parent("section") is None:
            published += 1  # a published number that no run stands beside
            continue
        assert links, cell.find_parent("table").caption.get_text() + ": " + cell.get_text(" ")
        for link in links:
            notebook, key = link.removeprefix("runs-html/").removesuffix(".html").split("/")
            result = json.loads((many / notebook / key / "result.json").read_text())
            seal = result["predictions"]
            stored = (many / notebook / key / seal["file"]).read_bytes()
            assert hashlib.sha256(stored).hexdigest() == seal["sha256"] and result["protocol"]["id"]
    assert published < len(cells) / 2


def test_a_protocol_stands_above_every_table_of_ours(page):
    for table in page.select("section.protocol table"):
        section = table.find_parent("section")
        ids = {code.get_text() for code in section.find_all("code") if code.get_text().count("/") == 3}
        ids = {name for name in ids if not name.endswith(".csv.gz")}
        assert len(ids) == 1


def test_what_stands_below_a_model_names_its_predictions(page, many):
    sources = page.select("p.source")
    assert len(sources) == 18
    for line in sources:
        place = next(code.get_text() for code in line.find_all("code") if code.get_text().endswith(".csv.gz"))
        assert (many / place).is_file()
