import io
import time
from types import SimpleNamespace

import pytest

from fer_utils.batch.campaign import Campaign
from fer_utils.batch.progress import Progress, clock
from fer_utils.batch.workers import Outcome


class Terminal(io.StringIO):
    encoding = None

    def __init__(self, encoding):
        super().__init__()
        self.encoding = encoding

    def isatty(self):
        return True


def run(name, seconds, *needs):
    return SimpleNamespace(key=name, label=name, expected_seconds=seconds, needs=needs)


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


def test_a_file_gets_a_line_at_each_change():
    progress = Progress(io.StringIO())
    runs = [run("a", 5)]
    progress.begin(runs, jobs=1, cached=3)
    progress.started(runs[0])
    progress.ended(Outcome(runs[0], "ok", 5))
    progress.close()
    assert progress._stream.getvalue().splitlines() == [
        "1 to run, 1 at a time; 3 there already",
        "done 0/1 | running 1 | failed 0 | about 0:05 left",
        "done 1/1 | running 0 | failed 0",
    ]


@pytest.mark.parametrize(("terminal", "encoding"), [("dumb", "utf-8"), ("xterm", "ascii")])
def test_a_terminal_that_cannot_show_a_picture_gets_lines(monkeypatch, terminal, encoding):
    monkeypatch.setenv("TERM", terminal)
    stream = Terminal(encoding)
    progress = Progress(stream)
    progress.begin([run("a", 5)], jobs=1, cached=3)
    assert stream.getvalue() == "1 to run, 1 at a time; 3 there already\n"


def test_what_others_wrote_cannot_move_the_cursor():
    progress = Progress(io.StringIO())
    runs = [run("a\x1b[2J", 5)]
    progress.begin(runs, jobs=1, cached=0)
    progress.ended(
        Outcome(runs[0], "failed", 1, {"type": "E", "message": "\x1b[31mno\x1b[0m\tface\x1b]0;title\x07s\u202e"})
    )
    assert "failed: a\ufffd[2J: E: no face\ufffd]0;title\ufffds\ufffd\n" in progress._stream.getvalue()


def test_a_campaign_goes_on_when_its_terminal_is_closed():
    class Closed(io.StringIO):
        def write(self, text):
            raise OSError(5, "Input/output error")

    progress = Progress(Closed())
    progress.begin([run("a", 5)], jobs=1, cached=0)
    progress.say("hello")
    progress.close()


def test_the_queue_says_what_comes_next_and_what_waits_for_what():
    runs = [run("a", 5), run("b", 5), run("c", 5, "a", "b"), run("d", 5, "z")]  # z is there already
    campaign = Campaign(runs, jobs=1, cached=1)
    campaign.started(runs[0])
    assert campaign.elsewhere(runs[1], "process 7") and not campaign.elsewhere(runs[1], "process 7")
    scene = campaign.scene(curves=False)
    assert (scene.queue, scene.waits) == (("d",), (("b", "process 7, which runs it"), ("c", "a, b")))
    campaign.ended(Outcome(runs[0], "ok", 5))
    campaign.ended(Outcome(runs[1], "cached"))
    assert campaign.scene(curves=False).queue == ("c", "d")


def test_seconds_are_written_as_a_clock_shows_them():
    assert [clock(seconds) for seconds in (0, 7.4, 750, 3725)] == ["0:00", "0:07", "12:30", "1:02:05"]
