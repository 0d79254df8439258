import pandas as pd
import pytest

from fer_utils.errors import ParameterError
from fer_utils.protocol import Protocol
from fer_utils.runs.template import prediction_form, split_table, write_template


@pytest.fixture
def split(faces):
    table = faces()
    return Protocol.for_table(table, "three-drop", folds=2, seeds=(0, 5)).split(table)


def test_the_form_asks_for_each_test_image_once_a_fold_and_seed_and_tells_no_class(split):
    form = prediction_form(split)
    assert list(form) == ["sample_id", "fold", "seed", "image", "y_pred", "p_negative", "p_neutral", "p_positive"]
    assert not form.duplicated(["sample_id", "fold", "seed"]).any()
    assert len(form) == sum(len(fold.test) for fold in split.folds) * 2
    assert (form[["y_pred", "p_negative", "p_neutral", "p_positive"]] == "").all(axis=None)


def test_the_split_table_has_all_parts_and_labels_of_all_but_the_test_part(split):
    table = split_table(split)
    for number, fold in enumerate(split.folds):
        for part in ("train", "validation", "test"):
            here, rows = table[(table.fold == number) & (table.part == part)], getattr(fold, part)
            assert list(here["sample_id"]) == list(split.table.rows["sample_id"].iloc[rows])
            assert list(here["label"]) == [split.classes[y] if part != "test" else "" for y in split.y[rows]]


def test_image_leads_to_the_pixels_also_where_the_label_map_leaves_faces_out(split, faces):
    whole, form = faces(), prediction_form(split)
    assert len(split.table) < len(whole)
    assert list(whole.rows["sample_id"].iloc[form["image"]]) == list(form["sample_id"])


def test_both_files_are_written_and_never_overwritten(split, tmp_path):
    path = tmp_path / "mine" / "predictions.csv"
    parts = write_template(split, path)
    assert parts == tmp_path / "mine" / "split.csv"
    assert len(pd.read_csv(path)) == len(prediction_form(split))
    assert set(pd.read_csv(parts)["part"]) == {"train", "validation", "test"}
    path.write_text("filled in")
    with pytest.raises(ParameterError, match="nothing is overwritten"):
        write_template(split, path)
    assert path.read_text() == "filled in"
    with pytest.raises(ParameterError, match=r"split\.csv exists"):
        write_template(split, tmp_path / "mine" / "other.csv")


@pytest.mark.parametrize("name", ["predictions.csv.gz", "predictions", "split.csv"])
def test_a_name_that_cannot_be_filled_in_is_refused(split, tmp_path, name):
    with pytest.raises(ParameterError, match="name the file to fill in"):
        write_template(split, tmp_path / name)
    assert not list(tmp_path.iterdir())
