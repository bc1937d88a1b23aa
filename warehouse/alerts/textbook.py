"""What EARS and Farrington say of the day an alert was raised: a second opinion beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from warehouse.alerts.counts import Counts
from warehouse.alerts.ears import Method, ears_limits
from warehouse.alerts.farrington import FarringtonOptions, farrington_limits
from warehouse.alerts.poisson_glm import Numbers

WEEK = 7
WEEKS_A_YEAR = 52
MOST_YEARS = 5
METHODS: tuple[Method, ...] = ("C1", "C2", "C3")
REACH_DAYS = 14
"""Days up to and with the one judged that EARS looks at, the longest baseline included."""


@dataclass(frozen=True)
class Opinion:
    """Whether each method alarms; null where it has no limit."""

    ears: dict[Method, bool | None]
    farrington: bool | None


def opinions(counts: Counts | Numbers, day: int) -> list[Opinion]:
    """What the methods say of one day of several series, by what was known then.

    EARS judges the day; Farrington the seven days that end with it, against weeks that end on the
    same weekday.

    Args:
        counts: days × series.
        day: row judged.
    """
    seen = np.asarray(counts[: day + 1], dtype=np.float64)
    recent = seen[-REACH_DAYS:]
    limits = {method: ears_limits(recent, method)[-1] for method in METHODS}
    farrington = _farrington(seen)
    return [
        Opinion(
            ears={
                method: None if np.isnan(limit[one]) else bool(seen[-1, one] > limit[one])
                for method, limit in limits.items()
            },
            farrington=farrington[one],
        )
        for one in range(seen.shape[1])
    ]


def _farrington(seen: Numbers) -> Sequence[bool | None]:
    weeks = len(seen) // WEEK
    options = FarringtonOptions()
    years = min(MOST_YEARS, (weeks - 1 - options.half_width) // WEEKS_A_YEAR)
    if years < 1:
        return [None] * seen.shape[1]
    by_week = seen[len(seen) - weeks * WEEK :].reshape(weeks, WEEK, -1).sum(axis=1)
    found = farrington_limits(by_week.astype(np.int64), weeks - 1, FarringtonOptions(years=years))
    return [bool(one) for one in found.is_alarm]
