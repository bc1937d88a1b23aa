"""Volunteers, their services and points, from landing."""

from datetime import timedelta

import polars as pl

from tests.support.recomputed.areas import Areas
from tests.support.recomputed.landed import Landed

ACTIVE_DAYS = 90


class Volunteers:
    """`services` as they stand at the as-of time, and who is registered on a day."""

    def __init__(self, landed: Landed, areas: Areas) -> None:
        self.roll = areas.placed(
            landed.records("volunteers").filter(pl.col("registered_date") <= landed.today),
            "registered_date",
        )
        services = landed.records("volunteer_services", "started_at").join(
            self.roll.select("volunteer_number"), on="volunteer_number"
        )
        services = services.with_columns(
            *landed.reached("ended_at"),
            day=pl.col("started_at").dt.date(),
            is_service=pl.col("service_kind_code") != "redemption",
            category_code=pl.col("service_kind_code"),
        )
        ended = pl.col("ended_at").is_not_null()
        elapsed = (pl.col("ended_at") - pl.col("started_at")) / timedelta(hours=1)
        self.services = areas.placed(services, "day").with_columns(
            hours=pl.when(pl.col("is_service") & ended).then(pl.coalesce("service_hours", elapsed))
        )

    def registered(self, on_days: pl.DataFrame) -> pl.DataFrame:
        """One row per day and volunteer registered on it: active in the 90 days up to it?"""
        roll = self.roll.select(
            "grid_code",
            "community_code",
            "town_code",
            "registered_date",
            "left_date",
            key="volunteer_number",
        )
        held = on_days.join(roll, how="cross").filter(
            pl.col("registered_date") <= pl.col("day"),
            pl.col("left_date").is_null() | (pl.col("day") < pl.col("left_date")),
        )
        served = self.services.filter("is_service").select(key="volunteer_number", day="day")
        latest = served.with_columns(served_day=pl.col("day")).unique().sort("day")
        joined = held.sort("day").join_asof(
            latest, on="day", by="key", strategy="backward", check_sortedness=False
        )
        since = (pl.col("day") - pl.col("served_day")).dt.total_days()
        return joined.with_columns(is_active=(since < ACTIVE_DAYS).fill_null(value=False))
