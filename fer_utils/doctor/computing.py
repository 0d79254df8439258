"""Checks of the Keras backend and of GPUs. Keras is imported in a process of its own, because an import may crash."""

import json
import math
import os
import shutil
import subprocess
import sys
from functools import cached_property
from importlib import metadata, util
from pathlib import Path

import fer_utils
from fer_utils.backend import BACKENDS, DEFAULT, backend_environment, check_backend, chosen_backend
from fer_utils.doctor import packages
from fer_utils.doctor.answer import MISSING, OK, WARNING, Answer
from fer_utils.errors import ParameterError

PATIENCE = 300  # seconds; importing TensorFlow from a slow disk takes a minute
CUDA_PLUGINS = ("jax-cuda13-plugin", "jax-cuda12-plugin")


class Backend:
    """The chosen Keras backend, tried once for both of its checks."""

    @cached_property
    def _trial(self) -> dict:
        """What `fer_utils.training.probe` printed, or `failed` with the reason."""
        package = str(Path(fer_utils.__file__).resolve().parents[1])
        path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
        environment = os.environ | backend_environment() | {"PYTHONPATH": path}
        command = [sys.executable, "-m", "fer_utils.training.probe"]
        try:
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return {"failed": f"has not trained one step after {PATIENCE} s"}
        if done.returncode == 0:
            return json.loads(done.stdout.strip().splitlines()[-1])
        return {"failed": _how_it_ended(done)}

    def computes(self) -> Answer:
        """Whether the backend is installed, imports and trains."""
        try:
            name = check_backend()
        except ParameterError as error:
            install = BACKENDS.get(chosen_backend())
            return Answer(MISSING, str(error), packages.in_project(install) if install else "unset KERAS_BACKEND")
        if "failed" in self._trial:
            others = [other for other in _installed() if other != name]
            mend = packages.install() + "".join(f"; or export KERAS_BACKEND={other}" for other in others[:1])
            return Answer(MISSING, f"{name} {self._trial['failed']}", mend)
        if not math.isfinite(self._trial["loss"]):
            return Answer(
                MISSING, f"{name} computes a loss of {self._trial['loss']} on random pixels", packages.install()
            )
        seconds, versions = self._trial["seconds"], self._trial["versions"]
        version = versions.get(name) or versions.get(f"{name}-cpu") or ""
        rest = [other for other in BACKENDS if other != name]
        have = ", ".join(f"{other} {'is' if other in _installed() else 'not'} installed" for other in rest)
        return Answer(
            OK,
            f"{name} {version}{' (the default)' if name == DEFAULT else ''} with Keras {versions['keras']} on "
            f"{self._trial['device']}; import {seconds['import']:.1f} s, first training step of mini-Xception "
            f"{seconds['first']:.1f} s, the next {seconds['second'] * 1000:.0f} ms; {have}",
        )

    def uses_gpu(self) -> Answer:
        """Whether there is an NVIDIA GPU, and the backend computes on it."""
        cards, problem = _graphics_cards()
        if problem:
            return Answer(WARNING, f"nvidia-smi fails: {problem}", "install the NVIDIA driver anew, or restart")
        if not cards:
            return Answer(OK, "no NVIDIA GPU seen; networks train on the processor")
        device = {} if chosen_backend() not in _installed() else self._trial
        if "device" in device and not device["device"].startswith("CPU"):
            return Answer(OK, f"{', '.join(cards)}; {chosen_backend()} computes on {device['device']}")
        use = "export KERAS_BACKEND=jax"
        if not any(_version(plugin) for plugin in CUDA_PLUGINS):
            use = f"{packages.install('cuda')}; then {use}"
        return Answer(WARNING, f"{', '.join(cards)}; {chosen_backend()} does not compute on it", use)


def _how_it_ended(done: subprocess.CompletedProcess) -> str:
    """Why the trial failed, in one line."""
    from fer_utils.batch.failure import signal_name

    name = signal_name(done.returncode)
    hints = {
        "SIGILL": ": its package is built for newer processors (with AVX)",
        "SIGKILL": ": most often memory ran out",
    }
    last = (done.stderr.strip().splitlines() or [""])[-1].strip()
    if name:
        return f"crashes with {name}{hints.get(name, '')}{f'; its last words: {last}' if last else ''}"
    return f"fails: {last or f'exit status {done.returncode}'}"


def _installed() -> list[str]:
    """The backends that this Python finds, without importing them."""
    return [name for name in BACKENDS if (spec := util.find_spec(name)) and spec.origin]


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _graphics_cards() -> tuple[list[str], str]:
    """Names of the NVIDIA GPUs, and what nvidia-smi complains about."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return [], ""
    command = [program, "--query-gpu=name", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired) as error:
        return [], str(error)
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    if done.returncode != 0:
        return [], (lines or [f"exit status {done.returncode}"])[-1]
    return lines, ""
