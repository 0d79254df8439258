import dlib
import numpy as np
import pytest

from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import ParameterError
from fer_utils.faces.predictor_files import PREDICTORS, PredictorError, find_predictor, load_predictor, search_places

NAME = PREDICTORS[68].name


@pytest.fixture(scope="session")
def faces(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        table = SyntheticFaces(subjects=2, images_per_emotion=1, size=96).load()
    return [
        (np.ascontiguousarray(image), points, dlib.rectangle(*(int(v) for v in (*points.min(0), *points.max(0)))))
        for image, points in zip(table.images, table.rows["landmarks"], strict=True)
    ]


@pytest.fixture(scope="session")
def trained(faces, tmp_path_factory):
    """Files of small predictors of 68 and of 5 points, trained on a few drawn faces."""
    options = dlib.shape_predictor_training_options()
    options.cascade_depth, options.tree_depth, options.num_trees_per_cascade_level = 4, 3, 50
    options.num_threads = 1
    files = {}
    for points in PREDICTORS:
        shapes = [
            [dlib.full_object_detection(box, [dlib.point(int(x), int(y)) for x, y in marks[:points]])]
            for _, marks, box in faces
        ]
        files[points] = tmp_path_factory.mktemp("trained") / f"{points}.dat"
        dlib.train_shape_predictor([image for image, _, _ in faces], shapes, options).save(str(files[points]))
    return files


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch, tmp_path):
    """No predictor but those that a test puts there."""
    monkeypatch.delenv("FERBENCH_MODELS", raising=False)
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("sys.prefix", str(tmp_path / "prefix"))
    if any((place / file.name).exists() for place in search_places() for file in PREDICTORS.values()):
        pytest.skip("a predictor is installed on this machine")


def put(source, folder, points=68):
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / PREDICTORS[points].name).write_bytes(source.read_bytes())


@pytest.mark.parametrize("points", PREDICTORS)
def test_without_a_predictor_it_says_where_to_get_which_file_and_what_works_all_the_same(points, tmp_path):
    with pytest.raises(PredictorError) as told:
        load_predictor(points)
    words = str(told.value)
    assert PREDICTORS[points].name in words and f"{PREDICTORS[points].megabytes:g} MB" in words
    assert all(str(place) in words for place in search_places())
    assert f"https://dlib.net/files/{PREDICTORS[points].name}.bz2" in words and str(tmp_path / "cache") in words
    assert ("excludes commercial use" in words) == (points == 68)
    assert "faces that are cropped already (synthetic, FER2013) and dlib's face detector do without" in words


@pytest.mark.parametrize("where", ["cache", "variable names the folder", "variable names the file", "prefix"])
def test_it_is_found_where_people_put_it(where, tmp_path, monkeypatch, trained):
    folder = {"cache": tmp_path / "cache" / "models", "prefix": tmp_path / "prefix" / "share" / "dlib"}
    folder = folder.get(where, tmp_path / "mine")
    put(trained[68], folder)
    if where.startswith("variable"):
        monkeypatch.setenv("FERBENCH_MODELS", str(folder if "folder" in where else folder / NAME))
    assert find_predictor() == folder / NAME


def test_a_found_predictor_finds_the_landmarks_of_drawn_faces(tmp_path, monkeypatch, trained, faces):
    monkeypatch.setenv("FERBENCH_MODELS", str(trained[68]))  # a file of one's own, under any name
    predictor = load_predictor()
    for image, points, box in faces:
        found = np.array([(part.x, part.y) for part in predictor(image, box).parts()])
        assert np.abs(found - points).mean() < 3  # pixels of 96
    with pytest.raises(PredictorError, match="No shape_predictor_5_face_landmarks"):
        load_predictor(5)


def test_five_points_serve_with_their_own_file(tmp_path, monkeypatch, trained):
    put(trained[5], tmp_path / "mine", points=5)
    monkeypatch.setenv("FERBENCH_MODELS", str(tmp_path / "mine" / PREDICTORS[5].name))
    assert load_predictor(5) and find_predictor(5).name == PREDICTORS[5].name
    with pytest.raises(PredictorError, match="No shape_predictor_68"):
        find_predictor(68)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda whole: b"", "incomplete"),
        (lambda whole: whole[:20_000], "incomplete"),
        (lambda whole: b"<!DOCTYPE html><title>404</title>", "web page"),
        (lambda whole: b"version https://git-lfs.github.com/spec/v1\n", "pointer"),
        (lambda whole: b"BZh91AY&SY" + whole[:9000], "still packed"),
    ],
)
def test_a_damaged_file_is_named_with_its_size_and_the_expected_one(damage, words, tmp_path, monkeypatch, trained):
    (tmp_path / NAME).write_bytes(damage(trained[68].read_bytes()))
    monkeypatch.setenv("FERBENCH_MODELS", str(tmp_path))
    with pytest.raises(PredictorError, match=words) as told:
        load_predictor()
    assert f"{tmp_path / NAME}: dlib cannot read this file" in str(told.value)
    assert "It has 0.0 MB" in str(told.value) and "has 99.7 MB" in str(told.value)


def test_a_predictor_of_other_landmarks_is_refused(tmp_path, monkeypatch, trained):
    put(trained[5], tmp_path / "mine", points=68)
    monkeypatch.setenv("FERBENCH_MODELS", str(tmp_path / "mine"))
    with pytest.raises(PredictorError, match=r"finds 5 landmarks\. Expected one of 68"):
        load_predictor()


def test_a_download_that_was_not_unpacked_is_seen(tmp_path):
    packed = tmp_path / "cache" / "models" / f"{NAME}.bz2"
    packed.parent.mkdir(parents=True)
    packed.write_bytes(b"BZh9")
    with pytest.raises(PredictorError, match="still packed"):
        find_predictor()


def test_a_variable_that_names_nothing_is_a_mistake(monkeypatch):
    monkeypatch.setenv("FERBENCH_MODELS", "/not/there")
    with pytest.raises(PredictorError, match="FERBENCH_MODELS=/not/there: no such file or folder"):
        find_predictor()


def test_no_predictor_has_so_many_points():
    with pytest.raises(ParameterError, match="Known: 68, 5"):
        find_predictor(67)
