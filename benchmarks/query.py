"""The questions of a page beside the same SQL written by hand, in one run on one published file.

    python -m benchmarks.query [--file data/published/serve_1.duckdb --county 430181]

Without a file the sample county is generated, loaded and built for it.

Each question is asked `--rounds` times, in turn with its SQL by hand, after one round to warm up;
medians in milliseconds. The SQL by hand gives the value, its parts and its interval, without the
areas and codes that have no case. The answers of both are compared first.
"""

import argparse
import statistics
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import polars as pl

from etl.load import load_files
from etl.sample.generate import generate_sample
from warehouse.build import build
from warehouse.published import Published, PublishedStore
from warehouse.query import Question, answer
from warehouse.settings import Settings

RATE = """
    with counted as (
        select {keys}
            count(*) filter (not is_out and is_due_to_close and is_closed_on_time) as numerator,
            count(*) filter (not is_out and is_due_to_close) as denominator,
            count(*) filter (is_out) as excluded_count,
            count(*) filter (not is_out and is_not_yet_due) as not_yet_due_count
        from (
            select *, is_void or is_duplicate or is_deferred or is_without_due
                or is_closing_unknown as is_out
            from mart.fct_cases
            where county_code = $county and reported_date >= $first and reported_date < $last
        )
        group by all
    )
    select *, numerator / denominator as value,
        (value + 1.959964 ^ 2 / (2 * denominator) - 1.959964 * sqrt(
            value * (1 - value) / denominator + 1.959964 ^ 2 / (4 * denominator ^ 2)
        )) / (1 + 1.959964 ^ 2 / denominator) as interval_low
    from counted
"""

MEDIAN = """
    with measured as (
        select {keys} response_minutes
        from mart.fct_cases
        where county_code = $county and reported_date >= $first and reported_date < $last
            and not (is_void or is_duplicate or is_response_unknown)
            and response_minutes is not null
    )
    select {keys} count(*) as denominator,
        percentile_cont(0.5) within group (order by response_minutes) as value,
        list(response_minutes order by response_minutes) as sorted,
        sorted[cast(ceil(count(*) * 0.5 - 1.959964 * sqrt(count(*) * 0.25)) as bigint)]
            as interval_low
    from measured
    group by all
"""

BACKLOG = """
    select {keys} count(*) as value
    from mart.fct_cases
    where county_code = $county and reported_date < $last and not is_duplicate
        and not is_closing_unknown
        and (closed_date is null or closed_date >= $last)
        and (voided_date is null or voided_date >= $last)
    group by all
"""

PAGES: dict[str, tuple[str, tuple[str, ...], str]] = {
    "rate, tile": ("on_time_resolution_rate", (), RATE),
    "rate by town": ("on_time_resolution_rate", ("town",), RATE),
    "rate by grid (map)": ("on_time_resolution_rate", ("grid",), RATE),
    "rate by month (trend)": ("on_time_resolution_rate", ("month",), RATE),
    "median, tile": ("response_time_median", (), MEDIAN),
    "median by town": ("response_time_median", ("town",), MEDIAN),
    "backlog, tile": ("open_backlog", (), BACKLOG),
    "backlog by town": ("open_backlog", ("town",), BACKLOG),
}

MONTH = "cast(date_trunc('month', reported_date) as date) as period_start_date,"


def time_of(call: Callable[[], pl.DataFrame], rounds: int) -> float:
    """Median milliseconds of a call, after one to warm up."""
    call()
    times = []
    for _ in range(rounds):
        started = perf_counter()
        call()
        times.append(1000 * (perf_counter() - started))
    return statistics.median(times)


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


def main() -> None:
    """Print one line per question: answer, SQL by hand, their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--county", default="430181")
    parser.add_argument("--rounds", type=int, default=21)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        file = options.file or sample_county(Path(folder))
        compare(Published(file.resolve()), options.county, rounds=options.rounds)


def compare(published: Published, county_code: str, *, rounds: int) -> None:
    """Ask every question of `PAGES` both ways and print a line for each."""
    as_of = published.sql(
        "select as_of_date from ops.build where county_code = ?", [county_code]
    ).item()
    # A year that ends with the as-of day.
    last = as_of + timedelta(days=1)
    period = {"first": date(last.year - 1, last.month, min(last.day, 28)), "last": last}
    cases = published.sql("select count(*) from mart.fct_cases").item()
    print(f"{cases:,} cases, {period['first']} to {period['last']}, ms")
    for name, (kpi_id, by, template) in PAGES.items():
        keys = "".join(MONTH if slice_ == "month" else f"{slice_}_code," for slice_ in by)
        question = Question(
            kpi_id,
            county_code,
            by=by,  # type: ignore[arg-type]
            start=period["first"],
            end=period["last"],
        )
        text = template.replace("{keys}", keys)
        values = {"county": county_code, "last": period["last"]}
        if template is not BACKLOG:
            values["first"] = period["first"]
        check(answer(published, question), published.sql(text, values))
        asked = time_of(lambda q=question: answer(published, q), rounds)  # type: ignore[misc]
        raw = time_of(lambda t=text, v=values: published.sql(t, v), rounds)  # type: ignore[misc]
        print(f"{name:24} answer {asked:7.1f}   by hand {raw:7.1f}   ratio {asked / raw:5.2f}")


if __name__ == "__main__":
    main()
