"""`ferbench data prepare`: faces that are found once, before a notebook asks for them."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from fer_utils.cli import main
from fer_utils.datasets.synthetic import draw_face, draw_person
from fer_utils.faces import predictor_files


@pytest.fixture
def prepare(project):
    return lambda arguments: CliRunner().invoke(main, ["data", "prepare", *arguments.split()])


@pytest.fixture
def pictures(project):
    """Two smiling faces, and a picture without anybody."""
    folder = project.root / "mine" / "happy"
    folder.mkdir(parents=True)
    for number in range(2):
        Image.fromarray(draw_face(draw_person(0, number).identity, {12: 3}, 160)).save(folder / f"{number}.png")
    Image.fromarray(np.full((160, 160), 128, np.uint8)).save(folder / "nobody.png")
    return project.root / "mine"


def test_it_tells_how_many_faces_were_found_and_where_they_lie(prepare, pictures, project):
    answer = prepare(f"folders {pictures} --no-landmarks -j 1")
    assert answer.exit_code == 0, answer.output
    assert "2 of 3 faces found; 1 frames without one stay, black, detected=False" in answer.stdout
    assert "0 frames with several faces" in answer.stdout and f"Cache: {project.root}/cache/prepared/" in answer.stdout
    again = prepare(f"folders {pictures} --no-landmarks")
    assert again.exit_code == 0 and "all of it prepared before" in again.stdout


def test_a_notebook_that_asks_as_told_gets_the_same_faces(prepare, pictures):
    told = prepare(
        f"folders {pictures} --set size=120 --view box --size 32 --no-landmarks --extension 0.2 --color --json"
    )
    facts = json.loads(told.stdout)
    assert (facts["frames"], facts["found"], facts["prepared_before"]) == (3, 2, False)
    there = {path: path.stat().st_mtime_ns for path in pictures.parent.glob("cache/prepared/**/*")}
    notebook = {}
    exec("\n".join(facts["python"]), notebook)
    faces = notebook["faces"]
    assert faces.images.shape == (3, 32, 32, 3) and int(faces.rows["detected"].sum()) == 2
    assert str(faces.images.filename).startswith(facts["cache"])
    assert {path: path.stat().st_mtime_ns for path in pictures.parent.glob("cache/prepared/**/*")} == there


def test_without_a_path_it_looks_where_the_others_look(prepare, pictures, monkeypatch):
    pictures.rename(pictures.with_name("folders"))
    monkeypatch.setenv("FERBENCH_DATA", str(pictures.parent))
    answer = prepare("folders --detector cropped --no-landmarks")
    assert answer.exit_code == 0 and "3 of 3 faces found" in answer.stdout
    assert f"load_dataset('folders', '{pictures.with_name('folders')}')" in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("jafe x", ("No dataset 'jafe'", "Did you mean 'jaffe'?")),
        ("jaffe", ("Where is jaffe?", "ferbench data prepare jaffe PATH")),
        ("jaffe nowhere", ("jaffe: no folder 'nowhere'",)),
        ("synthetic x", ("they need no path",)),
        ("synthetic --set preset", ("--set preset: expected KEY=VALUE, such as frames=5",)),
        ("synthetic --set presett=tiny", ("has no option 'presett'", "Did you mean 'preset'?")),
        ("synthetic --set path=x", ("--set path: write where it lies behind the name",)),
        ("synthetic --set size=x", ("size='x'; expected a whole number",)),
        ("folders mine --view eye", ("view='eye'", "Did you mean 'eyes'?")),
        ("folders mine --detector hug --no-landmarks", ("No face detector 'hug'", "Did you mean 'hog'?")),
        ("folders mine --every 0 --no-landmarks", ("every=0",)),
        ("folders mine --size 4", ("size=4: expected a whole number of pixels",)),
    ],
)
def test_a_mistake_is_told_before_anything_is_prepared(prepare, pictures, project, arguments, words):
    answer = prepare(arguments)
    assert answer.exit_code == 2, answer.output
    assert all(some in answer.stderr for some in words), answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1 and "Traceback" not in answer.output
    assert not list(project.root.glob("cache/prepared/*/images.npy"))


def test_a_missing_predictor_is_told_with_its_name_and_the_folders(prepare, pictures, project, monkeypatch):
    monkeypatch.delenv("FERBENCH_MODELS", raising=False)
    monkeypatch.setattr(predictor_files, "search_places", lambda: [project.root / "models"])
    answer = prepare(f"folders {pictures} --view eyes --size 33 -j 1")
    assert answer.exit_code == 2 and len(answer.stderr.strip().splitlines()) == 1
    for words in ("No shape_predictor_68_face_landmarks.dat", str(project.root / "models"), "FERBENCH_MODELS"):
        assert words in answer.stderr


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C of Unix")
def test_after_ctrl_c_the_same_command_goes_on(prepare, project):
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from fer_utils.faces import prepare; prepare.BATCH = 4; from fer_utils.cli import main; main()"
    )
    arguments = "data prepare synthetic --set preset=tiny --set size=160 --no-landmarks -j 1"
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", code, *arguments.split()], stderr=subprocess.PIPE, text=True
    )
    parts = project.root / "cache" / "prepared"
    end = time.monotonic() + 60
    while not (finished := list(parts.glob("*.parts/*.npz"))) and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    words = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert words == "What is finished stays; the same command goes on from here.\nStopped.\n"
    stamps = {path: path.stat().st_mtime_ns for path in finished}
    assert stamps.items() <= {path: path.stat().st_mtime_ns for path in parts.glob("*.parts/*.npz")}.items()
