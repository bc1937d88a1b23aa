"""How good warnings were: how early, how often in vain, and how often missing.

Warnings in vain and lead times are the KPIs `false_warning_rate` and `warning_lead_time_median`,
asked like any other. What was missed has no warning to count and is counted by spells: hours in a
row in a town at which a colour's threshold was reached (`mart.fct_rain_spells`).
"""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from warehouse.published import Published
from warehouse.query import Question, answer
from warehouse.query.values import wilson

MISSED = """
    select
        spells.colour_code,
        count(*) as spell_count,
        count(*) filter (spells.is_missed) as missed_count
    from mart.fct_rain_spells as spells
    inner join ops.build as build on build.county_code = spells.county_code
    where spells.county_code = $county_code
    and cast(spells.reached_at at time zone build.time_zone as date) >= $first_day
    and cast(spells.reached_at at time zone build.time_zone as date) < $end_day
    group by grouping sets ((spells.colour_code), ())
"""

COLOURS = """
    select distinct colour_code, severity_number from mart.dim_rain_thresholds
"""

LATE = """
    select colour_code, count(*) as issued_count, count(*) filter (is_late) as late_count
    from mart.fct_warnings
    where county_code = $county_code
    and issued_date >= $first_day and issued_date < $end_day
    group by grouping sets ((colour_code), ())
"""


def measured(
    published: Published,
    county_code: str,
    *,
    start: date | None = None,
    end: date | None = None,
) -> pl.DataFrame:
    """How good the warnings of a period were, by colour.

    Args:
        start, end: first day and the day after the last, local; all there is without them.
            Warnings are put into it by the day they were issued, spells by their first hour.

    Returns:
        One row per colour from the mildest to the most severe, and one of all (colour_code null)
        last: issued_count; false_count and judged_count with false_ratio, false_low, false_high
        (95 %, Wilson); unknown_count (hours unobserved) and waiting_count (in force, nothing
        reached); reached_count and late_count (of them issued after the threshold);
        lead_minutes_median, lead_minutes_low, lead_minutes_high (95 %, order statistics);
        spell_count and missed_count with missed_ratio, missed_low, missed_high. A ratio of none is
        null.

    Raises:
        UsageError: no such county.
    """
    days = {
        "county_code": county_code,
        "first_day": start or date.min,
        "end_day": end or date.max,
    }
    false = _answers(published, "false_warning_rate", county_code, start, end).select(
        "colour_code",
        false_count=pl.col("numerator").cast(pl.Int64),
        judged_count=pl.col("denominator").cast(pl.Int64),
        false_ratio="value",
        false_low="interval_low",
        false_high="interval_high",
        unknown_count=pl.col("excluded_count").cast(pl.Int64),
        waiting_count=pl.col("not_yet_due_count").cast(pl.Int64),
    )
    lead = _answers(published, "warning_lead_time_median", county_code, start, end).select(
        "colour_code",
        reached_count=pl.col("denominator").cast(pl.Int64),
        lead_minutes_median="value",
        lead_minutes_low="interval_low",
        lead_minutes_high="interval_high",
    )
    colours = published.sql(COLOURS)
    every_colour = pl.DataFrame({"colour_code": [None], "severity_number": [None]}, colours.schema)
    frame = pl.concat([colours.sort("severity_number"), every_colour])
    for other in (
        published.sql(LATE, days),
        false,
        lead,
        _with_interval(published.sql(MISSED, days)),
    ):
        frame = frame.join(
            other, on="colour_code", how="left", maintain_order="left", nulls_equal=True
        )
    counts = [name for name in frame.columns if name.endswith("_count")]
    return frame.drop("severity_number").with_columns(pl.col(counts).fill_null(0).cast(pl.Int64))


def _answers(
    published: Published, kpi_id: str, county_code: str, start: date | None, end: date | None
) -> pl.DataFrame:
    """A KPI by colour and over all of them, colour_code in place of category_code."""
    every = Question(kpi_id, county_code, start=start, end=end)
    questions = (replace(every, by=("category",)), every)
    return pl.concat(answer(published, one) for one in questions).rename(
        {"category_code": "colour_code"}
    )


def _with_interval(spells: pl.DataFrame) -> pl.DataFrame:
    missed, every = (
        spells[name].to_numpy().astype(np.float64) for name in ("missed_count", "spell_count")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        made = wilson(missed, every)
    names = {"value": "missed_ratio", "interval_low": "missed_low", "interval_high": "missed_high"}
    return spells.with_columns(
        pl.Series(names[name], values).fill_nan(None) for name, values in made.items()
    )
