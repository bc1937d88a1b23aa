"""What a KPI was recomputed from, and its values by any slices.

Every shape holds rows with `grid_code`, `community_code`, `town_code`, the codes of other slices
where it has them, and `is_left_out` (null is never a flag).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import polars as pl

from tests.support.recomputed.aggregates import (
    durations,
    rates,
    share,
    stocks,
    sums,
    with_wilson,
)

KEYS = {
    "month": "period_start_date",
    "grid": "area_code",
    "community": "area_code",
    "town": "area_code",
    "department": "department_code",
    "category": "category_code",
    "channel": "channel_code",
    "stage": "stage_code",
}
"""Slice → column of an answer that names it."""


@dataclass(frozen=True)
class Span:
    """Days asked about, both in it."""

    first: date
    last: date

    def last_days(self, by: Sequence[str]) -> list[date]:
        """Last days of its periods, the last one cut."""
        days = [self.last]
        while "month" in by and days[-1].replace(day=1) > self.first:
            days.append(days[-1].replace(day=1) - timedelta(days=1))
        return sorted(days)

    @property
    def month_ends(self) -> pl.DataFrame:
        """Last days of its months, in `day`."""
        return pl.DataFrame({"day": self.last_days(["month"])})

    @property
    def days(self) -> pl.DataFrame:
        """All of them, in `day`."""
        return pl.DataFrame({"day": pl.date_range(self.first, self.last, eager=True)})


class Shape(Protocol):
    """Rows of a KPI that can be counted by slices."""

    @property
    def rows(self) -> pl.DataFrame:
        """What is counted."""

    def answer(self, by: Sequence[str], span: Span) -> pl.DataFrame:
        """One row per slice that has any rows."""


def keys(by: Sequence[str]) -> list[str]:
    """Columns that name a slice."""
    return [KEYS[name] for name in by]


def sliced(rows: pl.DataFrame, by: Sequence[str], *, day: str | None = "day") -> pl.DataFrame:
    """Rows with the columns that name their slice."""
    level = next((name for name in by if KEYS[name] == "area_code"), None)
    if level:
        rows = rows.with_columns(area_code=pl.col(f"{level}_code"))
    return rows.with_columns(period_start_date=pl.col(day).dt.truncate("1mo")) if day else rows


def within(rows: pl.DataFrame, span: Span, day: str = "day") -> pl.DataFrame:
    """Rows of the span's days."""
    return rows.filter(pl.col(day).is_between(span.first, span.last))


@dataclass(frozen=True)
class Rate:
    """Share of rows `is_met` among `is_due` by `day`; see `aggregates.rates`."""

    rows: pl.DataFrame

    def answer(self, by: Sequence[str], span: Span) -> pl.DataFrame:
        return rates(sliced(within(self.rows, span), by), keys(by))


@dataclass(frozen=True)
class Sum:
    """Sum of `above` by `day`, or its ratio to the sum of `below`."""

    rows: pl.DataFrame

    def answer(self, by: Sequence[str], span: Span) -> pl.DataFrame:
        return sums(sliced(within(self.rows, span), by), keys(by))


@dataclass(frozen=True)
class Duration:
    """Quantile, or mean for none, of `measure` by `day`."""

    rows: pl.DataFrame
    quantile: float | None

    def answer(self, by: Sequence[str], span: Span) -> pl.DataFrame:
        rows = sliced(within(self.rows, span), by)
        return durations(rows, keys(by), quantile=self.quantile)


@dataclass(frozen=True)
class Stock:
    """Rows that came by `reported_date` and have not left at the end of a period."""

    rows: pl.DataFrame

    def answer(self, by: Sequence[str], span: Span) -> pl.DataFrame:
        rows = sliced(self.rows, by, day=None)
        codes = [name for name in keys(by) if name != "period_start_date"]
        found = stocks(rows, codes, days=span.last_days(by))
        return found.with_columns(
            numerator=pl.col("value"), period_start_date=pl.col("last_day").dt.truncate("1mo")
        )


@dataclass(frozen=True)
class PerHead:
    """Rows of `day` per so many residents of the slice's area at the period's end."""

    rows: pl.DataFrame
    residents: pl.DataFrame
    """`area_level`, `area_code`, `first`, `last`, `population`."""
    per: float

    def answer(self, by: Sequence[str], span: Span) -> pl.DataFrame:
        kept = ~pl.col("is_left_out")
        counted = (
            sliced(within(self.rows, span), by)
            .group_by(keys(by) or [pl.lit("all").alias("everything")])
            .agg(
                kept.sum().cast(pl.Float64).alias("numerator"),
                pl.col("is_left_out").sum().cast(pl.Int64).alias("excluded_count"),
            )
        )
        if "month" not in by:
            counted = counted.with_columns(last_day=pl.lit(span.last))
        else:
            ends = pl.DataFrame({"last_day": span.last_days(by)}).with_columns(
                period_start_date=pl.col("last_day").dt.truncate("1mo")
            )
            counted = counted.join(ends, on="period_start_date")
        level = next((name for name in by if KEYS[name] == "area_code"), "county")
        people = self.residents.filter(pl.col("area_level") == level)
        if level == "county":
            people = people.drop("area_code").join(counted.select("last_day").unique(), how="cross")
            on = ["last_day"]
        else:
            people = people.join(counted.select("last_day").unique(), how="cross")
            on = ["last_day", "area_code"]
        people = people.filter(pl.col("last_day").is_between("first", "last"))
        joined = counted.join(
            people.select(*on, denominator=pl.col("population")), on=on, how="left"
        )
        # Python divides correctly rounded; a column over a constant is multiplied by its inverse.
        values = [
            above * self.per / below if below else None
            for above, below in joined.select("numerator", "denominator").iter_rows()
        ]
        return joined.with_columns(pl.Series("value", values, pl.Float64))


@dataclass(frozen=True)
class States:
    """Share of keys `is_met` among `is_due` by day: one row per `day` and state of a `key`.

    Keys are counted once a slice and day, met when any of their rows is; days are those at the end
    of a period, or all of them, added up.
    """

    rows: pl.DataFrame
    is_every_day: bool

    def answer(self, by: Sequence[str], span: Span) -> pl.DataFrame:
        rows = sliced(within(self.rows, span), by)
        if not self.is_every_day:
            rows = rows.filter(pl.col("day").is_in(span.last_days(by)))
        codes = keys(by)
        due = pl.col("is_due") & ~pl.col("is_left_out")
        counted = (
            rows.group_by(*codes, "day", "key")
            .agg(
                is_met=(due & pl.col("is_met")).any(),
                is_due=due.any(),
                is_left_out=pl.col("is_left_out").any(),
                is_waiting=(pl.col("is_waiting") & ~pl.col("is_left_out")).any(),
            )
            .group_by(codes or [pl.lit("all").alias("everything")])
            .agg(
                pl.col("is_met").sum().cast(pl.Float64).alias("numerator"),
                pl.col("is_due").sum().cast(pl.Int64).alias("denominator"),
                pl.col("is_left_out").sum().cast(pl.Int64).alias("excluded_count"),
                pl.col("is_waiting").sum().cast(pl.Int64).alias("not_yet_due_count"),
            )
            .with_columns(value=share("numerator", "denominator"))
        )
        return counted if self.is_every_day else with_wilson(counted)


@dataclass(frozen=True)
class Reach:
    """Share of the keys with any of their days in a period that were reached in it.

    A key counts in each slice it has days in, and is reached there when it was reached there.
    """

    rows: pl.DataFrame
    """One row per `day` and `key` that counts on it."""
    reached: pl.DataFrame
    """One row per `day` and `key` reached on it."""

    def answer(self, by: Sequence[str], span: Span) -> pl.DataFrame:
        codes = keys(by)
        held = sliced(within(self.rows, span), by).select(*codes, "key").unique()
        reached = sliced(within(self.reached, span), by).select(*codes, "key").unique()
        met = held.join(
            reached.with_columns(is_met=True), on=[*codes, "key"], how="left", nulls_equal=True
        )
        counted = (
            met.group_by(codes or [pl.lit("all").alias("everything")])
            .agg(
                pl.col("is_met").fill_null(value=False).sum().cast(pl.Float64).alias("numerator"),
                pl.len().cast(pl.Int64).alias("denominator"),
            )
            .with_columns(value=share("numerator", "denominator"))
        )
        return with_wilson(counted)


@dataclass(frozen=True)
class Share:
    """Sum of `above` in a slice over that of all values of the slice `whole`."""

    rows: pl.DataFrame
    whole: str

    def answer(self, by: Sequence[str], span: Span) -> pl.DataFrame:
        codes = keys(by)
        others = [name for name in codes if name != KEYS[self.whole]]
        everything = pl.lit("all").alias("everything")
        parts = sums(sliced(within(self.rows, span), by), codes).with_columns(everything)
        wholes = sums(sliced(within(self.rows, span), by), others).with_columns(everything)
        wholes = wholes.select(*others, "everything", denominator="numerator")
        return parts.join(wholes, on=[*others, "everything"], nulls_equal=True).with_columns(
            value=share("numerator", "denominator")
        )


@dataclass(frozen=True)
class Part:
    """One of the values a score is made of."""

    shape: Shape
    weight: float
    points: pl.Expr
    """What `value` of the part counts before its weight; null where it counts nothing."""


@dataclass(frozen=True)
class Score:
    """Weighted points of several values of the same slice; null where any of them is."""

    parts: Sequence[Part]
    out_of: float
    slices: Sequence[str]
    """Columns that name slices which all of its parts have."""
    since: date = date.min
    """First day on whose period it is defined."""

    @property
    def rows(self) -> pl.DataFrame:
        return self.parts[0].shape.rows.select(self.slices)

    def answer(self, by: Sequence[str], span: Span) -> pl.DataFrame:
        everything = pl.lit("all").alias("everything")
        codes = [*keys(by), "everything"]
        found: pl.DataFrame | None = None
        for number, part in enumerate(self.parts):
            answer = part.shape.answer(by, span)
            points = answer.drop("everything", strict=False).select(
                *keys(by), everything, (part.points * part.weight).alias(f"part_{number}")
            )
            found = (
                points
                if found is None
                else found.join(points, on=codes, how="inner", nulls_equal=True)
            )
        assert found is not None
        names = [f"part_{number}" for number in range(len(self.parts))]
        scored = found.drop_nulls(names).with_columns(value=pl.sum_horizontal(names) * self.out_of)
        if "month" in by:
            scored = scored.filter(pl.col("period_start_date").dt.month_end() >= self.since)
        return scored.select(*keys(by), "value")
