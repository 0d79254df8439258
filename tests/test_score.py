"""`ferbench score` as its users call it, and the example of the README."""

import re
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from fer_utils.cli import main
from fer_utils.datasets import load_dataset
from fer_utils.datasets.fer2013_csv import LABELS
from fer_utils.protocol import Protocol
from fer_utils.runs.record import read_runs

README = Path(__file__).resolve().parents[1] / "README.md"
SMOKE = "synthetic/three-drop/subject-kfold-smoke1of10"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """One cache of drawn faces for all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def ferbench(project, monkeypatch, drawn):
    monkeypatch.setenv("FERBENCH_CACHE", str(drawn))
    return lambda *arguments: CliRunner().invoke(main, ["score", *arguments])


def fill(path, **columns):
    pd.read_csv(path).assign(**columns).to_csv(path, index=False)


def test_clips_are_scored_where_the_protocol_counts_them(ferbench):
    protocol = SMOKE.replace("kfold-", "kfold-clips-")
    assert ferbench("mine/p.csv", "--template", "--protocol", protocol).exit_code == 0
    fill("mine/p.csv", p_negative=0.2, p_neutral=0.7, p_positive=0.1)
    scored = ferbench("mine/p.csv", "--protocol", protocol, "--name", "calm")
    assert scored.exit_code == 0, scored.output
    assert re.search(r"\d test sequences; intervals over subjects", scored.stdout) and "-clips-smoke" in scored.stdout


def test_from_the_template_to_the_score(ferbench, project):
    written = ferbench("mine/p.csv", "--template", "--protocol", SMOKE)
    assert written.exit_code == 0, written.output
    (protocol,) = re.findall(rf"{SMOKE}/[0-9a-f]{{8}}", written.stdout)
    assert "mine/split.csv" in written.stdout
    fill("mine/p.csv", y_pred="negative")

    scored = ferbench("mine/p.csv", "--protocol", protocol, "--name", "always <negative>", "--parameters", "0")
    assert scored.exit_code == 0, scored.output
    (row,) = re.findall(r"always <negative>.*", scored.stdout)
    (majority,) = re.findall(r"always the most frequent class +([\d.]+ %)", scored.stdout)
    assert majority in row and "33.3 % [33.3, 33.3]" in row
    for words in (
        protocol,
        "Smoke: 1 of 10 folds",
        "say nothing about real faces",
        "External: nobody",
        "over subjects",
    ):
        assert words in scored.stdout
    (record,) = read_runs(project.runs)
    assert record.external and record.result["protocol"]["id"] == protocol

    again = ferbench("mine/p.csv", "--protocol", SMOKE, "--name", "always <negative>", "--parameters", "0")
    assert again.exit_code == 0 and "Scored before" in again.stdout
    assert len(read_runs(project.runs)) == 1
    status = CliRunner().invoke(main, ["status"])
    assert status.exit_code == 0 and "1 ok" in status.stdout


def test_an_older_file_of_the_same_name_is_told_from_the_one_that_counts(ferbench, project):
    ferbench("p.csv", "--template", "--protocol", SMOKE)
    fill("p.csv", y_pred="negative")
    assert "report' shows it" in ferbench("p.csv", "--protocol", SMOKE, "--name", "x").stdout
    (path,) = project.runs.glob("*/*/result.json")
    path.write_text(re.sub(r'"created": "\d{4}', '"created": "2001', path.read_text()))
    fill("p.csv", y_pred="neutral")
    assert "report' shows it" in ferbench("p.csv", "--protocol", SMOKE, "--name", "x").stdout
    fill("p.csv", y_pred="negative")
    assert "shows a newer one" in ferbench("p.csv", "--protocol", SMOKE, "--name", "x").stdout


def test_the_protocol_is_the_one_that_a_notebook_has(ferbench):
    faces = load_dataset("synthetic")
    theirs = Protocol.for_table(faces, "three-drop", "subject-kfold", folds=1, seeds=[0, 3]).id
    assert theirs in ferbench("p.csv", "--template", "--protocol", SMOKE, "--seeds", "0,3").stdout


def test_faces_that_were_not_found_are_told(ferbench):
    ferbench("p.csv", "--template", "--protocol", SMOKE)
    answers = np.where(np.arange(len(pd.read_csv("p.csv"))) < 2, "", "negative")
    fill("p.csv", y_pred=answers)
    assert "2 faces not found count as wrong" in ferbench("p.csv", "--protocol", SMOKE, "--name", "x").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["p.csv", "--protocol", SMOKE], "--name is missing"),
        (["p.csv", "--name", "x"], "Missing option '--protocol'"),
        (["p.csv", "--protocol", SMOKE, "--name", "x"], "No such file"),
        (["p.csv", "--protocol", "synthetic/three/subject-kfold", "--name", "x"], "Did you mean 'three-drop'"),
        (["p.csv", "--protocol", f"{SMOKE}/00000000", "--template"], "the id is synthetic/"),
        (["p.csv", "--protocol", SMOKE, "--seeds", "0;1", "--template"], "--seeds 0;1: expected whole numbers"),
        (["p.csv", "--protocol", SMOKE, "--seeds", "0,0", "--template"], "each once"),
        (["p.csv", "--protocol", "synthetic/seven/fer2013-official", "--template"], "no Training rows"),
        (["p.csv", "--protocol", "fer2013/seven/fer2013-official", "--template"], "Add --data fer2013=PATH"),
        (["p.xlsx", "--protocol", SMOKE, "--template"], "name the file to fill in"),
        (["p.csv", "--protocol", SMOKE, "--name", "x", "--parameters", "-1"], "--parameters"),
    ],
)
def test_a_users_mistake_is_told_with_status_2(ferbench, project, arguments, words):
    answer = ferbench(*arguments)
    assert answer.exit_code == 2 and words in answer.stderr and "Traceback" not in answer.stderr
    assert not project.runs.exists() and not Path("p.csv").exists()


class Tensor:
    """As much of torch.Tensor as the README needs, on numpy."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def unsqueeze(self, axis):
        return Tensor(np.expand_dims(self.values, axis))

    def float(self):
        return Tensor(self.values.astype(np.float32))

    def __truediv__(self, number):
        return Tensor(self.values / np.float32(number))

    def split(self, size):
        return [Tensor(self.values[start : start + size]) for start in range(0, len(self.values), size)]

    def softmax(self, dim):
        raised = np.exp(self.values - self.values.max(axis=dim, keepdims=True))
        return Tensor(raised / raised.sum(axis=dim, keepdims=True))

    def numpy(self):
        return self.values


class Knowing:
    """A model that knows the answer: the test writes each face's code, as in the csv, into its first pixel."""

    def eval(self):
        return self

    def __call__(self, batch):
        assert batch.values.shape[1:] == (1, 48, 48) and batch.values.dtype == np.float32
        return Tensor(10 * np.eye(7, dtype=np.float32)[(255 * batch.values[:, 0, 0, 0]).round().astype(int)])


class no_grad:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def write_fer2013(path):
    """FER2013 in its own layout, noise but for the first pixel."""
    random, rows = np.random.default_rng(0), []
    for part, count in (("Training", 60), ("PublicTest", 3)):
        for code in np.tile(range(7), count):
            pixels = random.integers(0, 256, 48 * 48)
            pixels[0] = code
            rows.append(f"{code},{' '.join(map(str, pixels))},{part}")
    path.write_text("\n".join(["emotion,pixels,Usage", *rows]))


def test_the_example_of_the_readme_works_with_a_stand_in_for_torch(project, monkeypatch):
    section = README.read_text(encoding="utf-8").split("## Your own model\n")[1].split("\n## ")[0]
    commands = re.findall(r"^ferbench score .*$", section, re.MULTILINE)
    (example,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    stand_in = SimpleNamespace(
        from_numpy=Tensor,
        no_grad=no_grad,
        cat=lambda parts: Tensor(np.concatenate([part.values for part in parts])),
        jit=SimpleNamespace(load=lambda path, map_location: Knowing()),
    )
    monkeypatch.setitem(sys.modules, "torch", stand_in)
    write_fer2013(Path("fer2013.csv"))

    written = CliRunner().invoke(main, shlex.split(commands[0])[1:])
    assert written.exit_code == 0, written.output
    exec(compile(example, str(README), "exec"), {})
    scored = CliRunner().invoke(main, shlex.split(commands[1])[1:])
    assert scored.exit_code == 0, scored.output
    assert "100.0 % [100.0, 100.0]" in re.search(r"My ResNet.*", scored.stdout)[0]
    (record,) = read_runs(project.runs)
    assert len(record.predictions) == 21 and set(record.predictions["y_pred"]) == set(LABELS)
    training = pd.read_csv("mine/split.csv").query("part == 'train'")
    codes = load_dataset("fer2013", "fer2013.csv").images[training["image"]][:, 0, 0]
    assert list(training["label"]) == [LABELS[code] for code in codes]
