import subprocess
import sys

import pytest

import fer_utils
from fer_utils.batch import keys
from fer_utils.batch.notebook import Notebook


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with the name of ours, whose sources a test may change."""
    root = tmp_path / "package" / "fer_utils"
    for name, source in {
        "__init__.py": "def start():\n    from fer_utils.runs import run\n",
        "runs/__init__.py": "",
        "runs/run.py": "import fer_utils.errors\n",
        "errors.py": "",
        "models/__init__.py": "",
        "models/net.py": '"""A net."""\nfrom ..faces import crop\nfrom .layers import block\nwidth = 3  # channels\n',
        "models/layers.py": "def block(): pass\n",
        "models/other.py": "",
        "faces/__init__.py": "LAZY = {'crop': '.crop'}\n",
        "faces/crop.py": "raise SystemExit('never imported')\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(source)
    monkeypatch.setattr(fer_utils, "__file__", str(root / "__init__.py"))
    return root


def test_imports_are_followed_through_the_package_without_importing(package):
    found = keys.module_digests(("%matplotlib inline\nfrom fer_utils.models.net import width\nimport numpy",))
    assert set(found) == {
        "fer_utils/__init__.py",
        "fer_utils/runs/__init__.py",
        "fer_utils/runs/run.py",
        "fer_utils/errors.py",
        "fer_utils/models/__init__.py",
        "fer_utils/models/net.py",
        "fer_utils/models/layers.py",
        "fer_utils/faces/__init__.py",
        "fer_utils/faces/crop.py",
    }


def test_a_cell_with_shell_assignments_still_shows_its_imports(package):
    found = keys.module_digests(("files = !ls\nfrom fer_utils.models import other",))
    assert "fer_utils/models/other.py" in found


def test_code_changes_a_modules_digest_but_comments_and_docstrings_do_not(package):
    cell = ("from fer_utils.models import net",)
    before = keys.module_digests(cell)
    net = package / "models" / "net.py"
    net.write_text('"""A net, explained."""\nfrom ..faces import crop\nfrom .layers import block\n\nwidth = 3\n')
    assert keys.module_digests(cell) == before
    net.write_text(net.read_text().replace("3", "4"))
    after = keys.module_digests(cell)
    assert {path for path in after if after[path] != before[path]} == {"fer_utils/models/net.py"}


def test_nothing_outside_the_kernel_imports_keras():
    """A runner that imports TensorFlow costs seconds and memory for nothing, and may not fork."""
    code = (
        "import sys, fer_utils.cli, fer_utils.batch.engine, fer_utils.batch.kernel, fer_utils.batch.plan\n"
        "import fer_utils.batch.suite, fer_utils.datasets\n"
        "print(*({'keras', 'tensorflow', 'jax', 'fer_utils.models', 'fer_utils.training'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_outputs_ids_and_counts_do_not_change_a_key_but_prose_and_code_do(project):
    path = project.notebook("01_toy")
    before = Notebook.read(path).digest
    path.write_text(path.read_text().replace('"execution_count": null', '"execution_count": 7'))
    assert Notebook.read(path).digest == before
    path.write_text(path.read_text().replace("The 01_toy study", "Another story"))
    assert Notebook.read(path).digest != before


def test_where_the_data_lies_does_not_change_a_key_but_its_content_does(project):
    notebook = Notebook.read(project.notebook("01_toy"))
    here = keys.key_parts(notebook, {"epochs": 1, "data": "/here"}, "d1", {})
    there = keys.key_parts(notebook, {"epochs": 1, "data": "/there"}, "d1", {})
    other = keys.key_parts(notebook, {"epochs": 1, "data": "/here"}, "d2", {})
    assert keys.run_key(here) == keys.run_key(there) != keys.run_key(other)


def test_reasons_name_what_changed():
    old = {
        "schema": 1,
        "notebook": "a",
        "parameters": {"epochs": 3, "old": 1},
        "modules": {"x.py": "1"},
        "data": "d",
        "needs": {},
    }
    new = {
        "schema": 1,
        "notebook": "b",
        "parameters": {"epochs": 5, "new": 1},
        "modules": {"x.py": "2"},
        "data": "e",
        "needs": {"trained": "02_makes/k"},
    }
    assert keys.explain(old, old) == []
    assert keys.explain(old, new) == [
        "notebook changed",
        "x.py changed",
        "epochs: 3 -> 5",
        "parameter 'new' is new",
        "parameter 'old' is gone",
        "data changed",
        "the run of 02_makes that it needs changed",
    ]
