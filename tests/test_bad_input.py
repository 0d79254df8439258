"""What a user can get wrong, through the command line: which message it gets, and which exit status."""

import errno
import gzip
import os
import subprocess
import sys
from dataclasses import dataclass, field

import pytest
from click.testing import CliRunner

from fer_utils import paths
from fer_utils.batch import workers
from fer_utils.cli import main

HEADER = "emotion,pixels,Usage\n"
PIXELS = " ".join(["7"] * 48 * 48)
ROW = f"3,{PIXELS},Training\n"
CSV = HEADER + ROW * 20
SUITE = "notebooks/suites/mine.yaml"
NOTEBOOK = "notebooks/05_mine.ipynb"


@dataclass
class Mistake:
    """What a user did, and what the terminal says.

    Attributes:
        arguments: str. After `ferbench`.
        words: tuple of str. All of them must be in the message.
        status: int. 2 for a mistake that is found before anything runs, 1 for a run that failed.
        files: dict of path to content; None makes a folder.
        environment: dict. Variables.
    """

    arguments: str
    words: tuple
    status: int = 2
    files: dict = field(default_factory=dict)
    environment: dict = field(default_factory=dict)


def data(content, *words, name="f.csv", status=2):
    """A mistake in the csv file."""
    return Mistake(f"run real --data fer2013={name}", (name, *words), status, {name: content})


def suite(text, *words):
    """A mistake in a suite."""
    return Mistake("plan mine", ("mine.yaml", *words), files={SUITE: text})


def mixture(dataset, options, *words):
    """A mistake in a mixture of datasets; `f.csv` is real."""
    text = f"runs:\n- {{notebook: 01_toy, parameters: {{dataset: {dataset}}}}}"
    return Mistake(f"plan mine {options}", words, files={SUITE: text, "f.csv": CSV})


def notebook(text, *words):
    """A mistake in a notebook."""
    return Mistake(
        "plan mine", words, files={SUITE: "runs:\n- {notebook: 05_mine, parameters: {x: 1}}", NOTEBOOK: text}
    )


def runs(command, folder, *words):
    """A mistake in where the runs lie; `f` is a file."""
    return Mistake(command, words, files={"f": ""}, environment={"FERBENCH_RUNS": folder})


MISTAKES = {
    # names
    "misspelt command": Mistake("rum", ("No command 'rum'", "Did you mean 'run'?")),
    "misspelt suite": Mistake("plan quik", ("No suite 'quik'", "Known: ", "Did you mean 'quick'?")),
    "misspelt notebook": suite("runs:\n- notebook: 01_tou", "run 1: no notebook '01_tou'", "Did you mean '01_toy'?"),
    "misspelt parameter in a suite": suite(
        "runs:\n- {notebook: 01_toy, parameters: {epocs: 2}}",
        *("run 1: notebook '01_toy' has no parameter 'epocs'", "It has: dataset, data", "Did you mean 'epochs'?"),
    ),
    "misspelt dataset in a suite": suite(
        "runs:\n- {notebook: 01_toy, name: mine.yaml, parameters: {dataset: fer213}}",
        *("No dataset 'fer213'", "Known: synthetic, fer2013, ", "Did you mean 'fer2013'?"),
    ),
    "misspelt parameter": Mistake("run --set epocs=3", ("--set epocs", "Did you mean 'epochs'?")),
    "misspelt dataset": Mistake("run real --data fer213=/x", ("no dataset 'fer213'", "Did you mean 'fer2013'?")),
    "misspelt backend": Mistake(
        "run",
        ("KERAS_BACKEND=tensorflw", "tensorflow, jax, torch", "Did you mean 'tensorflow'?"),
        environment={"KERAS_BACKEND": "tensorflw"},
    ),
    "name of no run": Mistake("run --only 03*", ("--only 03*", "It has: 01_toy[epochs=1]")),
    # values
    "no value": Mistake("run --set epochs", ("--set epochs", "expected KEY=VALUE")),
    "value of another type": Mistake("run --set epochs=many", ("'epochs'", "is of type int", "'many'")),
    "path as a parameter": Mistake("run --set data=/x", ("--data NAME=PATH",)),
    "path without a name": Mistake("run real --data fer2013", ("expected NAME=PATH",)),
    "path of drawn faces": Mistake("run --data synthetic=/", ("need no path",)),
    # where the data lies
    "real data not named": Mistake("run real", ("needs the dataset 'fer2013'", "--data fer2013=PATH")),
    "no file": Mistake(
        "run real --data fer2013=fer2013.cvs",
        ("nothing at", "fer2013.cvs", "Did you mean 'fer2013.csv'?"),
        files={"fer2013.csv": CSV},
    ),
    "folder without the csv": Mistake(
        "run real --data fer2013=photos",
        ("photos: no fer2013.csv, .csv.gz", "found ['train.zip']"),
        files={"photos/train.zip": ""},
    ),
    "neither file nor folder": Mistake(f"run real --data fer2013={os.devnull}", ("neither a file nor a folder",)),
    "file as FERBENCH_DATA": Mistake(
        "run real", ("FERBENCH_DATA=f.csv is a file",), files={"f.csv": CSV}, environment={"FERBENCH_DATA": "f.csv"}
    ),
    "FERBENCH_DATA that is not there": Mistake(
        "run real", ("FERBENCH_DATA=nowhere is not there",), environment={"FERBENCH_DATA": "nowhere"}
    ),
    "FERBENCH_DATA without the dataset": Mistake(
        "run real", ("subfolder", "found ['jaffe']"), files={"d/jaffe": None}, environment={"FERBENCH_DATA": "d"}
    ),
    # mixtures and twins
    "misspelt part of a mixture": mixture("fer2013+ckplu", "", "No dataset 'ckplu'", "Did you mean 'ckplus'?"),
    "part of a mixture twice": mixture("fer2013+fer2013", "", "fer2013+fer2013: a dataset stands twice"),
    "part of a mixture not named": mixture(
        *("fer2013+ckplus", "--data fer2013=f.csv"),
        *("needs the dataset 'ckplus'", "--data ckplus=PATH", "--data ckplus=twin"),
    ),
    "real faces and drawn ones": mixture(
        *("fer2013+ckplus", "--data fer2013=f.csv --data ckplus=twin"),
        *("01_toy: fer2013+ckplus: fer2013 is real (/", "ckplus is drawn (twin)", "never mixed"),
    ),
    "real faces with synthetic ones": mixture(
        "fer2013+synthetic", "--data fer2013=f.csv", "fer2013 is real", "synthetic is drawn (no files)"
    ),
    "mixture named as one": Mistake(
        "run real --data fer2013+ckplus=twin",
        ("name each dataset of a mixture apart", "--data fer2013=... --data ckplus=..."),
    ),
    "misspelt kind of twin": Mistake(
        "run real --data fer2013=twin-quik", ("no twin 'twin-quik'", "Did you mean 'twin-quick'?")
    ),
    "twin that nobody draws": Mistake(
        "run real --data folders=twin", ("folders: no twin of it can be drawn", "twins of fer2013, ckplus")
    ),
    "score on a misspelt mixture": Mistake(
        "score f --template --protocol fer2013+ckplu/seven/group-kfold", ("no dataset 'ckplu'", "mean 'ckplus'?")
    ),
    "score on a dataset twice": Mistake(
        "score f --template --protocol jaffe+jaffe/seven/group-kfold", ("a dataset of 'jaffe+jaffe' stands twice",)
    ),
    # the csv; more of its faults are in tests/datasets/test_fer2013.py
    "empty csv": data("", "EmptyDataError", "The file is empty, truncated or of another kind"),
    "truncated csv": data(CSV[:-3000], "line 21: ", "Expected 2,304"),
    "truncated gz": data(gzip.compress(CSV.encode())[:-10], "truncated", "get it anew", name="f.csv.gz"),
    "binary file": data(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "cannot be read as FER2013 csv"),
    "misspelt column": data(
        CSV.replace("pixels", "pixel"), "no column 'pixels'", "emotion,pixels,Usage", "Did you mean 'pixel'?"
    ),
    "pixel that is no number": data(HEADER + ROW + ROW.replace("7", "x7", 1), "line 3: the pixel 'x7'", "values 0-255"),
    "row of 47 x 48 pixels": data(HEADER + ROW + f"3,{PIXELS[:-96]},Training\n", "line 3: 2,256 pixels", "2,304"),
    "unknown label": data(HEADER + ROW * 2 + "7" + ROW[1:], "line 4: emotion '7' is unknown", "one of 0, 1, 2"),
    "unknown Usage": data(CSV + ROW.replace("Training", "Training2"), "line 22: Usage", "Did you mean 'Training'?"),
    # suites and notebooks; more faults of suites are in tests/batch/test_suite.py
    "tab in a suite": suite("runs:\n\t- notebook: 01_toy", "not a YAML file", "line 2"),
    "empty suite": suite("", "expected 'key: value' lines"),
    "binary suite": suite(b"\xff\xfe\x00", "not a YAML file"),
    "folder named like a suite": Mistake("plan mine", ("mine.yaml", "cannot be read"), files={SUITE: None}),
    "unknown key in a suite": suite(
        "runs:\n- {notebook: 01_toy, time_out: 3}", "run 1: unknown key 'time_out'", "Did you mean 'timeout'?"
    ),
    "two entries with one name": suite("runs:\n- notebook: 01_toy\n- notebook: 01_toy", "run 2", "another 'name'"),
    "notebook that is no JSON": notebook("hello", "05_mine.ipynb", "not a notebook of format 4", "Restore"),
    "notebook without cells": notebook("{}", "05_mine.ipynb", "'cells'", "Restore"),
    "notebook without parameters": notebook(
        '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "'05_mine' has no parameter 'x'", "no cell"
    ),
    "notebook whose parameters are computed": notebook(
        '{"cells": [{"cell_type": "code", "source": "x = 1 + y", "metadata": {"tags": ["parameters"]}}]}',
        *("05_mine.ipynb", "only 'name = literal value'"),
    ),
    # where runs and reports go
    "runs into a file": runs("run", "f", "f: the runs folder is a file"),
    "plan for a file": runs("plan", "f", "f: the runs folder is a file"),
    "status of a file": runs("status", "f", "f: the runs folder is a file"),
    "runs below a file": runs("run", "f/g", "f/g: the runs folder cannot be written to", "FERBENCH_RUNS"),
    "report of no runs": Mistake("report --runs nowhere", ("nowhere: there are no runs here", "ferbench run")),
    "report of a file": Mistake("report --runs f", ("f: this is a file", "--runs"), files={"f": ""}),
    "report into a file": Mistake(
        "report --runs r --out f", ("/f: File exists. A folder is expected", "--out"), files={"r": None, "f": ""}
    ),
    "report below a file": Mistake(
        "report --runs r --out f/g", ("/f/g: Not a directory. A folder is expected",), files={"r": None, "f": ""}
    ),
    # the ledger of published numbers
    "claims of a misspelt paper": Mistake(
        "claims --paper husein2020", ("No paper 'husein2020'", "wupan2019", "Did you mean 'hussein2020'?")
    ),
    "claims of a misspelt table": Mistake(
        "claims --paper hussein2020 --table 4.77", ("No table '4.77'", "Table 4.8", "Did you mean 'Table 4.7'?")
    ),
    "claims of a kind that the table lacks": Mistake(
        "claims --table 4.7 --kind quoted", ("No number of kind 'quoted' there", "Leave --kind out")
    ),
    # copies of datasets
    "check of a misspelt dataset": Mistake("data check jafe x", ("No dataset 'jafe'", "Did you mean 'jaffe'?")),
    "check of drawn faces": Mistake("data check synthetic x", ("there are no files to check",)),
    "check without a path": Mistake("data check jaffe", ("Where is jaffe?", "ferbench data check jaffe PATH")),
    "check of nothing": Mistake("data check jaffe x", ("jaffe: no folder 'x'", "--data jaffe=PATH")),
    "check of a file": Mistake("data check jaffe f", ("'f' is a file. Unpack it",), files={"f": ""}),
    "check of something else": Mistake(
        "data check ckplus photos", ("no folder 'cohn-kanade-images'", "found ['a.png']"), files={"photos/a.png": ""}
    ),
    "folders without classes": Mistake(
        "data check folders d", ("named like an emotion", "found ['hapy']", "mean 'happy'"), files={"d/hapy": None}
    ),
    "unknown label in a csv": Mistake(
        *("data check folders f.csv", ("f.csv, line 2: label 'hapy'", "mean 'happy'")),
        files={"f.csv": "path,label\nx,hapy"},
    ),
    "facts about a misspelt dataset": Mistake("data info ckplu", ("No dataset 'ckplu'", "Did you mean 'ckplus'?")),
    # somebody's split
    "split table that is not there": Mistake(
        "lint-split splt.csv", ("splt.csv: no such file", "Did you mean 'split.csv'?"), files={"split.csv": ""}
    ),
    "split table with a misspelt column": Mistake(
        "lint-split s.csv",
        ("s.csv: no column 'subject'", "Did you mean 'subjects'?"),
        files={"s.csv": "id,subjects,sequence,split"},
    ),
    "split table with an unknown part": Mistake(
        "lint-split s.csv",
        ("s.csv, line 2: split 'tset'", "train, training", "Did you mean 'test'?"),
        files={"s.csv": "id,subject,sequence,split\na,,,tset"},
    ),
    # twins of real datasets
    "misspelt command of a group": Mistake("data synt jaffe out", ("No command 'synt'", "Did you mean 'synth'?")),
    "misspelt twin": Mistake(
        "data synth jafe out", ("No twin 'jafe'", "Known: fer2013, ckplus", "Did you mean 'jaffe'?")
    ),
    "misspelt preset": Mistake(
        "data synth jaffe out --preset quik",
        ("jaffe: no preset 'quik'", "tiny, small, quick, full", "Did you mean 'quick'?"),
    ),
    "negative seed": Mistake("data synth jaffe out --seed -1", ("jaffe: seed=-1", "at least 0")),
    "twin in the place of data": Mistake(
        "data synth jaffe out",
        ("/out: this folder holds ['KA.AN1.39.tiff']", "may be real data", "Name another folder"),
        files={"out/KA.AN1.39.tiff": ""},
    ),
    "twin in the place of data with force": Mistake(
        "data synth jaffe out --force",
        ("/out: this folder holds ['a.csv']", "not replaced even with --force"),
        files={"out/a.csv": ""},
    ),
    "twin in the place of another": Mistake(
        "data synth jaffe out",
        ("/out: this folder holds a synthetic twin already", "--force"),
        files={"out/README.txt": "SYNTHETIC, drawn by ferbench: a twin of CK+. No picture shows a person."},
    ),
    "twin into a file": Mistake("data synth jaffe f", ("/f: this is a file. Name a folder",), files={"f": ""}),
    "twin below a file": Mistake(
        "data synth jaffe f/g", ("/f: File exists. A folder is expected",), files={"f": ""}
    ),
    # what only the run itself can find
    "data that is bad only in the kernel": Mistake(
        "run kernel --only bad_csv",
        ("failed: bad_csv in cell 2: DatasetLayoutError", "f.csv, line 2: emotion '9' is unknown", "Expected one of"),
        status=1,
        files={"f.csv": HEADER + "9" + ROW[1:]},
    ),
    "corrupt model": Mistake(
        "run kernel --only bad_model",
        ("failed: bad_model in cell 2: RunError", "m.keras: truncated, or no .keras file", "Copy the file anew"),
        status=1,
        files={"m.keras": b"PK\x03\x04 and no more"},
    ),
    "no landmark predictor": Mistake(
        "run kernel --only no_predictor",
        ("failed: no_predictor in cell 2: PredictorError", "No shape_predictor_68", "99.7 MB", "curl"),
        status=1,
    ),
    "impossible faces": Mistake(
        "run kernel --only bad_faces",
        ("failed: bad_faces in cell 2: ParameterError", "size=10; expected a whole number of 48 to 320"),
        status=1,
    ),
    "disk that is full in the kernel": Mistake(
        "run kernel --only full_disk", ("failed: full_disk in cell 3", "reports/runs/08_full", "free space"), status=1
    ),
}  # fmt: skip


@pytest.fixture
def ferbench(project):
    project.notebook("01_toy", "print(epochs)")
    project.notebook("03_real", parameters='dataset = "fer2013"\ndata = ""\nepochs = 1\n')
    project.notebook("06_csv", "from fer_utils.datasets import load_dataset\nload_dataset('fer2013', '../f.csv')")
    project.notebook("07_model", "from fer_utils.training.stored_model import load_model\nload_model('../m.keras')")
    project.notebook("08_full", _NO_SPACE)
    project.notebook("09_points", _NO_PREDICTOR)
    project.notebook(
        "10_faces", "from fer_utils.datasets import load_dataset\nload_dataset('synthetic', 'no path', size=10)"
    )
    project.suite("quick", "runs:\n- {notebook: 01_toy, grid: {epochs: [1, 2]}}")
    project.suite("real", "runs:\n- notebook: 03_real")
    names = {"06_csv": "bad_csv", "07_model": "bad_model", "08_full": "full_disk", "09_points": "no_predictor"}
    names["10_faces"] = "bad_faces"
    project.suite("kernel", "runs:\n" + "".join(f"- {{notebook: {n}, name: {name}}}\n" for n, name in names.items()))
    return lambda arguments: CliRunner().invoke(main, arguments.split())


_NO_SPACE = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # as on a full disk, nothing can be written from here on
"""

_NO_PREDICTOR = """
from fer_utils.faces import predictor_files
predictor_files.search_places = predictor_files.search_places()[:1].copy  # this machine may have one elsewhere
predictor_files.load_predictor(68)
"""


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_what_was_expected(ferbench, project, monkeypatch, what):
    mistake = MISTAKES[what]
    if what.startswith("disk") and os.name == "nt":
        pytest.skip("limits of Unix")
    for name, content in mistake.files.items():
        path = project.root / name
        path.parent.mkdir(exist_ok=True)
        if content is None:
            path.mkdir(parents=True)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.delenv("FERBENCH_MODELS", raising=False)
    for name, value in mistake.environment.items():
        monkeypatch.setenv(name, value)
    answer = ferbench(mistake.arguments)
    assert answer.exit_code == mistake.status, answer.output
    for words in mistake.words:
        assert words in answer.stderr
    assert "Traceback" not in answer.output
    if mistake.status == 2:
        assert len(answer.stderr.strip().splitlines()) == 1
        assert not project.runs.exists() and not (project.root / "cache" / "fer2013").exists()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "Free space"),
        (errno.EACCES, "Ask for the right"),
        (errno.EROFS, "a folder of yours"),
        (errno.ENOENT, "--debug shows where"),
    ],
)
def test_a_place_that_cannot_be_used_is_named_with_what_to_do(ferbench, monkeypatch, number, words):
    def unusable():
        raise OSError(number, os.strerror(number), "/closed/runs")

    monkeypatch.setattr(paths, "runs_root", unusable)
    answer = ferbench("status")
    assert answer.exit_code == 2
    assert f"/closed/runs: {os.strerror(number)}." in answer.stderr and words in answer.stderr
    assert isinstance(ferbench("status --debug").exception, OSError)


@pytest.mark.parametrize("bug", [KeyError("x"), OSError(errno.EIO, "Input/output error")])
def test_a_bug_of_ours_keeps_its_traceback(ferbench, monkeypatch, bug):
    def broken():
        raise bug

    monkeypatch.setattr(paths, "runs_root", broken)
    assert ferbench("status").exception is bug


@pytest.mark.skipif(os.name == "nt", reason="limits of Unix")
def test_a_full_disk_is_found_before_anything_runs(ferbench, project):
    code = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9999, 9999)); "
    code += "from fer_utils.cli import main; main()"
    done = subprocess.run([sys.executable, "-P", "-c", code, "run"], capture_output=True, text=True)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert f"{project.runs}: the runs folder cannot be written to (File too large)" in done.stderr
    assert "FERBENCH_RUNS" in done.stderr and "free space" in done.stderr


def test_a_disk_that_fills_up_between_two_runs_costs_only_the_second(ferbench, project, monkeypatch):
    def full(path, content):
        if b'"epochs": 2' in content.encode():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        paths.write_atomically(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(workers, "write_atomically", full)
        answer = ferbench("run")
    assert answer.exit_code == 1 and "1 ok, 1 failed" in answer.stdout and "Traceback" not in answer.output
    assert "No space left on device" in answer.stderr and "what is finished stays" in answer.stderr
    assert str(project.runs / "01_toy") in answer.stderr
    again = ferbench("run")
    assert again.exit_code == 0 and "1 ok, 1 cached" in again.stdout


def test_real_data_that_is_read_while_planning_is_not_parsed_again(ferbench, project, monkeypatch):
    (project.root / "f.csv").write_text(CSV)
    assert ferbench("plan real --data fer2013=f.csv").exit_code == 0
    monkeypatch.setattr("fer_utils.datasets.fer2013.parse_csv", lambda _: pytest.fail("parsed again"))
    assert ferbench("plan real --data fer2013=f.csv").exit_code == 0


def test_a_folder_without_the_right_to_write_is_named(ferbench, project):
    project.runs.parent.mkdir(parents=True)
    project.runs.parent.chmod(0o555)
    if os.access(project.runs.parent, os.W_OK):
        pytest.skip("root may write everywhere")
    answer = ferbench("run")
    assert answer.exit_code == 2 and "cannot be written to (Permission denied)" in answer.stderr
