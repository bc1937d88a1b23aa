"""Which rows a question is about: identifiers, filters and areas, shared by values and receipts."""

import re
from dataclasses import dataclass, field
from typing import Any

from warehouse.catalogue import Kpi
from warehouse.errors import UsageError, unknown_value
from warehouse.query.question import AREA_LEVELS, FILTERS, NO_CODE, AreaLevel, Question


@dataclass
class Parameters:
    """Values of a statement, by name; never part of its text."""

    values: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, value: object) -> str:
        """Keep a value and return its placeholder."""
        self.values[name] = value
        return f"${name}"

    def used_in(self, text: str) -> dict[str, Any]:
        """Those that a statement names: the engine refuses any other."""
        names = set(re.findall(r"\$(\w+)", text))
        return {name: value for name, value in self.values.items() if name in names}


def code_column(dimension: str) -> str:
    """Column of a dimension in an answer."""
    return f"{dimension}_code"


def fact_column(kpi: Kpi, dimension: str) -> str:
    """Column of a dimension in the rows of a KPI.

    Raises:
        UsageError: its rows have no such dimension; names the ones they have.
    """
    column = kpi.about.column_of(dimension)
    if column is None:
        there = [name for name in FILTERS if kpi.about.column_of(name)]
        raise UsageError(f"{kpi.kpi_id}: {unknown_value('dimension', dimension, there)}")
    return f"facts.{column}"


def filter_condition(question: Question, kpi: Kpi, parameters: Parameters) -> str:
    """Condition on `facts`: the county and every filter of the question."""
    county = parameters.add("county_code", question.county_code)
    conditions = [f"facts.county_code = {county}"]
    for name, values in question.filters.items():
        column = fact_column(kpi, name)
        codes = [value for value in values if value != NO_CODE]
        choices = [f"{column} is null"] if NO_CODE in values else []
        if codes:
            placeholder = parameters.add(f"where_{name}", codes)
            choices.append(f"list_contains({placeholder}, {column})")
        conditions.append("(" + " or ".join(choices) + ")")
    return " and ".join(conditions)


def area_filters(question: Question) -> dict[AreaLevel, tuple[str, ...]]:
    """Filters on areas, top level first."""
    filters = question.filters
    return {level: filters[level] for level in AREA_LEVELS if level in filters}


def area_condition(question: Question, level: AreaLevel) -> str:
    """Condition on `areas` (of `mart.dim_areas`) at a level: those inside the filtered areas.

    Uses the placeholders that `filter_condition` has set. A filter below the level keeps the areas
    that hold a filtered one; "without an area" leaves no area at all.
    """
    conditions = ["areas.county_code = $county_code", f"areas.area_level = '{level}'"]
    for other, values in area_filters(question).items():
        if set(values) == {NO_CODE}:
            conditions.append("false")
        elif other == level:
            conditions.append(f"list_contains($where_{other}, areas.area_code)")
        elif AREA_LEVELS.index(other) < AREA_LEVELS.index(level):
            conditions.append(f"list_contains($where_{other}, areas.{code_column(other)})")
        else:
            conditions.append(
                f"areas.area_code in (select inner_areas.{code_column(level)}"
                " from mart.dim_areas as inner_areas"
                " where inner_areas.county_code = $county_code"
                f" and inner_areas.area_level = '{other}'"
                f" and list_contains($where_{other}, inner_areas.area_code))"
            )
    return " and ".join(conditions)


def area_of_all(question: Question) -> tuple[AreaLevel, str | None]:
    """Level and code of the one area a question without an area slice is about.

    The lowest filtered level, else the county; several codes are joined by "+"; null where the
    filter is "without an area".
    """
    filters = area_filters(question)
    if not filters:
        return "county", question.county_code
    level = max(filters, key=AREA_LEVELS.index)
    codes = sorted(code for code in filters[level] if code != NO_CODE)
    return level, "+".join(codes) or None
