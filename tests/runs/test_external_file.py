import gzip
import io
import pickle

import numpy as np
import pandas as pd
import pytest

from fer_utils.protocol import Protocol
from fer_utils.runs.csv_rows import PredictionsError
from fer_utils.runs.external_file import read_predictions
from fer_utils.runs.template import prediction_form

P = ["p_negative", "p_neutral", "p_positive"]


@pytest.fixture
def split(faces):
    table = faces()
    return Protocol.for_table(table, "three-drop", folds=2, seeds=(0, 5)).split(table)


@pytest.fixture
def filled(split):
    """A form with random probabilities."""
    form = prediction_form(split)
    values = np.random.default_rng(0).dirichlet(np.ones(3), len(form))
    return form.assign(**dict(zip(P, values.T, strict=True)))


def read(table, split, tmp_path):
    path = tmp_path / "p.csv"
    table.to_csv(path, index=False)
    return read_predictions(path, split)


def test_rows_and_columns_may_stand_in_any_order(split, filled, tmp_path):
    answers = read(filled.sample(frac=1, random_state=0)[[*P, "seed", "sample_id", "fold"]], split, tmp_path)
    assert list(answers) == [(0, 0), (1, 0), (0, 5), (1, 5)]
    for (fold, seed), answer in answers.items():
        expected = filled[(filled.fold == fold) & (filled.seed == seed)][P].to_numpy()
        np.testing.assert_allclose(answer["probabilities"], expected)


def test_classes_alone_are_enough(split, filled, tmp_path):
    guess = np.array(split.classes)[filled[P].to_numpy().argmax(axis=1)]
    for form in (filled.assign(y_pred=guess, **dict.fromkeys(P, "")), filled.drop(columns=P).assign(y_pred=guess)):
        answers = read(form, split, tmp_path)
        expected = filled[(filled.fold == 1) & (filled.seed == 5)][P].to_numpy().argmax(axis=1)
        assert answers[1, 5]["y_pred"].tolist() == expected.tolist()


def test_clips_are_counted_by_probabilities(faces, tmp_path):
    table = faces()
    clips = Protocol.for_table(table, "three-drop", folds=2, unit="sequence").split(table)
    guess = prediction_form(clips).drop(columns=P).assign(y_pred="neutral")
    with pytest.raises(PredictionsError, match="mean of their frames' probabilities"):
        read(guess, clips, tmp_path)


def test_an_empty_row_is_a_face_that_was_not_detected(split, filled, tmp_path):
    filled[P] = filled[P].astype(object)
    filled.loc[0, P] = ""
    assert np.isnan(read(filled, split, tmp_path)[0, 0]["probabilities"][0]).all()
    guess = filled.drop(columns=P).assign(y_pred="neutral")
    guess.loc[0, "y_pred"] = ""
    assert read(guess, split, tmp_path)[0, 0]["y_pred"][:2].tolist() == [-1, 1]


def test_fold_and_seed_may_be_left_out_where_there_is_one(faces, tmp_path):
    table = faces()
    split = Protocol.for_table(table, "three-drop", folds=1).split(table)
    form = prediction_form(split)[["sample_id", "y_pred"]].assign(y_pred="neutral")
    assert (read(form, split, tmp_path)[0, 0]["y_pred"] == 1).all()


def test_among_equal_probabilities_the_answer_in_the_file_counts(split, filled, tmp_path):
    filled[P] = [0.5, 0.5, 0.0]
    for answer, index in (("negative", 0), ("neutral", 1)):
        values = read(filled.assign(y_pred=answer), split, tmp_path)[0, 0]["probabilities"]
        assert (values.argmax(axis=1) == index).all()
        assert (values.round(6) == [0.5, 0.5, 0.0]).all()


def test_gzip_and_a_byte_order_mark_are_read(split, filled, tmp_path):
    path = tmp_path / "anything"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + filled.to_csv(index=False).encode()))
    assert len(read_predictions(path, split)) == 4


def test_rounded_probabilities_are_made_to_sum_to_one(split, filled, tmp_path):
    answers = read(filled.round(dict.fromkeys(P, 3)), split, tmp_path)
    for answer in answers.values():
        np.testing.assert_allclose(answer["probabilities"].sum(axis=1), 1, atol=1e-12)


def cell(row, column, value):
    def change(table):
        table = table.astype({column: object})
        table.loc[row, column] = value
        return table

    return change


def without(*rows):
    return lambda table: table.drop(index=list(rows))


def again(*rows):
    return lambda table: pd.concat([table, table.loc[list(rows)]])


def renamed(old, new):
    return lambda table: table.rename(columns={old: new})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without(0), r"1 of 48 predictions are missing: 'p00-anger-0' \(fold 0, seed 0\)\. A face that"),
        (without(0, 1, 2, 3, 4), r"5 of 48 .*'p00-fear-0' \(fold 0, seed 0\), \.\.\.\."),
        (again(0), "1 predictions stand twice: 'p00-anger-0' in line 50"),
        (cell(1, "sample_id", "nobody"), r"line 3: 'nobody' is no image of toy/.*: unknown, or left out by its label"),
        (cell(0, "sample_id", "p00-surprise-0"), "left out by its label map"),
        (
            cell(0, "sample_id", "p05-fear-0"),
            "line 2: 'p05-fear-0' is in the train part of fold 0, not in its test part",
        ),
        (cell(0, "sample_id", "p01-fear-0"), "'p01-fear-0' is tested in fold 1, not in fold 0"),
        (lambda t: t.assign(sample_id=t.sample_id + "x"), "48 rows are not tested where they say"),
        (cell(0, "fold", 2), r"line 2, fold: '2'. The protocol has 0, 1\."),
        (cell(0, "fold", ""), "line 2, fold: ''"),
        (cell(0, "fold", "0.0"), r"fold: '0\.0'"),
        (cell(0, "seed", 42), "seed: '42'. The protocol has 0, 5. Other seeds are another protocol"),
        (renamed("sample_id", "sample"), "line 1: unknown column 'sample'. Did you mean 'sample_id'"),
        (renamed("p_neutral", "p_natural"), "unknown column 'p_natural'. Did you mean 'p_neutral'"),
        (lambda t: t.assign(y_true="neutral"), "unknown column 'y_true'"),
        (lambda t: t.drop(columns="p_neutral"), "no column 'p_neutral'"),
        (lambda t: t.drop(columns=[*P, "y_pred"]), "no column 'p_negative'.*give y_pred alone"),
        (lambda t: t.drop(columns="sample_id"), "no column 'sample_id'"),
        (lambda t: t.drop(columns="fold"), "no column 'fold'"),
        (lambda t: t.drop(columns="seed"), "no column 'seed'"),
        (cell(2, "y_pred", "neutrl"), "line 4, y_pred: 'neutrl' is no class.*Did you mean 'neutral'"),
        (cell(2, "y_pred", "1"), "'1' is no class. Expected one of negative, neutral, positive"),
        (cell(2, "p_neutral", 3.5), "line 4, p_neutral: '3.5' is no probability from 0 to 1"),
        (cell(2, "p_neutral", -0.1), r"'-0\.1' is no probability"),
        (cell(2, "p_neutral", "nan"), "'nan' is no probability.*stay empty"),
        (cell(2, "p_neutral", "inf"), "'inf' is no probability"),
        (cell(2, "p_neutral", "high"), "'high' is no probability"),
        (cell(2, "p_neutral", ""), "'' is no probability"),
        (lambda t: t.assign(p_negative=0.2, p_neutral=0.2, p_positive=0.2), r"line 2: .* sum to 0\.6\. Expected 1"),
        (lambda t: t.assign(p_negative=0.7, p_neutral=0.2, p_positive=0.1, y_pred="neutral"), "but p_negative is the"),
        (lambda t: t.assign(**dict.fromkeys(P, "")), "are empty in every row"),
    ],
)
def test_a_wrong_file_says_what_is_wrong_and_where(split, filled, tmp_path, change, message):
    with pytest.raises(PredictionsError, match=message) as caught:
        read(change(filled), split, tmp_path)
    assert str(caught.value).startswith(str(tmp_path / "p.csv"))


def test_a_fold_that_is_all_empty_is_refused(split, filled, tmp_path):
    filled[P] = filled[P].astype(object)
    filled.loc[filled.fold == 1, P] = ""
    with pytest.raises(PredictionsError, match="every row of fold 1, seed 0 is empty"):
        read(filled, split, tmp_path)


HEADER = b"sample_id,fold,seed,y_pred\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (HEADER, "a header but no rows"),
        (HEADER + b"a,0,0\n", "line 2: 3 cells, but the header has 4"),
        (HEADER + b"\na,0,0,neutral,1\n", "line 3: 5 cells"),
        (HEADER + b'a,0,0,"neutral', r"line 2: cannot be read as csv \(unexpected end of data\)"),
        (HEADER.replace(b",", b";"), "separated by semicolons"),
        (b"fold," + HEADER, "the column 'fold' stands twice"),
        (HEADER + "é,0,0,neutral\n".encode("latin-1"), "line 2: the byte 0xe9 is not UTF-8"),
        ("sample_id,y_pred\n".encode("utf-16"), "a binary file or UTF-16"),
        (gzip.compress(HEADER, mtime=0)[:-4], "cannot be read"),
        (b"\x1f\x8bnot gzip", "cannot be read"),
        (HEADER + b"a" * 200_000 + b",0,0,neutral\n", "field larger than field limit"),
    ],
)
def test_what_is_no_csv_says_so(split, tmp_path, content, message):
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises(PredictionsError, match=message):
        read_predictions(path, split)


def test_a_missing_file_and_a_folder_are_mistakes(split, tmp_path):
    with pytest.raises(PredictionsError, match="No such file"):
        read_predictions(tmp_path / "none.csv", split)
    with pytest.raises(PredictionsError, match="directory"):
        read_predictions(tmp_path, split)


class Trap:
    def __reduce__(self):
        return print, ("unpickled",)


def test_a_pickle_is_never_opened(split, tmp_path, capsys):
    for content in (pickle.dumps(Trap()), pickle.dumps(Trap(), protocol=0)):
        path = tmp_path / "p.csv"
        path.write_bytes(content)
        with pytest.raises(PredictionsError):
            read_predictions(path, split)
    archive = io.BytesIO()
    np.savez(archive, Trap())
    path.write_bytes(archive.getvalue())
    with pytest.raises(PredictionsError, match="binary"):
        read_predictions(path, split)
    assert "unpickled" not in capsys.readouterr().out
