"""Campaigns that are disturbed at random moments and resumed: they end as one that nobody disturbed.

Five in every test run, forty in a slow one. FERBENCH_TEST_SEED chooses other moments; `-s` shows what was hit.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

import fer_utils
from fer_utils.batch.warm import forking_is_possible

LONG = {"kernel": 0.2, "worker": 0.2, "warm": 0.5, "runner": 0.8, "disk": 0.2}  # shares of an undisturbed campaign
KINDS = tuple(LONG)
ROOT = Path(fer_utils.__file__).resolve().parents[1]
PATIENCE = 300.0  # seconds that a runner may take on a busy machine
SURVIVAL = 20.0  # seconds in which whatever a runner started must be gone after it
BALLAST = 12 << 20  # bytes of the small disk

CELL = """
import hashlib, json, os, pathlib, time
run = pathlib.Path(os.environ["FERBENCH_RUN_DIR"])
def tell(word):  # one line appended in one step, so that a kill leaves it whole or out
    log = os.open(os.environ["TOLD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, f"{word} {run.name}\\n".encode())
    os.close(log)
from fer_utils.paths import remove_unfinished
remove_unfinished(run)  # as start_run does
tell("begin")
time.sleep(0.1)
lines = [hashlib.sha256(f"{epochs} {number}".encode()).hexdigest() for number in range(3000)]
(run / "predictions.csv").write_text("\\n".join(lines))
time.sleep(0.1)
"""
FINISH = """
digest = hashlib.sha256((run / "predictions.csv").read_bytes()).hexdigest()
result = {"schema": 1, "notebook": run.parent.name, "key": run.name, "models": [], "digest": digest}
with open(run / "result.pending.json", "w") as file:
    json.dump(result | {"parameters": {"epochs": epochs}}, file)
tell("end")
"""
RUN = """
import json, sys
from pathlib import Path
from fer_utils.batch.engine import execute_plan
from fer_utils.batch.plan import make_plan
from fer_utils.batch.suite import load_suite
runs = Path(sys.argv[1])
outcomes = execute_plan(make_plan(load_suite("s", Path("notebooks")), {}, runs), runs, 2, warm=("json",))
print(json.dumps({outcome.run.key: outcome.state for outcome in outcomes}))
"""


class Campaign:
    """One runs folder, disturbed once or more, and resumed until all is done."""

    def __init__(self, project, name, disk=None):
        self.root, self.disk = project.root, disk
        self.home = project.root / name
        self.home.mkdir()
        self.runs = (disk or self.home) / "runs"
        self.temporary = Path(tempfile.mkdtemp(prefix="t", dir="/tmp"))  # short, because sockets go there
        self.told = self.home / "told"
        self.told.touch()
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), "KERAS_BACKEND": "tensorflow"}
        self.environment |= {"TOLD": str(self.told), "TMPDIR": str(self.temporary), "TORTURE": name}
        self.done: dict[str, bytes] = {}

    def start(self):
        command = [sys.executable, "-P", "-c", RUN, str(self.runs)]
        options = {"env": self.environment, "cwd": self.root, "start_new_session": True}
        with (self.home / "words").open("w") as words:
            self.runner = psutil.Popen(command, stdout=words, stderr=words, **options)

    def disturb(self, kind, pause):
        """Waits until there is something of this kind, and a little more; then kills it, or fills the disk.

        Returns:
            bool. Whether there was something to disturb.
        """
        if not self.wait_for("kernel" if kind == "disk" else kind):
            return False
        time.sleep(pause)
        if kind == "disk":
            return self.fill_disk()
        victim = self.wait_for(kind)
        if victim:
            victim.kill()
        return victim is not None

    def wait_for(self, kind):
        """The first process of a kind; None where the runner ends without one."""
        while self.runner.poll() is None:
            try:
                if kind == "runner":
                    return self.runner
                for process in self.runner.children(recursive=True):
                    if process.name() == f"ferbench-{kind}":
                        return process
            except psutil.Error:
                pass  # it went while we looked
            time.sleep(0.01)
        return None

    def fill_disk(self):
        """Leaves no byte free until the runner has ended."""
        ballast = self.disk / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            for size in (BALLAST // 2, *[4096] * BALLAST):
                file.write(bytes(size))
        hit = self.runner.poll() is None
        self.runner.wait(PATIENCE)
        ballast.unlink()
        return hit

    def settle(self):
        """Waits for the end of the runner; nothing may survive it, and what counts as done must be whole."""
        self.runner.wait(PATIENCE)
        end = time.monotonic() + SURVIVAL
        while (alive := self.processes()) and time.monotonic() < end:
            time.sleep(0.05)
        assert not alive, [(process.name(), process.status()) for process in alive]

    def processes(self):
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("TORTURE") == self.home.name:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def check(self, reference):
        """Holds what is on disk against the undisturbed campaign."""
        done = {path.parent.name: path.read_bytes() for path in self.runs.glob("*/*/result.json")}
        for key, content in done.items():
            assert content == reference[key], "another result than that of the undisturbed campaign"
            folder = next(self.runs.glob(f"*/{key}"))
            assert not (folder / "error.json").exists()
            assert json.loads(content)["digest"] == digest(folder / "predictions.csv")
        assert self.done.keys() <= done.keys(), "a finished run was lost"
        for path in self.runs.glob("*/*/error.json"):
            assert json.loads(path.read_text())["type"]
        words = (self.home / "words").read_text()
        if words.startswith("{"):
            said = json.loads(words.splitlines()[-1])
            assert {key for key, state in said.items() if state in ("ok", "cached")} <= done.keys(), "a false 'done'"
        self.done = done

    def events(self):
        return Counter(tuple(line.split()) for line in self.told.read_text().splitlines())

    def finish(self, reference):
        """Resumes until all is done; nothing that was done may run again, and nothing may be left."""
        for _ in range(3):
            before, done = self.events(), set(self.done)
            self.start()
            self.settle()
            self.check(reference)
            again = {key for (word, key), count in self.events().items() if count > before[word, key]}
            assert not again & done, "a finished run ran again"
            if self.done.keys() == reference.keys():
                break
        assert self.done.keys() == reference.keys(), (self.home / "words").read_text()
        assert not list(self.temporary.iterdir()), "sockets were left"
        assert not list(self.runs.glob(".locks/*"))
        assert not [*self.runs.glob("*/*/.*"), *self.runs.glob("*/*/sockets.txt")], "unfinished files were left"
        self.temporary.rmdir()


def digest(path):
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def small_disk(tmp_path):
    """A small file system of its own, or None with the reason."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={BALLAST}", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False) if shutil.which("mount") else None
    if mounted is None or mounted.returncode:
        yield None
        return
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def torture(project, small_disk, campaigns):
    chance = random.Random(int(os.environ.get("FERBENCH_TEST_SEED", "0")))
    kinds = [kind for kind in KINDS if kind != "disk" or small_disk]
    if not small_disk:
        print("no small disk: tmpfs cannot be mounted here")
    for number in (1, 2):
        project.notebook(f"0{number}_short", CELL, parameters="epochs = 1\n", finish=FINISH)
    project.suite("s", "runs:\n- {notebook: 01_short, grid: {epochs: [1, 2]}}\n- notebook: 02_short\n")

    undisturbed = Campaign(project, "reference")
    started = time.monotonic()
    undisturbed.start()
    undisturbed.settle()
    usual = time.monotonic() - started
    reference = {path.parent.name: path.read_bytes() for path in undisturbed.runs.glob("*/*/result.json")}
    assert len(reference) == 3, (undisturbed.home / "words").read_text()
    hits = Counter()
    for number in range(campaigns):
        kind = kinds[number % len(kinds)]
        campaign = Campaign(project, f"campaign{number}", small_disk if kind == "disk" else None)
        for _ in range(1 + (chance.random() < 0.3)):
            campaign.start()
            hit = campaign.disturb(kind, chance.uniform(0, 1) * LONG[kind] * usual)
            campaign.settle()
            campaign.check(reference)
            hits[kind, "hit" if hit else "missed", len(campaign.done)] += 1
        campaign.finish(reference)
        if kind == "disk":
            shutil.rmtree(campaign.runs)
    print(f"\nundisturbed {usual:.1f} s; disturbed (what, whether it was there, how many of 3 were done then):")
    for (kind, hit, done), count in sorted(hits.items()):
        print(f"  {kind:<8} {hit:<7} {done}   {count} times")
    return hits


pytestmark = pytest.mark.skipif(
    not forking_is_possible({"KERAS_BACKEND": "tensorflow"}), reason="looks for forked kernels, which Linux alone has"
)


def test_five_disturbed_campaigns_end_like_an_undisturbed_one(project, small_disk):
    torture(project, small_disk, 5)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_forty_disturbed_campaigns_end_like_an_undisturbed_one(project, small_disk):
    hits = torture(project, small_disk, 40)
    assert sum(count for (_, hit, _), count in hits.items() if hit == "hit") >= 25
