"""Every network of the papers has the number of parameters that was published or follows from what was published."""

import keras
import numpy as np
import pytest

from fer_utils.models.c3d import c3d
from fer_utils.models.cnn_geometry import cnn_geometry
from fer_utils.models.cnn_lstm import cnn_lstm_ck
from fer_utils.models.cnn_rnn import features_rnn, image_rnn
from fer_utils.models.deep_emotion import deep_emotion
from fer_utils.models.frame_attention import frame_attention
from fer_utils.models.gudi import gudi_cnn
from fer_utils.models.mini_xception import dense_mini_xception, mini_xception
from fer_utils.models.movement import movement_network
from fer_utils.models.nested_lstm import NARROW, stc_nlstm
from fer_utils.models.resnet18 import resnet18_body
from fer_utils.models.resnet50 import resnet50_body
from fer_utils.models.transfer import transfer_network
from fer_utils.models.two_stream import joined_head, two_stream
from fer_utils.models.vgg16 import vgg16_body
from fer_utils.models.vggface import OWN_UNITS, UNITS, vggface, vggface_body, vggface_identities
from fer_utils.models.wu_pan import wp_cnn512, wp_lstm_head, wp_raw_lstm
from fer_utils.models.wu_pan_video import wp_video_head

NARROWED = {"blocks": NARROW, "units": 64, "input_shape": (5, 64, 64, 3)}
SIXTEEN = {"temporal": "original", "input_shape": (16, 112, 112, 3)}

# (what it is, function, its options, trainable parameters, all parameters or None where nothing states them)
COUNTS = [
    # Hussein (2020), mini-Xception
    ("base, 3 classes", mini_xception, {"classes": 3}, 52_339, 53_811),
    ("base, 7 classes", mini_xception, {"classes": 7}, 56_951, 58_423),
    ("dense, 3 classes", dense_mini_xception, {"classes": 3}, 94_059, 98_363),
    ("dense, 7 classes", dense_mini_xception, {"classes": 7}, 96_367, 100_671),
    ("dense, standard convolutions", dense_mini_xception, {"classes": 3, "separable": False}, 420_283, None),
    ("dense a", dense_mini_xception, {"classes": 3, "variant": "a"}, 93_419, 96_315),
    ("dense a, standard", dense_mini_xception, {"classes": 3, "variant": "a", "separable": False}, 260_091, None),
    ("base, standard convolutions", mini_xception, {"classes": 3, "separable": False}, 310_219, None),
    ("dense, no dense connections", dense_mini_xception, {"classes": 3, "dense": False}, 117_659, None),
    ("dense, ReLU", dense_mini_xception, {"classes": 3, "leaky": False}, 94_059, 98_363),
    # Hussein (2020), LSTM on 40 x 108 features
    ("5.1 LSTM", cnn_lstm_ck, {}, 122_419, 122_419),
    ("5.1 LSTM, 7 classes", cnn_lstm_ck, {"classes": 7}, 185_655, 185_655),
    ("5.1 LSTM on 108 steps of 40", cnn_lstm_ck, {"length": 108, "features": 40}, 93_043, 93_043),
    # Hussein (2020), transfer learning
    ("VGG-16 without its top", vgg16_body, {}, 14_714_688, 14_714_688),
    ("ResNet-50 without its top", resnet50_body, {}, 23_534_592, 23_587_712),
    ("A.1 VGG-16", transfer_network, {"model": "vgg16", "classes": 3, "units": "512-512"}, 526_851, 15_241_539),
    ("A.1 ResNet-50", transfer_network, {"model": "resnet50", "classes": 3, "units": "512-256"}, 4_326_915, 27_914_627),
    ("A.2 VGG-16", transfer_network, {"model": "vgg16", "classes": 7, "units": "512-512"}, 528_903, 15_243_591),
    ("A.2 ResNet-50", transfer_network, {"model": "resnet50", "classes": 7, "units": "512-256"}, 4_327_943, 27_915_655),
    ("A.3 VGG-16", transfer_network, {"model": "vgg16", "classes": 3, "units": "128-64"}, 74_115, 14_788_803),
    ("A.3 ResNet-50", transfer_network, {"model": "resnet50", "classes": 3, "units": "512-512"}, 4_459_011, 28_046_723),
    ("A.4 ResNet-50", transfer_network, {"model": "resnet50", "classes": 7, "units": "512-512"}, 4_461_063, 28_048_775),
    # Zennou et al. (2023), VGG-Face
    ("VGG-Face, convolutions", vggface_body, {}, 14_714_688, 14_714_688),
    ("VGG-Face, 2,622 people", vggface_identities, {}, 145_002_878, 145_002_878),
    ("7.1 nothing frozen", vggface, {"freeze": "none", "units": (), "pooling": "none"}, 14_865_222, 14_865_222),
    ("7.2 three blocks frozen", vggface, {"freeze": "first", "pooling": "none"}, 26_353_158, 28_088_646),
    ("7.3 no pooling, three layers", vggface, {"pooling": "none"}, 13_373_958, 28_088_646),
    ("7.4 average, three layers", vggface, {"pooling": "avg"}, 791_046, 15_505_734),
    ("7.5 maximum, three layers", vggface, {"pooling": "max"}, 791_046, 15_505_734),
    ("7.6 no pooling", vggface, {"units": (), "pooling": "none"}, 150_534, 14_865_222),
    ("7.7 average", vggface, {"units": (), "pooling": "avg"}, 3_078, 14_717_766),
    ("7.8 maximum", vggface, {"units": (), "pooling": "max"}, 3_078, 14_717_766),
    ("7.3 layers of VGG-Face", vggface, {"units": OWN_UNITS, "pooling": "none"}, 130_303_928, None),
    ("7.5 layers of VGG-Face", vggface, {"units": OWN_UNITS, "pooling": "max"}, 29_640_632, None),
    ("7.10 two streams, 6 classes", two_stream, {"classes": 6}, 52_958_726, None),
    ("7.10 two streams, 12 classes", two_stream, {"classes": 12}, 52_961_804, None),
    ("7.11 geometry, 6 classes", cnn_geometry, {"classes": 6}, 130_860_984, None),
    ("7.11 geometry, 12 classes", cnn_geometry, {"classes": 12}, 130_876_722, None),
    ("7.11 geometry, units of 512", cnn_geometry, {"classes": 12, "units": UNITS}, 13_446_668, None),
    ("landmarks alone", joined_head, {"length": 136, "units": UNITS}, 598_534, 598_534),
    ("nested LSTM", stc_nlstm, {}, 33_952_774, 33_952_774),
    ("nested LSTM, 4 x 4 parts", stc_nlstm, {"bins": 4}, 50_861_062, None),
    ("nested LSTM, 8 x 8 parts", stc_nlstm, {"bins": 8}, 118_494_214, None),
    ("nested LSTM, two pictures", stc_nlstm, {"views": ("face", "frontal")}, 67_905_542, None),
    ("nested LSTM, landmarks", stc_nlstm, {"views": ("frontal", "geometry")}, 34_088_454, None),
    ("nested LSTM, narrow", stc_nlstm, NARROWED, 461_382, 461_382),
    ("nested LSTM, narrow, normalized", stc_nlstm, NARROWED | {"normalized": True}, 461_558, 461_910),
    ("nested LSTM, narrow, larger clips", stc_nlstm, NARROWED | {"input_shape": (16, 112, 112, 3)}, 461_382, None),
    ("nested LSTM, last layer alone", stc_nlstm, NARROWED | {"without": "layers"}, 296_774, None),
    ("nested LSTM without Temp-LSTMs", stc_nlstm, NARROWED | {"without": "temp"}, 259_910, None),
    ("nested LSTM without the Conv-LSTM", stc_nlstm, NARROWED | {"without": "conv"}, 429_510, None),
    ("plain 3-D CNN of the same width", stc_nlstm, NARROWED | {"without": "nesting"}, 181_574, None),
    # Zennou et al. (2023), sequences: heads of the recurrent networks, and C3D
    ("LSTM on features, 6 classes", features_rnn, {"cell": "lstm"}, 5_456_902, 5_456_902),
    ("GRU on features, 6 classes", features_rnn, {"cell": "gru"}, 4_098_054, 4_098_054),
    ("LSTM on features, 12 classes", features_rnn, {"cell": "lstm", "classes": 12}, 5_459_980, None),
    ("GRU on features, 12 classes", features_rnn, {"cell": "gru", "classes": 12}, 4_101_132, None),
    ("LSTM on images", image_rnn, {"cell": "lstm"}, 9_442_310, None),
    ("GRU on images", image_rnn, {"cell": "gru"}, 7_084_038, None),
    ("LSTM on features, as coded", features_rnn, {"cell": "lstm", "classes": 12, "as_coded": True}, 180_519_468, None),
    ("GRU on features, as coded", features_rnn, {"cell": "gru", "classes": 12, "as_coded": True}, 10_238_988, None),
    ("LSTM on images, as coded", image_rnn, {"cell": "lstm", "classes": 6, "as_coded": True}, 1_065_990, None),
    ("GRU on images, as coded", image_rnn, {"cell": "gru", "classes": 12, "as_coded": True}, 3_201_036, None),
    ("C3D, 487 classes", c3d, {"classes": 487, **SIXTEEN}, 79_991_015, 79_991_015),
    ("C3D, 6 classes", c3d, {"classes": 6, **SIXTEEN}, 78_020_358, 78_020_358),
    ("C3D, five frames, as coded, 12 classes", c3d, {"classes": 12}, 96_919_308, 96_919_308),
    ("C3D, five frames, as coded, 6 classes", c3d, {"classes": 6}, 96_894_726, 96_894_726),
    ("C3D, five frames, time kept", c3d, {"classes": 6, "temporal": "keep"}, 111_574_790, 111_574_790),
    # Adebayo et al. (2021), Deep-Emotion
    ("Deep-Emotion", deep_emotion, {}, 66_857, 66_857),
    ("Deep-Emotion, transformed features", deep_emotion, {"where": "features"}, 66_857, 66_857),
    ("Deep-Emotion, normalized", deep_emotion, {"normalized": True}, 66_877, 66_897),
    ("Deep-Emotion, kernels of the figure", deep_emotion, {"loc_kernels": (3, 3)}, 76_777, 76_777),
    ("Deep-Emotion, both", deep_emotion, {"loc_kernels": (3, 3), "normalized": True}, 76_797, 76_817),
    # Adebayo et al. (2021), frame attention
    ("ResNet-18 without its top", resnet18_body, {}, 11_176_512, 11_186_112),
    ("FAN, self- and relation-attention", frame_attention, {}, 11_185_225, 11_194_825),
    ("FAN, self-attention", frame_attention, {"attention": "self"}, 11_180_616, 11_190_216),
    ("FAN, mean of frames", frame_attention, {"attention": "mean"}, 11_180_103, 11_189_703),
    # Wu and Pan (2019)
    ("CNN of 512 features", wp_cnn512, {}, 500_064, 500_064),
    ("CNN, rounds x2 x3 x3", wp_cnn512, {"rounds": (2, 3, 3)}, 536_992, None),
    ("CNN, dense layer on all maps", wp_cnn512, {"top": "flatten"}, 67_543_392, None),
    ("CNN, 512 maps", wp_cnn512, {"top": "convolution"}, 1_024_352, None),
    ("LSTMs on features", wp_lstm_head, {}, 378_055, 378_055),
    ("LSTMs on rows", wp_raw_lstm, {}, 361_223, 361_223),
    ("LSTMs on all pixels", wp_raw_lstm, {"reading": "one step"}, 33_670_343, None),
    ("LSTMs on 48 x 48 pixels", wp_raw_lstm, {"reading": "one step", "input_shape": (48, 48, 1)}, 1_295_559, None),
    ("LSTMs on a film", wp_video_head, {}, 378_055, 378_055),
    ("CNN after Gudi", gudi_cnn, {}, 56_883_015, 56_883_015),
    ("CNN after Gudi, one pool", gudi_cnn, {"pools": 1}, 226_752_327, None),
    # Ours
    ("course of a clip", movement_network, {}, 3_522, 3_522),
    ("axes without time", movement_network, {"measures": 0, "still": 6}, 290, 290),
    ("course and axes", movement_network, {"still": 6}, 3_810, 3_810),
]


@pytest.fixture(autouse=True)
def cheap_weights(monkeypatch):
    """Counting needs no random numbers, and a hundred million of them take seconds."""
    for name in ("GlorotUniform", "HeNormal", "VarianceScaling", "RandomNormal", "Orthogonal"):
        initializer = getattr(keras.initializers, name)
        monkeypatch.setattr(initializer, "__call__", lambda self, shape, dtype=None: keras.ops.zeros(shape, dtype))
    yield
    keras.backend.clear_session()


@pytest.mark.parametrize(
    ("function", "options", "trainable", "total"), [c[1:] for c in COUNTS], ids=[c[0] for c in COUNTS]
)
def test_the_parameters_are_those_of_the_paper(function, options, trainable, total):
    network = function(**options)
    assert sum(int(np.prod(weight.shape)) for weight in network.trainable_weights) == trainable
    if total is not None:
        assert network.count_params() == total
