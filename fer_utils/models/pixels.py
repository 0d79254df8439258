"""What networks with weights from elsewhere expect to see: three colors, minus a mean, on a scale of their own."""

import keras
from keras import layers, ops

IMAGENET_MEAN = (103.939, 116.779, 123.68)  # blue, green, red: `keras.applications` for VGG-16 and ResNet-50
PIXELS = {  # what a network expects: mean and spread of red, green and blue between 0 and 1 that are taken out
    "unit": ((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),  # nothing: the public code of frame attention
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),  # weights of torchvision and timm
}


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


@keras.saving.register_keras_serializable("ferbench")
class StandardizedPixels(layers.Layer):
    """Turns faces scaled to [-1, 1] into what networks of torchvision and timm were trained on.

    Gray faces get three equal channels.

    Args:
        mean: sequence of three floats. Mean red, green and blue, of pixels from 0 to 1.
        spread: sequence of three floats. Their standard deviations.
    """

    def __init__(self, mean, spread, **options):
        super().__init__(**options)
        self.mean, self.spread = (tuple(float(value) for value in values) for values in (mean, spread))

    def call(self, faces):
        """Maps (batch, height, width, 1 or 3) in [-1, 1] to (batch, height, width, 3): red, green, blue."""
        pixels = (faces + 1.0) / 2.0
        if pixels.shape[-1] == 1:
            pixels = ops.repeat(pixels, 3, axis=-1)
        mean, spread = (ops.convert_to_tensor(values, pixels.dtype) for values in (self.mean, self.spread))
        return (pixels - mean) / spread

    def get_config(self):
        """Returns what the layer is rebuilt from."""
        return super().get_config() | {"mean": self.mean, "spread": self.spread}
