import dataclasses
import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from fer_utils.batch.curves import Curve
from fer_utils.batch.live_view import picture
from fer_utils.batch.scene import Row, Scene

ROWS = (
    Row("dense_mini_xception", 72, 160, Curve("net-fold0-seed0", 7, 24, "val_accuracy", 0.6134, 100)),
    Row("[bold]表情[/bold]\x1b[2J", 30, None, Curve("net-fold1-seed0/rate-0.01", 3, None, "val_macro_f1", 0.41)),
    Row("20_vgg_face", 3725, None, Curve("vgg-fold0-seed0", 3, 40, "val_loss", 1.2, 3000)),
    Row("00_tour", 4),
)
SCENE = Scene(
    ROWS,
    1234,
    1900,
    18,
    3,
    1,
    12,
    ("10_svm", "11_trees"),
    (("90_ensemble", "dense_mini_xception, 00_tour"), ("91", "90")),
)


def lines(scene, width=120, height=30, **options):
    file = io.StringIO()
    console = Console(file=file, width=width, height=height, markup=False, **options)
    console.print(picture(scene, width, height))
    return file.getvalue().splitlines()


def test_the_picture_of_a_campaign():
    assert [line.rstrip() for line in lines(SCENE)] == [
        "3 of 18 done   1 failed   4 running   4 waiting   12 there already   20:34   about 31:40 left",
        "━" * 13 + "─" * 47,
        "running                    time      left   epoch     validation       training",
        "dense_mini_xception        1:12      2:40   7 of 24   accuracy 0.613   net-fold0-seed0",
        "[bold]表情[/bold]�[2J      0:30         ?   3         macro_f1 0.410   net-fold1-seed0/rate-0.01",
        "20_vgg_face             1:02:05   > 50:00   3 of 40   loss 1.200       vgg-fold0-seed0",
        "00_tour                    0:04         ?",
        "next      10_svm, 11_trees",
        "waiting   90_ensemble for dense_mini_xception, 00_tour",
        "waiting   91 for 90",
    ]


def test_the_last_picture_says_what_was_stopped():
    shown = lines(dataclasses.replace(SCENE, rows=ROWS[:1], over=True))
    assert shown[0] == "3 of 18 done   1 failed   1 stopped   4 not begun   12 there already   20:34"
    assert shown[2].split() == ["stopped", "time", "epoch", "validation", "training"]
    assert shown[-1] == "not begun   10_svm, 11_trees, 90_ensemble, 91"
    assert lines(Scene((), 60, total=3, done=3, over=True))[0] == "3 of 3 done   1:00"


def test_the_picture_of_runs_seen_from_another_shell():
    shown = lines(Scene(ROWS[:1]))
    assert shown[0] == "1 running" and len(shown) == 3
    assert lines(Scene(())) == ["0 running"]


@pytest.mark.parametrize("width", [24, 30, 46, 60, 80, 200])
@pytest.mark.parametrize("height", [5, 9, 10, 13, 40])
def test_it_fits_into_a_small_terminal_and_keeps_what_matters_most(width, height):
    many = tuple(dataclasses.replace(ROWS[i % 4], label=f"run_{i}") for i in range(30))
    shown = lines(dataclasses.replace(SCENE, rows=many), width, height)
    assert len(shown) <= height and all(cell_len(line.rstrip()) <= width for line in shown)
    assert shown[0].startswith("3 of 18 done") and any("run_0" in line for line in shown)
    assert any(line.startswith("and ") and line.endswith(" more") for line in shown) or height == 40


def test_without_colors_done_and_failed_differ_from_the_rest(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    shown = "\n".join(lines(SCENE, force_terminal=True))
    assert "\x1b[32m" not in shown and "\x1b[31m" not in shown and "1 failed" in shown
    assert "━" * 13 in shown and "─" * 47 in shown
