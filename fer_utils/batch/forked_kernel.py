"""A kernel that is forked instead of started: a fork of a worker that has imported everything waits for its command."""

import json
import os
import sys

from jupyter_client.provisioning import LocalProvisioner

from fer_utils.batch.forked_process import ForkedProcess, become_independent, die_with
from fer_utils.batch.warm import LIBRARY_THREADS


class SpareKernel(ForkedProcess):
    """A process that was forked before its parent had threads or sockets, and waits to become a kernel."""

    def __init__(self, pid: int, order: int):
        super().__init__(pid)
        self._order = order

    @classmethod
    def fork(cls) -> "SpareKernel":
        """Forks it; it ends with this process. In the new process this never returns."""
        parent = os.getpid()
        order, ours = os.pipe()
        pid = os.fork()
        if pid:
            os.close(order)
            return cls(pid, ours)
        die_with(parent)
        become_independent("ferbench-kernel", (order, 1, 2))
        with open(0, "rb", closefd=False) as file:
            words = file.read()
        if not words:
            sys.exit(1)  # never needed
        _become_kernel(**json.loads(words))
        sys.exit(0)

    def launch(self, command: list[str], environment: dict[str, str], folder: str) -> None:
        """Lets it become a kernel.

        Args:
            command: list of str. What an ordinary kernel is started with: python -m ipykernel_launcher and arguments.
            environment: dict. All its environment variables.
            folder: str. Its working directory.
        """
        with os.fdopen(self._order, "wb") as file:
            file.write(json.dumps({"command": command, "environment": environment, "folder": folder}).encode())


class ForkedProvisioner(LocalProvisioner):
    """Gives jupyter_client's command for a kernel to a process that waits for it, instead of starting one.

    Args:
        spare: `SpareKernel`.
        **options: what every provisioner takes.
    """

    def __init__(self, spare: SpareKernel, **options):
        super().__init__(**options)
        self._spare = spare

    async def launch_kernel(self, cmd, **kwargs):
        """Starts the kernel and returns where it listens."""
        self._spare.launch(cmd, kwargs["env"], kwargs["cwd"])
        self.process = self._spare
        self.pid = self.pgid = self._spare.pid  # it leads a session and process group of its own
        self.cwd = kwargs["cwd"]
        return self.connection_info


def _become_kernel(command: list[str], environment: dict[str, str], folder: str) -> None:
    """Does what `python -m ipykernel_launcher` does in a fresh process."""
    os.environ.update(environment)  # what libraries have set while they were imported stays
    os.chdir(folder)
    sys.argv = [*command[2:], "--IPKernelApp.parent_handle=1"]  # no need to look every second whether the worker lives
    threads = os.environ.get(LIBRARY_THREADS) or os.environ.get("OMP_NUM_THREADS", "")
    if threads.isdecimal():
        from threadpoolctl import threadpool_limits

        threadpool_limits(int(threads), user_api="blas")  # it was imported with one thread

    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance()
