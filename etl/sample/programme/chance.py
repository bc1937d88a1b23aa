"""Chances that come out as stated even in a small sample, and the programme's progress."""

from datetime import date

import numpy as np

from etl.sample.timeline import AS_OF, DAY, PROGRAMME_START, START, seconds_of
from etl.sample.types import Floats, Ints

STEPS = (2.0, 3.0, 5.0, 7.0, 13.0, 21.0, 29.0)
"""Their roots are far from every fraction of small numbers."""
RAMP_DAYS = 300
YEARS = (AS_OF - START) / DAY / 365.25


def even(count: int, rng: np.random.Generator) -> Floats:
    """Numbers in [0, 1), spread evenly over every stretch of rows: multiples of an irrational
    number, which one and from where by chance.

    A share drawn with them holds to about one row in every stretch, so that a year of rows in
    order of time shows the share that was meant, even of a few dozen rows.
    """
    step = np.sqrt(STEPS[int(rng.integers(len(STEPS)))])
    return np.asarray((rng.random() + step * np.arange(count)) % 1.0)


def progress(
    seconds: Floats, *, start: date | Floats = PROGRAMME_START, ramp_days: float = RAMP_DAYS
) -> Floats:
    """0 before the programme's start, 1 after its ramp."""
    begin = seconds_of(start) if isinstance(start, date) else start
    return np.clip((seconds - begin) / DAY / ramp_days, 0, 1)


def moving(before: float, after: float, share: Floats) -> Floats:
    """A value on its way from before to after."""
    return np.asarray(before + (after - before) * share)


def choose(shares: dict[str, float], luck: Floats) -> Ints:
    """Row number of the option that each number in [0, 1) stands for."""
    edges = np.cumsum(list(shares.values()))
    return np.asarray(np.searchsorted(edges[:-1] / edges[-1], luck, side="right"))


def repeat_each(counts: Ints) -> tuple[Ints, Ints]:
    """Row of the owner and number from 0 of each of its items, for owners with so many items."""
    owner = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    return owner, np.arange(len(owner)) - first[owner]


def day_of(seconds: Floats) -> Floats:
    """Start of the day of each time."""
    return np.asarray(np.floor(seconds / DAY) * DAY)
