"""The memory of batch normalization, which short trainings must shorten."""

import keras


def set_normalization_momentum(model: keras.Model, momentum: float) -> keras.Model:
    """Sets how slowly the statistics that inference uses follow the batches.

    Keras' 0.99 remembers hundreds of batches. A training of a few hundred batches ends before these statistics have
    caught up, and validation stays at chance while training accuracy rises.

    Args:
        model: `keras.Model`, not compiled yet.
        momentum: float in [0, 1). Share of the old statistics that one batch keeps.

    Returns:
        the same model.

    Raises:
        ValueError: momentum outside [0, 1).
    """
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum {momentum}: expected 0 <= momentum < 1.")
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = momentum
    return model
