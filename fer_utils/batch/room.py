"""How much of this machine the runs in progress take: cores, memory, GPUs."""

import os
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True)
class Share:
    """What one run takes; the fields are those of an entry's resources.

    Args:
        cpus: int. Cores.
        gpu: float. GPUs; 0.5 is half of one.
        memory: int or None. Bytes; None where nobody said.
        timeout: float or None. Seconds after which the run is stopped.
    """

    cpus: int = 1
    gpu: float = 0
    memory: int | None = None
    timeout: float | None = None


def share_of(run) -> Share:
    """Reads what a planned run takes.

    Args:
        run: `PlannedRun`, with or without `resources`.

    Returns:
        `Share`, or the run's own object with the same fields.
    """
    return getattr(run, "resources", None) or Share(timeout=getattr(run.request, "timeout", None))


def gpus(devices: Path = Path("/dev")) -> list[str]:
    """Names the GPUs of this machine as CUDA_VISIBLE_DEVICES does, without touching them.

    Args:
        devices: Path. Where NVIDIA's driver shows one file a GPU.

    Returns:
        list of str. What CUDA_VISIBLE_DEVICES allows, else all.
    """
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if allowed is not None:
        return [name.strip() for name in allowed.split(",") if name.strip() not in ("", "-1")]
    numbers = (path.name.removeprefix("nvidia") for path in devices.glob("nvidia*"))
    return sorted(filter(str.isdecimal, numbers), key=int)


class Room:
    """Hands out shares of a machine, and takes them back.

    A run that is alone may take more than there is: it would never run otherwise.

    Args:
        cpus: int. Cores to hand out.
        memory: int or None. Bytes to hand out; None for the machine's.
        devices: list of str or None. Names of the GPUs; None looks for them. Without any, runs that want one run on the
            processor, one at a time.
    """

    def __init__(self, cpus: int, memory: int | None = None, devices: list[str] | None = None):
        self._cpus = cpus
        self._memory = memory or psutil.virtual_memory().total
        self._devices = gpus() if devices is None else devices
        self._free = dict.fromkeys(self._devices or [""], 1.0)
        self._taken: dict[str, tuple[Share, dict[str, float]]] = {}

    def take(self, key: str, share: Share) -> dict[str, str] | None:
        """Takes a share for a run.

        Args:
            key: str. The run.
            share: `Share`.

        Returns:
            dict of the variables that its kernel needs: the GPUs that it sees, if it takes any. None where there is no
            room at present.
        """
        running = [other for other, _ in self._taken.values()]
        cpus = share.cpus + sum(other.cpus for other in running)
        memory = (share.memory or 0) + sum(other.memory or 0 for other in running)
        if running and (cpus > self._cpus or (share.memory and memory > self._memory)):
            return None
        parts = self._parts(share.gpu)
        if parts is None:
            return None
        for device, part in parts.items():
            self._free[device] -= part
        self._taken[key] = share, parts
        return {"CUDA_VISIBLE_DEVICES": ",".join(parts)} if parts and self._devices else {}

    def give_back(self, key: str) -> None:
        """Gives back what a run took."""
        _, parts = self._taken.pop(key)
        for device, part in parts.items():
            self._free[device] += part

    def _parts(self, gpu: float) -> dict[str, float] | None:
        """Which part of which GPU: a fraction of one, or whole ones; None where too little is free."""
        if not gpu:
            return {}
        count, part = (1, gpu) if gpu < 1 else (min(round(gpu), len(self._free)), 1.0)
        # the fullest that has room first, so that whole ones stay free; floating point adds up thirds to less than 1
        fitting = sorted((free, name) for name, free in self._free.items() if free > part - 1e-6)
        return {name: part for _, name in fitting[:count]} if len(fitting) >= count else None
