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
    numbers = list(range(len(periods)))
    lists = {
        "period_number": ("integer", numbers),
        "start_date": ("date", [period.start for period in periods]),
        "end_date": ("date", [period.end for period in periods]),
    }
    columns = {name: parameters.add(f"{name}s", values) for name, (_, values) in lists.items()}
    periods_sql = ", ".join(
        f"unnest(cast({columns[name]} as {kind}[])) as {name}" for name, (kind, _) in lists.items()
    )
    fact = kpi.about
    codes = ", ".join(
        f"{f'facts.{column}' if (column := fact.column_of(name)) else 'cast(null as varchar)'}"
        f" as {name}"
        for name in CODES
    )
    person = "person_key" if "person_key" in fact.columns else fact.key
    names = ", ".join(CODES)
    county = parameters.add("county_code", county_code)
    text = f"""
        with spans as (select {periods_sql}),
        by_person as (
            select
                spans.period_number, {codes}, facts.{person} as person,
                count(*) as all_rows,
                count(*) filter ({_is_counted(kpi)}) as counted_rows,
                max({_day(kpi)}) as latest,
                max({_day(kpi)}) filter ({_is_counted(kpi)}) as latest_counted
            from mart.{fact.name} as facts
            inner join spans on {_is_in_span(kpi)}
            where facts.county_code = {county} and {_has_a_part(kpi)}
            group by all
        ),
        in_turn as (
            select
                *,
                row_number() over (
                    partition by period_number, person order by latest desc, {names}
                ) as turn,
                row_number() over (
                    partition by period_number, person
                    order by latest_counted desc nulls last, {names}
                ) as turn_counted
            from by_person
        )
        select
            period_number, {names},
            cast(sum(all_rows) as bigint) as all_rows,
            count(*) filter (turn = 1) as all_persons,
            cast(sum(counted_rows) as bigint) as counted_rows,
            count(*) filter (turn_counted = 1 and counted_rows > 0) as counted_persons
        from in_turn
        group by all
    """
    return rows_of(published, fact)(text, parameters.used_in(text))


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
