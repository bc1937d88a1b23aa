"""Before and after the programme: an interrupted time series, with the plain comparison beside it.

The start is the first day of the county's targets in the catalogue. Every whole month with a value
counts; at least 8 on either side are needed. A programme is brought in step by step: the months of
its transition count neither as before nor as after, or a slow change would be taken for noise that
stays (Lopez Bernal et al. 2017, International Journal of Epidemiology 46, 348–355, on choosing the
shape of an effect before looking). They are the first half year unless said otherwise, a definition
of this product; the level is that of the first month after them. The fit is `segments.segmented`.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from warehouse.analysis.segments import Segments, segmented
from warehouse.analysis.trends import TRANSITION_MONTHS, whole_months
from warehouse.catalogue import Kpi, get_kpi, programme_start
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query import Question, answer
from warehouse.query.periods import add_months

LEAST_MONTHS = 8
"""On either side of the start; with fewer there is no judgement."""
LEAST_FOR_SEASON = 24
"""Months in all, below which the season cannot be told from the trend."""
FULL_YEAR = 12


@dataclass(frozen=True)
class Side:
    """All months of one side taken together, from their sums.

    Of what grows with the days `value` is the sum, so sides are compared `per_month`.
    """

    first: date
    end: date
    month_count: int
    value: float | None
    low: float | None
    high: float | None

    def per_month(self, amount: float) -> float:
        """What a sum over the side's months is a month."""
        return amount / self.month_count


@dataclass(frozen=True)
class Effect:
    """What can be said of a KPI before and after.

    Attributes:
        segments: null where there are too few months.
        has_season: whether the fit has a term for the month of the year.
        rows: one row per month: month, value (per day where it grows with the days), is_used, and
            fitted, counterfactual (null where not used).
    """

    kpi: Kpi
    start: date
    transition_months: int
    before: Side
    after: Side
    segments: Segments | None
    has_season: bool
    rows: pl.DataFrame


def effect(
    published: Published, question: Question, *, transition_months: int = TRANSITION_MONTHS
) -> Effect:
    """Judge a question without slices before and after the county's programme began.

    Raises:
        UsageError: as `answer`; a question with slices; no programme in this county; no value on
            one of the sides.
    """
    kpi = get_kpi(question.kpi_id)
    start = programme_start(question.county_code)
    if start is None:
        raise UsageError(
            f"{question.county_code}: 没有目标,无从得知项目起始日 / no target is set for this"
            " county, so the start of its programme is not known"
        )
    months = whole_months(published, question)
    change = add_months(start, transition_months)
    first = pl.col("period_start_date")
    sides = (months.filter(first < start), months.filter(first >= change))
    for side, when in zip(sides, ("之前 / before", "之后 / after"), strict=True):
        if side.is_empty():
            raise UsageError(f"{kpi.kpi_id}: {start} {when}: 无完整月份 / there is no whole month")
    used = pl.concat(sides)
    days = (pl.col("period_end_date") - first).dt.total_days()
    value = pl.col("value") / days if kpi.grows_with_days else pl.col("value")
    rows = months.select(
        first.alias("month"),
        value.alias("value"),
        ((first < start) | (first >= change)).alias("is_used"),
    )
    segments, has_season = None, len(used) >= LEAST_FOR_SEASON
    if min(len(side) for side in sides) >= LEAST_MONTHS:
        numbers = used.select(first.dt.year().cast(pl.Int64) * FULL_YEAR + first.dt.month())
        segments = segmented(
            used.select(value).to_series().to_numpy(),
            numbers.to_series().to_numpy(),
            change.year * FULL_YEAR + change.month,
            weights=_weights(used),
            has_season=has_season,
        )
        fits = used.select(first.alias("month")).with_columns(
            pl.Series("fitted", segments.fitted),
            pl.Series("counterfactual", segments.counterfactual),
        )
        rows = rows.join(fits, on="month", how="left", maintain_order="left")
    before, after = (_side(published, question, side) for side in sides)
    return Effect(kpi, start, transition_months, before, after, segments, has_season, rows)


def _weights(months: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]] | None:
    """Denominators, where every month has one."""
    sizes = months["denominator"]
    if sizes.null_count() or (sizes <= 0).any():
        return None
    return sizes.cast(pl.Float64).to_numpy()


def _side(published: Published, question: Question, months: pl.DataFrame) -> Side:
    first, end = months["period_start_date"][0], months["period_end_date"][-1]
    row = answer(published, replace(question, by=(), start=first, end=end)).row(0, named=True)
    return Side(first, end, len(months), row["value"], row["interval_low"], row["interval_high"])
