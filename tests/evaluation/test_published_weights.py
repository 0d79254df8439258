"""A network that somebody else trained, scored through our loader, label order and metrics."""

import os
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets import load_dataset
from fer_utils.datasets.fer2013 import LABELS
from fer_utils.evaluation.scores import score

SHARED = Path(os.environ.get("SHARED") or "nowhere") / "data"
WEIGHTS = SHARED / "peers" / "fer2013_mini_XCEPTION.102-0.66.hdf5"
CSV = SHARED / "fer2013" / "fer2013.csv.gz"


@pytest.mark.data
@pytest.mark.skipif(
    not (WEIGHTS.exists() and CSV.exists()), reason="needs the published weights and FER2013 (set SHARED)"
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_published_mini_xception_has_its_known_accuracy_on_public_test():
    import keras

    table = load_dataset("fer2013", str(CSV))
    public = table.select(table.split == "PublicTest")
    faces = np.stack([cv2.resize(face[..., 0], (64, 64)) for face in public.pixels()])
    network = keras.models.load_model(WEIGHTS, compile=False)
    answers = network.predict(((faces / 255 - 0.5) * 2).astype("float32")[..., None], batch_size=256, verbose=0)
    predictions = pd.DataFrame(
        {
            "sample_id": public.rows["sample_id"],
            "subject": np.nan,
            "fold": 0,
            "seed": 0,
            "y_true": public.label,
            "y_pred": np.array(LABELS)[answers.argmax(axis=1)],
        }
    )
    found = score(predictions, sorted(LABELS))
    print(f"accuracy {found.accuracy}, UAR {found.uar}")
    assert found.n == 3589
    assert found.accuracy.value == pytest.approx(0.6551, abs=0.00005)
