"""Quasi-Poisson regression of many series on one design at once.

Iteratively reweighted least squares with a log link, started and stopped as R's `glm.fit` does
(means start at the counts + 0.1; stop when the deviance moves by less than 1e-8 of itself, at most
25 rounds), so that figures agree with R's to about 1e-8 and not only to the width of a stop rule.
A series that has converged stays as it is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROUNDS = 25
TOLERANCE = 1e-8


@dataclass(frozen=True)
class Fits:
    """One fit per series; `n` observations, `p` coefficients, `s` series.

    Attributes:
        coefficients: p × s.
        covariance: s × p × p, to be multiplied by the dispersion.
        means: n × s.
        weights: n × s, working weights of the last round.
        is_converged: s.
    """

    coefficients: Numbers
    covariance: Numbers
    means: Numbers
    weights: Numbers
    is_converged: Flags

    def dispersion(self, counts: Numbers, weights: Numbers | None = None) -> Numbers:
        """Pearson's χ² ÷ degrees of freedom, by series; with other weights where given."""
        used = self.weights if weights is None else weights
        free = len(counts) - len(self.coefficients)
        return np.asarray((used * ((counts - self.means) / self.means) ** 2).sum(axis=0) / free)

    def leverages(self, design: Numbers) -> Numbers:
        """Diagonal of the hat matrix, n × s."""
        return np.asarray(self.weights * (_squares(design) @ _flat(self.covariance).T))


def fit(
    design: Numbers,
    counts: Numbers,
    *,
    offset: Numbers | None = None,
    prior_weights: Numbers | None = None,
) -> Fits:
    """Fit every column of `counts`.

    Args:
        design: n × p, of full rank.
        counts: n × s.
        offset: n × s on the log scale; null for none.
        prior_weights: n × s; null for 1.
    """
    shift = np.zeros_like(counts) if offset is None else offset
    prior = np.ones_like(counts) if prior_weights is None else prior_weights
    means = counts + 0.1
    found = Fits(
        coefficients=np.full((design.shape[1], counts.shape[1]), np.nan),
        covariance=np.full((counts.shape[1], design.shape[1], design.shape[1]), np.nan),
        means=means.copy(),
        weights=prior * means,
        is_converged=np.zeros(counts.shape[1], dtype=np.bool_),
    )
    predictor = np.log(means)
    of_itself = _of_itself(counts, prior)
    deviance = _deviance(counts, means, predictor, prior, of_itself)
    squares = _squares(design)
    going = np.arange(counts.shape[1])
    y, before, w, own_shift = counts, means, prior, shift
    for number in range(1, ROUNDS + 1):
        if not len(going):
            break
        weights = w * before
        covariance = _inverse((weights.T @ squares).reshape(len(going), *design.shape[1:] * 2))
        target = design.T @ (weights * (predictor - own_shift) + w * (y - before))
        coefficients = np.einsum("spq,qs->ps", covariance, target)
        predictor = np.clip(design @ coefficients + own_shift, -700, 700)
        means = np.exp(predictor)
        now = _deviance(y, means, predictor, w, of_itself[going])
        stops = np.abs(now - deviance[going]) / (np.abs(now) + 0.1) < TOLERANCE
        deviance[going], before = now, means
        found.is_converged[going[stops]] = True
        ends = stops if number < ROUNDS else np.ones_like(stops)
        if not ends.any():
            continue
        # What has ended is put away once, and the arrays are cut only then: most rounds end none.
        place = going[ends]
        found.coefficients[:, place] = coefficients[:, ends]
        found.covariance[place] = covariance[ends]
        found.weights[:, place] = weights[:, ends]
        found.means[:, place] = means[:, ends]
        going = going[~ends]
        y, before, w, own_shift, predictor = (
            one[:, ~ends] for one in (y, before, w, own_shift, predictor)
        )
    return found


def _squares(design: Numbers) -> Numbers:
    """Products of every two columns, n × p²: sums over rows are then one multiplication."""
    return np.asarray((design[:, :, None] * design[:, None, :]).reshape(len(design), -1))


def _flat(matrices: Numbers) -> Numbers:
    return np.asarray(matrices.reshape(len(matrices), -1))


def _of_itself(counts: Numbers, prior: Numbers) -> Numbers:
    """What the counts alone add to the deviance, the same in every round."""
    logs = np.log(np.where(counts > 0, counts, 1.0))
    return np.asarray((prior * counts * (logs - 1)).sum(axis=0))


def _deviance(
    counts: Numbers, means: Numbers, logs: Numbers, prior: Numbers, of_itself: Numbers
) -> Numbers:
    """By series; `logs` are those of the means, which the predictor is already."""
    return np.asarray(2 * (of_itself + (prior * (means - counts * logs)).sum(axis=0)))


def _inverse(squares: Numbers) -> Numbers:
    """Inverses after scaling to a unit diagonal, which keeps a column of days as exact as ones."""
    scale = 1 / np.sqrt(np.einsum("spp->sp", squares))
    scaled = squares * scale[:, :, None] * scale[:, None, :]
    return np.asarray(np.linalg.inv(scaled) * scale[:, :, None] * scale[:, None, :])
