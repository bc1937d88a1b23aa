"""What a forecast starts from: cases per week and grid, and which grids are near one another."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse
from scipy.spatial import cKDTree

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.float32]
"""Weeks × grids."""

WEEK_DAYS = 7
YEAR_WEEKS = 52
HORIZON_WEEKS = {"week": 1, "month": 4}
"""Weeks that a forecast is about. A month is four weeks, so that every weekday is in it as often
as every other and one month is like the next."""
CALENDAR_WEEKS = max(HORIZON_WEEKS.values())

NEAR, WIDER = 8, 40
"""Grids in the near and in the wider neighbourhood."""


@dataclass(frozen=True)
class Places:
    """The grids that hold today, in the order of every array.

    Coordinates are metres in any plane; area in km². Population may be NaN; it measures a forecast
    and never makes one.
    """

    codes: tuple[str, ...]
    x_m: Floats
    y_m: Floats
    area_km2: Floats
    population: Floats

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def near(self) -> sparse.csr_matrix:
        """Weights of the near neighbours of each grid; a row sums to 1, the grid itself is out."""
        return neighbour_weights(self.x_m, self.y_m, NEAR)

    @cached_property
    def wider(self) -> sparse.csr_matrix:
        """The same for the wider neighbourhood."""
        return neighbour_weights(self.x_m, self.y_m, WIDER)


@dataclass(frozen=True)
class Panel:
    """Cases of one family per week and grid, up to the day before a forecast begins.

    A week is a block of seven days that ends where the forecast begins, so the last one is whole.

    - `history`: serious cases as known at the end of their week: a case that was declared void
      later still counts, since a forecast of that time would have counted it.
    - `outcomes`: serious cases as known now, void ones left out; what forecasts are judged by.
    - `lesser`: the family's other cases; `others`: serious cases of all other families; both as
      known at the end of their week. Null where there are none by definition.
    - `rain_mm`: rain of the week at the grid's gauges; null where no gauge reports.
    - `holidays`: share of days that are public holidays, for each week and `CALENDAR_WEEKS` more,
      which a calendar knows ahead; null where the county has no calendar.
    """

    places: Places
    first_day: date
    history: Counts
    outcomes: Counts
    lesser: Counts | None = None
    others: Counts | None = None
    rain_mm: Counts | None = None
    holidays: Floats | None = None

    @property
    def week_count(self) -> int:
        """Whole weeks of history."""
        return len(self.history)

    def day_of(self, week: int) -> date:
        """First day of a week; of `week_count`, the day the forecast begins."""
        return self.first_day + timedelta(days=WEEK_DAYS * week)

    def until(self, week: int) -> "Panel":
        """What was there on the first day of a week."""
        calendar = None if self.holidays is None else self.holidays[: week + CALENDAR_WEEKS]
        return replace(
            self,
            history=self.history[:week],
            outcomes=self.outcomes[:week],
            lesser=None if self.lesser is None else self.lesser[:week],
            others=None if self.others is None else self.others[:week],
            rain_mm=None if self.rain_mm is None else self.rain_mm[:week],
            holidays=calendar,
        )


def neighbour_weights(x_m: Floats, y_m: Floats, count: int) -> sparse.csr_matrix:
    """Weights of the grids around each grid, the nearest most; rows sum to 1.

    A Gaussian of the distance whose width is the distance to the `count`-th neighbour, cut off at
    four times as many: a neighbourhood is as wide as grids are there, so small city grids and large
    mountain ones have as many neighbours. A grid alone in its county has none.
    """
    grid_count = len(x_m)
    asked = min(4 * count + 1, grid_count - 1)
    if asked < 1:
        return sparse.csr_matrix((grid_count, grid_count))
    points = np.column_stack([x_m, y_m])
    distances, columns = cKDTree(points).query(points, k=asked + 1)
    # Where grids share one point the grid itself is not always named first.
    is_self = columns == np.arange(grid_count)[:, None]
    is_self[~is_self.any(axis=1), -1] = True
    distances = distances[~is_self].reshape(grid_count, asked)
    columns = columns[~is_self].reshape(grid_count, asked)
    width = np.maximum(distances[:, [min(count, asked) - 1]], 1e-9)
    weights = np.exp(-0.5 * (distances / width) ** 2)
    if asked == 4 * count + 1:
        # Grids as far as the first one beyond are out too: of a ring, all or none.
        is_beyond = distances >= distances[:, [-1]] * (1 - 1e-9)
        weights[is_beyond & (distances > width)] = 0.0
    weights /= weights.sum(axis=1, keepdims=True)
    rows = np.repeat(np.arange(grid_count), asked)
    found = sparse.csr_matrix(
        (weights.ravel(), (rows, columns.ravel())), shape=(grid_count, grid_count)
    )
    found.eliminate_zeros()
    return found


def horizon_sums(counts: Counts, weeks: int) -> Floats:
    """Cases from each week on, over so many weeks: one row less than that many fewer."""
    total = np.cumsum(counts, axis=0, dtype=np.float64)
    total = np.concatenate([np.zeros((1, counts.shape[1])), total])
    return np.asarray(total[weeks:] - total[:-weeks])
