"""Which rows a question is about: identifiers, filters and areas, shared by values and receipts."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from warehouse.catalogue import Kpi
from warehouse.catalogue.facts import Fact
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


def fact_column(kpi: Kpi, dimension: str, *, fact: Fact | None = None) -> str:
    """Column of a dimension in the rows of a KPI; or of what reaches them, with that `fact`.

    Raises:
        UsageError: its rows have no such dimension; names the ones they have.
    """
    column = (fact or kpi.about).column_of(dimension)
    if column is None:
        there = [name for name in FILTERS if all(fact.column_of(name) for fact in kpi.facts)]
        raise UsageError(f"{kpi.kpi_id}: {unknown_value('dimension', dimension, there)}")
    return f"facts.{column}"


def code_columns(kpi: Kpi, slices: Iterable[str], *, fact: Fact | None = None) -> str:
    """`facts.town_code as town_code, ` for each slice, to go before further columns."""
    return "".join(
        f"{fact_column(kpi, name, fact=fact)} as {code_column(name)}, " for name in slices
    )


def filter_condition(
    question: Question, kpi: Kpi, parameters: Parameters, *, fact: Fact | None = None
) -> str:
    """Condition on `facts`: the county and every filter of the question."""
    county = parameters.add("county_code", question.county_code)
    conditions = [f"facts.county_code = {county}"]
    for name, values in question.filters.items():
        conditions.append(has_code(fact_column(kpi, name, fact=fact), name, values, parameters))
    return " and ".join(conditions)


def has_code(column: str, dimension: str, values: Collection[str], parameters: Parameters) -> str:
    """Condition that a column holds one of the codes, or none where `NO_CODE` is among them."""
    codes = [value for value in values if value != NO_CODE]
    choices = [f"{column} is null"] if NO_CODE in values else []
    if codes:
        placeholder = parameters.add(f"where_{dimension}", codes)
        choices.append(f"list_contains({placeholder}, {column})")
    return "(" + " or ".join(choices) + ")"


def area_filters(question: Question) -> dict[AreaLevel, tuple[str, ...]]:
    """Filters on areas, top level first."""
    filters = question.filters
    return {level: filters[level] for level in AREA_LEVELS if level in filters}


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
