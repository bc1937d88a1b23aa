"""Rows of a mart limited as the page is, for lists and counts that no KPI has.

By county, area, department and category; by the page's days only where a query asks for it.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from dashboards.scope import Scope
from warehouse.catalogue.facts import load_facts
from warehouse.query import Question

IS_OVERDUE = "is_overdue and not is_deferred"
"""Of cases: late. One that was allowed to wait (an approved deferral 缓办) is not (kpis rule 5)."""


def with_own_category(scope: Scope, fact: str) -> Scope:
    """The page's scope without a category that the fact's rows do not have.

    The address keeps the category chosen on a page about other rows.
    """
    category = scope.view.category
    if not category or category in scope.category_names(load_facts()[fact]):
        return scope
    return Scope(scope.view.with_(category=""), scope.context)


def without(question: Question, *filters: str) -> Question:
    """The same question with some filters of the page left aside."""
    where = {name: code for name, code in question.where.items() if name not in filters}
    return replace(question, where=where)


@dataclass(frozen=True)
class Condition:
    """A condition on a fact's rows, with the values of its question marks in order.

    Attributes:
        lacks: filters of the page that the rows have no column for.
    """

    text: str
    values: tuple[object, ...]
    lacks: tuple[str, ...]


def condition(
    scope: Scope, fact: str, *, alias: str = "facts", without: Collection[str] = ()
) -> Condition:
    """The page's filters on a fact's rows, but for those in `without`; days are not among them.

    Args:
        alias: of the fact in the query.
    """
    about = load_facts()[fact]
    parts, values, lacks = [f"{alias}.county_code = ?"], [scope.view.county], []
    for name, code in scope.where.items():
        if name in without:
            continue
        column = about.column_of(name)
        if column is None:
            lacks.append(name)
        else:
            parts.append(f"{alias}.{column} = ?")
            values.append(str(code))
    return Condition(" and ".join(parts), tuple(values), tuple(lacks))


def limited(
    scope: Scope, fact: str, *, alias: str, date: str | None = None
) -> tuple[str, tuple[object, ...]]:
    """All filters of the page as a condition with `?` in it, and its values in order.

    Args:
        alias: of the fact in the query.
        date: column of days that the page's period limits; null where the list is of now.

    Raises:
        ValueError: a filter that the fact's rows do not have (`Scope.lacks` tells before).
    """
    within = condition(scope, fact, alias=alias)
    if within.lacks:
        raise ValueError(f"{fact} has no {', '.join(within.lacks)}")
    if not date:
        return within.text, within.values
    days = f"{alias}.{date} >= ? and {alias}.{date} < ?"
    return f"{within.text} and {days}", (*within.values, scope.days.first, scope.days.end)
