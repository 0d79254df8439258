"""A report over a hundred runs stays small, and is made while one fetches a coffee."""

import time

import pytest

from fer_utils import report

SEVEN = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
NAMES = ("mini_xception_base", "dense_mini_xception", "svm_px_linear", "knn_px")


def write_hundred(records, root):
    """A hundred runs of 1,000 predictions with all that a run can store, half of them under each of two protocols."""
    for number in range(100):
        drawn = bool(number % 2)
        real = records.protocol("fer2013", "seven", "fer2013-public-as-test")
        entry = records.protocol(label_map="seven") if drawn else real
        name = NAMES[number // 2 % len(NAMES)]
        people = 100 if drawn else None
        table = records.predictions(name, SEVEN, 1000, people, 0.4 + number / 300, 3, number, "p")
        known = records.items(table, ferplus=not drawn, drawn=drawn, twins=50)
        curves = records.history(name, 30) if "xception" in name else None
        settings = {"number": number}
        records.write_run(
            root, "13_toy", f"r{number:03d}", entry, [records.model(name)], [table], curves, settings, known
        )


@pytest.mark.slow
def test_a_hundred_runs_take_less_than_a_minute_and_three_megabytes(records, tmp_path):
    write_hundred(records, tmp_path)
    started = time.process_time()
    found = report.collect(tmp_path, "runs-html")
    parts = (report.overview, report.results, report.ledger, report.failures, report.provenance)
    size = sum(len(part(found).encode()) for part in parts)
    assert len(found.entries) == 100
    assert time.process_time() - started < 60
    assert size < 3_000_000
