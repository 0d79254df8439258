"""The ledger of published numbers, and what a run of ours has to say about each."""

from collections.abc import Collection
from pathlib import Path

from fer_utils.errors import ParameterError
from fer_utils.evaluation.claim import JUDGED, KINDS, Claim
from fer_utils.evaluation.claim_files import read_file
from fer_utils.evaluation.claim_orderings import Ordering, OrderingVerdict, ordering_verdict
from fer_utils.evaluation.claim_verdicts import Verdict, same_variant, verdict

FOLDER = Path(__file__).with_name("claims")

__all__ = [
    "FOLDER",
    "JUDGED",
    "KINDS",
    "Claim",
    "Ordering",
    "OrderingVerdict",
    "Verdict",
    "load_claims",
    "load_orderings",
    "ordering_verdict",
    "same_variant",
    "verdict",
]


def load_claims(folder: Path = FOLDER, kinds: Collection[str] = JUDGED) -> list[Claim]:
    """Reads the claims of all papers.

    Args:
        folder: Path of the folder with one YAML file a paper.
        kinds: collection of str. Which kinds, of `KINDS`; those that get verdicts if left out.

    Returns:
        list of `Claim`, in the order of files and groups.

    Raises:
        ParameterError: a file lacks a field or has one that is unknown, or two claims have one id.
    """
    claims = [claim for path in _files(folder) for claim in read_file(path)[0]]
    ids = [claim.id for claim in claims]
    if len(set(ids)) != len(ids):
        raise ParameterError(f"{folder}: the claim '{next(i for i in ids if ids.count(i) > 1)}' stands twice.")
    return [claim for claim in claims if claim.kind in kinds]


def load_orderings(folder: Path = FOLDER) -> list[Ordering]:
    """Reads what the papers say about which model is better.

    Args:
        folder: Path of the folder with one YAML file a paper.

    Returns:
        list of `Ordering`, in the order of files.

    Raises:
        ParameterError: a file lacks a field, has an unknown one, or names a claim that it does not have.
    """
    return [ordering for path in _files(folder) for ordering in read_file(path)[1]]


def _files(folder: Path) -> list[Path]:
    return sorted(Path(folder).glob("*.yaml"))
