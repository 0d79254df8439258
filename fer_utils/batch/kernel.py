"""A kernel for exactly one run: this interpreter, sockets in a private folder, its memory watched, dead at the end."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_core.utils import run_sync

from fer_utils.paths import socket_folder

SCARCE = 0.03  # share of the machine's memory; where no more is available, it is as good as used up
COUNTERS = Path("/proc/vmstat")


class ThisInterpreter(KernelSpecManager):
    """Answers every request for a kernel with the interpreter that is running, whatever is installed on the machine."""

    def get_kernel_spec(self, kernel_name):
        """Returns the specification of a kernel in `sys.executable`."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        argv += ["--IPKernelApp.capture_fd_output=False"]  # what C++ libraries log belongs in run.log
        argv += ["--HistoryManager.enabled=False"]  # nobody types here
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


class Kernel:
    """A started kernel.

    Attributes:
        manager: `AsyncKernelManager`, ready for papermill's `km=`.
        status: int or None. Exit status, negative for a signal, of a kernel that ended by itself; None otherwise.
        peak_memory: int. Most bytes of resident memory that its processes held together, sampled twice a second.
        memory_ran_out: bool. Whether Linux killed a process for lack of memory meanwhile, or hardly any was left.
    """

    def __init__(self, manager: AsyncKernelManager, private: Path, forked: bool = False):
        self.manager = manager
        self.status: int | None = None
        self._private = private
        self.peak_memory = 0
        self.memory_ran_out = False
        self._killed_before = memory_kills()
        self._popen = manager.provisioner.process  # jupyter_client forgets it when the kernel dies; we want its status
        self._process = psutil.Process(self._popen.pid)
        # A forked worker is there for its kernel alone, and adopts what that leaves behind.
        self._root = psutil.Process() if forked else self._process
        self._stopped = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def family(self) -> list[psutil.Process]:
        """The kernel's process and what it started."""
        try:
            return [self._process, *(child for child in self._root.children(recursive=True) if child != self._process)]
        except psutil.Error:
            return []

    def kill(self) -> None:
        """Kills the kernel and its children at once."""
        for process in self.family():
            try:
                process.kill()
            except psutil.Error:
                continue  # gone already

    def destroy(self) -> None:
        """Notes how the kernel ended, if it did; kills what is left and removes its sockets."""
        self._stopped.set()
        self.status = self._popen.poll()
        self.memory_ran_out |= memory_kills() > self._killed_before
        self.kill()
        with suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=5)  # it may be writing there still
        shutil.rmtree(self._private, ignore_errors=True)

    def _watch(self) -> None:
        while True:
            total = 0
            for process in self.family():
                try:
                    total += process.memory_info().rss
                except psutil.Error:
                    continue
            self.peak_memory = max(self.peak_memory, total)
            machine = psutil.virtual_memory()
            self.memory_ran_out |= machine.available < SCARCE * machine.total
            if self._stopped.wait(0.5):
                return


def memory_kills() -> int:
    """Returns how many processes Linux has killed for lack of memory since it was started; 0 where nobody counts."""
    try:
        lines = (line.split() for line in COUNTERS.read_text().splitlines())
        return next((int(count) for name, count in lines if name == "oom_kill"), 0)
    except (OSError, ValueError):
        return 0


@contextmanager
def started_kernel(environment: dict[str, str], folder: Path, sockets: Path | None = None, spare=None):
    """Starts a kernel that lives as long as the `with` block.

    Args:
        environment: dict. Its environment variables.
        folder: Path. Its working directory.
        sockets: Path. A folder with a short path that does not exist yet, made here and removed at the end; None for
            a temporary one.
        spare: `SpareKernel` that becomes the kernel; None starts a fresh interpreter.

    Yields:
        `Kernel`. It talks over Unix sockets, because TCP ports race when many kernels start at once.
    """
    private = Path(sockets or tempfile.mkdtemp(prefix="fb-", dir=socket_folder()))
    private.mkdir(mode=0o700, exist_ok=sockets is None)
    environment = {**environment, "JUPYTER_RUNTIME_DIR": str(private), "IPYTHONDIR": str(private / "ipython")}
    manager = AsyncKernelManager(
        kernel_spec_manager=ThisInterpreter(),
        transport="tcp" if os.name == "nt" else "ipc",
        connection_file=str(private / "k.json"),
    )
    if spare is not None:
        from fer_utils.batch.forked_kernel import ForkedProvisioner

        manager.provisioner = ForkedProvisioner(spare, kernel_spec=manager.kernel_spec, parent=manager)
    kernel = None
    try:
        run_sync(manager.start_kernel)(env=environment, cwd=str(folder))
        kernel = Kernel(manager, private, forked=spare is not None)
        yield kernel
    finally:
        if kernel is not None:
            kernel.destroy()
        if manager.has_kernel:
            run_sync(manager.shutdown_kernel)(now=True)
        shutil.rmtree(private, ignore_errors=True)
