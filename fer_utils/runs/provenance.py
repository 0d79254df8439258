"""Where a number comes from: code, packages, machine and what the run cost."""

import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import psutil

from fer_utils.paths import project_root

PACKAGES = (
    *("ferbench", "keras", "tensorflow", "tensorflow-cpu", "jax", "torch", "numpy", "pandas", "scipy"),
    *("scikit-learn", "scikit-learn-intelex", "opencv-python-headless", "dlib-bin", "papermill", "nbconvert"),
)
ENERGY_COUNTER = Path("/sys/class/powercap/intel-rapl:0/energy_uj")


@dataclass
class Stopwatch:
    """Measures wall time, CPU time and, where the machine counts it, energy since it was made."""

    wall: float = field(default_factory=time.perf_counter)
    cpu: float = field(default_factory=time.process_time)
    energy: float | None = field(default_factory=lambda: _energy())

    def read(self) -> dict:
        """Returns seconds and joules since the start; joules are None where there is no counter."""
        energy = _energy()
        spent = None if energy is None or self.energy is None or energy < self.energy else energy - self.energy
        return {
            "wall_seconds": round(time.perf_counter() - self.wall, 2),
            "cpu_seconds": round(time.process_time() - self.cpu, 2),
            "energy_joules": spent,
        }


def provenance() -> dict:
    """Describes the code, the packages and the machine of this process.

    Returns:
        dict of plain types: commit, dirty, python, platform, packages, backend, device, threads, cores, peak_memory_mb.
    """
    keras = sys.modules.get("keras")
    return {
        "commit": _git("rev-parse", "HEAD"),
        "dirty": _dirty(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": _versions(),
        "backend": keras.backend.backend() if keras else None,
        "device": _device(keras),
        "threads": _threads(),
        "cores": os.cpu_count(),
        "peak_memory_mb": round(_peak_memory() / 2**20),
    }


def _versions() -> dict:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _git(*arguments: str) -> str | None:
    """Asks git about the project; None where there is no repository or no git."""
    try:
        command = ["git", "-C", str(project_root()), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _dirty() -> bool | None:
    changes = _git("status", "--porcelain")
    return None if changes is None else bool(changes)


def _device(keras) -> str:
    """Names the accelerator that the backend computes on, else the processor."""
    if keras is not None:
        devices = [name for name in _devices(keras) if not name.lower().startswith("cpu")]
        if devices:
            return ", ".join(devices)
    return f"CPU ({platform.processor() or platform.machine()})"


def _devices(keras) -> list[str]:
    """The devices that the backend uses by default. Asked for GPUs alone, JAX raises where there is none."""
    try:
        return keras.distribution.list_devices()
    except AttributeError:  # Keras cannot list those of PyTorch
        import torch

        return [f"cuda:{number}" for number in range(torch.cuda.device_count())]


def _threads() -> int:
    return int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1)


def _peak_memory() -> int:
    """Returns the largest resident size of this process so far, in bytes."""
    info = psutil.Process().memory_info()
    if hasattr(info, "peak_wset"):  # Windows
        return info.peak_wset
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _energy() -> float | None:
    """Reads the processor's energy counter in joules; None where it cannot be read."""
    try:
        return int(ENERGY_COUNTER.read_text()) / 1e6
    except (OSError, ValueError):
        return None
