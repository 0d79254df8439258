"""Thirty interruptions at random moments: nothing finished is lost or repeated, nothing unfinished counts as done.

FERBENCH_TEST_SEED chooses other moments. With `-s` a table shows what was hit.
"""

import hashlib
import io
import itertools
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest

import fer_utils
from fer_utils.runs.record import read_run, read_runs

KINDS = ("ctrl-c", "ctrl-c twice", "sigterm", "kill runner", "kill worker", "kill kernel")
PHASES = ("plan", "start", "training", "saving", "finish")
HIT = {"nothing": "start", "kernel": "start", "begin": "training", "end": "saving", "returned": "evaluation"}
HIT |= {"evaluating": "evaluation", "finishing": "finish", "finished": "finish"}  # the last event before a signal
SURVIVAL = 60.0  # seconds in which whatever a runner started must be gone after it; two are usual
PATIENCE = 1800.0  # seconds that a runner may take on a busy machine
COMMAND = Path(sys.executable).with_name("ferbench")
ROOT = Path(fer_utils.__file__).resolve().parents[1]

TELL = """
import os, pathlib, time
name = pathlib.Path(os.environ["FERBENCH_RUN_DIR"]).parent.name
def tell(*words):  # one line appended in one step, so that a kill leaves it whole or out
    log = os.open(os.environ["TOLD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, (" ".join([f"{time.time():.4f}", name, *map(str, words)]) + "\\n").encode())
    os.close(log)
tell("kernel")
"""
FACES = """
import numpy as np, pandas as pd
from fer_utils import start_run
from fer_utils.datasets.emotions import SEVEN
from fer_utils.datasets.face_table import FaceTable
from fer_utils.protocol import Protocol
rows = [(p, e, i) for p in range(30) for e in SEVEN for i in range(2)]
ids = [f"p{p:02d}-{e}-{i}" for p, e, i in rows]
frame = pd.DataFrame({"sample_id": ids, "subject": [i[:3] for i in ids], "sequence": ids, "frame": 0})
frame = frame.assign(label=[e for _, e, _ in rows], split=np.nan, image=np.arange(len(rows)))
light = np.array([20 * SEVEN.index(e) for _, e, _ in rows])[:, None, None]
pixels = np.clip(60 + light + np.random.default_rng(0).normal(0, 60, (len(rows), 8, 8)), 0, 255).astype(np.uint8)
table = FaceTable("toy", frame, pixels, FaceTable.content_fingerprint(frame, pixels))
divided = Protocol.for_table(table, "three-drop", folds=1, seeds=seeds).split(table)
fold = divided.folds[0]
"""
QUICK = """
run = start_run(name, divided, {"seeds": seeds})
run.describe_model("majority", "Majority", "baseline")
run.save_predictions("majority", y_pred=np.zeros(len(fold.test), int))
"""
NETWORK = """
import keras
from fer_utils.training import fit as fitting, selection
from fer_utils.training.augmentation import Augmentation
from fer_utils.training.schedules import Schedule

def build():
    faces = keras.Input((8, 8, 1))
    x = keras.layers.Conv2D(4, 3)(faces)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    x = keras.layers.Dropout(0.3)(keras.layers.Flatten()(x))
    return keras.Model(faces, keras.layers.Dense(3, activation="softmax")(x))

class Told(fitting.StartEpoch):
    def on_epoch_begin(self, epoch, logs=None):
        super().on_epoch_begin(epoch, logs)
        tell("begin", training, epoch)
    def on_epoch_end(self, epoch, logs=None):
        tell("end", training, epoch)
fitting.StartEpoch = Told

def told_fit(model, train, validation, folder, *arguments, **options):
    global training
    training = folder.relative_to(run.directory / "checkpoints")
    history = fitting.fit(model, train, validation, folder, *arguments, **options)
    tell("returned", training, len(history))
    return history
selection.fit = told_fit

run = start_run(name, divided, {"seeds": seeds})
run.describe_model("net", "Network", "CNN")
"""
TRAIN = """
for seed in seeds:
    folder = run.checkpoints("net", 0, seed)
    fitted, held_out = ((divided.table.pixels(part), divided.y[part]) for part in (fold.train, fold.validation))
    options = {"batch_size": 64, "augmentation": Augmentation(), "select_by": select_by}
    plan, _ = selection.choose_schedule(
        build, fitted, held_out, folder, Schedule(schedule), rates, 3, seed, **options
    )
    keras.utils.set_random_seed(seed)
    network = build()
    history = told_fit(network, fitted, held_out, folder, plan, epochs, seed=seed, **options)
    run.save_model(network, f"seed{seed}")
    run.save_history("net", history, 0, seed)
    tell("evaluating", seed)
    run.save_predictions("net", 0, seed, fitting.predict(network, divided.table.pixels(fold.test)))
"""
FINISH = """
tell("finishing")
run.finish()
tell("finished")
"""
TRAININGS = {  # notebook: its parameters
    "02_cosine": 'seeds = [0, 1]\nschedule = "cosine"\nrates = [0.01]\nepochs = 8\nselect_by = "val_accuracy"\n',
    "03_paper": 'seeds = [3]\nschedule = "paper"\nrates = [0.01, 0.002]\nepochs = 16\nselect_by = "val_macro_f1"\n',
}
NOTEBOOKS = (*TRAININGS, "01_quick")


class Campaign:
    """One runs folder, and what happens to it."""

    def __init__(self, project, name):
        self.root = project.root
        self.runs = project.root / name / "runs"
        self.log = project.root / name / "told"
        self.words = project.root / name / "words"
        self.runs.mkdir(parents=True)
        self.log.touch()
        self.temporary = Path(tempfile.mkdtemp(prefix="i", dir="/tmp"))  # short, because sockets go there
        self.environment = {**os.environ, "FERBENCH_RUNS": str(self.runs), "TOLD": str(self.log)}
        self.environment |= {"TMPDIR": str(self.temporary), "PYTHONPATH": str(ROOT)}
        self.longest = 0.0  # seconds until everything was gone after a runner
        self.counted: dict[str, int] = {}  # notebook that counted as done: lines told until then
        self.on_disk: list[tuple] = []  # notebook, training, epochs whose checkpoint was there, lines told until then

    def start(self, *arguments):
        self.before = len(self.lines())
        self.started = time.monotonic()
        with self.words.open("w") as words:
            self.runner = psutil.Popen(
                [COMMAND, *(arguments or ("run", "s", "-j", "2"))],
                env=self.environment,
                cwd=self.root,
                stdout=words,
                stderr=words,
                start_new_session=True,
            )

    def run(self, *arguments):
        """Runs a command undisturbed; returns its exit status and its words."""
        self.start(*arguments)
        return self.runner.wait(timeout=PATIENCE), self.words.read_text()

    def lines(self):
        """What the notebooks told: time, notebook, event, and what it is about."""
        whole, _, _ = self.log.read_text().rpartition("\n")  # the last line may still be on its way
        return [line.split() for line in whole.splitlines()]

    def told(self, word):
        """What was told since the start of the runner that has this word."""
        return [line for line in self.lines()[self.before :] if line[2] == word]

    def workers(self):
        """Worker processes by notebook: the standard output of each is the log of its run."""
        found = {}
        for process in self.runner.children(recursive=True):
            try:
                if process.name() != "ferbench-worker" and "fer_utils.batch.execute" not in process.cmdline():
                    continue
                found[Path(f"/proc/{process.pid}/fd/1").readlink().parent.parent.name] = process
            except (OSError, psutil.Error):
                continue
        return {name: found[name] for name in NOTEBOOKS if name in found}

    def victim(self, kind, notebook):
        """The worker of a notebook, or its kernel; None where it is not there."""
        worker = self.workers().get(notebook)
        if worker is None or kind == "kill worker":
            return worker
        kernels = (c for c in worker.children() if c.name() == "ferbench-kernel" or "ipykernel_launcher" in c.cmdline())
        return next(kernels, None)

    def wait_for(self, see, patience=PATIENCE):
        """Waits until `see()` gives something; None where the runner ends before."""
        end = time.monotonic() + patience
        while self.runner.poll() is None and time.monotonic() < end:
            try:
                if found := see():
                    return found
            except psutil.Error:
                pass  # it went while we looked
            time.sleep(0.002)
        return None

    def interrupt(self, kind, phase, random, usual):
        """Interrupts at a random moment of a phase; returns the phase that was hit, None where there was none left."""
        one_process = kind in ("kill worker", "kill kernel")
        draw, count, pause = random.random(), random.randint(1, 6), random.uniform(0, usual[phase])
        self.start()
        notebook = None
        if phase == "start" or (one_process and phase == "plan"):
            workers = self.wait_for(lambda: sorted(self.workers()))
            if not workers:
                return None
            notebook = workers[int(draw * len(workers))]
            if phase == "plan":
                pause = draw * 0.3
        elif phase != "plan":
            word = {"training": "begin", "saving": "end", "finish": "finishing"}[phase]
            count = count if phase != "finish" else 1 + count // 6
            if not self.wait_for(lambda: len(self.told(word)) >= count):
                return None
            notebook = self.told(word)[count - 1][1]
        time.sleep(pause)
        mine = [line[2] for line in self.lines()[self.before :] if line[1] == notebook]
        process = self.runner
        if one_process:
            process = self.wait_for(lambda: self.victim(kind, notebook), patience=3)
        if process is None or self.runner.poll() is not None:
            return None
        if kind == "sigterm":
            process.terminate()
        elif kind.startswith("kill"):
            process.kill()
        else:
            os.killpg(self.runner.pid, signal.SIGINT)
            time.sleep(draw / 4)
            if kind == "ctrl-c twice" and self.runner.poll() is None:
                os.killpg(self.runner.pid, signal.SIGINT)
        return "plan" if notebook is None else HIT[mine[-1] if mine else "nothing"]

    def settle(self, kind):
        """Waits for the end of the interrupted runner; checks what it says and that nothing survives it."""
        status, words = self.runner.wait(timeout=PATIENCE), self.words.read_text()
        end = time.monotonic()
        if status not in (0, 1) or not kind.startswith("kill"):  # it may have been through in that moment
            expected = {"kill runner": -signal.SIGKILL, "sigterm": 143}.get(kind, 130)
            early = "click/core.py" not in words  # before there was a command that could have heard
            assert status in (expected, *((-signal.SIGINT, -signal.SIGTERM, 1) if early else (0, 1))), words
            assert "Traceback" not in words or early, words
        while (alive := self.processes()) and time.monotonic() < end + SURVIVAL:
            time.sleep(0.05)
        assert not alive, [process.cmdline() for process in alive]
        self.longest = max(self.longest, time.monotonic() - end)

    def processes(self):
        """Everything alive that was started for this campaign."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("FERBENCH_RUNS") == str(self.runs):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def check(self):
        """Checks what lies on disk while nothing runs, and remembers what is finished."""
        for record in read_runs(self.runs):
            assert record.error.get("type") != "unreadable record", record.error
            assert not {"result.json", "error.json"} <= {path.name for path in record.directory.iterdir()}
            if record.state == "ok":
                check_predictions(record)
                self.counted.setdefault(record.notebook, len(self.lines()))
            for path in record.directory.glob("checkpoints/**/epoch-*.weights.h5"):
                training = path.parent.relative_to(record.directory / "checkpoints").as_posix()
                epochs = int(path.name.removeprefix("epoch-").partition(".")[0])
                self.on_disk.append((record.notebook, training, epochs, len(self.lines())))
        assert set(self.counted) <= {record.notebook for record in read_runs(self.runs) if record.state == "ok"}
        status, words = self.run("status")
        assert status == 0 and f"{len(self.counted)} ok" in words, words

    def check_end(self, reference):
        """Checks a campaign that has come to its end against one that nobody disturbed."""
        lines = self.lines()
        status, words = self.run()
        assert status == 0 and words.strip() == "3 cached" and self.lines() == lines
        self.check()
        assert sorted(record.directory.relative_to(self.runs) for record in read_runs(self.runs)) == sorted(
            record.directory.relative_to(reference.runs) for record in read_runs(reference.runs)
        )
        for record in read_runs(self.runs):
            same = read_run(reference.runs / record.directory.relative_to(self.runs))
            left = {path.relative_to(record.directory) for path in record.directory.glob("**/*")}
            assert left == {path.relative_to(same.directory) for path in same.directory.glob("**/*")}
            pd.testing.assert_frame_equal(record.predictions, same.predictions, rtol=0, atol=1e-6)
            if record.notebook in TRAININGS:
                check_training(record, same)
        for notebook, told in self.counted.items():
            assert all(line[1] != notebook for line in lines[told:]), f"{notebook} was finished, and ran again"
        self.check_epochs(lines)
        assert not list(self.temporary.iterdir()) and not list(self.runs.glob(".*/*"))
        self.temporary.rmdir()

    def check_epochs(self, lines):
        """Checks that no epoch was trained after it was finished: the next one began, or its checkpoint was seen."""
        finished: dict[tuple, int] = {}
        seen = {told: [] for *_, told in self.on_disk}
        for notebook, training, epochs, told in self.on_disk:
            seen[told].append(((notebook, training), epochs))
        for number, (_, notebook, event, *about) in enumerate(lines):
            for key, epochs in seen.get(number, ()):
                finished[key] = max(finished.get(key, 0), epochs)
            if event in ("begin", "returned"):
                key, epoch = (notebook, about[0]), int(about[1])
                assert epoch >= finished.get(key, 0), f"epoch {epoch} of {key} was finished, and is trained again"
                finished[key] = epoch

    def repeated(self):
        """How many epochs were begun more than once, and how many notebooks."""
        begun = Counter(tuple(line[1:]) for line in self.lines() if line[2] in ("begin", "kernel"))
        return Counter(what[1] for what, times in begun.items() for _ in range(times - 1))


def check_predictions(record):
    """Checks the seal, and that each test face is predicted once by each training."""
    seal = record.result["predictions"]
    assert hashlib.sha256((record.directory / seal["file"]).read_bytes()).hexdigest() == seal["sha256"]
    table = record.predictions
    assert len(table) == seal["rows"] and not table.duplicated(["model", "fold", "seed", "sample_id"]).any()
    assert table.groupby(["fold", "seed"])["sample_id"].agg(frozenset).nunique() == 1
    assert sorted(table["seed"].unique()) == record.result["parameters"]["seeds"]


def check_training(record, same):
    """Checks that an interrupted training ended as one that nobody disturbed."""
    curves = record.history.drop(columns="seconds")
    for _, curve in curves.groupby("seed"):
        assert list(curve["epoch"]) == list(range(1, len(curve) + 1))
    pd.testing.assert_frame_equal(curves, same.history.drop(columns="seconds"), rtol=0, atol=1e-6)
    for seed in record.result["parameters"]["seeds"]:
        ours, theirs = (weights(one.directory / f"model-seed{seed}.keras") for one in (record, same))
        assert list(ours) == list(theirs)
        for name in ours:
            np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=1e-6, err_msg=name)


def weights(path):
    """Reads all arrays of a stored model."""
    import h5py

    arrays = {}
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read("model.weights.h5"))) as file:
        file.visititems(lambda name, item: arrays.update({name: item[()]} if hasattr(item, "shape") else {}))
    return arrays


def durations(reference):
    """How long each phase of an undisturbed campaign takes, in seconds."""
    lines = [(float(line[0]), *line[1:]) for line in reference.lines()]
    first = {name: next(line[0] for line in lines if line[1] == name) for name in NOTEBOOKS}
    begins = [line[0] for line in lines if line[1:3] == ("02_cosine", "begin")]
    ends = [line[0] for line in lines if line[1:3] == ("02_cosine", "end")]
    training = np.median(np.subtract(ends, begins))
    saving = np.median(np.subtract(begins[1:8], ends[:7]))
    start = begins[0] - first["02_cosine"]
    return {"training": training, "saving": saving, "start": start, "finish": 1.0}


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks processes up in /proc")
def test_thirty_interruptions_lose_nothing_and_repeat_nothing(project, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored, and inherited
    try:
        interrupt_thirty_times(project, random.Random(int(os.environ.get("FERBENCH_TEST_SEED", "0"))))
    finally:
        signal.signal(signal.SIGINT, handler)


def interrupt_thirty_times(project, random):
    project.notebook("01_quick", TELL, FACES, QUICK, parameters="seeds = [0]\n", finish=FINISH)
    for name, parameters in TRAININGS.items():
        project.notebook(name, TELL, FACES, NETWORK, TRAIN, parameters=parameters, finish=FINISH)
    project.suite("s", "runs:\n" + "".join(f"- {{notebook: {name}, threads: 1}}\n" for name in NOTEBOOKS))
    for name in ("90_report", "91_papers"):
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", project.notebooks)

    begun = time.monotonic()
    reference = Campaign(project, "reference")
    reference.start()
    reference.wait_for(reference.workers)
    planning = time.monotonic() - reference.started
    assert reference.runner.wait(timeout=PATIENCE) == 0, reference.words.read_text()
    usual = durations(reference) | {"plan": planning}
    print(f"\nundisturbed: {time.monotonic() - begun:.0f} s,", {name: round(value, 2) for name, value in usual.items()})

    waiting = list(itertools.product(KINDS, PHASES))
    random.shuffle(waiting)
    hits, campaigns = [], []
    while waiting:
        campaign = Campaign(project, f"campaign{len(campaigns)}")
        campaigns.append(campaign)
        while True:
            kind, phase = waiting.pop(0) if waiting else (None, None)
            if kind is None:
                status, words = campaign.run()
                assert status == 0, words
            else:
                hit = campaign.interrupt(kind, phase, random, usual)
                if hit is None:
                    waiting.append((kind, phase))
                    status = campaign.runner.wait(timeout=PATIENCE)
                    assert status == 0, campaign.words.read_text()
                else:
                    hits.append((kind, hit))
                    print(f"{len(hits):2}. {kind}: {hit}", flush=True)
                    if kind == "kill runner" and random.random() < 0.5:
                        campaign.runner.wait()
                        continue  # again at once, while its workers are still dying
                    campaign.settle(kind)
                    status = campaign.runner.wait()
            campaign.check()
            if len(hits) % 10 == 5 and kind and hit:
                status_of_report, words = campaign.run("report", "--out", str(project.root / "report"))
                assert status_of_report == 0, words
            if len(campaign.counted) == len(NOTEBOOKS):
                break
        campaign.check_end(reference)

    table = pd.crosstab(*zip(*hits, strict=True), rownames=["interruption"], colnames=["hit"], margins=True)
    print(table.to_string())
    again = sum((campaign.repeated() for campaign in campaigns), Counter())
    print(f"{time.monotonic() - begun:.0f} s, {len(campaigns)} campaigns; begun again: {dict(again)}")
    print(f"everything was gone at most {max(campaign.longest for campaign in campaigns):.1f} s after a runner")
