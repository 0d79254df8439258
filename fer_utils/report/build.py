"""Builds the report: executes its notebook, exports it, and exports the notebooks of all runs beside it."""

import os
import sys
from contextlib import contextmanager
from pathlib import Path

from fer_utils.paths import project_root
from fer_utils.report.export import notebook_to_html
from fer_utils.report.supersede import current
from fer_utils.runs.record import read_runs

NOTEBOOK = Path("notebooks") / "90_report.ipynb"
PAPERS = Path("notebooks") / "91_papers.ipynb"
PAGES = "runs-html"
TITLE = "Facial expression recognition, measured honestly"
PAPERS_TITLE = "The papers' tables, beside ours"


def build_report(runs_root: Path, out_dir: Path, title: str = TITLE) -> Path:
    """Makes `index.html`, `papers.html`, and one page for the executed notebook of each run.

    Args:
        runs_root: Path of the runs folder; it may be empty or missing.
        out_dir: Path of the folder that the report goes to; it is made.
        title: str. Title of the report.

    Returns:
        Path of `index.html`, one self-contained file with relative links to `runs-html/<notebook>/<key>.html`.
    """
    runs_root, out_dir = Path(runs_root).resolve(), Path(out_dir).resolve()
    out_dir.mkdir(parents=True, exist_ok=True)
    executed = out_dir / "report.ipynb"
    _execute(project_root() / NOTEBOOK, executed, {"runs": str(runs_root), "title": title, "pages": PAGES})
    tables = out_dir / "papers.ipynb"
    _execute(project_root() / PAPERS, tables, {"runs": str(runs_root), "pages": PAGES})
    notebook_to_html(tables, out_dir / "papers.html", PAPERS_TITLE, report=True, home="index.html")
    _export_runs(runs_root, out_dir)
    return notebook_to_html(executed, out_dir / "index.html", title, report=True)


def _execute(notebook: Path, target: Path, parameters: dict) -> None:
    sys.modules.setdefault("rfc3987_syntax", None)  # optional, unused here, and a second or more to import
    import papermill

    from fer_utils.batch.kernel import started_kernel

    with started_kernel(dict(os.environ), notebook.parent) as kernel, _clients_closed(kernel.manager):
        papermill.execute_notebook(
            notebook,
            target,
            parameters,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            km=kernel.manager,
        )


@contextmanager
def _clients_closed(manager):
    """Closes the sockets of clients, which stay open where a kernel is passed in ready-made."""
    clients, make = [], manager.client

    def remembered(**options):
        clients.append(make(**options))
        return clients[-1]

    manager.client = remembered
    try:
        yield
    finally:
        for client in clients:
            client.stop_channels()


def _export_runs(runs_root: Path, out_dir: Path) -> None:
    """Exports every executed notebook, and removes pages of runs that are gone."""
    written = set()
    for record in current(read_runs(runs_root)):
        source = record.directory / "executed.ipynb"
        if not source.exists():
            continue
        target = out_dir / PAGES / record.notebook / f"{record.key}.html"
        try:
            notebook_to_html(source, target, home="../../index.html")
        except Exception as error:  # whatever is wrong with one notebook, the report of all others goes on
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_unreadable(type(error).__name__), encoding="utf-8")
        written.add(target)
    for page in (out_dir / PAGES).glob("*/*.html"):
        if page not in written:
            page.unlink()


def _unreadable(kind: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Unreadable notebook</title></head>'
        f"<body><h1>Unreadable notebook</h1><p>The executed notebook of this run cannot be read ({kind}).</p>"
        '<p><a href="../../index.html">Back to the report</a></p></body></html>\n'
    )
