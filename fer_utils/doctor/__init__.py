"""What this machine has for the benchmark and what it lacks; a check that fails takes no other along."""

from collections.abc import Callable, Iterator
from functools import partial

from fer_utils.doctor import computing, files, folders, machine, packages
from fer_utils.doctor.answer import MISSING, OK, WARNING, Answer
from fer_utils.errors import UserError

__all__ = ["MISSING", "OK", "WARNING", "Answer", "examine"]


def examine(data: dict[str, str]) -> Iterator[tuple[str, Answer]]:
    """Looks at everything that the benchmark needs; changes nothing but caches, downloads nothing.

    Args:
        data: dict of dataset name to path: what the user named, besides `FERBENCH_DATA`.

    Yields:
        tuple of the check's name and its `Answer`, as soon as it is known.
    """
    for name, check in _checks(data):
        try:
            yield name, check()
        except UserError as error:
            yield name, Answer(MISSING, str(error))
        except Exception as error:  # a package that does not import must not take the other checks along
            yield name, Answer(MISSING, f"cannot be checked: {type(error).__name__}: {error}", packages.install())


def _checks(data: dict[str, str]) -> Iterator[tuple[str, Callable[[], Answer]]]:
    backend = computing.Backend()
    yield "Python", packages.python
    yield "packages", packages.installed
    yield "project", machine.project
    yield "git", machine.git
    yield "backend", backend.computes
    yield "GPU", backend.uses_gpu
    yield "threads", machine.threads
    yield "memory", machine.memory
    yield "Jupyter kernel", machine.kernel
    yield "runs folder", folders.runs
    yield "cache folder", folders.cache
    yield "temporary folder", folders.temporary
    for points in (68, 5):
        yield f"dlib {points} points", partial(files.predictor, points)
    for network in files.IMAGENET:
        yield f"ImageNet {network}", partial(files.imagenet_weights, network)
    for dataset in files.datasets():
        yield f"data {dataset}", partial(files.dataset, dataset, data.get(dataset))
