"""CONTRIBUTING.md's five steps, taken for a paper that does not exist."""

import json

from click.testing import CliRunner

from fer_utils.cli import main
from fer_utils.evaluation.claims import load_claims, verdict
from fer_utils.evaluation.tables import score_models
from fer_utils.runs.record import read_runs

CLAIMS = """
schema: 1
paper: toy2026
citation: Toy (2026), An invented paper
groups:
  T1:
    table: Table 1
    kind: parameters
    metric: trainable parameters
    unit: thousand
    label_maps: [three-drop]
    split: ""
    splits: []
    values: {toy_mean_faces: "7"}
  T2:
    table: Table 2
    kind: result
    metric: accuracy
    unit: percent
    dataset: synthetic
    label_maps: [three-drop]
    split: folds by subject
    splits: [subject-kfold]
    values: {toy_mean_faces: "50"}
"""
MODEL = '''"""The toy model: the nearest mean face."""

import numpy as np


def mean_faces(x, y, classes):
    return np.stack([x[y == label].mean(axis=0) for label in range(classes)])


def negative_distances(means, x):
    return -((x[:, None] - means[None]) ** 2).mean(axis=2)
'''
PARAMETERS = 'dataset = "synthetic"  # drawn faces\nfolds = 1  # a smoke run\n'
STUDY = """
import sys
from fer_utils import start_run
from fer_utils.datasets import load_dataset
from fer_utils.protocol import Protocol
sys.path.insert(0, "..")
from toy_model import mean_faces, negative_distances

faces = load_dataset(dataset, subjects=12, images_per_emotion=1)
split = Protocol.for_table(faces, labels="three-drop", folds=folds).split(faces)
run = start_run("40_toy", split, {"dataset": dataset, "folds": folds})
x = split.table.pixels().reshape(len(split.table), -1) / 255
means = mean_faces(x[split.folds[0].fit_all], split.y[split.folds[0].fit_all], 3)
run.describe_model("toy_mean_faces", "Nearest mean face", "toy", parameters=means.size)
run.save_predictions("toy_mean_faces", scores=negative_distances(means, x[split.folds[0].test]))
"""


def test_a_paper_is_a_claims_file_a_model_file_a_notebook_and_a_line_in_a_suite(project):
    (project.root / "claims").mkdir()
    (project.root / "claims" / "toy2026.yaml").write_text(CLAIMS)
    (project.root / "toy_model.py").write_text(MODEL)
    project.notebook("40_toy", STUDY, parameters=PARAMETERS, finish="run.finish()")
    project.suite("toy", "description: The toy paper\nruns:\n  - notebook: 40_toy\n")

    done = CliRunner().invoke(main, ["run", "toy"])
    assert done.exit_code == 0, done.output
    (run,) = read_runs(project.runs)
    assert run.state == "ok", run.error
    protocol, (described,) = run.result["protocol"], run.result["models"]
    assert protocol["smoke"]
    scores = score_models(run.predictions, protocol["classes"])

    size, accuracy = load_claims(project.root / "claims")
    judged = verdict(size, protocol, scores["toy_mean_faces"], described["parameters"], run.result["parameters"])
    assert (judged.word, described["parameters"]) == ("reproduced", 3 * 48 * 48)
    assert verdict(accuracy, protocol, scores["toy_mean_faces"]).word == "no verdict"  # faces are drawn
    assert json.loads((run.directory / "parameters.json").read_text())["folds"] == 1
