import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import fer_utils

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
ROOT = Path(fer_utils.__file__).resolve().parents[1]
TELL = """
import os, pathlib, time
name = pathlib.Path(os.environ["FERBENCH_RUN_DIR"]).parent.name
pathlib.Path(f"../{name}.part").write_text(str(os.getpid()))
pathlib.Path(f"../{name}.part").rename(f"../{name}.pid")
"""
BUSY = "sum(range(10**13))"  # deep in C, where no thread of this kernel gets a turn


def appeared(path, seconds=60):
    end = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.02)
    return path.read_text()


@pytest.mark.parametrize(
    ("before", "number", "status"),
    [
        ("", signal.SIGTERM, 143),
        ("", signal.SIGHUP, 129),
        ("trap '' TERM;", signal.SIGTERM, 143),  # ignored from the start, and yet it is meant for this process
    ],
)
def test_a_campaign_in_the_background_of_a_script_ends_within_seconds(project, before, number, status):
    project.notebook("01_sleeps", TELL, "time.sleep(600)")
    project.notebook("02_works", TELL, BUSY)
    project.suite("quick", "runs:\n- notebook: 01_sleeps\n- notebook: 02_works\n")
    command = f"{sys.executable} -P -c 'from fer_utils.cli import main; main()' run quick -j 2 2>words"
    script = f"{before} {command} & echo $! >pid.part; mv pid.part pid; wait $!; echo $? >status"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    heard = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL)}  # the tests may run under nohup
    shell = subprocess.Popen(["sh", "-c", script], env=environment, start_new_session=True, **heard)
    kernels = [int(appeared(project.root / f"{name}.pid")) for name in ("01_sleeps", "02_works")]
    runner = int((project.root / "pid").read_text())
    ignored = Path(f"/proc/{runner}/status")
    assert not ignored.exists() or int(ignored.read_text().split("SigIgn:")[1].split()[0], 16) & 1 << signal.SIGINT - 1
    os.kill(runner, number)
    try:
        shell.wait(timeout=15)
        assert not any(psutil.pid_exists(kernel) for kernel in kernels)
    finally:
        for left in (runner, *kernels):
            if psutil.pid_exists(left):
                os.kill(left, signal.SIGKILL)
        shell.wait()
    words = (project.root / "words").read_text()
    assert int((project.root / "status").read_text()) == status
    assert words.endswith("goes on from here.\nStopped.\n") and "Traceback" not in words


SWALLOW = """
import hashlib, sys, time
from fer_utils.cli import signals
signals.QUIET = 0.5
with signals.stoppable():
    try:
        print("ready", flush=True)
        {busy}
    except BaseException:  # as a callback does whose exceptions nobody can catch
        time.sleep(60)
"""


@pytest.mark.parametrize(
    "busy", ["time.sleep(60)", "hashlib.pbkdf2_hmac('sha256', b'x', b'y', 10**9)"], ids=["swallowed", "in C code"]
)
def test_a_signal_that_nobody_heeds_ends_the_process_all_the_same(busy):
    process = start(SWALLOW.format(busy=busy))
    process.terminate()
    assert ended(process) == ("", 143)


def test_a_second_signal_does_not_disturb_the_stopping():
    process = start(
        "import os, signal\nfrom fer_utils.cli import signals\n"
        "try:\n    with signals.stoppable():\n        try:\n            print('ready', flush=True)\n"
        "            signal.pause()\n        finally:\n"
        "            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):\n"
        "                os.kill(os.getpid(), number)\n            print('tidied', flush=True)\n"
        "except signals.Stopped as stopped:\n    raise SystemExit(stopped.status)\n"
    )
    process.terminate()
    assert ended(process) == ("tidied\n", 143)


def test_what_is_ignored_from_the_start_stays_ignored_and_all_is_as_before_afterwards():
    process = start(
        "import os, signal\nfrom fer_utils.cli import signals\n"
        "for number in (signal.SIGINT, signal.SIGHUP):\n    signal.signal(number, signal.SIG_IGN)\n"
        "with signals.stoppable():\n    print('ready', flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n    os.kill(os.getpid(), signal.SIGHUP)\n"
        "print([signal.getsignal(n).name for n in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)])\n"
        "print(signal.set_wakeup_fd(-1))\n"
    )
    assert ended(process) == ("['SIG_IGN', 'SIG_IGN', 'SIG_DFL']\n-1\n", 0)


def start(code):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-P", "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    return process


def ended(process):
    with process.stdout:
        words = process.stdout.read()
    return words, process.wait()
