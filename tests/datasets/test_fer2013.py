import gzip
import io
import os
import threading
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets import dataset_digest, fer2013, load_dataset
from fer_utils.datasets.duplicates import duplicate_counts, duplicate_groups
from fer_utils.datasets.fer2013 import COUNTS, LABELS, Fer2013
from fer_utils.errors import DatasetLayoutError

HEADER = "emotion,pixels,Usage\n"
REAL = Path(os.environ.get("SHARED") or "/nowhere") / "data" / "fer2013" / "fer2013.csv.gz"


def pixels(count=48 * 48, seed=0):
    return " ".join(map(str, np.random.default_rng(seed).integers(0, 256, count)))


def row(emotion="3", image=None, usage="Training", seed=0):
    return f"{emotion},{image or pixels(seed=seed)},{usage}\n"


def small(rows=6):
    """A csv of a few rows that go through emotions and parts."""
    return HEADER + "".join(row(str(i % 7), usage=list(COUNTS)[i % 3], seed=i) for i in range(rows))


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def write(tmp_path):
    def write(content, name="fer2013.csv"):
        content = content.encode() if isinstance(content, str) else content
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
        return str(tmp_path / name)

    return write


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def flipped(content):
    """The same bytes with a run of damaged ones in the middle, as a bad disk leaves them."""
    middle = len(content) // 2
    return content[:middle] + bytes(16) + content[middle + 16 :]


def test_codes_pixels_and_parts_are_read_as_the_owners_wrote_them(write):
    table = load_dataset("fer2013", write(small(7)))
    assert list(table.label) == ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"]
    assert list(table.split[:3]) == ["Training", "PublicTest", "PrivateTest"]
    for i in range(7):
        assert " ".join(map(str, table.images[i].ravel())) == pixels(seed=i)  # row by row
    assert table.images.shape == (7, 48, 48) and table.images.dtype == np.uint8
    assert table.rows["subject"].isna().all()
    assert not table.synthetic


def test_an_id_names_the_part_and_the_place_in_it_so_that_a_missing_part_renumbers_nothing(write):
    lines = small(6).splitlines(keepends=True)
    whole = load_dataset("fer2013", write("".join(lines), "whole.csv"))
    without = load_dataset("fer2013", write("".join(x for x in lines if "PublicTest" not in x), "without.csv"))
    assert list(without.rows["sample_id"]) == [i for i in whole.rows["sample_id"] if not i.startswith("PublicTest")]


def icml(text):
    """The layout of icml_face_data.csv: another order of columns, spaces in the header."""
    cells = [line.split(",") for line in text.splitlines()]
    body = "".join(f"{emotion}, {usage}, {image}\n" for emotion, image, usage in cells[1:])
    return "emotion, Usage, pixels\n" + body


@pytest.mark.parametrize(
    ("name", "convert"),
    [
        ("copy.csv", str.encode),
        ("fer2013.csv.gz", lambda text: gzip.compress(text.encode())),
        ("fer2013.csv.zip", lambda text: zipped(fer2013__csv=text)),
        ("icml_face_data.csv", lambda text: icml(text).encode()),
        ("windows.csv", lambda text: text.replace("\n", "\r\n").encode()),
        ("excel.csv", lambda text: b"\xef\xbb\xbf" + text.encode()),
        ("quoted.csv", lambda text: "\n".join(f'"{x}"' for x in text.splitlines()).replace(",", '","').encode()),
        ("blank_lines.csv", lambda text: text.replace("\n", "\n\n").encode()),
    ],
)
def test_every_form_that_is_passed_around_gives_the_same_table(write, name, convert):
    plain, other = load_dataset("fer2013", write(small())), load_dataset("fer2013", write(convert(small()), name))
    assert other.fingerprint == plain.fingerprint
    pd.testing.assert_frame_equal(other.rows, plain.rows)


@pytest.mark.parametrize("place", ["fer2013.csv", "icml_face_data.csv", "fer2013/fer2013.csv"])
def test_a_folder_that_holds_the_csv_will_do(write, tmp_path, place):
    write(small(), place)
    assert len(load_dataset("fer2013", str(tmp_path))) == 6


GOOD = small(30).encode()
BAD = {  # the most frequent faults are in tests/test_bad_input.py
    "only blank lines": ("f.csv", b"\n  \n", "EmptyDataError"),
    "a header alone": ("f.csv", HEADER, "a header but no rows"),
    "random bytes": ("f.csv", np.random.default_rng(1).bytes(4000), "cannot be read"),
    "UTF-16": ("f.csv", GOOD.decode().encode("utf16"), "UnicodeDecodeError"),
    "a gz named csv": ("f.csv", gzip.compress(GOOD), "cannot be read"),
    "a csv named gz": ("f.csv.gz", GOOD, "BadGzipFile"),
    "an empty gz": ("f.csv.gz", b"", "cannot be read"),
    "a damaged gz": ("f.csv.gz", flipped(gzip.compress(GOOD)), "cannot be read"),
    "a wrong checksum": ("f.csv.gz", gzip.compress(GOOD)[:-8] + bytes(8), "CRC"),
    "no zip": ("f.csv.zip", GOOD, "BadZipFile"),
    "a truncated zip": ("f.csv.zip", zipped(f__csv=GOOD)[:3000], "BadZipFile"),
    "a damaged zip": ("f.csv.zip", flipped(zipped(f__csv=GOOD)), "cannot be read"),
    "an empty zip": ("f.csv.zip", zipped(), "Zero files"),
    "a zip of several": ("f.csv.zip", zipped(fer2013__csv=GOOD, README__md="x"), "Multiple files.*fer2013.csv"),
    "a file cut after the pixels": ("f.csv", HEADER + row() + f"3,{pixels()}", "line 3: Usage '' is unknown"),
    "semicolons": ("f.csv", small().replace(",", ";"), "no column 'emotion'"),
    "no Usage": ("f.csv", f"emotion,pixels\n3,{pixels()}\n", "no column 'usage'"),
    "a cell too much everywhere": ("f.csv", HEADER + row().strip() + ",\n", "more cells than the header"),
    "a cell too much in one row": ("f.csv", HEADER + row() + row().strip() + ",x\n", "line 3, saw 4"),
    "a quote without end": ("f.csv", HEADER + '3,"' + pixels() + "\n" + row(), "EOF inside string"),
    "a word first": ("f.csv", HEADER + row(image="x7 " + pixels(2303)), "line 2: the pixel 'x7' is no whole number"),
    "a fraction": ("f.csv", HEADER + row(image="0.5 " + pixels(2303)), "the pixel '0.5' is no whole number"),
    "nan": ("f.csv", HEADER + row(image="-3 nan " + pixels(2302)), "the pixel 'nan' is no whole number"),
    "digits of another script": ("f.csv", HEADER + row(image="１ " + pixels(2303)), "the pixel '１' is no whole"),
    "a 49 x 48 row": ("f.csv", HEADER + row(image=pixels(49 * 48)), "line 2: 2,352 pixels. Expected 2,304"),
    "no pixels": ("f.csv", HEADER + row(image=" "), "line 2: . pixels. Expected 2,304"),
    "a pixel of 256": ("f.csv", HEADER + row(image="256 " + pixels(2303)), "to 256. Expected 0-255"),
    "a pixel of -1": ("f.csv", HEADER + row(image="-1 " + pixels(2303)), "from -1 to .* Expected 0-255"),
    "a pixel that wraps": ("f.csv", HEADER + row(image="4294967301 " + pixels(2303)), "Expected 0-255"),
    "an emotion's name": ("f.csv", HEADER + row() + row("happy"), "line 3: emotion 'happy' is unknown"),
    "no emotion": ("f.csv", HEADER + row(""), "emotion '' is unknown"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_files_are_refused_with_the_file_the_line_and_the_reason(write, cache, kind):
    name, content, message = BAD[kind]
    path = write(content, name)
    with pytest.raises(DatasetLayoutError, match=message) as caught:
        load_dataset("fer2013", path)
    assert path in str(caught.value)
    assert not (cache / "fer2013").exists()  # nothing half-read is kept


def test_a_bad_row_far_down_is_named_by_its_line(write):
    lines = (HEADER + row() * 2003).splitlines(keepends=True)
    lines[2002] = row("8")
    with pytest.raises(DatasetLayoutError, match="line 2003: emotion '8'"):
        load_dataset("fer2013", write("".join(lines)))


def test_a_partial_copy_works_and_says_what_is_missing(write):
    table = load_dataset("fer2013", write(HEADER + row("0") + row("1", usage="PublicTest")))
    assert table.partial
    training, public, private = table.notes
    assert "anger 1, not 3,995" in training and "disgust 1, not 56" in public
    assert private == "partial copy: no PrivateTest rows (the original has 3,589)"


def test_the_published_counts_are_those_of_a_complete_copy():
    rows = [(part, label) for part in COUNTS for label, n in zip(LABELS, COUNTS[part], strict=True) for _ in range(n)]
    assert len(rows) == 35887
    assert [sum(counts) for counts in COUNTS.values()] == [28709, 3589, 3589]
    assert fer2013.count_notes(pd.DataFrame(rows, columns=["split", "label"])) == ()


def test_the_second_time_nothing_is_parsed(write, monkeypatch):
    path = write(small())
    first = load_dataset("fer2013", path)
    monkeypatch.setattr(fer2013, "parse_csv", lambda _: pytest.fail("parsed again"))
    second = load_dataset("fer2013", path)
    assert isinstance(second.images, np.memmap)
    assert second.fingerprint == first.fingerprint and np.array_equal(second.images, first.images)


def test_a_changed_csv_is_read_anew_and_has_another_digest(write):
    path = write(small(3))
    before, digest = load_dataset("fer2013", path), dataset_digest("fer2013", path)
    write(small(4))
    after = load_dataset("fer2013", path)
    assert (len(before), len(after)) == (3, 4)
    assert after.fingerprint != before.fingerprint and dataset_digest("fer2013", path) != digest


@pytest.mark.parametrize("name", ["images.npy", "labels.npy", "usage.npy", "meta.json"])
@pytest.mark.parametrize("damage", ["removed", "emptied", "cut", "other"])
def test_a_damaged_cache_is_made_anew(write, cache, name, damage):
    path = write(small())
    first = load_dataset("fer2013", path)
    (folder,) = (cache / "fer2013").iterdir()
    content = (folder / name).read_bytes()
    (folder / name).unlink()  # a new file, because the first table still maps the old one
    if damage != "removed":
        (folder / name).write_bytes({"emptied": b"", "cut": content[:-3], "other": b"[1]" * 50}[damage])
    again = load_dataset("fer2013", path)
    assert again.fingerprint == first.fingerprint and np.array_equal(again.images, first.images)
    assert fer2013._read_cache(folder) is not None


def test_real_faces_can_be_read_where_the_cache_cannot_be_written(write, tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("a file where the folder should be")
    table = load_dataset("fer2013", write(small()))
    assert len(table) == 6 and table.images.shape == (6, 48, 48)


def test_a_full_disk_leaves_no_half_filled_cache(write, cache, monkeypatch):
    save = np.save

    def full(path, array):
        if path.name == "labels.npy":
            raise OSError(28, "No space left on device")
        save(path, array)

    monkeypatch.setattr(fer2013.np, "save", full)
    assert len(load_dataset("fer2013", write(small()))) == 6
    assert list((cache / "fer2013").iterdir()) == []


def test_several_that_fill_the_cache_at_once_get_the_same_table(write, cache):
    path, tables, start = write(small()), [], threading.Barrier(4)

    def load():
        start.wait()
        tables.append(load_dataset("fer2013", path))

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({table.fingerprint for table in tables}) == 1 and len(tables) == 4
    assert all(np.array_equal(table.images, tables[0].images) for table in tables)
    assert len(list((cache / "fer2013").iterdir())) == 1


def test_votes_beside_the_csv_are_part_of_the_data(write):
    path = write(HEADER + row() + row(seed=1))
    digest = Fer2013(path).digest()
    votes = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"
    write(votes + "Training,a.png,1,9,0,0,0,0,0,0,0,0\nTraining,b.png,5,5,0,0,0,0,0,0,0,0\n", "fer2013new.csv")
    assert Fer2013(path).digest() != digest
    table = load_dataset("fer2013", path)
    assert table.rows["ferplus"][0] == "happiness" and pd.isna(table.rows["ferplus"][1])


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    if not REAL.is_file():
        pytest.skip("the real FER2013 is not here")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return load_dataset("fer2013", str(REAL))


@pytest.mark.data
def test_the_real_copy_has_the_published_counts_of_its_parts(real):
    assert len(real) == 32298
    for part in ("Training", "PublicTest"):
        assert tuple((real.label[real.split == part] == label).sum() for label in LABELS) == COUNTS[part]
    assert real.notes == ("partial copy: no PrivateTest rows (the original has 3,589)",)
    assert real.partial and real.rows["subject"].isna().all()


@pytest.mark.data
def test_the_real_copy_has_the_known_identical_images(real):
    rows = real.rows.assign(digest=real.image_digests())
    groups = rows.groupby("digest")["label"].agg(["size", "nunique"])
    assert len(groups) == 30768
    assert (groups["size"] > 1).sum() == 1271
    assert (groups["nunique"] > 1).sum() == 47
    training = set(rows["digest"][rows["split"] == "Training"])
    assert rows["digest"][rows["split"] == "PublicTest"].isin(training).sum() == 280


@pytest.mark.data
def test_the_data_card_of_the_real_copy_tells_the_known_duplicates(real):
    counts = duplicate_counts(real, duplicate_groups(real))["number"].to_list()
    assert counts == [32298, 30768, 1271, 47, 270, 1]


@pytest.mark.data
def test_constant_images_were_seen_as_no_face_by_the_voters(real):
    flat = real.images.reshape(len(real), -1)
    constant = flat.min(axis=1) == flat.max(axis=1)
    assert constant.sum() == 12
    assert (real.rows["votes_NF"][constant] == 10).sum() >= 11  # one stands at another place of this copy


@pytest.mark.data
def test_votes_belong_to_their_images(real):
    votes = real.rows[[column for column in real.rows if column.startswith("votes_")]].sum(axis=1)
    assert (votes == 10).sum() >= len(real) - 1
    voted = real.rows[real.rows["ferplus"].notna()]
    for part in ("Training", "PublicTest"):  # 64.6 % on PrivateTest; by chance it would be a fifth
        here = voted[voted["split"] == part]
        assert 0.63 < (here["label"] == here["ferplus"]).mean() < 0.67


@pytest.mark.data
def test_the_linter_finds_the_identical_images_of_the_real_copy(real):
    from fer_utils.protocol import Protocol

    protocol = Protocol.for_table(real, "seven", "fer2013-public-as-test", folds=1)
    split = protocol.split(real)
    assert split.lint.verdict == "warning"
    found = {finding.rule: finding.count for finding in split.lint.findings}
    near = {"near-duplicates": 31, "altered copies": 48, "conflicting labels of near-duplicates": 73}
    assert found == {"identical images": 280, "conflicting labels": 47, "unknown subjects": 32298} | near
    (fold,) = split.folds
    assert len(fold.test) == 3589 and len(fold.fit_all) == 28709
    assert 0.09 < len(fold.validation) / len(fold.fit_all) < 0.11
