import io
import time
from types import SimpleNamespace

from fer_utils.batch.progress import Progress, clock
from fer_utils.batch.workers import Outcome


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(name, seconds):
    return SimpleNamespace(key=name, label=name, expected_seconds=seconds)


def test_time_left_comes_from_earlier_runs_shared_among_the_workers():
    progress = Progress(io.StringIO())
    runs = [run("a", 60), run("b", 60), run("c", 60), run("d", 60)]
    progress.begin(runs, jobs=2, cached=0)
    assert progress.line() == "done 0/4 | running 0 | failed 0 | about 2:00 left"
    progress.ended(Outcome(runs[0], "ok", 60))
    progress.ended(Outcome(runs[1], "failed", 60, {"type": "ValueError", "message": "no faces\nat all", "cell": 4}))
    assert progress.line() == "done 1/4 | running 0 | failed 1 | about 1:00 left"
    assert "failed: b in cell 4: ValueError: no faces\n" in progress._stream.getvalue()


def test_the_longest_run_bounds_the_time_left():
    progress = Progress(io.StringIO())
    progress.begin([run("long", 600), run("short", 10)], jobs=2, cached=0)
    assert "about 10:00 left" in progress.line()


def test_nothing_is_promised_before_anything_is_known():
    progress = Progress(io.StringIO())
    runs = [run("a", None), run("b", None)]
    progress.begin(runs, jobs=1, cached=0)
    assert progress.line().endswith("time left unknown")
    progress.ended(Outcome(runs[0], "ok", 30))
    assert progress.line().endswith("about 0:30 left")
    progress.ended(Outcome(runs[1], "ok", 30))
    assert progress.line() == "done 2/2 | running 0 | failed 0"


def test_a_run_that_outlasts_its_estimate_is_not_promised_to_end_at_once(monkeypatch):
    progress = Progress(io.StringIO())
    slow = run("slow", 30)
    progress.begin([slow], jobs=1, cached=0)
    progress.started(slow)
    later = time.monotonic() + 31
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert progress.line().endswith("time left unknown")


def test_a_terminal_gets_one_line_rewritten_and_a_file_gets_lines():
    for stream, newlines in ((Terminal(), 2), (io.StringIO(), 3)):
        progress = Progress(stream)
        runs = [run("a", 5)]
        progress.begin(runs, jobs=1, cached=3)
        progress.started(runs[0])
        progress.tick()
        progress.tick()
        progress.ended(Outcome(runs[0], "ok", 5))
        progress.close()
        assert stream.getvalue().startswith(("1 to run", "\r\x1b[K1 to run"))
        assert stream.getvalue().count("\n") == newlines


def test_seconds_are_written_as_a_clock_shows_them():
    assert [clock(seconds) for seconds in (0, 7.4, 750, 3725)] == ["0:00", "0:07", "12:30", "1:02:05"]
