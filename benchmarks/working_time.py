"""Working minutes between two times of ten million rows, beside one hash join of the same rows.

    python -m benchmarks.working_time [--rows 10000000]

The clock is the macro that the models use, compiled by dbt, over the calendar that a build makes;
each row is a county, a start and an end up to a month later. The join finds the day of the start
in the calendar, by county and date, and adds up one column of it. Both are run in turn after a
round to warm up; medians of wall-clock seconds and their ratio, which has to stay under 3.
"""

import argparse
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb

from etl.load import load_files
from etl.sample.generate import generate_sample
from warehouse.build import build
from warehouse.settings import Settings
from warehouse.transform import WORK_FILE, Transform

MOST = 3.0

ROWS = """
    create temp table pairs as
    select
        county_code,
        start_at,
        start_at + to_microseconds(cast(random() * 30 * 86400e6 as bigint)) as end_at
    from (
        select
            list_extract($counties, 1 + cast(number % len($counties) as integer)) as county_code,
            cast($first as timestamp)
            + to_microseconds(cast(random() * $days * 86400e6 as bigint)) as start_at
        from range($rows) as numbers(number)
    )
"""

JOIN = """
    select sum(start_days.working_microseconds_before)
    from pairs
    inner join
        {{ ref("int_dates__working_days") }} as start_days
        on start_days.county_code = pairs.county_code
        and start_days.calendar_date = cast(pairs.start_at as date)
"""

CLOCK = """
    select
        sum(
            {{
                working_minutes_between(
                    "start_days", "pairs.start_at", "end_days", "pairs.end_at"
                )
            }}
        )
    from pairs
    left join
        {{ ref("int_dates__working_days") }} as start_days
        on start_days.county_code = pairs.county_code
        and start_days.calendar_date = cast(pairs.start_at as date)
    inner join
        {{ ref("int_dates__working_days") }} as end_days
        on {{ is_day_of("end_days", "pairs.end_at", "start_days", "pairs.start_at") }}
"""


def seconds_of(connection: duckdb.DuckDBPyConnection, statement: str) -> float:
    """Wall-clock seconds of one run."""
    started = perf_counter()
    connection.execute(statement).fetchall()
    return perf_counter() - started


def compiled(transform: Transform, text: str) -> str:
    """SQL of a statement with references and macros."""
    outcome = transform.invoke("compile", "--no-introspect", "--inline", text)
    statement: str = outcome.result.results[0].node.compiled_code
    return statement


def main() -> None:
    """Print both medians and their ratio; fail where it is not under `MOST`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        for source, files in generate_sample(Path(folder) / "sample", scale="town").items():
            load_files(source, files, settings=settings)
        build(settings=settings)
        transform = Transform(settings)
        statements = [compiled(transform, text) for text in (JOIN, CLOCK)]
        with duckdb.connect(str(settings.paths.work / WORK_FILE)) as connection:
            ratio = compare(connection, statements, rows=options.rows, rounds=options.rounds)
    if ratio >= MOST:
        raise SystemExit(f"the clock takes {ratio:.2f} times the join, not under {MOST:g}")


def compare(
    connection: duckdb.DuckDBPyConnection, statements: list[str], *, rows: int, rounds: int
) -> float:
    """Run the join and the clock over so many rows; returns how many times longer the clock is."""
    days = "intermediate.int_dates__working_days"
    counties = [
        code
        for (code,) in connection.execute(f"select distinct county_code from {days}").fetchall()
    ]
    found = connection.execute(
        f"select max(first_date), min(last_date) from (select min(calendar_date) as first_date,"
        f" max(calendar_date) as last_date from {days} group by county_code)"
    ).fetchone()
    assert found is not None
    first, last = found
    connection.execute(
        ROWS,
        {"counties": counties, "first": first, "days": (last - first).days - 31, "rows": rows},
    )
    times: list[list[float]] = [[] for _ in statements]
    for number in range(rounds + 1):
        for of_statement, statement in zip(times, statements, strict=True):
            seconds = seconds_of(connection, statement)
            if number:
                of_statement.append(seconds)
    join, clock = (statistics.median(of_statement) for of_statement in times)
    print(f"{rows:,} rows, {len(counties)} counties, {(last - first).days:,} days")
    print(f"hash join {join:6.3f} s   working minutes {clock:6.3f} s   ratio {clock / join:5.2f}")
    return clock / join


if __name__ == "__main__":
    main()
