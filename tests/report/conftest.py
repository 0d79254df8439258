"""Runs on disk as notebooks leave them, with predictions drawn at random."""

import gzip
import hashlib
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from fer_utils import report
from fer_utils.runs.items import items_csv

THREE = ("negative", "neutral", "positive")
SEVEN = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
HOSTILE = "<script>alert('x')</script> & \"quotes\""


def protocol(dataset="synthetic", label_map="three-drop", split="subject-kfold", **changes):
    """The protocol entry of a result.json."""
    classes = SEVEN if label_map == "seven" else THREE
    smoke = split == "subject-kfold"
    entry = {
        "id": f"{dataset}/{label_map}/{split}{'-smoke1of10' if smoke else ''}/0a1b2c3d",
        "dataset": dataset,
        "fingerprint": "00112233aabbccdd",
        "synthetic": dataset == "synthetic",
        "partial": False,
        "label_map": label_map,
        "classes": list(classes),
        "unit": "image",
        "split": split,
        "folds": 1,
        "folds_of": 10 if smoke else 1,
        "smoke": smoke,
        "seeds": [0],
        "selection": "validation only",
        "counts": {"train": 640, "validation": 80, "test": 240, "dropped": 120},
        "notes": [],
        "lint": {"verdict": "clean", "findings": []},
    }
    return entry | changes


def predictions(model, classes, n=240, subjects=12, right=0.6, undetected=0, seed=0, outputs="", folds=1):
    """Predictions of one model, as predictions.csv.gz holds them; `outputs` are "p" or "score" where it has them."""
    true = np.random.default_rng(n).choice(classes, n)  # the same items for every model
    random = np.random.default_rng(seed)
    guess = np.where(random.random(n) < right, true, random.choice(classes, n)).astype(object)
    guess[:undetected] = ""
    table = pd.DataFrame({"model": model, "sample_id": [f"i{i:05d}" for i in range(n)]})
    table["subject"] = [f"p{i % subjects:03d}" for i in range(n)] if subjects else ""
    table["sequence"] = table["sample_id"]
    table = table.assign(fold=np.arange(n) % folds, seed=0, y_true=true, y_pred=guess, detected=guess != "")
    if outputs:
        values = random.dirichlet(np.ones(len(classes)), n) + 1.5 * (guess[:, None] == np.array(classes))
        values[guess == ""] = np.nan
        table[[f"{outputs}_{name}" for name in classes]] = (values / 2.5).round(6)
    return table


def items(table, ferplus=False, drawn=False, twins=0):
    """What a run stores of its test items, as items.csv.gz holds them."""
    n = len(table)
    found = table[["sample_id", "fold"]].assign(in_training=np.arange(n) < twins, in_validation=False)
    if ferplus:
        votes = np.random.default_rng(5).choice([*SEVEN, "contempt", None], n)
        found["ferplus"] = np.where(np.random.default_rng(6).random(n) < 0.6, table["y_true"], votes)
    if drawn:
        place = np.arange(n)
        found = found.assign(skin_group=place % 6, glasses=np.where(place % 5, "", "round"), occluded="")
        found = found.assign(yaw=place % 61 - 30.0, pitch=place % 31 - 15.0, roll=0.0, light_x=place % 9 / 10)
    return found


def history(model, epochs=8):
    """A learning curve that rises and levels off."""
    epoch = np.arange(1, epochs + 1)
    table = pd.DataFrame({"model": model, "fold": 0, "seed": 0, "epoch": epoch, "seconds": 4.2, "learning_rate": 1e-3})
    rise = 1 - np.exp(-epoch / 3)
    return table.assign(
        loss=1.6 - rise, accuracy=0.3 + 0.5 * rise, val_loss=1.7 - 0.9 * rise, val_accuracy=0.3 + 0.4 * rise
    )


def model(name, title=None, **changes):
    """One entry of `models` in a result.json."""
    entry = {"model": name, "title": title or name.replace("_", " "), "family": "SVM", "parameters": None}
    return entry | {"train_seconds": 12.5, "notes": ""} | changes


def write_run(root, notebook, key, entry, models, tables, curves=None, parameters=None, known=None, **changes):
    """Writes a finished run and returns its folder."""
    folder = root / notebook / key
    folder.mkdir(parents=True)
    stored = gzip.compress(pd.concat(tables).to_csv(index=False).encode(), mtime=0) if tables else b""
    if tables:
        (folder / "predictions.csv.gz").write_bytes(stored)
    if known is not None:
        kept = gzip.compress(items_csv(known).encode(), mtime=0)
        (folder / "items.csv.gz").write_bytes(kept)
        changes["items"] = {"file": "items.csv.gz", "sha256": hashlib.sha256(kept).hexdigest(), "rows": len(known)}
    if curves is not None:
        curves.to_csv(folder / "history.csv", index=False)
    sealed = {"file": "predictions.csv.gz", "sha256": hashlib.sha256(stored).hexdigest(), "rows": len(tables)}
    provenance = {
        **{"commit": "0123456789abcdef0123456789abcdef01234567", "dirty": True, "python": "3.11.9"},
        **{"platform": "Linux x86_64", "packages": {"keras": "3.15.0", "numpy": "2.4.0"}, "backend": "tensorflow"},
        **{"device": "CPU (x86_64)", "threads": 1, "cores": 2, "wall_seconds": 48.2, "cpu_seconds": 61.0},
        **{"peak_memory_mb": 910, "energy_joules": None},
    }
    result = {
        **{"schema": 1, "notebook": notebook, "key": key, "created": "2026-05-04T10:11:12Z", "protocol": entry},
        **{"parameters": parameters or {}, "models": models, "predictions": sealed if tables else None},
        **{"history": "history.csv" if curves is not None else None, "figures": [], "provenance": provenance},
    }
    (folder / "result.json").write_text(json.dumps(result | changes))
    return folder


def write_failure(root, notebook, key, **changes):
    """Writes a failed run and returns its folder."""
    folder = root / notebook / key
    folder.mkdir(parents=True)
    error = {
        **{"schema": 1, "notebook": notebook, "key": key, "parameters": {}, "type": "ValueError", "message": "boom"},
        **{"cell": 7, "signal": None, "peak_memory_mb": 512, "seconds": 33.0, "created": "2026-05-04T10:11:12Z"},
    }
    (folder / "error.json").write_text(json.dumps(error | changes))
    return folder


SVMS = (("svm_px_linear", 0.45), ("svm_px_quadratic", 0.5), ("svm_px_cubic", 0.52), ("svm_px_gauss_medium", 0.55))


def write_many(root):
    """A folder with ten runs of all kinds: synthetic and real, two protocols of one dataset, failures."""
    for labels in ("three-drop", "three-negative"):
        names = [*SVMS, ("bagged_trees_px", 0.48), ("knn_px", 0.4)]
        tables = [predictions(m, THREE, 3174, None, right, seed=i) for i, (m, right) in enumerate(names)]
        entry = protocol("fer2013", labels, "fer2013-public-as-test", partial=True)
        entry["notes"] = ["partial copy: no PrivateTest rows (the original has 3,589)"]
        finding = {"level": "warning", "rule": "identical images", "message": "280 test images are also in training"}
        entry["lint"] = {"verdict": "warning", "findings": [{**finding, "count": 280}]}
        write_run(root, "10_svm_on_pixels", f"fe{labels[-4:]}01", entry, [model(m) for m, _ in names], tables)
    for schedule, right in (("cosine", 0.55), ("paper", 0.5)):
        entry = protocol("fer2013", "seven", "fer2013-public-as-test", partial=True)
        cnn = model("mini_xception_base", "mini-Xception", family="CNN", parameters=56_951, train_seconds=960.0)
        table = predictions("mini_xception_base", SEVEN, 3589, None, right)
        curve = history("mini_xception_base", 30)
        settings = {"schedule": schedule, "epochs": 30}
        write_run(root, "13_mini_xception", f"a{schedule}", entry, [cnn], [table], curve, settings)
    for kind, size in (("base", 52_339), ("dense", 94_059)):
        name = "mini_xception_base" if kind == "base" else "dense_mini_xception"
        cnn = model(name, name.replace("_", " "), family="CNN", parameters=size, train_seconds=31.0)
        table = predictions(name, THREE, undetected=5)
        write_run(root, "13_mini_xception", f"b{kind}", protocol(), [cnn], [table], history(name), {"model": kind})
    pair = [model("svm_px_linear"), model("knn_px")]
    tables = [predictions(m["model"], SEVEN, right=0.7) for m in pair]
    write_run(root, "10_svm_on_pixels", "c0ffee", protocol(label_map="seven"), pair, tables)
    write_failure(root, "13_mini_xception", "dead", type="KernelDied", signal="SIGKILL", message="memory ran out")
    write_failure(root, "10_svm_on_pixels", "hostile", type=HOSTILE, message=HOSTILE)
    (root / "00_tour" / "unfinished").mkdir(parents=True)
    return root


def write_rich(root):
    """Two protocols with everything that a run can store: probabilities, votes, duplicates, who is shown, two folds."""
    entry = protocol("fer2013", "seven", "fer2013-public-as-test", partial=True)
    names = (("svm_px_linear", 0.4, "score"), ("bagged_trees_px", 0.5, "p"), ("knn_px", 0.52, "p"), ("plain", 0.3, ""))
    tables = [predictions(m, SEVEN, 700, None, right, i, i, kind) for i, (m, right, kind) in enumerate(names)]
    known = items(tables[0], ferplus=True, twins=70)
    write_run(root, "10_svm_on_pixels", "fer", entry, [model(m) for m, *_ in names], tables, known=known)
    table = predictions("mini_xception_base", SEVEN, 700, None, 0.7, 9, outputs="p")
    cnn = model("mini_xception_base", "mini-Xception", family="CNN", parameters=56_951)
    write_run(root, "13_mini_xception", "fer", entry, [cnn], [table], history("mini_xception_base"), known=known)
    entry = protocol(folds=2)
    for key, name, right in (("base", "mini_xception_base", 0.5), ("dense", "dense_mini_xception", 0.8)):
        table = predictions(name, THREE, 480, 24, right, outputs="p", folds=2)
        known = items(table, drawn=True)
        write_run(root, "13_mini_xception", key, entry, [model(name)], [table], None, {"model": key}, known)
    for folder in root.glob("*/*"):  # as batch runs leave it, so that names of runs are links
        (folder / "executed.ipynb").write_text("{}")
    return root


@pytest.fixture(scope="session")
def records():
    """The functions that write runs."""
    return SimpleNamespace(
        protocol=protocol,
        predictions=predictions,
        items=items,
        history=history,
        model=model,
        write_run=write_run,
        write_failure=write_failure,
        write_many=write_many,
        write_rich=write_rich,
    )


@pytest.fixture
def many(tmp_path):
    """A runs folder of all kinds of runs."""
    return write_many(tmp_path / "runs")


@pytest.fixture(scope="session")
def rich(tmp_path_factory):
    """A runs folder whose runs stored all that a run can store; read only."""
    return write_rich(tmp_path_factory.mktemp("rich") / "runs")


@pytest.fixture(scope="session")
def rich_found(rich):
    """What `report.collect` finds there."""
    return report.collect(rich, "runs-html")


@pytest.fixture(scope="session")
def rich_results(rich_found):
    """The results of all protocols, as HTML."""
    return report.results(rich_found)
