import hashlib
import re

import numpy as np

from fer_utils import report
from fer_utils.runs.seal import AuditedTraining, pack_audit

THREE = ("negative", "neutral", "positive")


def write(records, root, answers):
    table = records.predictions("mini_xception_base", THREE)
    packed = pack_audit([AuditedTraining("mini_xception_base", 0, 0, answers(table))])
    trainings = [{"model": "mini_xception_base", "fold": 0, "seed": 0}]
    entry = {"file": "audit.npz", "sha256": hashlib.sha256(packed).hexdigest(), "trainings": trainings}
    model = records.model("mini_xception_base", "mini-Xception")
    folder = records.write_run(root, "13_mini_xception", "a", records.protocol(), [model], [table], audit=entry)
    (folder / "audit.npz").write_bytes(packed)
    return folder


def three_epochs(table):
    """The truth, nothing but the first class, and the first half of the truth."""
    true = np.array([THREE.index(name) for name in table["y_true"]], np.uint8)
    half = np.where(np.arange(len(true)) < len(true) // 2, true, (true + 1) % 3)
    return np.stack([half, np.zeros_like(true), true]).astype(np.uint8)


def test_the_report_says_what_the_best_test_epoch_would_have_claimed(records, tmp_path):
    write(records, tmp_path, three_epochs)
    found = report.collect(tmp_path)
    accuracy = found.entries[0].score.accuracy.value
    page = report.results(found)
    section = page[page.index("<h4>Optimism audit</h4>") :]
    assert "100.0 %" in section and f"{100 * accuracy:.1f} %" in section
    assert f"{100 * (1 - accuracy):+.1f} points" in section
    assert len(re.findall("mini-Xception", section)) == 3


def test_without_audit_nothing_is_said(many):
    assert "Optimism audit" not in report.results(report.collect(many))


def test_an_audit_that_was_changed_or_is_of_another_run_is_a_failure(records, tmp_path):
    folder = write(records, tmp_path / "changed", three_epochs)
    (folder / "audit.npz").write_bytes(b"changed")
    write(records, tmp_path / "other", lambda table: three_epochs(table)[:, 1:])
    for name, message in (("changed", "audit.npz was changed"), ("other", "239 audited test faces, but 240")):
        (failure,) = report.collect(tmp_path / name).failures
        assert message in failure.message
