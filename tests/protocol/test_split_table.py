import gzip

import cv2
import numpy as np
import pytest

from fer_utils.errors import DatasetLayoutError
from fer_utils.protocol.linter import lint
from fer_utils.protocol.split_table import read_split_table
from fer_utils.protocol.subject_splits import subject_kfold

HEADER = "id,subject,sequence,split"
ROWS = ("a,S1,q1,Training", "b,S2,q2,DEV", "c,S3,,test")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def write(tmp_path):
    def write(*lines, name="split.csv"):
        content = "\n".join(lines).encode()
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return tmp_path / name

    return write


@pytest.mark.parametrize("name", ["split.csv", "split.csv.gz", "split.tsv", "SPLIT.TSV.gz"])
def test_a_table_is_read_whatever_its_form_the_order_of_columns_and_the_case_of_words(write, name):
    separator = "\t" if "tsv" in name.lower() else ","
    lines = [separator.join(line.split(",")[::-1]) for line in (HEADER.upper(), *ROWS)]
    table, (fold,) = read_split_table(write(*lines, "", name=name))
    assert list(table.rows["sample_id"]) == ["a", "b", "c"] and list(table.subject) == ["S1", "S2", "S3"]
    assert [fold.train.tolist(), fold.validation.tolist(), fold.test.tolist()] == [[0], [1], [2]]
    assert table.rows["sequence"].isna().tolist() == [False, False, True] and not len(table.images)
    assert fold.fit_all.tolist() == [0, 1] and lint(table, [fold]).verdict == "clean"


def test_the_folds_of_our_own_tables_are_judged_alike_when_they_are_written_and_read(faces, write):
    table = faces(subjects=20)
    lines = [f"{HEADER},fold,label"]
    for number, fold in enumerate(folds := subject_kfold(table)):
        for part in ("train", "validation", "test"):
            for row in table.rows.iloc[getattr(fold, part)].to_dict("records"):
                lines.append(f"{row['sample_id']},{row['subject']},{row['sequence']},{part},{number},{row['label']}")
    read, again = read_split_table(write(*lines))
    ids, known = read.rows["sample_id"].to_numpy(), table.rows["sample_id"].to_numpy()
    assert [set(ids[fold.test]) for fold in again] == [set(known[fold.test]) for fold in folds]
    assert lint(read, again).findings == lint(table, folds).findings == ()
    twice = lint(read, [*again, again[0]])
    assert [finding.rule for finding in twice.findings] == ["fold coverage"]
    assert "of 140 rows are not tested in any fold" in str(lint(read, again[:2]))


def test_pictures_are_read_beside_the_table_and_compared(tmp_path, write):
    draw = np.random.default_rng(0).integers(0, 256, (4, 8, 8), dtype=np.uint8)
    pictures = [cv2.resize(small, (80, 60), interpolation=cv2.INTER_CUBIC) for small in draw]
    pictures += [pictures[0], cv2.resize(pictures[1][:, ::-1], (64, 64))]
    (tmp_path / "faces").mkdir()
    for number, picture in enumerate(pictures):
        cv2.imwrite(str(tmp_path / f"faces/{number}.png"), picture)
    parts = ["train"] * 4 + ["test"] * 2
    rows = [f"{i},S{i},q{i},{part},{'happy' if i else 'sad'},faces/{i}.png" for i, part in enumerate(parts)]
    table, folds = read_split_table(write(f"{HEADER},label,path", *rows))
    report = lint(table, folds, near=True)
    found = {finding.rule: (finding.level, finding.count) for finding in report.findings}
    assert found["identical images"] == ("warning", 1) and found["near-duplicates"] == ("warning", 1)
    assert found["conflicting labels"] == ("warning", 1) and "1 of them mirrored" in str(report)


def test_columns_that_mean_nothing_to_the_linter_are_left_alone(write):
    table, _ = read_split_table(write(f"{HEADER},age", *(f"{row},30" for row in ROWS)))
    assert len(table) == 3


BAD = {
    "misspelt column": (("id,subjects,sequence,split", *ROWS), ["no column 'subject'", "Did you mean 'subjects'?"]),
    "misspelt fold": ((f"{HEADER},folds", *(f"{r},1" for r in ROWS)), ["column 'folds'", "Did you mean 'fold'?"]),
    "column twice": (("id,subject,sequence,split,id", *(f"{r},x" for r in ROWS)), ["a column stands twice"]),
    "id twice": ((HEADER, *ROWS, ROWS[0]), ["line 5: id 'a' stands also in line 2", "column fold"]),
    "id twice in a fold": (
        (f"{HEADER},fold", *(f"{r},1" for r in ROWS), f"{ROWS[0]},1"),
        ["line 5: id 'a' stands also in line 2 in fold '1'"],
    ),
    "two people with one id": (
        (f"{HEADER},fold", *(f"{r},1" for r in ROWS), "a,S9,q1,test,2"),
        ["line 5: id 'a' has subject 'S9', but 'S1' in line 2"],
    ),
    "no id": ((HEADER, *ROWS, ",S1,q,test"), ["line 5: no id"]),
    "unknown word": ((HEADER, *ROWS, "d,S1,q,tset"), ["line 5: split 'tset'", "Did you mean 'test'?"]),
    "no word": ((HEADER, *ROWS, "d,S1"), ["line 5: split ''", "Expected train"]),
    "blank line before": ((HEADER, "", *ROWS, "d,S1,q,tset"), ["line 6: split 'tset'"]),
    "some folds": ((f"{HEADER},fold", f"{ROWS[2]},1", f"{ROWS[0]},"), ["line 3: no fold"]),
    "some paths": ((f"{HEADER},path", f"{ROWS[2]},x.png", f"{ROWS[0]},"), ["line 3: no path"]),
    "no test": ((HEADER, *ROWS[:2]), ["the table has no row of split 'test'"]),
    "fold without test": (
        (f"{HEADER},fold", f"{ROWS[2]},1", f"{ROWS[0]},2"),
        ["fold '2' has no row of split 'test'"],
    ),
    "no rows": ((HEADER,), ["a header but no rows"]),
    "empty file": (("",), ["cannot be read as a table (EmptyDataError"]),
    "more cells than columns": ((HEADER, *ROWS, "d,S1,q,test,5,6"), ["cannot be read as a table"]),
    "picture that is not there": ((f"{HEADER},path", f"{ROWS[2]},x.png"), ["line 2: ", "x.png: cannot be opened"]),
    "picture of zero in its name": ((f"{HEADER},path", f"{ROWS[2]},\0.png"), ["line 2: "]),
    "path that is no picture": ((f"{HEADER},path", f"{ROWS[2]},split.csv"), ["line 2: ", "no picture by its name"]),
}


@pytest.mark.parametrize("what", BAD)
def test_a_table_that_cannot_be_understood_is_told_with_its_line(write, what):
    lines, words = BAD[what]
    with pytest.raises(DatasetLayoutError) as caught:
        read_split_table(write(*lines))
    for word in [*words, "split.csv"]:
        assert word in str(caught.value)


def test_a_damaged_picture_is_told_with_its_line(tmp_path, write):
    cv2.imwrite(str(tmp_path / "whole.png"), np.zeros((60, 60), np.uint8))
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:60])
    file = write(f"{HEADER},path", f"{ROWS[0]},whole.png", f"{ROWS[2]},cut.png")
    with pytest.raises(DatasetLayoutError, match=r"split.csv, line 3: .*cut.png: truncated or damaged"):
        read_split_table(file)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("split.parquet", b"PAR1", "Expected one of .csv, .csv.gz"),
        ("split.csv.gz", gzip.compress(b"x" * 999, mtime=0)[:20], "cannot be read as a table"),
        ("split.csv", "id,subjéct".encode("latin-1"), "in UTF-8"),
    ],
)
def test_a_file_of_another_kind_is_told(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetLayoutError, match=words):
        read_split_table(tmp_path / name)


def test_a_misspelt_file_is_told_with_the_nearest_name(write):
    file = write(HEADER, *ROWS)
    with pytest.raises(DatasetLayoutError, match=r"no such file. Did you mean 'split.csv'\?"):
        read_split_table(file.with_name("splt.csv"))
