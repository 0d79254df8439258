"""A notebook becomes one HTML page that loads nothing from anywhere and describes its pictures."""

import re
from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).with_name("template")
PICTURES = ("image/svg+xml", "image/png", "image/jpeg")
XML_HEAD = re.compile(r"^\s*(<\?xml.*?\?>)?\s*(<!DOCTYPE.*?>)?\s*", re.S)


def notebook_to_html(source: Path, target: Path, title: str = "", report: bool = False, home: str = "") -> Path:
    """Writes a notebook with its outputs as one self-contained page.

    Args:
        source: Path of the executed notebook.
        target: Path of the page; its folder is made.
        title: str. Title of the page; by default the notebook's first heading.
        report: bool. Hides the code and the cells tagged `notebook-only`, and puts title and contents on top.
        home: str. Relative address of the page to go back to; empty for none.

    Returns:
        Path of the page.
    """
    import nbformat  # here, because the kernel that only makes tables needs neither this nor nbconvert

    notebook = nbformat.read(source, as_version=4)
    if report:
        notebook.cells = [c for c in notebook.cells if "notebook-only" not in c.metadata.get("tags", [])]
    _describe_pictures(notebook, source.stem)
    _leave_out_paths(notebook)
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8") + ("" if report else _code_style())
    resources = {
        "title": title or next(iter(_headings(notebook, 1)), source.stem),
        "style": style,
        "page_kind": "report" if report else "notebook",
        "home": home,
        "colophon": "Made by ferbench from run records. This page loads nothing from the network.",
        "contents": [(_anchor(heading), heading) for heading in _headings(notebook, 2)] if report else [],
    }
    page, _ = _exporter(report).from_notebook_node(notebook, resources)
    page = re.sub(r"<h2>([^<]+)</h2>", lambda found: f'<h2 id="{_anchor(found[1])}">{found[1]}</h2>', page)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")
    return target


@cache
def _exporter(report: bool):
    from nbconvert import HTMLExporter

    return HTMLExporter(
        template_name="ferbench",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=report,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        embed_images=True,
        **dict.fromkeys(
            ("require_js_url", "mathjax_url", "jquery_url", "mermaid_js_url", "jupyter_widgets_base_url"), ""
        ),
    )


@cache
def _code_style() -> str:
    from pygments.formatters import HtmlFormatter

    return HtmlFormatter(style="xcode").get_style_defs(".highlight")


def _describe_pictures(notebook, name: str) -> None:
    """Gives every picture a text: its own, or where in the notebook it stands."""
    section = name
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            section = (re.findall(r"^#+\s+(.+?)\s*$", cell.source, re.M) or [section])[-1]
        for output in cell.get("outputs", []):
            for kind in PICTURES:
                if kind not in output.get("data", {}):
                    continue
                own = output.metadata.get(kind, {}).get("alt") or output.metadata.get("alt") or cell.metadata.get("alt")
                output.metadata["alt"] = (
                    own or f"Figure of the section “{section}”; the text beside it says what it shows."
                )
                if kind == "image/svg+xml":
                    output.data[kind] = XML_HEAD.sub("", output.data[kind], count=1)


def _leave_out_paths(notebook) -> None:
    """Blanks where real data lies on this machine: pages are made to be sent around."""
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = re.sub(r"^data = .+$", 'data = "..."  # a path', cell.source, flags=re.M)


def _headings(notebook, level: int) -> list[str]:
    pattern = re.compile(rf"^{'#' * level}\s+(.+?)\s*$", re.M)
    return [h for cell in notebook.cells if cell.cell_type == "markdown" for h in pattern.findall(cell.source)]


def _anchor(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")
