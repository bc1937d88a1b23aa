"""The cell a shown number is about: one question without slices, and how an address writes it.

Every figure of a KPI on a page carries its cell, so its receipt, and a test that reads the page,
can ask for it again: `2026-08-01~2026-10-31;town:430181102000;department:urban_management`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from dashboards.view import day_of
from warehouse.errors import UsageError, unknown_value
from warehouse.query import FILTERS, NO_CODE, Question
from warehouse.query.scope import code_column

ONE_DAY = timedelta(days=1)


def cell_of(question: Question, row: Mapping[str, Any]) -> Question:
    """The question without slices that gives one row of an answer again."""
    where = dict(question.where)
    for name in question.slices:
        column = "area_code" if name == question.area_level else code_column(name)
        if name != "county":
            where[name] = row[column] if row[column] is not None else NO_CODE
    return replace(
        question,
        by=(),
        where=where,
        start=row["period_start_date"] or question.start,
        end=row["period_end_date"] or question.end,
        compare=False,
    )


def written(cell: Question) -> str:
    """A cell as an address and a mark in the page write it; the last day is in it."""
    days = f"{cell.start}~{cell.end - ONE_DAY}" if cell.start and cell.end else ""
    codes = (f"{name}:{'+'.join(values)}" for name, values in sorted(cell.filters.items()))
    return ";".join([days, *codes])


def read(text: str, *, kpi_id: str, county_code: str) -> Question:
    """The cell an address writes.

    Raises:
        UsageError: no days, or a part that is none.
    """
    days, *codes = text.split(";")
    first, _, last = days.partition("~")
    start, end = day_of("of", {"of": first}), day_of("of", {"of": last})
    if start is None or end is None:
        raise UsageError(f'of "{text}": 需要起止日期 / needs YYYY-MM-DD~YYYY-MM-DD first')
    where: dict[str, str | tuple[str, ...]] = {}
    for part in filter(None, codes):
        name, _, values = part.partition(":")
        if name not in FILTERS or not values:
            raise UsageError(unknown_value("of", part, [f"{name}:…" for name in FILTERS]))
        where[name] = tuple(values.split("+"))
    return Question(kpi_id, county_code, start=start, end=end + ONE_DAY, where=where)
