"""Random damage that leaves label bytes and label paths alone: told by name, never a crash, never a wrong label."""

import os
import random
import shutil
import string
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from fer_utils.datasets import dataset_digest, load_dataset
from fer_utils.datasets.check import check_dataset
from fer_utils.errors import DatasetLayoutError

PICTURES = (".png", ".tiff", ".jpeg", ".mp4", ".avi")  # and films, in any letter case
TWINS = {name: name for name in ("ckplus", "ckplus48", "jaffe", "oulu_casia", "sase_fe")} | {"folders": "ckplus48"}
LOADERS = (*TWINS, "afew", "emo2018")
EXAMPLES = 125  # damaged copies of each loader: 1,000 in all, 10,000 where it is slow
ONE_PERSON = {"ckplus": ("S010", "S011"), "oulu_casia": ("P002",), "sase_fe": ("02",)}  # left out: small is fast
CLASSES = {name: name for name in ("anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")}
CLASSES |= {"happy": "happiness", "angry": "anger", "sad": "sadness"}
STRANGE = (" copy", " (1)", " – Kopie", "_é", "_表情", "\udcff", " ", "\n", "'\"", ".", "%s{}")

# The same examples each time, so that nobody is surprised by an old fault; a disk may be slow, so there is no deadline.
PHASES = (
    Phase.explicit,
    Phase.generate,
    Phase.shrink,
)  # without "explain", which reads a failing copy hundreds of times
SETTINGS = settings(derandomize=True, database=None, deadline=None, phases=PHASES)


@dataclass(frozen=True)
class Damage:
    """One thing that is done to a copy."""

    kind: str  # a key of DAMAGE
    picture: int  # which one
    amount: int  # per mille: of a file's length, or of a list of folders, whatever the kind needs
    name: str  # what is added to names

    def choose(self, items):
        return items[self.amount * len(items) // 1000]


def huge_png():
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def rewrite(path, content):
    """Replaces a file; what it was linked to keeps its content."""
    path.unlink()
    path.write_bytes(content)


def some_folder(root, how):
    return Path(how.choose(sorted(folder for folder, _, _ in os.walk(root))))


# Each kind of damage takes the root, a picture and a `Damage`; it returns what must be told, or nothing.


def truncate(root, picture, how):
    content = picture.read_bytes()
    rewrite(picture, content[: 1 + how.amount * len(content) * 9 // 10_000])
    return picture.name


def empty(root, picture, how):
    rewrite(picture, b"")
    return picture.name


def noise(root, picture, how):
    rewrite(picture, random.Random(how.amount).randbytes(1 + 3 * how.amount))
    return picture.name


def promise(root, picture, how):
    rewrite(picture, huge_png())
    return picture.name


def flip(root, picture, how):  # a changed gray value is no fault that anybody could see
    content = bytearray(picture.read_bytes())
    content[how.amount * len(content) // 1000] ^= 1 << how.picture % 8
    rewrite(picture, bytes(content))


def zeros_inside(root, picture, how):
    content = bytearray(picture.read_bytes())
    start = how.amount * len(content) // 1000
    content[start : start + 300] = bytes(len(content[start : start + 300]))
    rewrite(picture, bytes(content))


def another_extension(root, picture, how):
    name = picture.stem + how.choose([".txt", ".jpg", ".webp", "", ".png.part"])
    picture.rename(picture.with_name(name))
    return None if name.endswith(".jpg") and picture.suffix == ".jpeg" else name  # two names of one kind


def folder_in_its_place(root, picture, how):
    picture.unlink()
    picture.mkdir()
    return picture.name


def link_to_itself(root, picture, how):
    picture.unlink()
    picture.symlink_to(picture)
    return picture.name


def link_to_another(root, picture, how):
    other = how.choose(pictures_in(root))
    if other != picture:
        picture.unlink()
        picture.symlink_to(other)


def remove(root, picture, how):  # told by the counts
    picture.unlink()


def strange_copy(root, picture, how):
    shutil.copy(picture, picture.with_name(f"{picture.stem}{how.name}{picture.suffix}"))


def other_case(root, picture, how):
    picture.rename(picture.with_name(picture.name.swapcase()))


def folder_in_other_case(root, picture, how):
    folder = picture.parent
    if folder != root and not (other := folder.with_name(folder.name.swapcase())).exists():
        folder.rename(other)


def strange_file(root, picture, how):
    ending = (".png", ".txt", ".avi", "")[how.picture % 4]
    (some_folder(root, how) / f"new{how.name}{ending}").write_bytes(b"x")


def folder_twice(root, picture, how):
    folder = some_folder(root, how)
    twice = folder.with_name(folder.name + how.name)
    if folder != root and not twice.exists():
        shutil.copytree(folder, twice, symlinks=True)


def folder_in_itself(root, picture, how):
    folder = some_folder(root, how)
    if not (folder / folder.name).exists():
        shutil.copytree(folder, root.parent / "inner", symlinks=True)
        shutil.move(root.parent / "inner", folder / folder.name)


def link_loop(root, picture, how):
    target = some_folder(root, how)
    loop = picture.parent / f"loop{how.name}"
    if not loop.is_symlink():
        loop.symlink_to(target, target_is_directory=True)


def folder_named_like_another(root, picture, how):
    """A class, subject or sequence that is a link to its neighbor."""
    folder = picture.parent
    is_class = folder.name.lower() in CLASSES and root.name != "oulu_casia"
    other = folder.with_name("neutral" if is_class else f"{folder.name[:-1]}9")
    if not other.exists() and folder != root:
        other.symlink_to(folder, target_is_directory=True)


DAMAGE: dict[str, Callable] = {
    damage.__name__: damage
    for damage in (
        *(truncate, empty, noise, promise, flip, zeros_inside, another_extension, folder_in_its_place),
        *(link_to_itself, link_to_another, remove, strange_copy, other_case, folder_in_other_case, strange_file),
        *(folder_twice, folder_in_itself, link_loop, folder_named_like_another),
    )
}
NO_NAME = (
    "/\0" + string.ascii_letters + string.digits
)  # with letters or digits a name may become a valid one: N2S, N2SUR
NAMES = st.sampled_from(STRANGE) | st.text(
    st.characters(codec="utf-8", exclude_characters=NO_NAME), min_size=1, max_size=4
)
PLACES = st.integers(0, 999)
DAMAGES = st.lists(st.builds(Damage, st.sampled_from(list(DAMAGE)), PLACES, PLACES, NAMES), min_size=1, max_size=4)


def pictures_in(root):
    """Lists pictures and films, those that are links included."""
    found = (Path(folder, name) for folder, _, names in os.walk(root) for name in names)
    return sorted(path for path in found if path.suffix.lower() in PICTURES and path.is_file())


def everything_in(root):
    return {f"{folder}/{name}" for folder, *both in os.walk(root) for names in both for name in names}


def labels_of(table):
    return dict(zip(table.rows["sample_id"], table.label, strict=True))


def known_as(loader, sample):
    """What a sample must be known by in the intact copy: itself, or the film that it is a frame of."""
    if loader == "sase_fe":
        sample = sample.rsplit("-", 1)[0]
    if loader == "afew":  # also of a film that was copied, with something added to its number
        sample = sample[: sample.index("/") + 10]
    return sample.lower()


def true_label(loader, sample, truth):
    if loader in ("folders", "emo2018"):  # a copied folder of a class still has its name
        return CLASSES.get(sample.split("/")[-2].strip().lower())
    return truth.get(known_as(loader, sample))


def damage_and_read(loader, original, root, truth, damages):
    """Damages a copy and reads it; returns how it ended."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(original, root, copy_function=os.link)  # unchanged files are not decoded again
    before, must, touched = everything_in(root), [], []
    for how in damages:
        pictures = [path for path in pictures_in(root) if str(path) in before and path.name not in touched]
        if not pictures:
            break
        picture = pictures[how.picture % len(pictures)]
        touched.append(picture.name)
        told = DAMAGE[how.kind](root, picture, how)
        must += [told] if told else []
    touched += [Path(path).name for path in everything_in(root) - before]
    try:
        result, table = check_dataset(loader, root), load_dataset(loader, root)
        dataset_digest(loader, root)
    except DatasetLayoutError as error:
        names = [name.encode("unicode_escape").decode() for name in touched]
        assert any(name in str(error) for name in touched + names), error
        return "error"
    text = "\n".join(map(str, result.problems))
    assert all(name in text for name in must), f"{must} not in\n{text}"
    found = labels_of(table)
    for sample, label in found.items():
        assert label == true_label(loader, sample, truth), f"{sample} has label {label}"
    if loader != "folders" and set(truth) - {known_as(loader, sample) for sample in found}:  # nobody counted his own
        assert table.partial and table.notes
    for place, path in enumerate(getattr(table.images, "paths", ())):  # check_dataset decodes films
        if path.name in touched:
            try:
                assert table.images[place].dtype == np.uint8
            except DatasetLayoutError as error:
                assert path.name in str(error)
    return "problems" if result.verdict == "problems" else "fine"


@pytest.fixture
def intact(twins, film, tmp_path):
    """Writes a small copy of a dataset."""

    def write(loader):
        root = tmp_path / "original"
        if loader in TWINS:
            shutil.copytree(twins(TWINS[loader]), root)
            for folder in [path for path in root.rglob("*") if path.name in ONE_PERSON.get(loader, ())]:
                shutil.rmtree(folder)
        for number, emotion in enumerate(("Angry", "Disgust", "Fear", "Happy", "Sad", "Surprise")):
            if loader == "afew":
                film(root / "Train" / emotion / f"{number:09d}.avi", seed=number)
                film(root / "Val" / emotion / f"{(number + 1) % 6:09d}.avi", seed=10 + number)
            elif loader == "emo2018":
                path = film(root / "P001" / emotion / "a.mp4", seed=number)
                path.with_suffix(".txt").write_text("1\t5\t3\t0\t0\t0\t0\t0\n")
        return root

    return write


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(os, "fsync", lambda handle: None)  # nobody pulls the plug here


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    "examples", [EXAMPLES, pytest.param(10 * EXAMPLES, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_damage_is_told_by_name_and_changes_no_label(loader, examples, intact, tmp_path):
    original, ends = intact(loader), []
    assert not [problem for problem in check_dataset(loader, original).problems if not problem.expected]
    truth = {known_as(loader, sample): label for sample, label in labels_of(load_dataset(loader, original)).items()}

    @seed(zlib.crc32(loader.encode()) + examples)
    @settings(SETTINGS, max_examples=examples)
    @given(DAMAGES)
    def damaged(damages):
        ends.append(damage_and_read(loader, original, tmp_path / loader, truth, damages))

    damaged()
    assert len(ends) >= examples and ends.count("problems") > len(ends) / 3  # most damage is seen, and leaves a dataset
