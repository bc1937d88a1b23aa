"""Records as they landed: the newest version of each, and what had happened by the as-of time."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from etl.contract_files import get_contract
from tests.support.recomputed.clock import SEEDS

LANDED_AS = {"id_number": "person_key", "household_code": "household_key"}
"""Column of a contract's key → what it landed as."""


class Landed:
    """What a county's sources delivered, seen at its as-of time."""

    def __init__(self, home: Path, county_code: str, now: datetime) -> None:
        """Read from a home's landing zone.

        Args:
            home: folder of the warehouse.
            county_code: county whose records count.
            now: the as-of time, in the county's time zone.
        """
        assert isinstance(now.tzinfo, ZoneInfo)
        self.landing = home / "landing"
        self.county_code = county_code
        self.now = now
        self.zone = now.tzinfo
        self.today = now.date()

    def records(self, dataset: str, happened: str | None = None) -> pl.DataFrame:
        """The newest version of each record, times in the county's zone.

        Args:
            dataset: which.
            happened: time of what a record tells; later ones than the as-of time are left out.
        """
        key = [LANDED_AS.get(name, name) for name in get_contract(dataset).key]
        frame = pl.read_parquet(
            self.landing / dataset / "batch=*" / "*.parquet", hive_partitioning=False
        ).filter(pl.col("county_code") == self.county_code)
        times = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
        frame = (
            frame.with_columns(pl.col(times).dt.convert_time_zone(self.zone.key))
            .sort("updated_at", "batch_id", "source_row_number", descending=[True, False, False])
            .unique(["source_id", *key], keep="first", maintain_order=True)
        )
        return frame.filter(pl.col(happened) <= self.now) if happened else frame

    def reached(self, *names: str) -> list[pl.Expr]:
        """Times with those after the as-of time taken as not reached."""
        return [pl.when(pl.col(name) <= self.now).then(pl.col(name)).alias(name) for name in names]


def seed(name: str, county_code: str | None = None) -> pl.DataFrame:
    """A seed as texts, with days where it has editions; of one county where asked."""
    frame = pl.read_csv(SEEDS / f"{name}.csv", infer_schema=False)
    days = [day for day in ("valid_from_date", "valid_to_date") if day in frame.columns]
    frame = frame.with_columns(pl.col(days).str.to_date())
    return frame.filter(pl.col("county_code") == county_code) if county_code else frame


def edition(
    rows: pl.DataFrame, editions: pl.DataFrame, *, on: str, day: str, take: Sequence[str]
) -> pl.DataFrame:
    """Rows with columns of the edition of their code that held on their day, null without one.

    Editions end on the day before `valid_to_date`.
    """
    numbered = rows.with_row_index("row_number")
    found = (
        numbered.select("row_number", on, day)
        .join(editions.select(on, *take, "valid_from_date", "valid_to_date"), on=on)
        .filter(
            pl.col("valid_from_date") <= pl.col(day),
            pl.col("valid_to_date").is_null() | (pl.col(day) < pl.col("valid_to_date")),
        )
        .select("row_number", *take)
    )
    return numbered.join(found, on="row_number", how="left", validate="1:1").drop("row_number")


def days(first: date, last: date) -> pl.DataFrame:
    """One row per day, both ends in it."""
    return pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
