import pytest

from fer_utils.datasets.combine import combine_tables
from fer_utils.errors import ParameterError
from fer_utils.protocol import Protocol
from fer_utils.protocol.named import named_protocol, read_name


@pytest.fixture
def table(faces):
    return faces(name="synthetic")


@pytest.mark.parametrize("unit", ["image", "sequence"])
@pytest.mark.parametrize("folds", [1, 10])
@pytest.mark.parametrize("hashed", [True, False])
def test_an_id_leads_back_to_its_protocol_with_and_without_the_hash(table, folds, hashed, unit):
    protocol = Protocol.for_table(table, "three-drop", folds=folds, unit=unit)
    text = protocol.id if hashed else protocol.id.rpartition("/")[0]
    assert named_protocol(read_name(text), table) == protocol


def test_the_id_of_a_mixture_leads_back_to_its_protocol(faces):
    mixed = combine_tables([faces(name="jaffe"), faces(name="ckplus", seed=1)], 6)
    protocol = Protocol.for_table(mixed, "seven", "group-kfold")
    assert protocol.id.startswith("jaffe+ckplus/seven/group-kfold/")
    assert named_protocol(read_name(protocol.id), mixed) == protocol


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("synthetic/seven", r"2 parts\. Expected DATASET/LABELS/SPLIT"),
        ("", "1 parts"),
        ("a/b/c/d/e", "5 parts"),
        ("fer2013+ckplu/seven/group-kfold", "no dataset 'ckplu'.*Did you mean 'ckplus'"),
        ("jaffe+jaffe/seven/group-kfold", "a dataset of 'jaffe.jaffe' stands twice"),
        ("sinthetic/seven/subject-kfold", "no dataset 'sinthetic'.*Did you mean 'synthetic'"),
        ("synthetic/sevn/subject-kfold", "no label map 'sevn'.*Did you mean 'seven'"),
        ("synthetic/seven/subject-fold", "no split 'subject-fold'.*Did you mean 'subject-kfold'"),
        ("synthetic/seven/subject-kfold/xyz", "hash 'xyz' is not eight digits"),
    ],
)
def test_a_misspelt_id_gets_the_nearest_name(text, message):
    with pytest.raises(ParameterError, match=message):
        read_name(text)


@pytest.mark.parametrize("smoke", ["0of10", "10of10", "1of5", "11of10"])
def test_folds_that_the_split_does_not_make_are_refused(table, smoke):
    with pytest.raises(ParameterError, match="folds"):
        named_protocol(read_name(f"synthetic/seven/subject-kfold-smoke{smoke}"), table)


def test_another_hash_is_refused_with_the_right_id(table):
    right = Protocol.for_table(table).id
    with pytest.raises(ParameterError, match=f"the id is {right}. The given one was made from another copy"):
        named_protocol(read_name("synthetic/seven/subject-kfold/00000000"), table)


def test_seeds_that_explain_another_hash_are_named(table):
    other = Protocol.for_table(table, seeds=(0, 1, 2))
    with pytest.raises(ParameterError, match="the seeds 0, 1, 2: state them with --seeds"):
        named_protocol(read_name(other.id), table)
    assert named_protocol(read_name(other.id), table, [0, 1, 2]) == other


def test_a_stored_run_with_the_id_says_what_differs(table, faces):
    other = faces(name="synthetic", seed=1)
    stored = Protocol.for_table(other).split(other).to_dict()
    with pytest.raises(ParameterError, match=f"differs in fingerprint: {other.fingerprint} there, {table.fingerprint}"):
        named_protocol(read_name(stored["id"]), table, known=[{}, stored])
