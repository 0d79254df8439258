"""Batch normalization with a faster path on TensorFlow; the only file of the models that names a backend."""

import keras

BATCH_ALONE = 1.0  # share of the batch in the statistics that the fused operation returns


@keras.saving.register_keras_serializable("ferbench")
class BatchNormalization(keras.layers.BatchNormalization):
    """Keras' batch normalization, in one fused operation where the backend is TensorFlow.

    Keras composes it from elementwise operations, each of which reads and writes the whole feature map. Networks with
    many normalized and few convolved maps, such as the dense mini-Xception, spend most of their training there. Values,
    gradients, arguments and stored weights are those of `keras.layers.BatchNormalization`; the class has its name
    because Keras names stored weights after it.
    """

    def call(self, inputs, training=None, mask=None):
        """Normalizes a batch; see `keras.layers.BatchNormalization`.

        Args:
            inputs: tensor (batch, height, width, channels) float32; every other kind takes Keras' own path.
            training: bool. Use the batch's statistics and let the moving ones follow.
            mask: tensor or None.

        Returns:
            tensor shaped as `inputs`.
        """
        if mask is not None or not self._fits(inputs):
            return super().call(inputs, training=training, mask=mask)
        if not (training and self.trainable):
            return self._fused(inputs, self.moving_mean, self.moving_variance, is_training=False)[0]
        outputs, mean, variance = self._fused(inputs, [], [], is_training=True, exponential_avg_factor=BATCH_ALONE)
        count = keras.ops.cast(keras.ops.size(inputs) / keras.ops.shape(inputs)[-1], "float32")
        variance *= (count - 1) / count  # the fused operation divides by count - 1, Keras by count
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1 - self.momentum))
        return outputs

    def _fits(self, inputs) -> bool:
        return (
            keras.backend.backend() == "tensorflow"
            and len(inputs.shape) == 4
            and self.axis in (-1, 3)
            and self.center
            and self.scale
            and not self.renorm
            and not self.synchronized
            and inputs.dtype == self.compute_dtype == "float32"
        )

    def _fused(self, inputs, mean, variance, **options):
        """Returns the normalized batch and the statistics it was normalized with."""
        import tensorflow as tf  # here, because other backends do without it

        return tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=self.gamma,
            offset=self.beta,
            mean=mean,
            variance=variance,
            epsilon=self.epsilon,
            **options,
        )[:3]
