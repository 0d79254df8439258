import dataclasses
import shutil

import numpy as np
import pytest

from fer_utils.datasets import load_dataset
from fer_utils.datasets.sources import read_sources
from fer_utils.errors import ParameterError
from fer_utils.faces import study_faces
from fer_utils.faces.study_faces import in_words, open_faces
from fer_utils.protocol import Protocol
from fer_utils.protocol.split_rules import suggested_split

FEW = {"preset": "tiny", "subjects": 2, "images_per_emotion": 1}


@pytest.fixture
def real(twins, tmp_path):
    """A copy of a tiny CK+48 that says no more that it is drawn."""
    shutil.copytree(twins("ckplus48"), tmp_path / "real")
    (tmp_path / "real" / "README.txt").unlink()
    return str(tmp_path / "real")


def test_faces_of_scenes_are_cut_out_and_none_is_lost(twins):
    path = str(twins("jaffe"))
    faces, scenes = open_faces("jaffe", path, 32), load_dataset("jaffe", path)
    assert faces.pixels().shape == (44, 32, 32, 1) and list(faces.rows["sample_id"]) == list(scenes.rows["sample_id"])
    assert faces.rows["detected"].mean() > 0.9
    missed = faces.pixels(np.flatnonzero(~faces.rows["detected"]))
    assert not missed.any() and ("not found and are black" in in_words(faces)) == bool(len(missed))


def test_studies_of_the_same_faces_at_two_sizes_share_a_protocol(twins):
    for name, split in (("jaffe", "random-80-20"), ("ckplus48", "random-80-20")):
        small, large = (open_faces(name, str(twins(name)), size) for size in (32, 48))
        assert small.fingerprint != large.fingerprint
        ids = {Protocol.for_table(table, split=split).id for table in (small, large)}
        assert len(ids) == 1 and not any("pixels" in note for note in small.notes)
        with pytest.raises(ParameterError, match="state it anew"):  # a part of the data is another protocol
            Protocol.for_table(small, split=split).split(large.select(np.arange(9)))


def test_drawn_faces_are_drawn_in_the_size_that_is_asked_for():
    usual, large = open_faces("synthetic", **FEW), open_faces("synthetic", size=64, color=True, **FEW)
    assert usual.fingerprint == load_dataset("synthetic", **FEW).fingerprint == large.identity
    assert large.images.shape == (14, 64, 64, 3) and list(large.rows["label"]) == list(usual.rows["label"])
    assert large.rows["landmarks"][0].max() > 48


def test_pictures_that_are_faces_already_are_not_searched_for_faces(twins, monkeypatch):
    monkeypatch.setattr(study_faces, "prepare", lambda *_: pytest.fail("searched"))
    path = str(twins("ckplus48"))
    assert open_faces("ckplus48", path).fingerprint == load_dataset("ckplus48", path).fingerprint
    assert open_faces("ckplus48", path, 24, color=True).pixels([0]).shape == (1, 24, 24, 3)


def test_a_mixture_has_one_size_and_names_that_differ(twins):
    faces = open_faces("jaffe+ckplus48", f"jaffe={twins('jaffe')};ckplus48={twins('ckplus48')}", 32)
    assert faces.name == "jaffe+ckplus48" and faces.pixels().shape == (65, 32, 32, 1) and faces.synthetic
    assert set(faces.rows["dataset"]) == {"jaffe", "ckplus48"} and faces.rows["detected"].dtype == bool
    assert suggested_split(faces) == "group-kfold"


def test_real_faces_are_never_mixed_with_drawn_ones(real, twins):
    assert not open_faces("ckplus48", real).synthetic
    with pytest.raises(ParameterError, match=r"ckplus48 is real \(.*\), jaffe is drawn \(twin\).*never mixed"):
        open_faces("ckplus48+jaffe", f"ckplus48={real};jaffe=twin")
    with pytest.raises(ParameterError, match=r"jaffe is drawn \(/.*never mixed"):  # whatever the folder is called
        open_faces("ckplus48+jaffe", f"ckplus48={real};jaffe={twins('jaffe')}")


def test_what_ferbench_data_holds_need_not_be_named(real, monkeypatch, tmp_path):
    monkeypatch.setenv("FERBENCH_DATA", str(tmp_path))
    (tmp_path / "real").rename(tmp_path / "ckplus48")
    assert len(open_faces("ckplus48")) == 21


@pytest.mark.parametrize(
    ("dataset", "data", "options", "words"),
    [
        ("jafe", "", {}, "No dataset 'jafe'.*Did you mean 'jaffe'"),
        ("jaffe", "", {}, 'not known where it lies.*FERBENCH_DATA.*data = "twin"'),
        ("folders", "", {}, "not known where it lies.*subfolder 'folders'\\.$"),
        ("jaffe", "twin-tyni", {}, "no twin 'twin-tyni'.*Did you mean 'twin-tiny'"),
        ("folders", "twin", {}, "folders: no twin of it can be drawn"),
        ("jaffe+ckplus", "/data", {}, "'/data' does not say of which.*jaffe=PATH;ckplus=PATH"),
        ("jaffe+ckplus", "jaffe=twin;ckplu=twin", {}, "has no part 'ckplu'.*Did you mean 'ckplus'"),
        ("jaffe+jaffe", "twin", {}, "stands twice"),
        ("synthetic", "", {"frame": 9}, "no option 'frame'.*Did you mean 'frames'"),
        ("synthetic", "", {"view": "eye"}, "view='eye'.*Did you mean 'eyes'"),
        ("synthetic", "", {"size": 8}, "size=8: expected .*16 to 1024"),
    ],
)
def test_a_mistake_is_told_before_anything_is_drawn(dataset, data, options, words, monkeypatch):
    monkeypatch.delenv("FERBENCH_DATA", raising=False)
    monkeypatch.setattr("fer_utils.datasets.sources.cached_twin", lambda *_: pytest.fail("drawn"))
    with pytest.raises(ParameterError, match=words):
        open_faces(dataset, data, **options)


def test_twins_of_a_mixture_show_different_people(monkeypatch):
    seeds = []
    monkeypatch.setattr("fer_utils.datasets.sources.cached_twin", lambda name, preset, seed: seeds.append(seed) or "")
    monkeypatch.setattr("fer_utils.datasets.sources.load_dataset", lambda *_: None)
    sources = read_sources("fer2013+jaffe+ckplus", "twin")
    assert [source.load() for source in sources] == [None] * 3 and len(set(seeds)) == 3
    digests = {source.digest() for source in (*sources, dataclasses.replace(sources[0], data="twin-tiny"))}
    assert len(digests) == 4


def test_drawn_sequences_have_the_frames_a_second_that_are_asked_for():
    """`Chain` has a field of that name, too, and once kept the number to itself."""
    few = FEW | {"frames": 6, "emotions": ["surprise"]}
    slow, fast = (open_faces("synthetic", fps=fps, **few) for fps in (2.0, 25.0))
    assert slow.fingerprint == load_dataset("synthetic", fps=2.0, **few).fingerprint != fast.fingerprint
