"""What the live picture costs the runner, with the learning curves of many trainings to look through."""

import io
import json
import os
import time
from types import SimpleNamespace

import pytest
from rich.console import Console

from fer_utils.batch.campaign import Campaign
from fer_utils.batch.live_screen import LiveScreen

pytestmark = pytest.mark.slow
SECONDS, MOST = 20.0, 0.01  # MOST: of a core
HEADER = "epoch,seconds,learning_rate,loss,accuracy,val_loss,val_accuracy,val_macro_f1\n"


def test_the_live_picture_costs_less_than_a_hundredth_of_a_core(tmp_path, capsys):
    runs = []
    for number in range(40):
        directory = tmp_path / str(number)
        for fold in range(5):
            folder = directory / "checkpoints" / f"net-fold{fold}-seed0"
            folder.mkdir(parents=True)
            lines = [f"{epoch},1.234,0.001,1.234567,0.512345,1.234567,0.612345,0.6\n" for epoch in range(1, 101)]
            (folder / "history.csv").write_text(HEADER + "".join(lines))
        (directory / "parameters.json").write_text(json.dumps({"epochs": 200}))
        needs = ("1",) if number > 30 else ()
        run = SimpleNamespace(key=str(number), label=f"{number:02d}_net", directory=directory, needs=needs)
        run.expected_seconds = 100.0
        runs.append(run)
    campaign, file = Campaign(runs, jobs=4, cached=0), io.StringIO()
    for run in runs[:4]:
        campaign.started(run)
    console = Console(file=file, force_terminal=True, width=110, height=40, markup=False)
    screen = LiveScreen(console, campaign.scene)
    time.sleep(1)  # the first picture imports what it needs
    began, before = time.monotonic(), time.process_time()
    time.sleep(SECONDS)
    share = (time.process_time() - before) / (time.monotonic() - began)
    screen.close()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    with capsys.disabled():
        print(f"\nthe live picture of 4 runs with 5 trainings each: {share:.2%} of a core, load {load:.1f}")
    assert file.getvalue().count("100 of 200") > 10 and share < MOST
