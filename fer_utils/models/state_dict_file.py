"""Reads the weights of PyTorch networks from files that hold numbers alone; PyTorch itself is not needed."""

import json
import math
import zipfile
from pathlib import Path

import numpy as np

from fer_utils.errors import ParameterError

PICKLES = (".pth", ".pt", ".bin", ".ckpt", ".tar", ".pkl", ".pickle")
NUMBERS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}  # safetensors' names of kinds that are read
NUMBERS |= {"I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "<i1", "U8": "<u1", "BOOL": "?"}
CONVERT = (
    "Where PyTorch and the package safetensors are installed, this writes a file that is read:\n"
    "  import torch; from safetensors.torch import save_file\n"
    '  state = torch.load("{name}", map_location="cpu", weights_only=True)\n'
    '  save_file({{key: value.contiguous() for key, value in state.items()}}, "{stem}.safetensors")\n'
    "timm offers its weights as model.safetensors at huggingface.co, such as timm/resnet18.tv_in1k, which are "
    "torchvision's."
)


def read_state_dict(path: Path | str) -> dict[str, np.ndarray]:
    """Reads what PyTorch calls a state dict: arrays by their names.

    Files are `.safetensors` (8 bytes with the length of a header, a JSON header that says kind, shape and place of
    each array, then the numbers) or `.npz` as NumPy writes it. Neither can hold a program, and a pickle inside is
    refused.

    Args:
        path: Path.

    Returns:
        dict from name to array, of floats or whole numbers, in the order of the file.

    Raises:
        ParameterError: no such file; a pickle, as PyTorch's own files are; or not what its name says.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise ParameterError(f"{path}: no such file. Expected weights as .safetensors or .npz.")
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    if path.suffix == ".npz":
        return _read_npz(path)
    if path.suffix in PICKLES:
        raise ParameterError(
            f"{path}: such files are pickles, which can run programs when they are opened, so this one is not opened. "
            + CONVERT.format(name=path.name, stem=path.stem)
        )
    raise ParameterError(f"{path}: unknown kind of file '{path.suffix}'. Expected .safetensors or .npz.")


def _read_safetensors(path: Path) -> dict[str, np.ndarray]:
    content = path.read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    try:
        header = json.loads(content[8:begin]) if 8 < begin <= len(content) else None
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise ParameterError(f"{path}: no header as safetensors has. Was the file cut off? Fetch it anew.")
    data = memoryview(content)[begin:]
    return {name: _array(name, entry, data, path) for name, entry in header.items() if name != "__metadata__"}


def _array(name: str, entry, data: memoryview, path: Path) -> np.ndarray:
    """Takes one array out of the numbers, after checking all that is said about it."""
    try:
        kind, shape, (first, last) = entry["dtype"], entry["shape"], entry["data_offsets"]
        number = np.dtype(NUMBERS[kind])
        fits = 0 <= first <= last <= len(data) and last - first == number.itemsize * math.prod(shape)
        if not fits or min(shape, default=0) < 0:
            raise ValueError("a shape or place outside of the file")
        values = np.frombuffer(data[first:last], number).reshape(shape)
    except (KeyError, TypeError, ValueError) as error:
        raise ParameterError(
            f"{path}: '{name}' cannot be read ({type(error).__name__}: {error}). Known kinds of numbers are "
            f"{', '.join(NUMBERS)}. Was the file cut off? Fetch it anew."
        ) from error
    # The upper half of a float32 is what BF16 keeps.
    return (values.astype("<u4") << 16).view("<f4") if kind == "BF16" else values


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise ParameterError(
            f"{path}: cannot be read as arrays of numbers ({error}). Expected what numpy.savez writes of a state "
            "dict: numpy.savez(path, **{key: value.numpy() for key, value in state.items()})."
        ) from error
