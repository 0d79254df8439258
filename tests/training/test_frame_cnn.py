import keras
import numpy as np
import pytest

from fer_utils.models.vggface import vggface
from fer_utils.training.fit import predict
from fer_utils.training.frame_cnn import fit_frames
from fer_utils.training.schedules import Schedule

SMALL = {"width": 0.0625, "input_shape": (32, 32, 3)}


@pytest.mark.parametrize(("freeze", "epochs"), [("all", 12), ("none", 4)])
def test_the_whole_network_answers_with_what_its_part_has_learned(freeze, epochs, tmp_path):
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    y = np.arange(50) % 2
    frames = np.clip(60 + 120 * y[:, None, None, None] + random.normal(0, 20, (50, 32, 32, 3)), 0, 255).astype(np.uint8)
    network = vggface(2, freeze, (512, 512), "none", **SMALL)
    convolutions = network.get_layer("conv5_3").get_weights()[0]
    parts = (frames[:35], y[:35]), (frames[35:], y[35:])
    history = fit_frames(
        network, *parts, tmp_path, Schedule("constant", 0.003 if freeze == "all" else 0.001), epochs, batch_size=8
    )
    right = (predict(network, frames[35:]).argmax(axis=1) == y[35:]).mean()
    assert right == pytest.approx(history["val_accuracy"].max(), abs=1e-6) and right > 0.8
    moved = np.abs(network.get_layer("conv5_3").get_weights()[0] - convolutions).max()
    assert (moved == 0) == (freeze == "all")
