"""Random damage that leaves label bytes and label paths alone: told by name, never a crash, never a wrong label."""

import os
import shutil
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from fer_utils.datasets import dataset_digest, load_dataset
from fer_utils.datasets.check import check_dataset
from fer_utils.errors import DatasetLayoutError

PICTURES = (".png", ".tiff", ".jpeg", ".mp4")  # and films, in any letter case
LOADERS = {"ckplus": "ckplus", "ckplus48": "ckplus48", "jaffe": "jaffe", "folders": "ckplus48"}  # loader -> twin
LOADERS |= {"oulu_casia": "oulu_casia", "sase_fe": "sase_fe"}
CLASSES = {name: name for name in ("anger", "contempt", "disgust", "fear", "sadness", "surprise")}
CLASSES["happy"] = "happiness"
STRANGE = (" copy", " (1)", " – Kopie", "_é", "_表情", "\udcff", " ", "\n", "'\"", ".", "%s{}")


def huge_png():
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def rewrite(path, content):
    """Replaces a file; what it was linked to keeps its content."""
    path.unlink()
    path.write_bytes(content)


# Each kind of damage takes the root, a picture and a random generator; it returns what must be told, or "".


def truncate(root, picture, rng):
    content = picture.read_bytes()
    rewrite(picture, content[: int(rng.integers(1, len(content) * 9 // 10))])
    return picture.name


def empty(root, picture, rng):
    rewrite(picture, b"")
    return picture.name


def noise(root, picture, rng):
    rewrite(picture, rng.bytes(int(rng.integers(1, 3000))))
    return picture.name


def promise(root, picture, rng):
    rewrite(picture, huge_png())
    return picture.name


def flip(root, picture, rng):
    content = bytearray(picture.read_bytes())
    content[int(rng.integers(len(content)))] ^= 1 << int(rng.integers(8))
    rewrite(picture, bytes(content))
    return ""  # a changed gray value is no fault that anybody could see


def another_extension(root, picture, rng):
    name = picture.stem + str(rng.choice([".txt", ".jpg", ".webp", "", ".png.part"]))
    picture.rename(picture.with_name(name))
    return "" if name.endswith(".jpg") and picture.suffix == ".jpeg" else name  # two names of one kind


def folder_in_its_place(root, picture, rng):
    picture.unlink()
    picture.mkdir()
    return picture.name


def link_to_itself(root, picture, rng):
    picture.unlink()
    picture.symlink_to(picture)
    return picture.name


def remove(root, picture, rng):
    picture.unlink()
    return ""  # told by the counts


def strange_copy(root, picture, rng):
    shutil.copy(picture, picture.with_name(f"{picture.stem}{rng.choice(STRANGE)}{picture.suffix}"))
    return ""


def upper_case(root, picture, rng):
    picture.rename(picture.with_name(picture.name.swapcase()))
    return ""


def strange_file(root, picture, rng):
    (some_folder(root, rng) / f"new{rng.choice(STRANGE)}{rng.choice(['.png', '.txt', '.avi', ''])}").write_bytes(b"x")
    return ""


def folder_twice(root, picture, rng):
    folder = some_folder(root, rng)
    twice = folder.with_name(folder.name + str(rng.choice(STRANGE)))
    if folder != root and not twice.exists():
        shutil.copytree(folder, twice, symlinks=True)
    return ""


def folder_in_itself(root, picture, rng):
    folder = some_folder(root, rng)
    shutil.copytree(folder, root.parent / "inner", symlinks=True)
    shutil.move(root.parent / "inner", folder / folder.name)
    return ""


def link_loop(root, picture, rng):
    (some_folder(root, rng) / f"loop{rng.choice(STRANGE)}").symlink_to(some_folder(root, rng), target_is_directory=True)
    return ""


def folder_named_like_another(root, picture, rng):
    """A class, subject or sequence that is a link to its neighbor."""
    folder = picture.parent
    names = {"ckplus48": "neutral", "folders": "neutral"}.get(root.name, f"{folder.name[:-1]}9")
    other = folder.with_name(names)
    if not other.exists() and folder != root:
        other.symlink_to(folder, target_is_directory=True)
    return ""


DAMAGE = (
    *(truncate, empty, noise, promise, flip, another_extension, folder_in_its_place, link_to_itself, remove),
    *(strange_copy, upper_case, strange_file, folder_twice, folder_in_itself, link_loop, folder_named_like_another),
)


def some_folder(root, rng):
    found = sorted(Path(folder) for folder, _, _ in os.walk(root))
    return found[int(rng.integers(len(found)))]


def pictures_in(root):
    return sorted(path for path in root.rglob("*") if path.suffix.lower() in PICTURES and path.is_file())


def labels_of(table):
    return dict(zip(table.rows["sample_id"], table.label, strict=True))


def mutate_and_read(loader, original, root, truth, seed):
    """Damages a copy one to four times and reads it; returns how it ended."""
    rng = np.random.default_rng([seed, len(loader)])
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(original, root, copy_function=os.link)  # unchanged files are not decoded again
    must, touched, done = [], [], []
    for picture in rng.permutation(pictures_in(root))[: int(rng.integers(1, 5))]:
        if not picture.is_file():
            continue
        before = set(root.rglob("*"))
        damage = DAMAGE[int(rng.integers(len(DAMAGE)))]
        done.append(damage.__name__)
        told = damage(root, picture, rng)
        must += [told] if told else []
        touched += [picture.name, *(path.name for path in set(root.rglob("*")) - before)]
    try:
        result, table = check_dataset(loader, root), load_dataset(loader, root)
        dataset_digest(loader, root)
    except DatasetLayoutError as error:
        names = [name.encode("unicode_escape").decode() for name in touched]
        assert any(name in str(error) for name in touched + names), f"{loader} {seed} {done}: {error}"
        return "error"
    text = "\n".join(map(str, result.problems))
    assert all(name in text for name in must), f"{loader} {seed} {done}: {must} not in\n{text}"
    for sample, label in labels_of(table).items():
        true = CLASSES.get(sample.split("/")[1].strip()) if loader == "folders" else truth.get(sample)
        assert label == true, f"{loader} {seed} {done}: {sample} has label {label}, not {true}"
    if set(truth) - set(labels_of(table)) and loader != "folders":  # nobody knows how many pictures of one's own are
        assert table.partial and table.notes
    for place, path in enumerate(getattr(table.images, "paths", ())):  # check_dataset decodes films
        if path.name in touched:
            try:
                assert table.images[place].dtype == np.uint8
            except DatasetLayoutError as error:
                assert path.name in str(error)
    return "problems" if result.verdict == "problems" else "fine"


def mutate(loader, twins, tmp_path, seeds):
    original = shutil.copytree(twins(LOADERS[loader]), tmp_path / "original")
    truth = labels_of(load_dataset(loader, original))
    ends = [mutate_and_read(loader, original, tmp_path / loader, truth, seed) for seed in seeds]
    assert ends.count("problems") > len(ends) / 3  # most damage can be seen, and leaves a dataset


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("loader", LOADERS)
def test_damage_is_told_by_name_and_changes_no_label(loader, twins, tmp_path):
    mutate(loader, twins, tmp_path, range(50))


@pytest.mark.slow
@pytest.mark.parametrize("loader", LOADERS)
def test_much_damage_is_told_by_name_and_changes_no_label(loader, twins, tmp_path):
    mutate(loader, twins, tmp_path, range(1_000, 3_500))
