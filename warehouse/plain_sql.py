"""A KPI in plain SQL on `mart`, as one would write it by hand, to check a value independently.

Written from the definition alone, not from the statements of `warehouse.query`: one county, one
period, no slice. The tests compare both over the whole catalogue.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import indent

from warehouse.catalogue import Kpi, get_kpi
from warehouse.catalogue.facts import FLAG, Fact, load_facts
from warehouse.catalogue.model import Kind, Parts

INDENT = "    "


@dataclass(frozen=True)
class Asked:
    """The county and the days, `end` exclusive."""

    county_code: str
    start: date
    end: date

    @property
    def last_day(self) -> date:
        """The last day of the period."""
        return self.end - timedelta(days=1)


def plain_sql(kpi: Kpi, asked: Asked) -> str:
    """One statement with the columns `numerator`, `denominator` and `value`, as far as it has them.

    A share has a row for each value of its `whole`, any other kind one row.
    """
    if kpi.denominator_table:
        return _per_resident(kpi, asked)
    if kpi.kind in WRITERS:
        return WRITERS[kpi.kind](kpi, asked)
    due = [kpi.denominator] if kpi.kind == "rate" else []
    conditions = [*_kept(kpi, asked), *(flag for flag in due if flag)]
    return _statement(_parts(kpi), f"mart.{kpi.about.name}", conditions)


def _statement(columns: dict[str, str], table: str, conditions: list[str], end: str = "") -> str:
    selected = ",\n".join(
        f"{INDENT}{sql}" if sql == name else f"{INDENT}{sql} as {name}"
        for name, sql in columns.items()
    )
    return f"select\n{selected}\nfrom {table}\nwhere {_and(conditions)}{end}"


def _and(conditions: list[str]) -> str:
    return "\n    and ".join(conditions)


def _county(asked: Asked) -> str:
    return f"county_code = '{asked.county_code}'"


def _kept(kpi: Kpi, asked: Asked) -> list[str]:
    """The county's rows of the period that are not left out."""
    return [
        _county(asked),
        f"{kpi.date} >= {_day(asked.start)}",
        f"{kpi.date} < {_day(asked.end)}",
        *_not_left_out(kpi),
    ]


def _not_left_out(kpi: Kpi) -> list[str]:
    return [f"not ({' or '.join(kpi.left_out)})"] if kpi.left_out else []


def _day(day: date) -> str:
    return f"date '{day}'"


def _parts(kpi: Kpi) -> dict[str, str]:
    if kpi.kind == "rate":
        return _quotient(f"count(*) filter ({kpi.numerator})", "count(*)")
    if kpi.kind == "ratio":
        return _quotient(_sum(kpi, kpi.numerator), _sum(kpi, kpi.denominator), per=kpi.per)
    if kpi.kind == "mean":
        return _quotient(f"sum({kpi.measure})", f"count({kpi.measure})")
    if kpi.kind == "quantile":
        value = f"percentile_cont({kpi.quantile}) within group (order by {kpi.measure})"
        return {"value": value, "denominator": f"count({kpi.measure})"}
    return {"value": _sum(kpi, kpi.measure or kpi.numerator)}


def _quotient(numerator: str, denominator: str, *, per: int | None = None) -> dict[str, str]:
    factor = f" * {per}" if per else ""
    value = f"numerator{factor} / nullif(denominator, 0)"
    return {"numerator": numerator, "denominator": denominator, "value": value}


def _sum(kpi: Kpi, column: str | None) -> str:
    if column is None:
        return "count(*)"
    if kpi.about.columns[column] == FLAG:
        return f"count(*) filter ({column})"
    return f"coalesce(sum({column}), 0)"


def _per_resident(kpi: Kpi, asked: Asked) -> str:
    """Over the county's residents on the last day."""
    residents = [
        _county(asked),
        "area_level = 'county'",
        f"coalesce(valid_from_date, {_day(asked.last_day)}) <= {_day(asked.last_day)}",
        f"coalesce(valid_to_date, {_day(asked.end)}) >= {_day(asked.end)}",
    ]
    of_area = _statement({"population": "population"}, "mart.dim_areas", residents)
    columns = _quotient(_sum(kpi, kpi.numerator), "any_value(population)", per=kpi.per)
    table = f"mart.{kpi.about.name}\ncross join residents"
    counted = _statement(columns, table, _kept(kpi, asked))
    return f"with\nresidents as (\n{indent(of_area, INDENT)}\n)\n{counted}"


def _stock(kpi: Kpi, asked: Asked) -> str:
    left = f"least({', '.join(kpi.leaves)})" if len(kpi.leaves) > 1 else kpi.leaves[0]
    conditions = [
        _county(asked),
        f"{kpi.date} < {_day(asked.end)}",
        f"coalesce({left} >= {_day(asked.end)}, true)",
        *_not_left_out(kpi),
    ]
    return _statement({"value": "count(*)"}, f"mart.{kpi.about.name}", conditions)


def _state_rate(kpi: Kpi, asked: Asked) -> str:
    """Keys in the state on the last day, or keys × days in it."""
    counted = kpi.about.key
    table = f"mart.{kpi.about.name}"
    on_day = _day(asked.last_day)
    if kpi.counted == "every_day":
        counted, on_day = f"({kpi.about.key}, day)", "day"
        span = f"{_day(asked.start)}, {_day(asked.end)}"
        table += f"\ncross join range({span}, interval 1 day) as days (day)"
    conditions = [
        _county(asked),
        f"valid_from_date <= {on_day}",
        f"coalesce(valid_to_date > {on_day}, true)",
        *_not_left_out(kpi),
        str(kpi.denominator),
    ]
    numerator = f"count(distinct {counted}) filter ({kpi.numerator})"
    return _statement(_quotient(numerator, f"count(distinct {counted})"), table, conditions)


def _reach_rate(kpi: Kpi, asked: Asked) -> str:
    """Keys with a spell in the period, and those of them that were reached in it."""
    key = kpi.about.key
    there = [
        _county(asked),
        f"valid_from_date < {_day(asked.end)}",
        f"coalesce(valid_to_date > {_day(asked.start)}, true)",
        *_not_left_out(kpi),
        str(kpi.denominator),
    ]
    reached = [
        _county(asked),
        f"{kpi.numerator_date} >= {_day(asked.start)}",
        f"{kpi.numerator_date} < {_day(asked.end)}",
        str(kpi.numerator),
    ]
    of_fact = _statement({key: key}, f"mart.{kpi.numerator_fact}", reached)
    keys = f"count(distinct {key})"
    columns = _quotient(f"{keys} filter ({key} in (select {key} from reached))", keys)
    counted = _statement(columns, f"mart.{kpi.about.name}", there)
    return f"with\nreached as (\n{indent(of_fact, INDENT)}\n)\n{counted}"


def _share(kpi: Kpi, asked: Asked) -> str:
    """The sum of each value of `whole`, over that of all."""
    column = _column_of(kpi.about, str(kpi.whole))
    total = f"sum({kpi.measure})"
    columns = {column: column, **_quotient(total, f"sum({total}) over ()")}
    end = f"\ngroup by {column}\norder by {column}"
    return _statement(columns, f"mart.{kpi.about.name}", _kept(kpi, asked), end)


def _column_of(fact: Fact, dimension: str) -> str:
    column = fact.column_of(dimension)
    if column is None:
        raise ValueError(f"{fact.name} has no {dimension}")
    return column


def _score(kpi: Kpi, asked: Asked) -> str:
    """Its parts one by one, then their points."""
    parts = max(
        (parts for parts in kpi.parts if parts.valid_from <= asked.last_day),
        key=lambda one: one.valid_from,
    )
    bodies = ",\n".join(
        f"{part} as (\n{indent(plain_sql(get_kpi(part), asked), INDENT)}\n)"
        for part in parts.weights
    )
    points = "\n    + ".join(_points(kpi, parts, part, asked) for part in parts.weights)
    return f"with\n{bodies}\nselect\n    {points} as value\nfrom {', '.join(parts.weights)}"


def _points(kpi: Kpi, parts: Parts, part: str, asked: Asked) -> str:
    weight, value = f"{parts.weights[part]:g}", f"{part}.value"
    is_lower = get_kpi(part).better == "lower"
    if kpi.part_value == "value":
        return f"{weight} * 100 * {f'(1 - {value})' if is_lower else value}"
    target = get_kpi(part).target_on(asked.last_day, county_code=asked.county_code)
    aim = f"{target.value:g}" if target else "null"
    quotient = f"{aim} / nullif({value}, 0)" if is_lower else f"{value} / {aim}"
    if kpi.part_value == "attainment":
        return f"{weight} * 100 * least({quotient}, 1)"
    return f"{weight} * {quotient}"


def file_of(kpi: Kpi) -> str:
    """Which published file its tables are in.

    >>> file_of(get_kpi("on_time_resolution_rate"))
    'serve'
    """
    parts = [get_kpi(part) for version in kpi.parts for part in version.weights]
    facts = [load_facts()[part.fact] for part in (kpi, *parts) if part.fact]
    return "people" if any(fact.is_in_people_file for fact in facts) else "serve"


WRITERS: Mapping[Kind, Callable[[Kpi, Asked], str]] = {
    "stock": _stock,
    "state_rate": _state_rate,
    "reach_rate": _reach_rate,
    "share": _share,
    "score": _score,
}
"""Kinds that are no aggregate of the period's rows."""
