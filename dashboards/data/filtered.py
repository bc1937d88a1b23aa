"""Rows of a mart limited as the page is: by county, area, department and category."""

from collections.abc import Collection
from dataclasses import dataclass

from dashboards.scope import Scope
from warehouse.catalogue.facts import load_facts


def with_own_category(scope: Scope, fact: str) -> Scope:
    """The page's scope without a category that the fact's rows do not have.

    The address keeps the category chosen on a page about other rows.
    """
    category = scope.view.category
    if not category or category in scope.category_names(load_facts()[fact]):
        return scope
    return Scope(scope.view.with_(category=""), scope.context)


@dataclass(frozen=True)
class Condition:
    """A condition on `facts`, with the values of its question marks in order.

    Attributes:
        lacks: filters of the page that the rows have no column for.
    """

    text: str
    values: tuple[object, ...]
    lacks: tuple[str, ...]


def condition(scope: Scope, fact: str, *, without: Collection[str] = ()) -> Condition:
    """The page's filters on a fact's rows, but for those in `without`; days are not among them."""
    about = load_facts()[fact]
    parts, values, lacks = ["facts.county_code = ?"], [scope.view.county], []
    for name, code in scope.where.items():
        if name in without:
            continue
        column = about.column_of(name)
        if column is None:
            lacks.append(name)
        else:
            parts.append(f"facts.{column} = ?")
            values.append(str(code))
    return Condition(" and ".join(parts), tuple(values), tuple(lacks))
