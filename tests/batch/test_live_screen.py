"""The live picture as a terminal shows it in the end: a small terminal obeys what is written to it."""

import io
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

import fer_utils
from fer_utils.batch import live_screen
from fer_utils.batch.live_screen import LiveScreen
from fer_utils.batch.scene import Row, Scene

ROOT = Path(fer_utils.__file__).resolve().parents[1]
CODE = re.compile(r"\x1b\[\??([\d;]*)([A-Za-z])|(\r)|(\n)|([^\x1b])", re.S)


class Terminal(io.StringIO):
    """Lines as a terminal shows them that is high enough for all; it breaks lines where it becomes narrower."""

    def __init__(self, columns):
        super().__init__()
        self.columns, self.lines, self.row, self.column, self.cursor = columns, [""], 0, 0, True

    def isatty(self):
        return True

    def write(self, text):
        for number, letter, back, down, sign in CODE.findall(text):
            if letter == "A":
                self.row -= int(number or 1)
                assert self.row >= 0
            elif letter == "K":
                self.lines[self.row] = ""
            elif letter in "hl" and letter:
                self.cursor = letter == "h"
            elif back:
                self.column = 0
            elif down:
                self.row, self.column = self.row + 1, 0
                self.lines += [""] * (self.row == len(self.lines))
            elif sign:
                line = self.lines[self.row]
                assert cell_len(line) == self.column < self.columns and ord(sign) >= 32  # nothing is written over
                self.lines[self.row], self.column = line + sign, self.column + cell_len(sign)
        return len(text)

    def resize(self, columns):
        broken = []
        for line in self.lines:
            broken += [line[i : i + columns] for i in range(0, max(len(line), 1), columns)]
        self.columns, self.lines, self.row = columns, broken, len(broken) - 1
        self.column = len(broken[-1])

    def shown(self):
        return [line.rstrip() for line in self.lines]


class Resized(Console):
    """A console whose terminal changes its width just before it is asked for its size, between two pictures."""

    next_width = None

    @property
    def size(self):
        if self.next_width is not None:
            self.width, self.next_width = self.next_width, None
            self.file.resize(self.width)
        return super().size


@pytest.fixture
def screen(monkeypatch):
    """A terminal and what is seen on it; each picture is waited for."""
    monkeypatch.setattr(live_screen, "PAUSE", 0.0)
    terminal = Terminal(80)
    console = Resized(file=terminal, force_terminal=True, width=80, height=30, markup=False, emoji=False)

    class Stage:
        scene = Scene((), 0, 60, total=2)
        drawn = threading.Semaphore(0)

        def now(self):
            self.drawn.release()
            return self.scene

    stage = Stage()
    stage.terminal, stage.console = terminal, console
    stage.screen = LiveScreen(console, stage.now)
    yield stage
    stage.screen.close()


def redraw(stage, scene):
    """Shows a scene, in a picture that is begun after it was set."""
    stage.scene = scene
    for _ in range(2):
        while stage.drawn.acquire(blocking=False):
            pass
        stage.screen.redraw()
        assert stage.drawn.acquire(timeout=10)


def test_pictures_replace_each_other_below_the_lines_that_stay(screen):
    redraw(screen, Scene((Row("01_a", 5),), 5, 60, total=3, queue=("02_b", "03_c")))
    screen.screen.keep("failed: 01_a: [red]no faces[/red] " + "x" * 100)
    redraw(screen, Scene((Row("02_b", 1),), 7, 60, total=3, failed=1, queue=("03_c",)))
    redraw(screen, Scene((), 9, total=3, failed=1, done=2, over=True))
    screen.screen.close()
    assert screen.terminal.shown() == [
        "failed: 01_a: [red]no faces[/red]",
        "x" * 80,
        "x" * 20,
        "2 of 3 done   1 failed   0:09",
        "━" * 60,
        *[""] * (len(screen.terminal.lines) - 5),
    ]
    assert (screen.terminal.row, screen.terminal.column, screen.terminal.cursor) == (5, 0, True)


def test_a_narrower_terminal_is_left_without_pieces_of_the_last_picture(screen):
    label = "a_run_of_a_long_name_" * 3
    redraw(screen, Scene((Row(label, 5), Row(label, 6)), 5, 60, total=3, queue=("02_b", "03_c" * 10)))
    screen.console.next_width = 35
    redraw(screen, Scene((Row("02_b", 1),), 7, 60, total=3, queue=("03_c",)))
    screen.screen.close()
    shown = [line for line in screen.terminal.shown() if line]
    assert shown[:2] == ["0 of 3 done   1 running", "1 waiting   0:07   about 1:00 left"]
    assert shown[3:] == ["running   time   left", "02_b      0:01      ?", "next      03_c"]


def test_a_closed_terminal_ends_the_pictures_and_nothing_else(screen, monkeypatch):
    def write(text):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(screen.terminal, "write", write)
    screen.screen.redraw()
    screen.screen._thread.join(10)
    assert not screen.screen._thread.is_alive()
    screen.screen.keep("nobody reads this")
    screen.screen.close()


def test_nothing_that_executes_a_run_imports_rich():
    names = ["batch.execute", "batch.kernel", "batch.forked_kernel", "batch.engine", "runs.start", "cli"]
    code = f"import sys, {', '.join(f'fer_utils.{name}' for name in names)}\n"
    code += "print([name for name in sys.modules if name.startswith('rich')])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


TRAIN = """
import os, pathlib, time
folder = pathlib.Path(os.environ["FERBENCH_RUN_DIR"]) / "checkpoints" / "net-fold0-seed0"
folder.mkdir(parents=True)
for epoch in (1, 2):
    curve = "epoch,seconds,val_loss,val_accuracy\\n" + "".join(f"{e},1.0,0.9,0.6{e}\\n" for e in range(1, epoch + 1))
    (folder / "history.csv").write_text(curve)
while not pathlib.Path("../go").exists():
    time.sleep(0.05)
"""


@pytest.mark.skipif(os.name == "nt", reason="terminals of Unix")
@pytest.mark.parametrize("stop", [False, True], ids=["to the end", "ctrl-c"])
def test_a_campaign_on_a_real_terminal(project, stop):
    project.notebook("01_net", TRAIN, parameters="epochs = 7\n")
    project.notebook("02_bad", "raise ValueError('[red]no\\x1b[2J faces')")
    project.notebook("03_last")
    project.suite("quick", "runs:\n- notebook: 02_bad\n- notebook: 01_net\n- notebook: 03_last\n")
    words, terminal = "", Terminal(100)
    process, master = on_terminal("run", "quick", "-j", "1")
    follower = None
    try:
        for text in read(master):
            words += text
            if "2 of 7" in words and "failed: 02_bad" in words and follower is None:
                follower, other = on_terminal("status", "--follow")
                seen = ""
                for more in read(other):
                    seen += more
                    if "2 of 7" in seen and stop:
                        os.write(master, b"\x03")
                        stop = None
                    elif "2 of 7" in seen:
                        (project.root / "go").touch()
                assert follower.wait(timeout=20) == 0
    finally:
        for one in filter(None, (process, follower)):
            one.kill()
    assert process.wait(timeout=20) == (130 if stop is None else 1)
    terminal.write(words.replace("^C", "").replace("\r\n", "\n"))
    shown = [re.sub(r"\d:\d\d", "0:00", line) for line in terminal.shown() if line]
    assert shown[:2] == [
        "3 to run, 1 at a time; 0 there already",
        "failed: 02_bad in cell 2: ValueError: [red]no\ufffd[2J faces",
    ]
    if stop is None:
        assert shown[2] == "0 of 3 done   1 failed   1 stopped   1 not begun   0:00"
        assert shown[4:6] == [
            "stopped   time   epoch    validation       training",
            "01_net    0:00   2 of 7   accuracy 0.620   net-fold0-seed0",
        ]
        assert shown[6:8] == ["not begun   03_last", "What is finished stays; the same command goes on from here."]
    else:
        assert shown[2] == "2 of 3 done   1 failed   0:00"
        assert shown[4] == "2 ok, 1 failed"
    assert terminal.cursor
    end = Terminal(100)
    end.write(seen.replace("\r\n", "\n"))
    table = [re.sub(r"\d:\d\d", "0:00", line) for line in end.shown() if line]
    assert table[-2:] == ["Nothing runs.", "0 running"] and end.cursor
    assert "accuracy 0.620" in seen


def on_terminal(*arguments):
    """Starts the command on a terminal of its own, 100 columns wide; returns it and the terminal's other end."""
    import fcntl
    import pty
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    code = "import fcntl, signal, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    code += "signal.signal(signal.SIGINT, signal.default_int_handler)\nfrom fer_utils.cli import main\nmain()"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "PYTHONUTF8": "1"}
    for name in ("COLUMNS", "LINES"):
        environment.pop(name, None)
    command = [sys.executable, "-P", "-c", code, *arguments]
    process = subprocess.Popen(
        command, env=environment, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    return process, master


def read(master, seconds=60):
    """Yields what arrives on a terminal until it is closed."""
    import codecs
    import select

    decoder, end = codecs.getincrementaldecoder("utf-8")(), time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([master], [], [], 0.2)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:
                piece = b""
            if not piece:
                break
            yield decoder.decode(piece)
    os.close(master)
