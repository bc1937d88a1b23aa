"""Check character and keyed hash of identity numbers against reading their column.

`python -m benchmarks.identity_numbers [--rows N] [--runs N]`. The numbers are all different and
sound. Their column is read in four ways: as a load reads a CSV file (encoding proven, records
counted, refused lines kept), as a bare `read_csv` reads it (the yardstick of `benchmarks.load`),
by Polars' CSV reader, and from Parquet, where there is hardly anything left to read. What takes
the time is the hash: four rounds of SHA-256 a number.
"""

import argparse
import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import polars as pl

from etl.identity_number import SOUND, examine
from etl.pseudonymise import person_key
from etl.readers import read_file
from etl.source import Source
from warehouse.counties import get_county
from warehouse.settings import Settings

TODAY = date(2026, 11, 22)
WEIGHTS = np.array([pow(2, 17 - place, 11) for place in range(17)], dtype=np.int64)
KEY = bytes(range(32))

SOURCE = {
    "id": "numbers",
    "name": {"zh": "身份证号", "en": "Identity numbers"},
    "dataset": "residents",
    "county": "430181",
    "format": "csv",
    "encoding": "utf-8",
    "columns": {"id_number": "id_number"},
    "constants": {"resident_name": "x", "resident_from_date": "2020-01-01 00:00:00"},
}


def made_numbers(rows: int) -> pl.Series:
    """Different sound numbers of people born from 1940 to 2019, in no order of birth."""
    rng = np.random.default_rng(430181)
    days = np.arange(np.datetime64("1940-01-01"), np.datetime64("2020-01-01"))
    place = rng.permutation(rows)
    born = pl.Series(days[place % len(days)]).dt.strftime("%Y%m%d").cast(pl.Int64).to_numpy()
    sequence = place // len(days) % 1000
    division = 990_001 + place // len(days) // 1000
    body = (division * 10**8 + born) * 1000 + sequence
    digits = body[:, None] // 10 ** np.arange(16, -1, -1) % 10
    check = np.array(list("10X98765432"))[(digits @ WEIGHTS) % 11]
    return pl.Series("id_number", body).cast(pl.String) + pl.Series(check)


def hashed(numbers: pl.Series) -> pl.Series:
    """What a load makes of a column: every number checked, then its pseudonym."""
    examined = examine(numbers, today=TODAY)
    assert (examined.faults == SOUND).all()
    frame = examined.numbers.to_frame("number")
    return frame.select(person_key(pl.col("number"), key=KEY)).to_series()


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of the clock and of all processors."""
    start, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - used


def as_a_load_reads(file: Path, *, scratch: Path) -> pl.DataFrame:
    """The column through the reader of loads."""
    settings = Settings(home=scratch / "home")
    source = Source.model_validate(SOURCE)
    return read_file(
        file,
        source=source,
        county=get_county(settings, "430181"),
        scratch=scratch,
        settings=settings,
    ).frame


def bare_read(file: Path) -> pl.DataFrame:
    """The column through a bare `read_csv`."""
    with duckdb.connect() as con:
        con.execute("set enable_progress_bar = false")
        path = str(file).replace("'", "''")
        frame: pl.DataFrame = con.sql(
            f"select * from read_csv('{path}', all_varchar = true, header = true)"
        ).pl()
    return frame


def compare(rows: int, *, runs: int) -> None:
    """Print medians of runs in turn, and how often each reading fits into checking and hashing."""
    with TemporaryDirectory() as folder:
        csv, parquet = Path(folder) / "numbers.csv", Path(folder) / "numbers.parquet"
        numbers = made_numbers(rows)
        assert numbers.n_unique() == rows
        numbers.to_frame().write_csv(csv)
        numbers.to_frame().write_parquet(parquet)
        works: dict[str, Callable[[], Any]] = {
            "check characters": lambda: examine(numbers, today=TODAY),
            "check and hash": lambda: hashed(numbers),
            "read as loads read CSV": lambda: as_a_load_reads(csv, scratch=Path(folder)),
            "read CSV, bare read_csv": lambda: bare_read(csv),
            "read CSV, Polars": lambda: pl.read_csv(csv, infer_schema=False),
            "read Parquet, Polars": lambda: pl.read_parquet(parquet),
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
        for _ in range(runs):
            for name, work in works.items():
                taken[name].append(timed(work))
    medians = {
        name: (median(clock for clock, _ in times), median(used for _, used in times))
        for name, times in taken.items()
    }
    print(f"{rows:,} different numbers, {runs} runs in turn, {os.cpu_count()} processors")
    print(f"  {'':<24} clock    processors")
    ours = medians["check and hash"]
    for name, (clock, used) in medians.items():
        print(f"  {name:<24} {clock:6.2f} s {used:6.2f} s", end="")
        if name.startswith("read"):
            print(
                f"   check and hash take {ours[0] / clock:.2f} times as long, "
                f"{ours[1] / used:.2f} times the work",
                end="",
            )
        print()


def main() -> None:
    """Read the arguments and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    compare(arguments.rows, runs=arguments.runs)


if __name__ == "__main__":
    main()
