"""What a score has to beat: last year's counts, and a kernel density of the past cases."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from scipy.spatial import cKDTree

from geo.risk.panel import YEAR_WEEKS, Counts, Floats, Places

WIDTHS = (0.5, 0.75, 1.0, 1.5, 2.5, 4.0)
"""Bandwidths tried, in distances from a grid to its nearest neighbour (median)."""
REACH = 3.0
"""Bandwidths after which a kernel is cut off."""
JUDGED_SHARE = 0.25
"""Last part of the training weeks, on which bandwidth and window are chosen."""
UNIFORM_SHARE = 0.001
"""Chance of a case anywhere, so that no case is impossible."""


def prior_counts(history: Counts, *, week: int, weeks: int) -> Floats:
    """Cases of the year before a week, as a number for the weeks foretold."""
    past = history[max(week - YEAR_WEEKS, 0) : week]
    return np.asarray(past.sum(axis=0, dtype=np.float64) * weeks / max(len(past), 1))


@dataclass(frozen=True)
class Kernel:
    """A kernel density on the grids: its spread, and the weeks of cases it uses (null: all)."""

    spread: sparse.csr_matrix
    bandwidth_m: float
    window_weeks: int | None

    def expected(self, history: Counts, *, week: int, weeks: int) -> Floats:
        """Cases expected in the weeks foretold."""
        start = 0 if self.window_weeks is None else max(week - self.window_weeks, 0)
        past = history[start:week]
        spread: Floats = self.spread @ past.sum(axis=0, dtype=np.float64)
        return np.asarray(spread * weeks / max(len(past), 1))


class Kernels:
    """Spreads of all bandwidths tried over one set of grids.

    A case in grid j is spread over the grids in proportion to their area × a Gaussian of the
    distance between label points; what leaves the county comes back, so cases are kept.
    """

    def __init__(self, places: Places) -> None:
        points = np.column_stack([places.x_m, places.y_m])
        tree = cKDTree(points)
        nearest = tree.query(points, k=min(2, len(points)))[0].reshape(len(points), -1)[:, -1]
        self._spacing_m = max(float(np.median(nearest)), 1.0)
        self._area = places.area_km2
        self._pairs = tree.sparse_distance_matrix(
            tree, REACH * WIDTHS[-1] * self._spacing_m, output_type="coo_matrix"
        ).tocsr()

    def best(self, history: Counts) -> Kernel:
        """The bandwidth and window under which the last weeks were likeliest, given those before.

        Args:
            history: the training weeks.
        """
        split = round(len(history) * (1 - JUDGED_SHARE))
        judged = history[split:].sum(axis=0)
        best, best_likelihood = None, -np.inf
        for width in WIDTHS:
            spread = self._spread(width * self._spacing_m)
            for window in (YEAR_WEEKS, None):
                kernel = Kernel(spread, width * self._spacing_m, window)
                density = kernel.expected(history, week=split, weeks=1)
                total = density.sum()
                chance = density / total if total > 0 else density
                chance = (1 - UNIFORM_SHARE) * chance + UNIFORM_SHARE / len(chance)
                likelihood = float(judged @ np.log(chance))
                if best is None or likelihood > best_likelihood:
                    best, best_likelihood = kernel, likelihood
        assert best is not None
        return best

    def _spread(self, bandwidth_m: float) -> sparse.csr_matrix:
        pairs = self._pairs
        kernel = pairs.copy()
        kernel.data = np.exp(-0.5 * (pairs.data / bandwidth_m) ** 2)
        kernel.data[pairs.data > REACH * bandwidth_m] = 0.0
        # Whether a sparse matrix of distances holds the distance 0 of a grid to itself is its own
        # affair; the kernel there is 1.
        kernel.setdiag(1.0)
        kernel.eliminate_zeros()
        weighted = sparse.diags(self._area) @ kernel
        return (weighted @ sparse.diags(1 / np.asarray(weighted.sum(axis=0)).ravel())).tocsr()
