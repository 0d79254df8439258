"""What networks with weights from elsewhere expect to see: three colors from 0 to 255, blue first, minus a mean."""

import keras
from keras import layers, ops

IMAGENET_MEAN = (103.939, 116.779, 123.68)  # blue, green, red: `keras.applications` for VGG-16 and ResNet-50


@keras.saving.register_keras_serializable("ferbench")
class MeanSubtractedPixels(layers.Layer):
    """Turns faces scaled to [-1, 1] into what VGG-16, ResNet-50 and VGG-Face were trained on.

    Gray faces get three equal channels. The default mean makes it `preprocess_input` of `keras.applications.vgg16` and
    `.resnet50`, which take pixels from 0 to 255.

    Args:
        mean: sequence of three floats. Mean blue, green and red of the pictures that the weights come from.
    """

    def __init__(self, mean=IMAGENET_MEAN, **options):
        super().__init__(**options)
        self.mean = tuple(float(value) for value in mean)

    def call(self, faces):
        """Maps (batch, height, width, 1 or 3) in [-1, 1] to (batch, height, width, 3): blue, green, red."""
        pixels = (faces + 1.0) * 127.5
        if pixels.shape[-1] == 1:
            pixels = ops.repeat(pixels, 3, axis=-1)
        return ops.flip(pixels, axis=-1) - ops.convert_to_tensor(self.mean, pixels.dtype)

    def get_config(self):
        """Returns what the layer is rebuilt from."""
        return super().get_config() | {"mean": self.mean}
