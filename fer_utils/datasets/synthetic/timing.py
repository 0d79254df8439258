"""How felt and acted expressions differ in time: drawn durations, irregularities and delays of one expression.

The numbers in `FELT` and `ACTED` are ours. Their order follows the literature, most of which is about smiles; that
other emotions behave alike is an assumption, which Hess and Kleck (disgust) and Schmidt et al. 2009 (brows) support in
part.

- Ekman and Friesen 1982, "Felt, false, and miserable smiles", Journal of Nonverbal Behavior 6: felt smiles last about
  2/3 to 4 seconds; false ones set in or end abruptly or irregularly, and stay too long at the apex.
- Frank, Ekman and Friesen 1993, "Behavioral markers and recognizability of the smile of enjoyment", Journal of
  Personality and Social Psychology 64: felt smiles are smoother and of more consistent duration. Frank and Ekman 1993,
  "Not all smiles are created equal", Humor 6: and their muscles reach the apex together.
- Hess and Kleck 1990, "Differentiating emotion elicited and deliberate emotional facial expressions", European Journal
  of Social Psychology 20: irregularity tells happiness and disgust apart more consistently than speed does.
- Cohn and Schmidt 2004, "The timing of facial motion in posed and spontaneous smiles", International Journal of
  Wavelets, Multiresolution and Information Processing 2: duration goes with amplitude more closely in spontaneous
  smiles; 89 % of smiles are told apart by timing alone.
- Schmidt, Ambadar, Cohn and Reed 2006, "Movement differences between deliberate and spontaneous facial expressions",
  Journal of Nonverbal Behavior 30, and Schmidt, Bhattacharya and Denlinger 2009, "Comparison of deliberate and
  spontaneous facial movement in smiles and eyebrow raises", same journal 33: deliberate onsets are faster.
- Ekman, Hager and Friesen 1981, "The symmetry of emotional and deliberate facial actions", Psychophysiology 18:
  deliberate actions are more asymmetrical. We put that into time alone. Schmidt et al. found no such difference.

Where we leave the literature on purpose: Schmidt et al. 2006 found larger amplitudes and longer offsets in deliberate
smiles. Here amplitudes are equal, so that a still picture tells little, and acted offsets are shorter on average.
"""

from dataclasses import dataclass

import numpy as np

FELT_SECONDS = (0.5, 4.0)  # the whole of a felt expression, from onset to the end of the offset


@dataclass(frozen=True)
class Manner:
    """How one kind of expression moves.

    Attributes:
        onset: (median, spread). Seconds from rest to apex, and the standard deviation of their logarithm.
        hold: (median, spread). Likewise, at the apex.
        offset: (median, spread). Likewise, from apex to rest.
        coupling: float. Power of the amplitude that onset and offset durations follow; 0 for not at all.
        steps: chances that the movement is made in one, two or three steps.
        abrupt: float. Chance that the offset takes a third of its time.
        delay: float. Seconds, scale of the delays between action units.
        lag: float. Seconds, standard deviation of the delay of the left side.
        flutter: float. Scale of the share of intensity that is lost while the apex is held.
    """

    onset: tuple[float, float]
    hold: tuple[float, float]
    offset: tuple[float, float]
    coupling: float
    steps: tuple[float, float, float]
    abrupt: float
    delay: float
    lag: float
    flutter: float


FELT = Manner((0.7, 0.28), (0.8, 0.4), (1.0, 0.28), 0.4, (0.85, 0.12, 0.03), 0.05, 0.04, 0.02, 0.04)
ACTED = Manner((0.4, 0.45), (1.4, 0.55), (0.65, 0.5), 0.0, (0.3, 0.4, 0.3), 0.4, 0.08, 0.06, 0.08)


@dataclass(frozen=True)
class Timing:
    """The drawn course of one expression; seconds throughout.

    Attributes:
        onset: float. From rest to apex.
        hold: float. At the apex.
        offset: float. From apex to rest.
        rise: float array (steps, 3). Weight, start and length of each step of the onset, as shares of the whole.
        fall: float array (steps, 3). Likewise of the offset.
        delays: float array (units, 2). How much later than the first each unit starts, right and left.
        early: float array (units, 2). How much earlier than the last each unit arrives.
        flutter: float. Loss of intensity in the middle of a hold of a second or more, as a share.
    """

    onset: float
    hold: float
    offset: float
    rise: np.ndarray
    fall: np.ndarray
    delays: np.ndarray
    early: np.ndarray
    flutter: float


def sample_timing(genuine: bool, amplitude: float, units: int, rng: np.random.Generator) -> Timing:
    """Draws the course of one expression.

    Args:
        genuine: bool. Felt, or acted.
        amplitude: float. How strong the expression is, 1 for an average one.
        units: int. Number of action units.
        rng: numpy Generator of the recording.

    Returns:
        `Timing`.
    """
    manner = FELT if genuine else ACTED
    onset, hold, offset = (
        median * np.exp(spread * rng.normal()) for median, spread in (manner.onset, manner.hold, manner.offset)
    )
    onset, offset = np.array([onset, offset]) * amplitude**manner.coupling
    offset /= 3 if rng.uniform() < manner.abrupt else 1
    if genuine:
        whole = onset + hold + offset
        onset, hold, offset = np.array([onset, hold, offset]) * np.clip(whole, *FELT_SECONDS) / whole
    lag = manner.lag * rng.normal()
    apart = manner.delay * np.exp(0.5 * rng.normal())
    delays = apart * np.abs(rng.normal(size=(units, 1))) + np.array([max(0, -lag), max(0, lag)])
    early = apart * np.abs(rng.normal(size=(units, 1))) + np.zeros(2)
    flutter = min(0.3, manner.flutter * abs(rng.normal()))
    return Timing(onset, hold, offset, _sample_steps(manner, rng), _sample_steps(manner, rng), delays, early, flutter)


def _sample_steps(manner: Manner, rng: np.random.Generator) -> np.ndarray:
    count = 1 + rng.choice(3, p=manner.steps)
    starts = np.arange(count) / count
    lengths = np.minimum(1 - starts, rng.uniform(0.9, 1.4, count) / count)  # from steps with a stop to merging ones
    lengths[-1] = 1 - starts[-1]
    return np.stack([rng.dirichlet(np.full(count, 5.0)), starts, lengths], axis=1)


def climb(progress: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Moves from 0 to 1 in steps, each of them with the least possible jerk.

    Minimum-jerk movement: Flash and Hogan 1985, Journal of Neuroscience 5.

    Args:
        progress: float array. Time as a share of the whole movement; below 0 nothing has happened, above 1 all has.
        steps: float array (steps, 3). Weight, start and length of each.

    Returns:
        float array like `progress`, in 0-1.
    """
    weight, start, length = steps.T
    s = np.clip((progress[..., None] - start) / length, 0, 1)
    return np.clip((s**3 * (10 - 15 * s + 6 * s**2)) @ weight, 0, 1)
