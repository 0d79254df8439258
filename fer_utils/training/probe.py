"""Whether the backend computes, on what and how fast: two training steps on random pixels; for `ferbench doctor`."""

import json
import time


def probe() -> dict:
    """Trains mini-Xception for two steps in this process.

    Returns:
        dict of plain types: backend, versions (dict of package to version), device, loss of the second step, and
        seconds of the imports, of the first step (which compiles) and of the second.
    """
    started = time.perf_counter()
    import keras
    import numpy as np

    from fer_utils.models.mini_xception import mini_xception
    from fer_utils.runs.provenance import provenance
    from fer_utils.training.batches import scale

    seconds = {"import": time.perf_counter() - started}
    random = np.random.default_rng(0)
    faces = scale(random.integers(0, 256, (33, 48, 48, 1), dtype=np.uint8))  # an odd batch, the harder case
    targets = np.eye(7, dtype=np.float32)[random.integers(0, 7, 33)]
    model = mini_xception(7)
    model.compile("adam", "categorical_crossentropy")
    for step in ("first", "second"):
        started = time.perf_counter()
        loss = float(np.asarray(model.train_on_batch(faces, targets)))
        seconds[step] = time.perf_counter() - started
    facts = provenance()
    return {
        "backend": keras.backend.backend(),
        "versions": facts["packages"],
        "device": facts["device"],
        "loss": loss,
        "seconds": {name: round(value, 3) for name, value in seconds.items()},
    }


if __name__ == "__main__":
    print(json.dumps(probe()))
