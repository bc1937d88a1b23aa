"""Rows of every fact by chance: what holds of any rows is tried on them."""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tests.support.marts import area, row
from warehouse.catalogue import load_catalogue
from warehouse.catalogue.facts import COUNT, DAY, FLAG, NUMBER, SPELL, Fact, load_facts

FIRST = date(2026, 8, 1)
DAYS = 106
"""Up to the as-of day of the small published files."""

AREAS = [
    area("town", "A", population=1000),
    area("town", "B", population=500),
    area("community", "A1", town_code="A", population=700),
    area("grid", "A1-1", town_code="A", community_code="A1", population=70),
]
CODES: Mapping[str, tuple[str | None, ...]] = {
    "town_code": ("A", "B", None),
    "community_code": ("A1", None),
    "grid_code": ("A1-1", None),
}


def random_facts(*, rows: int = 80, seed: int = 1) -> dict[str, list[dict[str, Any]]]:
    """So many rows of every fact; flags that shut each other out by a KPI's own rules do."""
    chance = random.Random(seed)
    return {
        name: [_row(fact, number, chance) for number in range(rows)]
        for name, fact in load_facts().items()
    }


def _row(fact: Fact, number: int, chance: random.Random) -> dict[str, Any]:
    values = {name: _value(name, kind, chance) for name, kind in fact.columns.items()}
    values |= {name: chance.choice(codes) for name, codes in CODES.items() if name in values}
    for dimension in ("department", "category", "major_category", "channel", "stage"):
        column = fact.column_of(dimension)
        if column:
            values[column] = chance.choice(("x", "y", None))
    # A few keys have many spells; whatever happens on a day has a key of its own.
    values[fact.key] = f"{fact.key} {number % 20 if fact.is_spells else number}"
    if fact.is_spells:
        first = FIRST + timedelta(days=chance.randrange(-400, DAYS))
        until = first + timedelta(days=chance.randrange(1, 500))
        values |= dict(zip(SPELL, (first, until if chance.random() < 0.5 else None), strict=True))
    for kpi in load_catalogue().values():
        if kpi.fact == fact.name and kpi.not_yet_due:
            is_counted = values[kpi.denominator] if kpi.measure is None else None
            if is_counted or (kpi.measure and values[kpi.measure] is not None):
                values[kpi.not_yet_due] = False
    return row(fact.name, **{name: value for name, value in values.items() if value is not None})


def _value(name: str, kind: str, chance: random.Random) -> Any:
    if kind == FLAG:
        return chance.random() < (0.1 if name.endswith(("_unknown", "_duplicate")) else 0.5)
    if kind == DAY and chance.random() < 0.9:
        return FIRST + timedelta(days=chance.randrange(DAYS))
    if kind == NUMBER and chance.random() < 0.8:
        return round(chance.expovariate(0.01), 2)
    if kind == COUNT:
        return chance.randrange(10)
    return None
