"""When, what and where cases of the sample happen: probabilities, no cases yet."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from etl.sample.boundaries import SampleCounty
from etl.sample.case_kinds import CASE_KINDS, SILENT_DATASET, Dataset
from etl.sample.places import FOLDER
from etl.sample.types import Bools, Floats, Ints

FIRST_DAY = date(2023, 11, 1)
LAST_DAY = date(2026, 11, 15)
DAYS = (LAST_DAY - FIRST_DAY).days + 1
GROWTH_PER_YEAR = 0.10
WEEKDAYS = (1.12, 1.08, 1.05, 1.03, 1.06, 0.86, 0.80)
SPRING_FESTIVAL, OTHER_HOLIDAY, MAKE_UP_DAY = 0.45, 0.78, 1.02
SILENCE = (date(2026, 9, 14), date(2026, 9, 20))
"""First and last day of the week of which one department delivered nothing at all."""

# Days off and make-up working days as the State Council announced them. They shape invented
# counts only; working time is reckoned with the warehouse's own calendar.
SPRING_FESTIVALS = (
    (date(2024, 2, 10), date(2024, 2, 17)),
    (date(2025, 1, 28), date(2025, 2, 4)),
    (date(2026, 2, 15), date(2026, 2, 23)),
)
HOLIDAYS = (
    (date(2023, 12, 30), date(2024, 1, 1)), (date(2024, 4, 4), date(2024, 4, 6)),
    (date(2024, 5, 1), date(2024, 5, 5)), (date(2024, 6, 8), date(2024, 6, 10)),
    (date(2024, 9, 15), date(2024, 9, 17)), (date(2024, 10, 1), date(2024, 10, 7)),
    (date(2025, 1, 1), date(2025, 1, 1)), (date(2025, 4, 4), date(2025, 4, 6)),
    (date(2025, 5, 1), date(2025, 5, 5)), (date(2025, 5, 31), date(2025, 6, 2)),
    (date(2025, 10, 1), date(2025, 10, 8)), (date(2026, 1, 1), date(2026, 1, 3)),
    (date(2026, 4, 4), date(2026, 4, 6)), (date(2026, 5, 1), date(2026, 5, 5)),
    (date(2026, 6, 19), date(2026, 6, 21)), (date(2026, 9, 25), date(2026, 9, 27)),
    (date(2026, 10, 1), date(2026, 10, 7)),
)  # fmt: skip
MAKE_UP_DAYS = (
    date(2024, 2, 4), date(2024, 2, 18), date(2024, 4, 7), date(2024, 4, 28), date(2024, 5, 11),
    date(2024, 9, 14), date(2024, 9, 29), date(2024, 10, 12), date(2025, 1, 26), date(2025, 2, 8),
    date(2025, 4, 27), date(2025, 9, 28), date(2025, 10, 11), date(2026, 1, 4), date(2026, 2, 14),
    date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10),
)  # fmt: skip

# Relative counts of the 24 hours, on working days and on days off.
HOURS = {
    "day": (
        (1, 1, 1, 1, 1, 2, 5, 12, 20, 22, 20, 16, 10, 12, 18, 20, 18, 15, 10, 7, 5, 4, 3, 2),
        (1, 1, 1, 1, 1, 2, 4, 8, 13, 17, 17, 14, 11, 12, 15, 16, 15, 12, 9, 7, 5, 4, 3, 2),
    ),
    "rush": (
        (1, 1, 1, 1, 1, 3, 10, 28, 30, 15, 11, 11, 12, 10, 11, 12, 15, 29, 27, 13, 8, 6, 4, 2),
        (2, 1, 1, 1, 1, 2, 4, 8, 12, 15, 17, 16, 13, 13, 15, 16, 17, 18, 17, 13, 9, 7, 5, 3),
    ),
    "evening": (
        (2, 1, 1, 1, 1, 2, 6, 10, 12, 11, 11, 13, 12, 10, 11, 12, 14, 20, 25, 26, 22, 16, 9, 4),
        (3, 2, 1, 1, 1, 2, 4, 7, 10, 12, 13, 15, 13, 12, 13, 14, 16, 20, 25, 27, 24, 18, 11, 5),
    ),
    "night": (
        (14, 9, 5, 3, 2, 3, 5, 7, 7, 6, 6, 7, 9, 8, 6, 6, 7, 10, 13, 17, 23, 28, 27, 21),
        (18, 13, 7, 4, 2, 3, 4, 5, 6, 6, 7, 8, 10, 9, 7, 7, 8, 10, 13, 18, 25, 31, 31, 25),
    ),
}
PROFILES = tuple(HOURS)

# A market street, a bar street, a tip, a school gate, a site: category, times the usual, places.
HOT_SPOTS = (
    ("4301810501", 20.0, 2),
    ("4301810901", 16.0, 2),
    ("4301810101", 12.0, 2),
    ("4301810502", 15.0, 1),
    ("4301810301", 12.0, 1),
    ("4301810801", 10.0, 1),
)


@dataclass(frozen=True)
class Rhythm:
    """Cumulated probabilities of one dataset, each row lifted by its number for `pick`."""

    categories: pl.DataFrame
    """Rows of `categories.csv` of the dataset, in code order."""
    day_weights: Floats
    """Share of the cases on each day of the period."""
    is_day_off: Bools
    category_of_day: Floats
    site_of_category: Floats
    hour_of_profile: Floats
    """Rows: profile × 2 + day off."""
    hot: Bools
    """category × site: a chronic hot spot."""


def make_rhythm(county: SampleCounty, dataset: Dataset, seed: int) -> Rhythm:
    """Probabilities of a dataset's cases in a county."""
    rng = np.random.default_rng([seed, 2, CASE_KINDS[dataset].stream])
    categories = read_categories().filter(pl.col("dataset") == dataset)
    days = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
    is_day_off = np.array([_is_day_off(day) for day in days])
    day_weights = _day_weights(days, rng)
    if dataset == SILENT_DATASET:
        day_weights[[SILENCE[0] <= day <= SILENCE[1] for day in days]] = 0
        day_weights /= day_weights.sum()
    sites, hot = _site_weights(county, categories, rng)
    hours = [row for profile in PROFILES for row in HOURS[profile]]
    return Rhythm(
        categories=categories,
        day_weights=day_weights,
        is_day_off=is_day_off,
        category_of_day=_lifted(_category_weights(days, categories)),
        site_of_category=_lifted(sites),
        hour_of_profile=_lifted(np.array(hours, dtype=float)),
        hot=hot,
    )


def read_categories() -> pl.DataFrame:
    """How the sample's categories behave; names are the warehouse's seed `categories`."""
    return pl.read_csv(
        FOLDER / "categories.csv", schema_overrides={"category_code": pl.String}
    ).sort("category_code")


def pick(lifted: Floats, row: Ints, rng: np.random.Generator) -> Ints:
    """Draw a column for each given row of a table of cumulated probabilities."""
    columns = lifted.shape[1]
    drawn = np.searchsorted(lifted.ravel(), row + rng.random(len(row)), side="right")
    return np.asarray(np.minimum(drawn - row * columns, columns - 1), dtype=np.int64)


def _lifted(weights: Floats) -> Floats:
    cumulated = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    return np.asarray(cumulated + np.arange(len(weights))[:, None])


def _is_day_off(day: date) -> bool:
    if day in MAKE_UP_DAYS:
        return False
    free = any(first <= day <= last for first, last in (*SPRING_FESTIVALS, *HOLIDAYS))
    return free or day.isoweekday() >= 6


def _day_weights(days: list[date], rng: np.random.Generator) -> Floats:
    weights = rng.lognormal(0, 0.07, len(days))
    for number, day in enumerate(days):
        if any(first <= day <= last for first, last in SPRING_FESTIVALS):
            usual = SPRING_FESTIVAL
        elif any(first <= day <= last for first, last in HOLIDAYS):
            usual = OTHER_HOLIDAY
        elif day in MAKE_UP_DAYS:
            usual = MAKE_UP_DAY
        else:
            usual = WEEKDAYS[day.weekday()]
        summer = 1 + 0.08 * np.cos(2 * np.pi * (day.timetuple().tm_yday - 200) / 365.25)
        weights[number] *= usual * summer * (1 + GROWTH_PER_YEAR) ** (number / 365.25)
    return np.asarray(weights / weights.sum())


def _category_weights(days: list[date], categories: pl.DataFrame) -> Floats:
    """Day × category: the usual mix, moved by each category's season."""
    day_of_year = np.array([day.timetuple().tm_yday for day in days])[:, None]
    peak = (categories["peak_month"].to_numpy()[None, :] - 0.5) * 30.4
    season = categories["season"].to_numpy()[None, :]
    wave = 1 + season * np.cos(2 * np.pi * (day_of_year - peak) / 365.25)
    return np.asarray(categories["weight"].to_numpy()[None, :] * wave)


def _site_weights(
    county: SampleCounty, categories: pl.DataFrame, rng: np.random.Generator
) -> tuple[Floats, Bools]:
    """Category × site: residents, town or country, chance, and the chronic hot spots."""
    grids = county.grids[county.sites]
    urban_towns = county.places.towns.filter(pl.col("is_urban"))["town_code"]
    urban = grids["town_code"].is_in(urban_towns.implode()).to_numpy()
    people = grids["population"].to_numpy().astype(float)
    urban_factor = categories["urban_factor"].to_numpy()[:, None]
    weights = people * np.where(urban, urban_factor, 1.0)
    weights *= rng.lognormal(0, 0.35, len(people)) * rng.lognormal(0, 0.3, weights.shape)
    hot = np.zeros(weights.shape, dtype=bool)
    codes = categories["category_code"].to_list()
    for code, factor, places in HOT_SPOTS:
        chosen = rng.choice(np.flatnonzero(urban), places, replace=False)
        if code in codes:
            row = codes.index(code)
            hot[row, chosen] = True
            weights[row, chosen] = factor * np.median(weights[row, urban])
    return weights, hot
