"""What a run takes of a machine: cores, a GPU or a share of one, memory, time. Read strictly from a suite's entry."""

import math
import re
from dataclasses import dataclass

from fer_utils.errors import ParameterError

RESOURCE_KEYS = ("cpus", "gpu", "memory", "timeout")
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
UNITS |= {"KIB": 2**10, "MIB": 2**20, "GIB": 2**30, "TIB": 2**40}


@dataclass(frozen=True)
class Resources:
    """What one run takes.

    Args:
        cpus: int. Cores.
        gpu: float. GPUs: 0 for none, 0.5 for half of one, or a whole number.
        memory: int or None. Bytes; None where nobody said.
        timeout: float or None. Seconds after which the run is stopped; None for never.
    """

    cpus: int = 1
    gpu: float = 0
    memory: int | None = None
    timeout: float | None = None


def read_resources(entry: dict, where: str) -> Resources:
    """Reads what an entry of a suite says about resources.

    Args:
        entry: dict. One entry under `runs`; other keys are not looked at.
        where: str. Its place, for the message.

    Returns:
        `Resources`, defaults where the entry says nothing.

    Raises:
        ParameterError: a value that is of another type, or impossible.
    """
    cpus = entry.get("cpus", 1)
    if type(cpus) is not int or cpus < 1:
        raise ParameterError(f"{where}: 'cpus' must be a whole number above zero, not {cpus!r}.")
    gpu = entry.get("gpu", 0)
    if type(gpu) not in (int, float) or not 0 <= gpu < math.inf or (gpu > 1 and gpu != int(gpu)):
        raise ParameterError(f"{where}: 'gpu' must be 0, a share such as 0.5, or a whole number, not {gpu!r}.")
    timeout = entry.get("timeout")
    # "not above" refuses .nan, too
    if timeout is not None and (type(timeout) not in (int, float) or not 0 < timeout < math.inf):
        raise ParameterError(f"{where}: 'timeout' must be a number above zero (seconds), not {timeout!r}.")
    memory = read_memory(entry["memory"], where) if "memory" in entry else None
    return Resources(cpus, gpu, memory, timeout)


def read_memory(text, where: str) -> int:
    """Reads an amount of memory.

    Args:
        text: what the suite says, such as "4GB" (4 * 10^9 bytes) or "512MiB" (512 * 2^20).
        where: str. Its place, for the message.

    Returns:
        int. Bytes.

    Raises:
        ParameterError: no number with a unit.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]i?B)", text, re.IGNORECASE) if isinstance(text, str) else None
    size = int(float(match[1]) * UNITS[match[2].upper()]) if match else 0
    if size < 1:
        raise ParameterError(f"{where}: 'memory' must be a number with a unit, such as 4GB or 512MiB, not {text!r}.")
    return size
