"""The test bed of early alerts: days of the sample's county, outbreaks planted, what is found.

A county is drawn by the sample generator's own law (`etl.sample.rhythm`: weekdays, holidays,
seasons, growth, one department's silent week, hot spots, day-to-day noise), without the cases'
lives and without polygons: grids are only their residents here. What was to be expected of a
series on a day is therefore known, and +100 % means exactly that.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from etl.sample.case_kinds import CASE_KINDS
from etl.sample.places import COUNTY_CODE, read_places
from etl.sample.rhythm import (
    DAYS,
    FIRST_DAY,
    HOLIDAYS,
    MAKE_UP_DAYS,
    SPRING_FESTIVALS,
    make_rhythm,
    pick,
)
from etl.sample.scales import CASES
from warehouse.alerts.counts import DailyCounts
from warehouse.alerts.detect import detect
from warehouse.case_kinds import ALL, NO_FAMILY
from warehouse.project import project_folder

PEOPLE_A_GRID = 460
OUTBREAK_DAYS = 14
QUARTER_DAYS = 91
QUIET_DAYS = 7


@dataclass(frozen=True)
class Trial:
    """A county and what is true of it.

    Attributes:
        truth: expected cases, days × towns × categories.
    """

    counts: DailyCounts
    truth: NDArray[np.float64]


@dataclass(frozen=True)
class Outbreak:
    """+100 % of a town's family (or of all its cases), from a day on."""

    town: int
    family: int | None
    first_day: int
    expected_a_day: float
    extra: NDArray[np.int64]
    """Cases added, days × categories."""


def sample_trial(
    seed: int, *, cases: int = CASES["county"], people_a_grid: int = PEOPLE_A_GRID
) -> Trial:
    """Draw a county."""
    rng = np.random.default_rng([seed, 77])
    county = _county(rng, people_a_grid)
    towns = county.places.towns["town_code"].to_list()
    family_of = _family_of_category()
    categories, families = sorted(family_of), tuple(sorted(set(family_of.values())))
    site_town = np.array([towns.index(code) for code in county.grids["town_code"]])
    town = np.zeros((DAYS, len(towns), len(categories)), dtype=np.int32)
    grid = np.zeros((DAYS, len(site_town)), dtype=np.int32)
    truth = np.zeros(town.shape)
    for dataset, kind in CASE_KINDS.items():
        rhythm = make_rhythm(county, dataset, seed)
        per_day = rng.multinomial(round(cases * kind.share), rhythm.day_weights)
        day = np.repeat(np.arange(DAYS), per_day)
        category = pick(rhythm.category_of_day, day, rng)
        site = pick(rhythm.site_of_category, category, rng)
        places = np.array([categories.index(one) for one in rhythm.categories["category_code"]])
        np.add.at(town, (day, site_town[site], places[category]), 1)
        np.add.at(grid, (day, site), 1)
        daily = cases * kind.share * rhythm.day_weights[:, None] * _shares(rhythm.category_of_day)
        of_town = _shares(rhythm.site_of_category) @ np.eye(len(towns))[site_town]
        truth[:, :, places] = daily[:, None, :] * of_town.T
    counts = DailyCounts(
        county_code=COUNTY_CODE,
        first_date=FIRST_DAY,
        families=families,
        towns=tuple(towns),
        grids=tuple(county.grids["grid_code"]),
        county=town.sum(axis=1, dtype=np.int32),
        town=town,
        grid=grid,
        family=np.array([families.index(family_of[code]) for code in categories]),
        grid_town=site_town,
        day_types=tuple(_day_type(FIRST_DAY + timedelta(days=number)) for number in range(DAYS)),
    )
    return Trial(counts, truth)


def draw_outbreak(
    trial: Trial, rng: np.random.Generator, *, town: int, family: int | None, first_day: int
) -> Outbreak:
    """As many cases again, for a fortnight."""
    days = slice(first_day, first_day + OUTBREAK_DAYS)
    truth = trial.truth[days, town]
    if family is not None:
        truth = truth * (trial.counts.family == family)
    return Outbreak(town, family, first_day, float(truth.sum(axis=1).mean()), rng.poisson(truth))


def plant(counts: DailyCounts, outbreaks: Iterable[Outbreak]) -> DailyCounts:
    """The county with outbreaks; their cases lie in no grid, as grids are judged apart."""
    town, county = counts.town.copy(), counts.county.copy()
    for one in outbreaks:
        days = slice(one.first_day, one.first_day + OUTBREAK_DAYS)
        town[days, one.town] += one.extra
        county[days] += one.extra
    return replace(counts, town=town, county=county)


def days_to_find(
    counts: DailyCounts, alarms: pl.DataFrame, outbreaks: Iterable[Outbreak]
) -> list[int | None]:
    """Days until each outbreak alarms, its first day being 1; null when it never does.

    The family's own alarm counts, and that of all the town's cases. An outbreak whose series
    alarmed in the week before is left out (−1): it would be found by luck, or as a repeat.
    """
    found: list[int | None] = []
    for one in outbreaks:
        names = {ALL} if one.family is None else {counts.families[one.family], ALL}
        start = counts.date_of(one.first_day)
        days = alarms.filter(
            pl.col("area_level") == "town",
            pl.col("area_code") == counts.towns[one.town],
            pl.col("category_family").is_in(sorted(names)),
            pl.col("alarm_date") >= start - timedelta(days=QUIET_DAYS),
            pl.col("alarm_date") < start + timedelta(days=OUTBREAK_DAYS),
        )["alarm_date"]
        first: Any = days.min()
        if first is None:
            found.append(None)
        else:
            found.append((first - start).days + 1 if first >= start else -1)
    return found


def alarms_of(counts: DailyCounts, first_date: date) -> pl.DataFrame:
    """The product's alarms."""
    return detect(counts, first_date=first_date)


def episodes(days: Iterable[int], quiet: int = QUIET_DAYS) -> int:
    """How many alerts alarm days make, when one lasts until a week without an alarm."""
    number, last = 0, -quiet - 1
    for day in sorted(days):
        number += day - last > quiet
        last = day
    return number


def _county(rng: np.random.Generator, people_a_grid: int) -> Any:
    places = read_places()
    numbers = np.maximum(places.towns["population"].to_numpy() // people_a_grid, 8)
    town = np.repeat(np.arange(len(numbers)), numbers)
    people = places.towns["population"].to_numpy()[town] / numbers[town]
    codes = places.towns["town_code"].gather(town)
    grids = pl.DataFrame(
        {
            "grid_code": [f"{code[:9]}{place:06d}" for place, code in enumerate(codes)],
            "town_code": codes,
            "population": (people * rng.lognormal(0, 0.3, len(town))).round().astype(np.int64),
        }
    )
    return SimpleNamespace(places=places, grids=grids, sites=np.arange(grids.height))


def _family_of_category() -> dict[str, str]:
    seed = pl.read_csv(project_folder() / "seeds/categories.csv", infer_schema_length=0)
    rows = seed.filter(pl.col("county_code") == COUNTY_CODE)
    return {
        code: family or NO_FAMILY
        for code, family in rows.select("category_code", "category_family").iter_rows()
    }


def _shares(lifted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities behind a table that `pick` draws from."""
    cumulated = lifted - np.arange(len(lifted))[:, None]
    return np.diff(cumulated, axis=1, prepend=0)


def _day_type(day: date) -> str:
    if day in MAKE_UP_DAYS:
        return "make-up"
    if any(first <= day <= last for first, last in SPRING_FESTIVALS):
        return "春节"
    for first, last in HOLIDAYS:
        if first <= day <= last:
            return f"holiday of month {first.month}"
    return str(day.isoweekday())
