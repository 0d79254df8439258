"""Simulated benchmarks, whose truth is known: how often do intervals hold it, and how often are there false alarms?

`coverage.MEASURED_COVERAGE` was measured so. Some people are easier than others, mostly for both models, and a
benchmark draws a few people only: its numbers err with whom it drew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.stats import beta, norm

from fer_utils.evaluation import metrics
from fer_utils.evaluation.intervals import percentile_interval
from fer_utils.evaluation.resampling import resampled_sums
from fer_utils.evaluation.significance import LEVEL, p_value

SHARES = 0.5, 0.3, 0.2  # of the three classes among the items
RECALLS = 0.8, 0.65, 0.6  # of the three classes, over all people
NAMES = ("accuracy", "uar", "macro_f1")


@dataclass(frozen=True)
class SimulatedTest:
    """A test part drawn from a population.

    Attributes:
        subjects: int. People in the test part.
        items: int. Items of each.
        spread: float. How unlike people are: their recall is beta-distributed with the correlation spread / (1 +
            spread) between two items of one person and class; 0 makes all items independent.
        better: float. How much larger the first model's recall is than the second's, in every class.
        alike: float. Correlation, 0-1, between how easy a person is for the one and for the other model.
    """

    subjects: int
    items: int = 10
    spread: float = 0.15
    better: float = 0.0
    alike: float = 0.7

    def truth(self, name: str) -> tuple[float, float]:
        """Returns a metric of both models over the whole population."""
        both = []
        for recalls in self._recalls():
            wrong = (1 - recalls) / (len(SHARES) - 1)
            rates = np.where(np.eye(len(SHARES), dtype=bool), recalls[:, None], wrong[:, None])
            confusion = np.hstack([rates * np.array(SHARES)[:, None], np.zeros((len(SHARES), 1))])
            both.append(float(getattr(metrics, name)(confusion)))
        return both[0], both[1]

    def draw(self, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Draws one test part.

        Returns:
            int arrays of true classes (n,), answers of both models (2, n), and people (n,).
        """
        people = np.repeat(np.arange(self.subjects), self.items)
        true = random.choice(len(SHARES), len(people), p=SHARES)
        common = random.normal(size=self.subjects)
        answers = []
        for recalls in self._recalls():
            own = random.normal(size=self.subjects)
            ease = norm.cdf(np.sqrt(self.alike) * common + np.sqrt(1 - self.alike) * own)[:, None]
            chance = beta.ppf(ease, recalls / self.spread, (1 - recalls) / self.spread) if self.spread else recalls
            right = random.random(len(people)) < np.broadcast_to(chance, (self.subjects, len(SHARES)))[people, true]
            other = (true + random.integers(1, len(SHARES), len(people))) % len(SHARES)
            answers.append(np.where(right, true, other))
        return true, np.array(answers), people

    def _recalls(self) -> tuple[np.ndarray, np.ndarray]:
        return np.array(RECALLS) + self.better, np.array(RECALLS)


def measure(test: SimulatedTest, truths: int, resamples: int = 1000, names: Sequence[str] = NAMES) -> dict:
    """Measures how often 95 % intervals hold the truth.

    Args:
        test: `SimulatedTest` that is drawn again and again.
        truths: int. How often.
        resamples: int. Resamples of each bootstrap.
        names: sequence of str. Metrics.

    Returns:
        dict from each name to the share of intervals of the first model that hold its truth, from "`name` difference"
        to the share of intervals of the paired difference that hold the true difference, and from "`name` alarms" to
        the share of p-values below 0.05, which are false alarms if `better` is 0 and power otherwise.
    """
    random = np.random.default_rng(11)
    shape = len(SHARES), len(SHARES) + 1
    size, held = shape[0] * shape[1], {f"{name}{what}": 0 for name in names for what in ("", " difference", " alarms")}
    for trial in range(truths):
        true, answers, people = test.draw(random)
        cells = true * shape[1] + answers + size * np.array([[0], [1]])  # both models at once: the same draws
        rows = np.broadcast_to(np.arange(len(true)), cells.shape).ravel()
        added = sparse.csr_array((np.ones(cells.size), (rows, cells.ravel())), shape=(len(true), 2 * size))
        drawn = resampled_sums(added, people, np.zeros(len(true), int), resamples, trial).reshape(-1, 2, *shape)
        found = added.sum(0).reshape(2, *shape)
        for name in names:
            value, resampled = getattr(metrics, name)(found), getattr(metrics, name)(drawn)
            truth, other = test.truth(name)
            difference = percentile_interval(value[0] - value[1], resampled[:, 0] - resampled[:, 1])
            held[name] += truth in percentile_interval(value[0], resampled[:, 0])
            held[f"{name} difference"] += truth - other in difference
            held[f"{name} alarms"] += p_value(resampled[:, 0] - resampled[:, 1]) < LEVEL
    return {name: count / truths for name, count in held.items()}
