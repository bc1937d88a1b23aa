"""Persons in need on the roll: who joined and left by month, and how old they are today.

Counts that no KPI answers, made for the whole county only and cut by `small_counts`. A person in
several special groups is one person.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboards.context import Context
from dashboards.data.months import SPARK_MONTHS
from dashboards.data.small_counts import runs_to_show
from dashboards.periods import ONE_DAY, first_of_month

MOVES = """
    with spans as (
        select
            person_key,
            valid_from_date,
            valid_to_date,
            lag(valid_to_date) over persons as before_date,
            lead(valid_from_date) over persons as next_date,
            min(valid_from_date) over () as first_date
        from mart.fct_roll_persons
        where county_code = $1 and valid_from_date <= $2
        window persons as (partition by person_key order by valid_from_date)
    ),
    moves as (
        select valid_from_date as moved_date, 1 as joined, 0 as departed from spans
        where (before_date is null or before_date < valid_from_date)
        union all
        select valid_to_date, 0, 1 from spans
        where valid_to_date <= $2
            and (next_date is null or valid_to_date < next_date)
    )
    select
        month_date::date as month_date,
        coalesce(sum(joined), 0)::bigint as joined_count,
        coalesce(sum(departed), 0)::bigint as left_count
    from (
        select unnest(generate_series(
            greatest(date_trunc('month', min(first_date)) + interval 1 month, $3::date),
            date_trunc('month', $2::date),
            interval 1 month
        )) as month_date
        from spans
    ) as months
    left join moves on date_trunc('month', moved_date) = month_date
    group by all
    order by month_date
"""
"""The first month delivered is left out: who is on the roll then may have been there for long."""

AGES = """
    select age_band_code, count(distinct person_key) as person_count
    from mart.fct_roll_persons
    where county_code = $1 and valid_from_date <= $2
        and (valid_to_date is null or $2 < valid_to_date)
    group by all
"""


@dataclass(frozen=True)
class Moves:
    """Persons who joined and left the roll in one or several months.

    Attributes:
        first, last: days, both in it.
    """

    first: date
    last: date
    joined_count: int
    left_count: int

    @property
    def month_count(self) -> int:
        """Months taken together."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        return months + 1


@dataclass(frozen=True)
class Ages:
    """Persons of one age band, or of several neighbouring ones taken together."""

    codes: tuple[str, ...]
    person_count: int


def moves(context: Context, county_code: str) -> list[Moves]:
    """Who joined and left in the last two years, oldest first; empty where they are too few."""
    as_of = context.builds[county_code].as_of_date
    first = first_of_month(as_of, back=SPARK_MONTHS)
    return moves_to_show(context.people_sql(MOVES, county_code, as_of, first), as_of)


def moves_to_show(months: pl.DataFrame, as_of: date) -> list[Moves]:
    """Months as they may be shown.

    Args:
        months: one row a month without gaps: `month_date` (its first day), `joined_count`,
            `left_count`.
        as_of: last day of the last month.
    """
    counts = months.select("joined_count", "left_count").rows()
    starts = months["month_date"].to_list()
    ends = [*(start - ONE_DAY for start in starts[1:]), as_of]
    return [
        Moves(
            first=starts[run.start],
            last=ends[run.stop - 1],
            joined_count=sum(counts[place][0] for place in run),
            left_count=sum(counts[place][1] for place in run),
        )
        for run in runs_to_show(counts)
    ]


def ages(context: Context, county_code: str, bands: list[str]) -> list[Ages]:
    """Persons on the roll on the as-of day by age, youngest first.

    Args:
        bands: codes of the age bands in order.
    """
    as_of = context.builds[county_code].as_of_date
    rows = context.people_sql(AGES, county_code, as_of)
    return ages_to_show(dict(rows.iter_rows()), bands)


def ages_to_show(counts: dict[str | None, int], bands: list[str]) -> list[Ages]:
    """Age bands as they may be shown; a band of no list, and an unknown age, come last."""
    others = sorted(str(code or "") for code in counts if code not in bands)
    ordered = [*bands, *others]
    found = [counts.get(code, 0) if code else counts.get(None, 0) for code in ordered]
    return [
        Ages(tuple(ordered[place] for place in run), sum(found[place] for place in run))
        for run in runs_to_show([[count] for count in found])
    ]
