"""The whole report, as `ferbench report` makes it."""

import json
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fer_utils.paths import project_root
from fer_utils.report import build_report
from fer_utils.report.export import notebook_to_html

SVG = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="9"><path d="M0 0"/></svg>'
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="


def executed_notebook(path):
    """Writes a notebook with all kinds of outputs."""
    outputs = [
        new_output("stream", name="stdout", text="10 % <done>\n"),
        new_output("display_data", {"image/svg+xml": SVG, "text/plain": "<Figure>"}),
        new_output("display_data", {"image/png": PIXEL}, metadata={"alt": "Seven drawn faces"}),
        new_output("display_data", {"image/png": PIXEL}),
        new_output("display_data", {"application/javascript": "alert(1)", "text/plain": "js"}),
        new_output("execute_result", {"text/html": "<table><tr><td>7</td></tr></table>", "text/plain": "7"}),
    ]
    cells = [new_markdown_cell("# Support vectors\n\n## Look at some faces"), new_code_cell("look()", outputs=outputs)]
    nbformat.write(new_notebook(cells=cells), path)


def loads(page):
    """Everything that a browser would fetch for a page."""
    found = re.findall(
        r"""<(?:img|script|iframe|source|video|audio|embed|object)\b[^>]*?\b(?:src|data)=["']?([^"'\s>]+)""", page
    )
    found += re.findall(r"""<link\b[^>]*?\bhref=["']?([^"'\s>]+)""", page)
    found += re.findall(r"""(?:url\(|@import)\s*["']?([^"')\s]+)""", page)
    return [address for address in found if not address.startswith(("data:", "#"))]


@pytest.fixture(scope="module")
def built(records, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    root = records.write_many(folder / "runs")
    for run in root.glob("*/*"):
        executed_notebook(run / "executed.ipynb")
    return root, build_report(root, folder / "out")


@pytest.mark.notebook
def test_the_report_is_one_page_that_loads_nothing(built):
    _, index = built
    page = index.read_text(encoding="utf-8")
    assert index.name == "index.html"
    assert page.count("Leaderboard, with 95 % intervals</caption>") == 5
    assert loads(page) == []
    assert "<script" not in page
    assert "default-src 'none'" in page  # the browser would refuse to load anything, too


@pytest.mark.notebook
def test_the_report_of_ten_runs_is_smaller_than_three_megabytes(built):
    _, index = built
    assert index.stat().st_size < 3_000_000


@pytest.mark.notebook
def test_code_and_notes_for_those_who_run_the_notebook_are_not_in_the_report(built):
    page = built[1].read_text(encoding="utf-8")
    assert "report.overview" not in page
    assert "Read the records" not in page
    assert page.count("<h1") == 1


@pytest.mark.notebook
def test_contents_lead_to_headings_of_the_page(built):
    page = built[1].read_text(encoding="utf-8")
    anchors = re.findall(r'<li><a href="#([^"]+)"', page)
    assert len(anchors) >= 6
    for anchor in anchors:
        assert page.count(f'id="{anchor}"') == 1


@pytest.mark.notebook
def test_every_link_leads_to_the_page_of_a_run_and_back(built):
    _, index = built
    links = set(re.findall(r'href="(runs-html/[^"]+)"', index.read_text(encoding="utf-8")))
    assert len(links) == 10
    for link in links:
        page = index.parent / link
        assert (page.parent / re.search(r'href="([^"]*index\.html)"', page.read_text())[1]).resolve() == index
        assert loads(page.read_text()) == []


@pytest.mark.notebook
def test_the_papers_tables_are_a_page_of_their_own_and_lead_back(built):
    _, index = built
    page = (index.parent / "papers.html").read_text(encoding="utf-8")
    assert "<h4>Table 4.7</h4>" in page and "not run" in page
    assert 'href="papers.html"' in index.read_text(encoding="utf-8") and 'href="index.html"' in page
    assert loads(page) == [] and "<script" not in page and "report.paper_tables" not in page
    for link in set(re.findall(r'href="(runs-html/[^"]+)"', page)):
        assert (index.parent / link).exists()


def test_a_page_does_not_say_where_the_data_lies(tmp_path):
    cell = new_code_cell(
        'dataset = "fer2013"\ndata = "/home/ann/fer2013.csv"', metadata={"tags": ["injected-parameters"]}
    )
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "run.ipynb")
    page = notebook_to_html(tmp_path / "run.ipynb", tmp_path / "run.html").read_text()
    assert "ann" not in page
    assert "dataset" in page


@pytest.mark.notebook
def test_pages_of_runs_that_are_gone_are_removed(built, tmp_path):
    root, _ = built
    stale = tmp_path / "runs-html" / "10_svm_on_pixels" / "gone.html"
    stale.parent.mkdir(parents=True)
    stale.write_text("old")
    build_report(root / "nothing here", tmp_path)
    assert not stale.exists()
    assert "Nothing has run yet" in (tmp_path / "index.html").read_text()


@pytest.mark.parametrize("name", ["90_report", "91_papers"])
def test_the_report_notebook_keeps_its_rules(name):
    notebook = nbformat.read(project_root() / "notebooks" / f"{name}.ipynb", as_version=4)
    assert notebook.metadata.ferbench == {"family": "report", "needs": []}
    assert notebook.metadata.kernelspec.name == "python3"
    for before, cell in zip(notebook.cells, notebook.cells[1:], strict=False):
        assert (
            len(cell.source.splitlines()) <= 18 if cell.cell_type == "markdown" else len(cell.source.splitlines()) <= 15
        )
        assert not cell.get("outputs")
        if cell.cell_type == "code" and before.cell_type == "code":
            assert before.id == "read"  # reading and showing the title are one step
    (parameters,) = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    assert all("  # " in line for line in parameters.source.splitlines())


def test_reading_records_imports_neither_tensorflow_nor_keras_nor_papermill():
    heavy = ("tensorflow", "keras", "papermill", "nbconvert", "nbformat")
    command = f"import sys, fer_utils.report; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def page(tmp_path):
    executed_notebook(tmp_path / "10_svm.ipynb")
    return notebook_to_html(tmp_path / "10_svm.ipynb", tmp_path / "out" / "page.html").read_text(encoding="utf-8")


def test_a_page_is_named_after_the_notebooks_first_heading(page):
    assert "<title>Support vectors</title>" in page
    assert '<html lang="en">' in page


def test_pictures_keep_their_text_and_others_say_where_they_stand(page):
    texts = re.findall(r'(?:alt|aria-label)="([^"]+)"', page)
    assert "Seven drawn faces" in texts
    assert sum("“Look at some faces”" in text for text in texts) == 2
    assert "No description" not in page


def test_drawings_stand_in_the_page_itself_and_scripts_do_not(page):
    assert re.search(r'<figure aria-label="[^"]+" role="img"><svg', page)
    assert "<?xml" not in page
    assert "alert(1)" not in page
    assert "<td>7</td>" in page
    assert "10 % &lt;done&gt;" in page


def test_an_unreadable_notebook_of_a_run_does_not_stop_the_report(tmp_path, monkeypatch):
    from fer_utils.report import build

    folder = tmp_path / "runs" / "10_svm_on_pixels" / "ab12"
    folder.mkdir(parents=True)
    (folder / "executed.ipynb").write_text(json.dumps({"cells": "none"}))
    build._export_runs(tmp_path / "runs", tmp_path / "out")
    assert "cannot be read" in (tmp_path / "out" / "runs-html" / "10_svm_on_pixels" / "ab12.html").read_text()
