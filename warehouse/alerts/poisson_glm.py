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
    deviance = _deviance(counts, means, prior)
    squares = _squares(design)
    going = np.arange(counts.shape[1])
    for _ in range(ROUNDS):
        if not len(going):
            break
        y, before, w = counts[:, going], found.means[:, going], prior[:, going]
        predictor = np.log(before) - shift[:, going]
        weights = w * before
        covariance = _inverse((weights.T @ squares).reshape(len(going), *design.shape[1:] * 2))
        target = design.T @ (weights * (predictor + (y - before) / before))
        coefficients = np.einsum("spq,qs->ps", covariance, target)
        means = np.exp(np.clip(design @ coefficients + shift[:, going], -700, 700))
        found.coefficients[:, going] = coefficients
        found.covariance[going] = covariance
        found.weights[:, going] = weights
        found.means[:, going] = means
        now = _deviance(y, means, w)
        stops = np.abs(now - deviance[going]) / (np.abs(now) + 0.1) < TOLERANCE
        deviance[going] = now
        found.is_converged[going[stops]] = True
        going = going[~stops]
    return found


def _squares(design: Numbers) -> Numbers:
    """Products of every two columns, n × p²: sums over rows are then one multiplication."""
    return np.asarray((design[:, :, None] * design[:, None, :]).reshape(len(design), -1))


def _flat(matrices: Numbers) -> Numbers:
    return np.asarray(matrices.reshape(len(matrices), -1))


def _deviance(counts: Numbers, means: Numbers, prior: Numbers) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(counts > 0, counts * np.log(counts / means), 0.0)
    return np.asarray(2 * (prior * (logs - (counts - means))).sum(axis=0))


def _inverse(squares: Numbers) -> Numbers:
    """Inverses after scaling to a unit diagonal, which keeps a column of days as exact as ones."""
    scale = 1 / np.sqrt(np.einsum("spp->sp", squares))
    scaled = squares * scale[:, :, None] * scale[:, None, :]
    return np.asarray(np.linalg.inv(scaled) * scale[:, :, None] * scale[:, None, :])
