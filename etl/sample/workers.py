"""Who looks after each grid: assignments over time, and ever more party members among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import cycle

import numpy as np
import polars as pl

from etl.sample.boundaries import FIRST_DAY_AFTER_SPLIT, LAST_DAY_BEFORE_SPLIT, SampleCounty
from etl.sample.programme import Table
from etl.sample.reporters import Reporters
from etl.sample.rhythm import LAST_DAY
from etl.sample.timeline import PROGRAMME_START

HIRED_BEFORE_SHARE = 0.83
"""Share of the grids that had a worker before the programme."""
EARLIEST = date(2023, 1, 1)
PARTY_SHARE_BEFORE = 0.42
PARTY_SHARE_HIRED = 0.8
MEAN_YEARS = 5.0
LONGEST_GAP_DAYS = 20
WITHOUT_WORKER_SHARE, WITHOUT_PARTY_SHARE = 0.002, 0.02
JOINING_DAYS = 640
FULL_TIME_SHARE = 0.7


@dataclass(frozen=True)
class _Assignment:
    """One person on one site; `person` is a row of the reporters, `last` null while it lasts."""

    person: int
    first: date
    last: date | None
    is_party_member: bool
    role_code: str


def grid_workers(county: SampleCounty, reporters: Reporters, *, seed: int) -> Table:
    """Assignments to every grid: workers change every few years, one follows another.

    Since the programme began every grid gets one, and where the worker is no party member, a
    member joins as a second one.
    """
    rng = np.random.default_rng([seed, 8])
    sites = len(county.sites)
    people = reporters.at(np.arange(sites).repeat(12), rng).reshape(-1, 12)
    vacant = set(rng.permutation(sites)[: max(1, round(sites * WITHOUT_WORKER_SHARE))].tolist())
    rows = [
        {
            "person": one.person,
            "grid_code": grid,
            "role_code": one.role_code,
            "is_party_member": one.is_party_member,
            "assigned_from_date": first,
            "assigned_to_date": last,
            "updated_at": _written(last or first),
        }
        for site in range(sites)
        for one in _assignments(people[site].tolist(), is_vacant=site in vacant, rng=rng)
        for grid, first, last in _on_grids(county, site, one.first, one.last)
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    known = reporters.people[frame["person"].to_numpy()]
    number = frame["person"].rank("dense").cast(pl.String).str.zfill(6)
    return Table.of(
        "grid_workers",
        frame.with_columns(
            ("GW" + number).alias("worker_code"),
            known["resident_name"].alias("worker_name"),
            known["phone"].alias("phone"),
        ),
    )


def _assignments(
    people: list[int], *, is_vacant: bool, rng: np.random.Generator
) -> Iterator[_Assignment]:
    """Who works on a site, in order of time; a vacant one has lost its worker of late."""
    spare = cycle(dict.fromkeys(people))
    first = EARLIEST + timedelta(days=int(rng.integers(0, 200)))
    if rng.random() > HIRED_BEFORE_SHARE:
        first = PROGRAMME_START + timedelta(days=int(rng.integers(0, 300)))
    stays_alone = rng.random() < WITHOUT_PARTY_SHARE
    while first <= LAST_DAY:
        share = PARTY_SHARE_HIRED if first >= PROGRAMME_START else PARTY_SHARE_BEFORE
        is_member = bool(rng.random() < share)
        end = first + timedelta(days=60 + int(rng.exponential(MEAN_YEARS * 365)))
        last: date | None = end
        gap = timedelta(days=1 + int(rng.integers(0, LONGEST_GAP_DAYS)))
        if end + gap > LAST_DAY:
            ended = LAST_DAY - timedelta(days=int(rng.integers(5, 40)))
            last = max(ended, first) if is_vacant else None
        role = "full_time" if rng.random() < FULL_TIME_SHARE else "part_time"
        yield _Assignment(next(spare), first, last, is_member, role)
        wait = timedelta(days=int(rng.integers(20, JOINING_DAYS)))
        joined = max(first, PROGRAMME_START) + wait
        if not is_member and not stays_alone and joined < (last or LAST_DAY):
            yield _Assignment(next(spare), joined, last, True, "part_time")
        if end + gap > LAST_DAY:
            return
        first = end + gap


def _written(changed: date) -> datetime:
    """The morning after a change, at the latest the last morning of the period."""
    day = min(changed + timedelta(days=1), LAST_DAY)
    return datetime.combine(day, time(9))


def _on_grids(
    county: SampleCounty, site: int, first: date, last: date | None
) -> Iterator[tuple[str, date, date | None]]:
    """The assignment on the codes that the grid had: a split grid changes its code."""
    now, before = county.sites[site], county.before_split[site]
    codes = county.grids["grid_code"]
    if now == before or first >= FIRST_DAY_AFTER_SPLIT:
        yield codes[int(now)], first, last
        return
    if last is not None and last < FIRST_DAY_AFTER_SPLIT:
        yield codes[int(before)], first, last
        return
    yield codes[int(before)], first, LAST_DAY_BEFORE_SPLIT
    yield codes[int(now)], FIRST_DAY_AFTER_SPLIT, last
