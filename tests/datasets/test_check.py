import json
import os
import shutil
import struct
import zlib
from dataclasses import fields, replace

import pytest
from click.testing import CliRunner
from PIL import Image

from fer_utils.cli import main
from fer_utils.datasets import DATASETS, about_dataset
from fer_utils.datasets.about import About
from fer_utils.datasets.check import check_dataset
from fer_utils.datasets.counts import Count, count_notes, is_partial
from fer_utils.datasets.problems import Problem
from fer_utils.datasets.synthetic.twins import make_twin
from fer_utils.errors import DatasetLayoutError, ParameterError

TWINS = ("ckplus", "ckplus48", "jaffe", "fer2013")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("FERBENCH_DATA", raising=False)


def check(*arguments):
    return CliRunner().invoke(main, ["data", "check", *map(str, arguments)])


@pytest.mark.parametrize("name", TWINS)
def test_a_whole_twin_passes(twins, name):
    result = check_dataset(name, twins(name))
    assert result.verdict == "partial copy" and all(problem.expected for problem in result.problems)
    assert result.samples > 0 and not any(count.verdict == "more" for count in result.counts)


def test_all_published_sequences_make_a_complete_copy(tmp_path):
    """The plan of the full twin, with four frames a sequence that are all one small picture."""
    Image.new("L", (8, 8)).save(tmp_path / "small.png")
    codes = ("neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")
    for take in make_twin("ckplus", "full").items():
        below = f"{take.subject}/{take.number}"
        pictures, labels = tmp_path / "cohn-kanade-images" / below, tmp_path / "Emotion" / below
        pictures.mkdir(parents=True)
        labels.mkdir(parents=True)
        for frame in range(4):
            os.link(tmp_path / "small.png", pictures / f"{take.name(frame)}.png")
        if not take.below:
            (labels / f"{take.name(3)}_emotion.txt").write_text(f"   {codes.index(take.emotion)}.0000000e+00")
    result = check_dataset("ckplus", tmp_path)
    assert result.verdict == "complete" and result.samples == 4 * 327 and not result.notes[1:]
    assert [(problem.kind, problem.expected) for problem in result.problems] == (
        [("sequences without a label (left out)", True)] * 266
    )


def test_the_verdict_follows_counts_and_problems(twins):
    result = check_dataset("jaffe", twins("jaffe"))
    whole = replace(result, counts=tuple(replace(count, found=count.published) for count in result.counts))
    assert whole.verdict == "complete" and replace(whole, counts=()).verdict == "readable"
    assert replace(whole, counts=(Count("anger", 31, 30),)).verdict == "problems"
    assert replace(whole, problems=(Problem("cut", "x.png"),)).verdict == "problems"
    assert replace(whole, problems=(Problem("no label", "S1", expected=True),)).verdict == "complete"


def test_counts_are_compared_in_words():
    counts = [Count("anger", 3, 45), Count("fear", 25, 25), Count("pictures", 1_100, 981)]
    assert is_partial(counts) and not is_partial(counts[1:])
    assert count_notes(counts) == (
        *("partial copy: anger 3 of 45", "changed copy, more than published: pictures 1,100 of 981"),
    )


def test_twenty_planted_faults_are_all_named(twins, tmp_path):
    """Labels, pictures of labelled and of unlabelled sequences, landmarks, FACS codes, copies and strangers."""
    root = shutil.copytree(twins("ckplus"), tmp_path / "copy")
    images = sorted((root / "cohn-kanade-images").glob("*/*/*.png"))
    unlabelled = [path for path in images if not list((root / "Emotion").glob(f"{path.parts[-3]}/{path.parts[-2]}/*"))]
    labelled = [path for path in images if path not in unlabelled]
    content, planted = labelled[0].read_bytes(), []

    def plant(path, data):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        planted.append(path.relative_to(root).as_posix())

    for path in (labelled[1], labelled[6], labelled[11], unlabelled[0]):
        plant(path, path.read_bytes()[:-2000])
    for path in (labelled[2], labelled[7], unlabelled[1]):
        plant(path, b"")
    plant(labelled[3], b"GIF89a" + bytes(100))
    plant(unlabelled[2], b"\xff\xd8\xff\xe0" + bytes(100))
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    plant(labelled[8], content[:8] + chunk + content[33:])
    landmarks, facs = sorted(root.glob("Landmarks/*/*/*")), sorted(root.glob("FACS/*/*/*"))
    plant(landmarks[0], b"")
    plant(landmarks[-1], landmarks[-1].read_bytes()[:-30])
    plant(landmarks[5].with_name("S005_009_00000001_landmarks.txt"), landmarks[5].read_bytes())
    plant(facs[0], b"1 2 3")
    plant(facs[-1], b"\xff\xfe")
    labels = sorted(root.glob("Emotion/*/*/*.txt"))
    plant(labels[0], b"9")
    plant(root / "Emotion/S300/001/S300_001_00000009_emotion.txt", b"1")
    plant(labelled[12].with_name("Kopie von S005 é.png"), content)
    plant(images[0].parents[2] / "S777.png", content)
    plant(labelled[13].with_suffix(".jpg"), content)
    assert len(set(planted)) == 20
    shown = check("ckplus", root)
    assert shown.exit_code == 1 and "Verdict: problems" in shown.output
    assert [name for name in planted if name not in shown.output] == []
    named = {problem.file for problem in check_dataset("ckplus", root).problems if not problem.expected}
    assert set(planted) <= named


def test_names_that_are_no_unicode_are_printed_all_the_same(twins, tmp_path):
    root = shutil.copytree(twins("ckplus48"), tmp_path / "copy")
    (root / "CK+48/anger/\udcff.png").touch()
    shown = check("ckplus48", root)
    assert shown.exit_code == 1 and "CK+48/anger/\\udcff.png" in shown.output
    shutil.copytree(root / "CK+48", root / "CK+48\udcff")
    shown = check("ckplus48", root)
    assert shown.exit_code == 2 and "'CK+48', 'CK+48\\udcff'" in shown.output


def test_nothing_is_decoded_twice(twins, monkeypatch):
    first = check_dataset("jaffe", twins("jaffe"))
    monkeypatch.setattr("fer_utils.datasets.picture_file._pixels", lambda *_: pytest.fail("decoded again"))
    assert check_dataset("jaffe", twins("jaffe")) == first


def test_json_has_everything(twins):
    shown = check("jaffe", twins("jaffe"), "--json")
    result = json.loads(shown.output)
    assert shown.exit_code == 0 and result["verdict"] == "partial copy" and result["problems"] == []
    assert result["counts"][0] == {"what": "pictures", "found": 44, "published": 213, "verdict": "fewer"}


def test_the_text_has_counts_and_names(twins):
    shown = check("ckplus", twins("ckplus"))
    assert shown.exit_code == 0
    for words in (
        "labelled sequences           7        327  fewer",
        "3 sequences without a label (left out)",
    ):
        assert words in shown.output
    assert "\n  S005/003\n" in shown.output and "Verdict: partial copy (usable" in shown.output


def test_what_cannot_be_checked_says_so(tmp_path, monkeypatch, twins):
    for arguments, words in (
        (("jafe", "x"), "No dataset 'jafe'"),
        (("jaffe", tmp_path / "nowhere"), "jaffe: no folder"),
        (("jaffe",), "Where is jaffe?"),
        (("synthetic",), "there are no files to check"),
    ):
        shown = check(*arguments)
        assert shown.exit_code == 2 and words in shown.output
    with pytest.raises(ParameterError, match="drawn"):
        check_dataset("synthetic", "x")
    with pytest.raises(DatasetLayoutError, match="no usable picture"):
        (tmp_path / "happy").mkdir()
        check_dataset("folders", tmp_path)
    monkeypatch.setenv("FERBENCH_DATA", str(twins("jaffe").parent))
    assert check("jaffe").exit_code == 0


@pytest.mark.parametrize("name", DATASETS)
def test_every_dataset_says_how_to_obtain_it(name):
    about = about_dataset(name)
    assert all(getattr(about, fact.name) for fact in fields(About) if fact.name != "traps")
    shown = CliRunner().invoke(main, ["data", "info", name])
    assert shown.exit_code == 0 and about.title in shown.output and max(map(len, shown.output.splitlines())) <= 120
    assert (f"ferbench data check {name}" in shown.output) == DATASETS[name].needs_path


def test_nobody_knows_a_misspelled_dataset():
    shown = CliRunner().invoke(main, ["data", "info", "ckplu"])
    assert shown.exit_code == 2 and "Did you mean 'ckplus'?" in shown.output
