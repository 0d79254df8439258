import pytest
from nbformat import write
from nbformat.v4 import new_code_cell, new_notebook, new_output

from fer_utils.report.export import notebook_to_html

WIDGET = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"


@pytest.fixture
def page(tmp_path):
    """Writes the page of an executed notebook whose one cell shows a control."""

    def write_page(data, state):
        cell = new_code_cell("sliders", outputs=[new_output("execute_result", data=data, execution_count=1)])
        metadata = {"widgets": {STATE: {"state": {"0": {}}, "version_major": 2, "version_minor": 0}}} if state else {}
        write(new_notebook(cells=[cell], metadata=metadata), tmp_path / "control.ipynb")
        return notebook_to_html(tmp_path / "control.ipynb", tmp_path / "control.html").read_text()

    return write_page


@pytest.mark.parametrize("state", [True, False])
def test_a_page_shows_the_picture_that_stands_in_for_a_control_and_loads_nothing(page, state):
    view = {"model_id": "0", "version_major": 2, "version_minor": 0}
    written = page({WIDGET: view, "text/plain": "Box()", "text/html": "<figure>a face</figure>"}, state)
    assert "<figure>a face</figure>" in written
    assert ("opened in JupyterLab" in written) == state
    assert "<script" not in written and "Box()" not in written


def test_a_control_without_a_picture_is_named_on_a_page(page):
    written = page({WIDGET: {"model_id": "0"}, "text/plain": "Box()"}, state=True)
    assert "opened in JupyterLab" in written and "Undefined" not in written
