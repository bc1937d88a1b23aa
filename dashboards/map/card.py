"""The card of one area: a number with its parts, beside the area's other numbers."""

from datetime import date, timedelta
from typing import Any

import polars as pl

from dashboards.context import Context
from dashboards.map.areas import ancestors, find_area
from dashboards.map.asked import Asked
from dashboards.periods import first_of_month
from warehouse.query import Question

MONTHS = 12
"""Months of the small history on a card."""

VALUE_PARTS = (
    "value",
    "numerator",
    "denominator",
    "excluded_count",
    "not_yet_due_count",
    "interval_low",
    "interval_high",
    "is_provisional",
)
"""Of any value that is told: what it is made of and how sure it is."""
PARTS = (
    *VALUE_PARTS,
    "value_due_passed",
    "target",
    "status",
    "previous_value",
    "previous_denominator",
    "last_year_value",
)
BRIEF = ("kpi_id", "value", "denominator", "excluded_count", "is_provisional", "target", "status")


def card(context: Context, asked: Asked, *, code: str) -> dict[str, Any]:
    """All that is shown of one area.

    Raises:
        UsageError: no area of that code at the asked level.
    """
    area = find_area(context, asked.county.code, asked.level, code)
    where: dict[str, str] = {} if asked.level == "county" else {asked.level: code}
    main = asked.about(where, compare=True)
    others = [asked.about(where, kpi_id=kpi_id) for kpi_id in context.map_kpis]
    answer, *rest = context.ask_all([main, *others])
    row = answer.row(0, named=True)
    last = row["period_end_date"] - timedelta(days=1)
    return {
        "area": {
            "level": asked.level,
            "code": code,
            "name": area["area_name"],
            "population": area["population"],
            "area_km2": area["area_km2"],
            "parents": ancestors(context, asked.county.code, area),
        },
        "kpi": asked.kpi.kpi_id,
        "from": str(row["period_start_date"]),
        "to": str(last),
        "previous_from": _text(row["previous_start_date"]),
        "previous_to": _text(row["previous_end_date"], days=-1),
        **{name: row[name] for name in PARTS},
        "kpis": [frame.select(BRIEF).row(0, named=True) for frame in rest],
        "months": _months(context, asked, where, last),
        "version": row["version"],
    }


def _months(
    context: Context, asked: Asked, where: dict[str, str], last: date
) -> list[dict[str, Any]]:
    by_month = context.ask(
        Question(
            kpi_id=asked.kpi.kpi_id,
            county_code=asked.county.code,
            by=("month",),
            start=first_of_month(last, back=MONTHS - 1),
            end=last + timedelta(days=1),
            where={**where, **asked.about({}).where},
        )
    )
    return by_month.select(
        pl.col("period_start_date").cast(pl.String).alias("from"), "value", "is_provisional"
    ).to_dicts()


def _text(day: date | None, *, days: int = 0) -> str | None:
    return None if day is None else str(day + timedelta(days=days))
