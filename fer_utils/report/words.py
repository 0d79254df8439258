"""Plain words for what records abbreviate: datasets, tasks, splits, and how far a number may be trusted."""

from collections.abc import Mapping

from fer_utils.protocol.label_maps import LABEL_MAPS
from fer_utils.protocol.split_rules import SPLIT_RULES
from fer_utils.report.html import Fragment, badge, join

DATASETS = {"synthetic": "Synthetic faces", "fer2013": "FER2013", "ckplus": "CK+"}
DATASETS |= {"ckplus48": "CK+48", "jaffe": "JAFFE", "oulu_casia": "Oulu-CASIA", "afew": "AFEW", "sase_fe": "SASE-FE"}
DATASETS |= {"emo2018": "EMO2018", "folders": "Folders of pictures"}
VERDICT_KINDS = {
    "reproduced": "good",
    "higher": "warn",
    "lower": "warn",
    "cannot tell": "plain",
    "protocol differs": "plain",
    "no verdict": "plain",
    "not run": "plain",
    "holds": "good",
    "reversed": "warn",
}
EXTERNAL = (
    "External: these predictions were made outside this project and are scored like all others. Nobody here can vouch "
    "for what such a model was trained on, how it was chosen, or whether it had seen the test part before. It gives no "
    "verdict on published numbers."
)
CLIPS = "each clip counts once, by the mean probability over its frames"
LINT_KINDS = {"clean": "good", "warning": "warn", "cannot vouch": "warn", "error": "bad"}


def dataset(name: str) -> str:
    """Returns the name of a dataset as its owners write it."""
    return DATASETS.get(name) or " + ".join(DATASETS.get(part, part) for part in name.split("+"))


def task(label_map: str) -> str:
    """Returns a label map in words."""
    return LABEL_MAPS[label_map].words if label_map in LABEL_MAPS else label_map


def split(rule: str) -> str:
    """Returns a split rule in words."""
    return SPLIT_RULES[rule].words if rule in SPLIT_RULES else rule


def title(protocol: Mapping) -> str:
    """Returns dataset, task and split of a protocol in words."""
    return f"{dataset(protocol['dataset'])}, {task(protocol['label_map'])}, {split(protocol['split'])}"


def counts_clips(protocol: Mapping) -> bool:
    """Whether a protocol counts clips and not each image."""
    return protocol.get("unit") == "sequence"


def badges(protocol: Mapping) -> Fragment:
    """Returns the marks without which a number of this protocol would mislead."""
    marks = []
    if protocol.get("synthetic"):
        marks.append(badge("synthetic faces", "warn"))
    if protocol.get("partial"):
        marks.append(badge("partial data", "warn"))
    if protocol.get("smoke"):
        marks.append(badge(f"smoke run: {protocol.get('folds')} of {protocol.get('folds_of')} folds", "warn"))
    if protocol.get("lint", {}).get("verdict") == "error":
        marks.append(badge("leaking split", "bad"))
    return join(marks, " ")
