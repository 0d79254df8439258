import json
import pickle

import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.state_dict_file import read_state_dict

ARRAYS = {
    "conv1.weight": np.arange(24, dtype="<f4").reshape(2, 3, 2, 2),
    "half": np.array([0.5, -2.0], "<f2"),
    "bn1.num_batches_tracked": np.array(7, "<i8"),
}
KINDS = {"<f4": "F32", "<f2": "F16", "<i8": "I64", "<u2": "BF16"}


def write(path, arrays, change=None):
    """Writes safetensors from the description of the format."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, values in arrays.items():
        entry = {"dtype": KINDS[values.dtype.str], "shape": list(values.shape)}
        header[name] = entry | {"data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    if change:
        change(header)
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


@pytest.mark.parametrize("kind", ["safetensors", "npz"])
def test_arrays_come_back_as_they_were_written(tmp_path, kind):
    path = tmp_path / f"weights.{kind}"
    if kind == "npz":
        np.savez(path, **ARRAYS)
    else:
        write(path, ARRAYS)
    found = read_state_dict(path)
    assert list(found) == list(ARRAYS)
    for name, values in ARRAYS.items():
        np.testing.assert_array_equal(found[name], values)


def test_brain_floats_are_the_upper_half_of_a_float(tmp_path):
    values = np.array([1.5, -0.0078125, 3e38], "<f4")
    path = write(tmp_path / "b.safetensors", {"w": (values.view("<u4") >> 16).astype("<u2")})
    np.testing.assert_allclose(read_state_dict(path)["w"], values, rtol=0.01)


def test_a_pickle_is_never_opened_and_the_message_says_how_to_convert_it(tmp_path):
    class Boom:
        def __reduce__(self):
            return exec, ("raise SystemExit('a program ran')",)

    path = tmp_path / "resnet18-f37072fd.pth"
    path.write_bytes(pickle.dumps(Boom()))
    with pytest.raises(ParameterError) as error:
        read_state_dict(path)
    for words in ("pickles", "weights_only=True", '"resnet18-f37072fd.safetensors"', "timm/resnet18.tv_in1k"):
        assert words in str(error.value)
    np.savez(tmp_path / "hidden.npz", w=np.array([Boom()], dtype=object))
    with pytest.raises(ParameterError, match=r"hidden\.npz: cannot be read as arrays of numbers"):
        read_state_dict(tmp_path / "hidden.npz")


def grow(header):
    header["half"]["shape"] = [3]


def leave(header):
    header["half"]["data_offsets"] = [10**6, 10**6 + 4]


def turn(header):
    header["half"]["shape"] = [-1, -2]


def strange(header):
    header["half"]["dtype"] = "F8_E4M3"


def forget(header):
    del header["half"]["data_offsets"]


@pytest.mark.parametrize("change", [grow, leave, turn, strange, forget])
def test_a_file_that_contradicts_itself_is_refused_by_the_name_of_the_array(tmp_path, change):
    path = write(tmp_path / "weights.safetensors", ARRAYS, change)
    with pytest.raises(ParameterError, match=r"weights\.safetensors: 'half' cannot be read"):
        read_state_dict(path)


@pytest.mark.parametrize("content", [b"", b"\xff" * 20, (30).to_bytes(8, "little") + b"[1, 2]", b"<html>moved</html>"])
def test_what_is_no_safetensors_is_refused(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    with pytest.raises(ParameterError, match="no header as safetensors has"):
        read_state_dict(path)


def test_other_files_and_none_are_refused(tmp_path):
    with pytest.raises(ParameterError, match="no such file"):
        read_state_dict(tmp_path / "nowhere.safetensors")
    (tmp_path / "weights.onnx").touch()
    with pytest.raises(ParameterError, match=r"unknown kind of file '\.onnx'"):
        read_state_dict(tmp_path / "weights.onnx")
    (tmp_path / "text.npz").write_text("moved")
    with pytest.raises(ParameterError, match=r"text\.npz: cannot be read as arrays"):
        read_state_dict(tmp_path / "text.npz")
