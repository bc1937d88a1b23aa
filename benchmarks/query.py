"""The questions of a page beside the same SQL written by hand, in one run on one published file.

    python -m benchmarks.query [--file data/published/serve_1.duckdb --county 430181] [--times 10]

Without a file the sample county is generated, loaded and built for it (300,000 cases); with
`--times 10` every case is there ten times, and the limits in `goal` hold.

Each question is asked `--rounds` times, in turn with its SQL by hand, after one round to warm up;
medians in milliseconds. The SQL by hand gives the value, its parts and its interval, without the
areas and codes that have no case. The answers of both are compared first.
"""

import argparse
import shutil
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
import polars as pl

from etl.load import load_files
from etl.sample.generate import generate_sample
from warehouse.build import build
from warehouse.publish_copy import ORDERED_BY
from warehouse.published import Published, PublishedStore
from warehouse.query import Dimension, Question, answer
from warehouse.query.periods import add_months
from warehouse.settings import Settings

RATE_KPI, MEDIAN_KPI = "on_time_resolution_rate", "response_time_median"

RATE = """
    with counted as (
        select {keys}
            count(*) filter (is_due and is_closed_on_time) as numerator,
            count(*) filter (is_due) as denominator,
            count(*) filter (is_due and is_closed_on_time and is_due_passed) as numerator_passed,
            count(*) filter (is_due and is_due_passed) as denominator_passed,
            count(*) filter (is_out) as excluded_count,
            count(*) filter (not is_out and is_not_yet_due) as not_yet_due_count
        from (
            select *, not is_out and is_due_to_close as is_due
            from (
                select *, is_void or is_duplicate or is_deferred or is_without_due
                    or is_closing_unknown as is_out
                from mart.fct_cases
                where {where} and reported_date >= $first and reported_date < $last
            )
        )
        group by all
    )
    select *, numerator / denominator as value,
        1.959964 * sqrt(
            value * (1 - value) / denominator + 1.959964 ^ 2 / (4 * denominator ^ 2)
        ) as half_width,
        value + 1.959964 ^ 2 / (2 * denominator) as centre,
        greatest((centre - half_width) / (1 + 1.959964 ^ 2 / denominator), 0) as interval_low,
        least((centre + half_width) / (1 + 1.959964 ^ 2 / denominator), 1) as interval_high,
        numerator_passed / denominator_passed as value_due_passed
    from counted
"""

MEDIAN = """
    with counted as (
        select {keys}
            count(*) filter (is_measured) as denominator,
            count(*) filter (is_out) as excluded_count,
            count(*) filter (not is_out and is_response_not_yet_due) as not_yet_due_count,
            percentile_cont(0.5) within group (order by response_minutes)
                filter (is_measured) as value,
            list_sort(list(response_minutes) filter (is_measured)) as sorted
        from (
            select *, not is_out and response_minutes is not null as is_measured
            from (
                select *, is_void or is_duplicate or is_response_unknown as is_out
                from mart.fct_cases
                where {where} and reported_date >= $first and reported_date < $last
            )
        )
        group by all
    )
    select * exclude (sorted), 1.959964 * sqrt(denominator * 0.25) as spread,
        sorted[cast(ceil(denominator * 0.5 - spread) as bigint)] as interval_low,
        sorted[cast(ceil(denominator * 0.5 + spread) as bigint)] as interval_high
    from counted
"""

BACKLOG = """
    select {keys}
        count(*) filter (not is_out) as value,
        count(*) filter (is_out) as excluded_count,
        count(*) filter (is_closing_unknown) as unknown_count
    from (
        select *, is_duplicate or is_closing_unknown as is_out
        from mart.fct_cases
        where {where} and reported_date < $last
            and (closed_date is null or closed_date >= $last)
            and (voided_date is null or voided_date >= $last)
    )
    group by all
"""

MONTH = "cast(date_trunc('month', reported_date) as date) as period_start_date,"


@dataclass(frozen=True)
class Asked:
    """One line of the benchmark; `goal` is its limit in ms at 3 M cases (median of 20)."""

    name: str
    kpi_id: str
    by: tuple[Dimension, ...]
    template: str
    is_one_cell: bool = False
    is_all_there_is: bool = False
    goal: float | None = None


CELLS = (
    Asked("rate, one cell", RATE_KPI, ("town", "month"), RATE, is_one_cell=True, goal=50),
    Asked(
        "rate, months × towns", RATE_KPI, ("town", "month"), RATE, is_all_there_is=True, goal=150
    ),
    Asked(
        "median, months × towns",
        MEDIAN_KPI,
        ("town", "month"),
        MEDIAN,
        is_all_there_is=True,
        goal=600,
    ),
)
"""A KPI of one month and town, and all months and towns there are."""

PAGES = (
    Asked("rate, tile", RATE_KPI, (), RATE),
    Asked("rate by town", RATE_KPI, ("town",), RATE),
    Asked("rate by grid (map)", RATE_KPI, ("grid",), RATE),
    Asked("rate by month (trend)", RATE_KPI, ("month",), RATE),
    Asked("median, tile", MEDIAN_KPI, (), MEDIAN),
    Asked("median by town", MEDIAN_KPI, ("town",), MEDIAN),
    Asked("backlog, tile", "open_backlog", (), BACKLOG),
    Asked("backlog by town", "open_backlog", ("town",), BACKLOG),
)
"""What a page asks: a year that ends with the as-of day."""


Ask = Callable[[], pl.DataFrame]


def times_of(calls: Sequence[Ask], rounds: int) -> list[float]:
    """Median milliseconds of each call, asked in turn, after one round to warm up."""
    times: list[list[float]] = [[] for _ in calls]
    for number in range(rounds + 1):
        for call, taken in zip(calls, times, strict=True):
            started = perf_counter()
            call()
            if number:
                taken.append(1000 * (perf_counter() - started))
    return [statistics.median(taken) for taken in times]


def check(asked: pl.DataFrame, by_hand: pl.DataFrame) -> None:
    """The same values, where there are any."""
    left = asked.filter(pl.col("value").is_not_null() & (pl.col("value") != 0))["value"]
    right = by_hand.filter(pl.col("value").is_not_null() & (pl.col("value") != 0))["value"]
    if left.sort().to_list() != right.cast(pl.Float64).sort().to_list():
        raise SystemExit(f"the answers differ: {left.sort()} and {right.sort()}")


def sample_county(folder: Path) -> Path:
    """Generate, load and build the sample county; returns its published file."""
    settings = Settings(home=folder / "home")
    for source, files in generate_sample(folder / "sample", scale="county").items():
        load_files(source, files, settings=settings)
    build(settings=settings)
    return PublishedStore(settings).current().path


def multiplied(file: Path, copy: Path, *, times: int) -> Path:
    """A copy of a published file with every case so many times, in the order of publication."""
    shutil.copyfile(file, copy)
    with duckdb.connect(str(copy)) as con:
        con.execute(
            "create table mart.copies as select facts.* replace"
            " (facts.case_id || ':' || copies.number as case_id)"
            " from mart.fct_cases as facts cross join range(?) as copies(number)"
            f" order by {', '.join(ORDERED_BY['mart.fct_cases'])}",
            [times],
        )
        con.execute("drop table mart.fct_cases")
        con.execute("alter table mart.copies rename to fct_cases")
    return copy


def main() -> None:
    """Print one line per question: answer, SQL by hand, their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--county", default="430181")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--times", type=int, default=1, help="every case so many times")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        file = (options.file or sample_county(Path(folder))).resolve()
        if options.times > 1:
            file = multiplied(file, Path(folder) / file.name, times=options.times)
        compare(Published(file), options.county, rounds=options.rounds)


def compare(published: Published, county_code: str, *, rounds: int) -> None:
    """Ask every question of `CELLS` and `PAGES` both ways and print a line for each."""
    [(as_of, first, town, cases)] = published.sql(
        """
        select as_of_date, min(reported_date), mode(town_code), count(*)
        from ops.build
        inner join mart.fct_cases using (county_code)
        where county_code = ?
        group by all
        """,
        [county_code],
    ).rows()
    last = as_of + timedelta(days=1)
    print(f"{cases:,} cases; ms")
    for asked in (*CELLS, *PAGES):
        period = (date(last.year - 1, last.month, min(last.day, 28)), last)
        if asked.is_one_cell:
            period = (add_months(as_of.replace(day=1), -1), as_of.replace(day=1))
        elif asked.is_all_there_is:
            period = (first, last)
        ask, by_hand = _both_ways(published, asked, county_code, town, period)
        check(ask(), by_hand())
        taken, raw = times_of((ask, by_hand), rounds)
        goal = f"   goal {asked.goal:.0f}" if asked.goal else ""
        print(
            f"{asked.name:24} answer {taken:7.1f}   by hand {raw:7.1f}   ratio {taken / raw:5.2f}"
            f"{goal}"
        )


def _both_ways(
    published: Published, asked: Asked, county_code: str, town: str, period: tuple[date, date]
) -> tuple[Ask, Ask]:
    first, last = period
    values = {"county": county_code, "first": first, "last": last, "town": town}
    where = "county_code = $county" + (" and town_code = $town" if asked.is_one_cell else "")
    keys = "".join(MONTH if name == "month" else f"{name}_code," for name in asked.by)
    text = asked.template.replace("{keys}", keys).replace("{where}", where)
    values = {name: value for name, value in values.items() if f"${name}" in text}
    question = Question(
        asked.kpi_id,
        county_code,
        by=asked.by,
        start=first,
        end=last,
        where={"town": town} if asked.is_one_cell else {},
    )
    return lambda: answer(published, question), lambda: published.sql(text, values)


if __name__ == "__main__":
    main()
