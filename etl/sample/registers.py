"""The rolls: residents, households, and the two editions of the division codes."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from etl.sample.people import People
from etl.sample.places import COUNTY_CODE, COUNTY_NAME, Places
from etl.sample.programme import Table
from etl.sample.rhythm import LAST_DAY

ROWS_PER_TABLE = 500_000
SPOILED_SHARE = 0.0004
LATE_SHARE = 0.001
CORRECTED_DAYS = 60
NO_POINT_SHARE = 0.01

EDITIONS = (date(2021, 12, 31), date(2022, 12, 31))
RECODED_TOWN = "430181125000"
FORMER_CODE = "430181202000"
"""What the recoded town was called by in the first edition."""


def residents(people: People, *, seed: int) -> Iterator[Table]:
    """The roll, and a later delivery: who left of late, and some who were entered late.

    Some numbers are wrong: a check character that does not fit, and digits lost in a spreadsheet.
    """
    rng = np.random.default_rng([seed, 9])
    changed = pl.coalesce("resident_to_date", "resident_from_date")
    roll = people.residents.with_columns(
        updated_at=pl.min_horizontal(
            changed.cast(pl.Datetime("us")) + pl.duration(hours=33),
            pl.lit(datetime.combine(LAST_DAY, datetime.min.time())),
        )
    )
    recent = LAST_DAY - timedelta(days=CORRECTED_DAYS)
    left, came = pl.col("resident_to_date"), pl.col("resident_from_date")
    left_of_late = roll.select((left > recent) & (left > came) & (came < recent)).to_series()
    again = left_of_late.fill_null(value=False).to_numpy()
    luck = rng.random(len(roll))
    late = ~again & (luck < LATE_SHARE)
    spoiled = ~again & (luck > 1 - SPOILED_SHARE)
    rows = rng.permutation(np.flatnonzero(spoiled))
    kinds = ("invalid_identity_number:id_number", "digits_lost:id_number")
    chosen = dict(zip(kinds, np.array_split(rows, len(kinds)), strict=True))
    planted = {kind: len(own) for kind, own in chosen.items()}
    every = np.arange(len(roll))
    wrong, lost = (pl.Series(np.isin(every, chosen[kind])) for kind in kinds)
    number = pl.col("id_number")
    other_check = pl.when(number.str.ends_with("1")).then(pl.lit("2")).otherwise(pl.lit("1"))
    entered = pl.col("resident_from_date").cast(pl.Datetime("us")) + pl.duration(hours=33)
    first = roll.with_columns(
        id_number=pl.when(wrong)
        .then(number.str.slice(0, 17) + other_check)
        .when(lost)
        .then(pl.format("{}.{}E+17", number.str.slice(0, 1), number.str.slice(1, 5)))
        .otherwise(number),
        resident_to_date=pl.when(~pl.Series(again)).then("resident_to_date"),
        leave_reason_code=pl.when(~pl.Series(again)).then("leave_reason_code"),
        updated_at=pl.when(pl.Series(again)).then(entered).otherwise("updated_at"),
    ).filter(~pl.Series(late))
    for place, part in enumerate(first.iter_slices(ROWS_PER_TABLE)):
        yield Table.of("residents", part, planted if place == 0 else {})
    yield Table.of("residents", roll.filter(pl.Series(again | late)), corrected=int(again.sum()))


def households(people: People, *, seed: int) -> Iterator[Table]:
    """Every household, some without a point."""
    rng = np.random.default_rng([seed, 10])
    located = pl.Series(rng.random(len(people.households)) >= NO_POINT_SHARE)
    frame = people.households.with_columns(
        longitude=pl.when(located).then("longitude"),
        latitude=pl.when(located).then("latitude"),
        updated_at=pl.coalesce("valid_to_date", "valid_from_date").cast(pl.Datetime("us")),
    )
    for part in frame.iter_slices(ROWS_PER_TABLE):
        yield Table.of("households", part)


def divisions(places: Places) -> Iterator[Table]:
    """County, towns and communities in two editions; one town had another code in the first."""
    towns = places.towns.select(
        division_code="town_code",
        division_name="town_name",
        division_level=pl.lit("town"),
        parent_code=pl.lit(f"{COUNTY_CODE}000000"),
    )
    communities = places.communities.select(
        division_code="community_code",
        division_name="community_name",
        division_level=pl.lit("community"),
        parent_code="town_code",
    )
    county = pl.DataFrame(
        {
            "division_code": [f"{COUNTY_CODE}000000"],
            "division_name": [COUNTY_NAME],
            "division_level": ["county"],
            "parent_code": ["430100000000"],
        }
    )
    listed = pl.concat([county, towns, communities])
    former, today = FORMER_CODE[:9], RECODED_TOWN[:9]
    recoded = listed.with_columns(
        pl.col("division_code", "parent_code").str.replace(f"^{today}", former)
    )
    for edition, frame in zip(EDITIONS, (recoded, listed), strict=True):
        yield Table.of(
            "divisions",
            frame.with_columns(
                edition_date=pl.lit(edition),
                standard_ref=pl.lit(f"示例区划({edition.year} 年版)"),
                updated_at=pl.lit(datetime(edition.year, 12, 31, 12)),  # noqa: DTZ001 - local time
            ),
        )
