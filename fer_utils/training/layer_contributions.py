"""What each layer of a nested LSTM contributes to an answer: what is lost where its state says nothing of the clip."""

import keras
import numpy as np

from fer_utils.training.batches import FaceBatches


def layer_contributions(network, clips, y: np.ndarray, reference, batch_size: int = 64) -> list[np.ndarray]:
    """Replaces the state of one Temp-LSTM at a time by its mean over other clips, and asks again.

    The contribution of a layer to an answer is the probability of the true class with all states as they are, minus
    that probability where the layer's state is the mean over the reference clips. The Conv-LSTM then still runs over as
    many steps, and the replaced one is a state that it knows: a state of zeros could be none that ever occurs.
    Contributions do not add up to anything: two layers that say the same are each worth nothing as long as the other
    one is there.

    Args:
        network: `keras.Model` from `fer_utils.models.nested_lstm`.
        clips: `Windows` or `Together` of n clips, as the network takes them.
        y: int array (n,). Class index of each clip.
        reference: the same of other clips, such as those of the training part.
        batch_size: int.

    Returns:
        list of float arrays (n, steps), one for each Conv-LSTM: points of probability, negative where the answer is
        better without.
    """
    head = network.get_layer("head")
    states = _states(network, clips, batch_size)
    means = [state.mean(axis=0) for state in _states(network, reference, batch_size)]
    everyone = np.arange(len(y))

    def probability(given):
        return head.predict(given, batch_size=batch_size, verbose=0)[everyone, y].astype(float)

    whole, contributions = probability(states), []
    for number, state in enumerate(states):
        lost = np.empty(state.shape[:2])
        for step in range(state.shape[1]):
            changed = state.copy()
            changed[:, step] = means[number][step]
            lost[:, step] = whole - probability([*states[:number], changed, *states[number + 1 :]])
        contributions.append(lost)
    return contributions


def _states(network, clips, batch_size: int) -> list[np.ndarray]:
    """Runs everything before the head: float arrays (n, steps, units), one for each Conv-LSTM."""
    named = [tensor.name for tensor in network.get_layer("head").inputs]
    given = keras.Model(network.input, [network.get_layer(name).output for name in named])
    states = given.predict(FaceBatches(clips, np.zeros((len(clips), 1)), batch_size, shuffle=False), verbose=0)
    return [np.array(state) for state in (states if isinstance(states, list) else [states])]
