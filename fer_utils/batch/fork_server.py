"""The warm parent: a helper process that imports once what notebooks import, and forks a worker for each run.

`fer_utils.batch.warm` starts it and talks to it. A worker forked here has its kernel forked off at once, before it
reads its job, starts a thread or opens a socket; kernel and worker then do what those do that were started ordinarily.
It imports, and nothing else: no tensor, no thread, no device. Where a library starts threads or opens files while it is
imported, forking is not safe, and it says so and ends.
"""

import gc
import importlib
import math
import os
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress

import psutil

from fer_utils.batch.forked_process import (
    adopt_orphans,
    become_independent,
    die_with,
    open_files,
    show_name,
    threads_alive,
)
from fer_utils.batch.warm import LIBRARY_THREADS, MESSAGE, READY

MACHINERY = (
    *("papermill", "jupyter_client", "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.debugger"),
    *("threadpoolctl", "fer_utils.batch.execute", "fer_utils.batch.kernel", "fer_utils.batch.forked_kernel"),
)
PATIENCE = 5.0  # seconds for the last workers to tidy up after the runner is gone


def preload(names: list[str]) -> str:
    """Imports, and finds out whether this process may be forked.

    Args:
        names: list of str. Modules; those that are not installed are left to the notebooks' own error messages.

    Returns:
        str. Why forking is not safe; "" where it is.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # optional, unused here, and a second to import
    before = open_files()
    for name in (*MACHINERY, *names):
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        except Exception as error:
            return f"{name} cannot be imported ({type(error).__name__}: {error})"[:MESSAGE]
    sys.modules.pop("rfc3987_syntax")
    sys.modules["nbformat"].validate(sys.modules["nbformat"].v4.new_notebook())  # which compiles the format's schema
    os.environ.pop(LIBRARY_THREADS, None)
    if threads_alive() > 1:
        return f"{threads_alive()} threads run after the imports, and a fork would stop all but one"
    if more := open_files() - before:
        return f"{len(more)} files stay open after the imports, and forks would share them"
    gc.collect()
    gc.freeze()  # so that a child's garbage collection leaves the shared pages alone
    return ""


def serve(control: socket.socket) -> bool:
    """Forks a worker for each message, and reports its process id and then its exit status.

    A message is a folder's path, and carries four open files: a worker's standard input, its log, where to report, and
    the lock of its run.

    Args:
        control: connected socket of type SOCK_SEQPACKET. When it closes, the last workers are waited for.

    Returns:
        bool. True in a new worker, False in this process at its end.
    """
    end = math.inf
    workers: dict[int, tuple[int, int]] = {}  # file that tells of a worker's end: its process id, where to report
    selector = selectors.DefaultSelector()
    selector.register(control, selectors.EVENT_READ)
    while end == math.inf or (workers and time.monotonic() < end):
        for key, _ in selector.select(1.0):
            if key.fileobj is not control:
                selector.unregister(key.fd)
                os.close(key.fd)
                _report_end(*workers.pop(key.fd), {worker for worker, _ in workers.values()})
                continue
            folder, files, *_ = socket.recv_fds(control, MESSAGE, 4)
            if not folder:
                selector.unregister(control)
                end = time.monotonic() + PATIENCE
                continue
            worker = os.fork()
            if worker == 0:
                selector.close()
                control.close()  # as objects, lest they close other files under their numbers later
                standard_input, log, _, lock = files
                become_independent("ferbench-worker", (standard_input, log, log, lock))
                adopt_orphans()
                os.chdir(folder)
                return True
            report = files.pop(2)
            for file in files:
                os.close(file)
            os.write(report, b"%d\n" % worker)
            ended = os.pidfd_open(worker)
            workers[ended] = worker, report
            selector.register(ended, selectors.EVENT_READ)
    return False


def _report_end(worker: int, report: int, others: set[int]) -> None:
    """Kills what a worker left, which is ours now, and says how the worker ended."""
    _, status = os.waitpid(worker, 0)
    while left := [child for child in psutil.Process().children() if child.pid not in others]:
        for child in left:
            with suppress(psutil.Error, OSError):
                child.kill()
                os.waitpid(child.pid, 0)
    with suppress(OSError):  # nobody listens any more
        os.write(report, b"%d\n" % os.waitstatus_to_exitcode(status))
    os.close(report)


def main() -> int:
    """Runs the warm parent, or in a new process a worker.

    Returns:
        int. Exit status.
    """
    show_name("ferbench-warm")
    control = socket.socket(fileno=int(sys.argv[1]))
    die_with(os.getppid())  # while we import and cannot listen
    if sys.path[0] in ("", os.getcwd()):  # noqa: PTH109  (text is compared)
        del sys.path[0]  # a notebook must not find modules where the runner was started
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    refusal = preload(sys.argv[2:])
    with suppress(OSError):
        control.send(refusal.encode() or READY)
    if refusal:
        return 1
    die_with(0)
    adopt_orphans()
    me = os.getpid()
    if not serve(control):
        return 0
    from fer_utils.batch.execute import main as work
    from fer_utils.batch.forked_kernel import SpareKernel

    spare = SpareKernel.fork()
    status = work(spare, os.pidfd_open(me)) if os.getppid() == me else 1
    sys.stdout.flush()
    os._exit(status)  # taking all those libraries down in good order takes half a second


if __name__ == "__main__":
    sys.exit(main())
