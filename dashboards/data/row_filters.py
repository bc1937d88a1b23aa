"""The page's filters as a condition on the rows of a fact, for lists and counts that no KPI has."""

from dashboards.scope import Scope
from warehouse.catalogue.facts import load_facts

Limited = tuple[str, tuple[object, ...]]
"""A condition with `?` in it, and its values in order."""


def limited(scope: Scope, fact_name: str, *, alias: str, date: str | None = None) -> Limited:
    """County, area, department and category of the page.

    Args:
        alias: of the fact in the query.
        date: column of days that the page's period limits; null where the list is of now.

    Raises:
        ValueError: a filter that the fact's rows do not have (`Scope.lacks` tells before).
    """
    fact = load_facts()[fact_name]
    conditions = [f"{alias}.county_code = ?"]
    parameters: list[object] = [scope.view.county]
    for name, code in scope.where.items():
        column = fact.column_of(name)
        if column is None:
            raise ValueError(f"{fact_name} has no {name}")
        conditions.append(f"{alias}.{column} = ?")
        parameters.append(code)
    if date:
        conditions.append(f"{alias}.{date} >= ? and {alias}.{date} < ?")
        parameters += [scope.days.first, scope.days.end]
    return " and ".join(conditions), tuple(parameters)
