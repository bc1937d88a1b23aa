"""How many persons are in each cell of a KPI about persons, by period."""

from collections.abc import Sequence

import polars as pl

from warehouse.catalogue import Kpi
from warehouse.published import Published
from warehouse.query.county import rows_of
from warehouse.query.measures import is_excluded
from warehouse.query.periods import Period
from warehouse.query.scope import Parameters
from warehouse.query.shown_cells import BELOW_COUNTY
from warehouse.query.spells import holds

CODES = (*BELOW_COUNTY, "category", "major_category")
CODES_SQL = ", ".join(CODES)
PERSON = "person_key"


def person_counts(
    published: Published, kpi: Kpi, county_code: str, periods: Sequence[Period]
) -> pl.DataFrame:
    """Rows and persons by cell and period, as `shown_cells.ShownCells` takes them.

    A row is there with any part in the value: in the denominator, not yet due, or excluded. A
    person is counted in one cell of a period, the one of the latest row, so that cells add up.

    Args:
        published: the version, with its rows about persons.
        kpi: of kind rate, state_rate or reach_rate.
        county_code: the county.
        periods: that do not overlap.
    """
    parameters = Parameters()
    rows = _rows(kpi, county_code, periods, parameters)
    read = rows_of(published, kpi.about)
    values = parameters.values
    if kpi.date is None and _is_each_person_once(read(_ONCE.format(rows=rows), values)):
        return read(_ROWS.format(rows=rows, codes=CODES_SQL), values)
    return read(_PERSONS.format(rows=rows, codes=CODES_SQL), values)


_ONCE = """
    with rows as ({rows})
    select period_number, count(*) = count(distinct person) as is_once from rows group by all
"""

_ROWS = """
    with rows as ({rows})
    select
        period_number, {codes},
        count(*) as all_rows,
        count(*) as all_persons,
        count(*) filter (is_counted) as counted_rows,
        count(*) filter (is_counted) as counted_persons
    from rows
    group by all
"""

_PERSONS = """
    with rows as ({rows}),
    by_person as (
        select
            period_number, {codes}, person,
            count(*) as all_rows,
            count(*) filter (is_counted) as counted_rows,
            max(day) as latest,
            max(day) filter (is_counted) as latest_counted
        from rows
        group by all
    ),
    in_turn as (
        select
            *,
            row_number() over (
                partition by period_number, person order by latest desc, {codes}
            ) as turn,
            row_number() over (
                partition by period_number, person order by latest_counted desc nulls last, {codes}
            ) as turn_counted
        from by_person
    )
    select
        period_number, {codes},
        cast(sum(all_rows) as bigint) as all_rows,
        count(*) filter (turn = 1) as all_persons,
        cast(sum(counted_rows) as bigint) as counted_rows,
        count(*) filter (turn_counted = 1 and counted_rows > 0) as counted_persons
    from in_turn
    group by all
"""


def _is_each_person_once(periods: pl.DataFrame) -> bool:
    return bool(periods["is_once"].all())


def _rows(kpi: Kpi, county_code: str, periods: Sequence[Period], parameters: Parameters) -> str:
    """Select of the rows with a part in the value: period, codes, person, day, is_counted."""
    lists = {
        "period_number": ("integer", list(range(len(periods)))),
        "start_date": ("date", [period.start for period in periods]),
        "end_date": ("date", [period.end for period in periods]),
    }
    spans = ", ".join(
        f"unnest(cast({parameters.add(f'{name}s', values)} as {kind}[])) as {name}"
        for name, (kind, values) in lists.items()
    )
    fact = kpi.about
    columns = {name: fact.column_of(name) for name in CODES}
    codes = ", ".join(
        f"{f'facts.{column}' if column else 'cast(null as varchar)'} as {name}"
        for name, column in columns.items()
    )
    person = PERSON if PERSON in fact.columns else fact.key
    return (
        f"select spans.period_number, {codes}, facts.{person} as person, {_day(kpi)} as day,"
        f" {_is_counted(kpi)} as is_counted\n"
        f"from mart.{fact.name} as facts\n"
        f"inner join (select {spans}) as spans on {_is_in_span(kpi)}\n"
        f"where facts.county_code = {parameters.add('county_code', county_code)}"
        f" and {_has_a_part(kpi)}"
    )


def _is_counted(kpi: Kpi) -> str:
    return f"not {is_excluded(kpi)} and facts.{kpi.denominator}"


def _has_a_part(kpi: Kpi) -> str:
    waiting = f" or facts.{kpi.not_yet_due}" if kpi.not_yet_due else ""
    return f"({is_excluded(kpi)} or facts.{kpi.denominator}{waiting})"


def _day(kpi: Kpi) -> str:
    return f"facts.{kpi.date}" if kpi.date else "facts.valid_from_date"


def _is_in_span(kpi: Kpi) -> str:
    if kpi.date:
        return f"facts.{kpi.date} >= spans.start_date and facts.{kpi.date} < spans.end_date"
    return holds(kpi)
