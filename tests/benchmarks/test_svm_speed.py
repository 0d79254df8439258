"""How fast the four machines of table 4.7 are fitted on all of FER2013, beside scikit-learn's SVC, and as well."""

import os
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from fer_utils.datasets import load_dataset
from fer_utils.models.matlab_svm import Backend, matlab_svm
from fer_utils.models.pixel_classifiers import KERNELS
from fer_utils.models.shared_gram import SharedGram
from fer_utils.protocol import Protocol
from fer_utils.protocol.sampling import stratified_sample

REAL = Path(os.environ.get("SHARED") or "/nowhere") / "data" / "fer2013" / "fer2013.csv.gz"
PLAIN = Backend("scikit-learn", SVC)
SIZES = (2000, 4000, 8000)  # training rows of SVC, from which its time on all rows is extrapolated
SHARE = 1 / 8
POINTS = 0.002  # difference of accuracy
CLOCK = time.process_time  # processor time, because other work on the machine would decide wall time


def fit_plainly(rows, y):
    """Fits SVC with each kernel; returns the machines and the seconds of each."""
    machines, seconds = {}, {}
    standard = StandardScaler().fit_transform(rows)
    for model, kernel in KERNELS.items():
        started = CLOCK()
        machines[model] = matlab_svm(kernel, rows.shape[1], backend=PLAIN).fit(standard, y)
        seconds[model] = CLOCK() - started
    return machines, seconds


def fit_shared(rows, y):
    """Fits all kernels on one Gram matrix; returns the machines and the seconds of everything."""
    started = CLOCK()
    shared = SharedGram(rows)
    return {model: shared.fit(kernel, y) for model, kernel in KERNELS.items()}, CLOCK() - started


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.timeout(7200)
def test_four_machines_on_all_of_fer2013_beside_scikit_learn(capsys):
    if not REAL.is_file():
        pytest.skip("the real FER2013 is not here")
    table = load_dataset("fer2013", str(REAL))
    divided = Protocol.for_table(table, labels="three-negative", split="fer2013-public-as-test").split(table)
    fold, pixels = divided.folds[0], divided.table.pixels().reshape(len(divided.table), -1).astype(np.float32)
    tested, truth = pixels[fold.test], divided.y[fold.test]

    curve = []
    for size in SIZES:
        rows = stratified_sample(fold.fit_all, divided.y, size)
        machines, seconds = fit_plainly(pixels[rows], divided.y[rows])
        curve.append(seconds)
    shared, _ = fit_shared(pixels[rows], divided.y[rows])
    asked = StandardScaler().fit(pixels[rows]).transform(tested)
    accuracy = {}
    for model in KERNELS:
        answers = (machines[model].decision_function(asked), shared[model].decision_function(tested))
        accuracy[model] = [(scores.argmax(axis=1) == truth).mean() for scores in answers]
    everything, ours = fit_shared(pixels[fold.fit_all], divided.y[fold.fit_all])

    total = 0.0
    with capsys.disabled():
        print(f"\nSVC, seconds of one core on {', '.join(f'{size:,}' for size in SIZES)} rows, and fitted on all:")
        for model in KERNELS:
            times = [seconds[model] for seconds in curve]
            slope, height = np.polyfit(np.log(SIZES), np.log(times), 1)
            extrapolated = np.exp(height) * len(fold.fit_all) ** slope
            total += extrapolated
            found = (everything[model].decision_function(tested).argmax(axis=1) == truth).mean()
            plain, same = accuracy[model]
            print(
                f"  {model:22} {'  '.join(f'{value:6.1f}' for value in times)}   n^{slope:.2f} -> {extrapolated:7.0f};"
                f" accuracy on {SIZES[-1]:,} rows {plain:.4f}, ours {same:.4f}; ours on all {found:.4f}"
            )
        print(f"  all four on {len(fold.fit_all):,} rows: {total:.0f} s, ours {ours:.0f} s ({total / ours:.1f} times)")
    assert all(abs(plain - same) <= POINTS for plain, same in accuracy.values())
    assert ours <= SHARE * total
