"""Rainstorm warnings, the rain that came, and the households told, from landing."""

from datetime import datetime, timedelta

import polars as pl

from tests.support.recomputed.areas import Areas
from tests.support.recomputed.landed import Landed, seed

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class Rain:
    """`warnings` with their outcome, and `actions`, as they stand at the as-of time."""

    def __init__(self, landed: Landed, areas: Areas) -> None:
        self.now = landed.now
        self.hours = self._hours(landed, areas)
        self.limits = {
            row["colour_code"]: (int(row["window_hours"]), float(row["rain_mm"]))
            for row in seed("rain_thresholds").iter_rows(named=True)
        }
        self.warnings = self._warnings(landed, areas)
        self.actions = self._actions(landed, areas)

    def _hours(self, landed: Landed, areas: Areas) -> pl.DataFrame:
        """Observed hours with the town of the gauge that day."""
        observed = landed.records("rain_observations", "observed_at")
        gauges = landed.records("rain_gauges").select(
            "gauge_code",
            "town_code",
            first=pl.col("valid_from_date").fill_null(pl.date(1900, 1, 1)),
            last=pl.col("valid_to_date").fill_null(pl.date(9999, 12, 31)),
        )
        # The hour that ends at midnight belongs to the day before.
        hours = observed.with_columns(day=(pl.col("observed_at") - MINUTE).dt.date()).join(
            gauges, on="gauge_code"
        )
        return areas.placed(hours.filter(pl.col("day").is_between("first", "last")), "day").select(
            "gauge_code", "town_code", "observed_at", "rain_mm"
        )

    def _warnings(self, landed: Landed, areas: Areas) -> pl.DataFrame:
        warnings = (
            landed.records("rain_warnings", "issued_at")
            .with_columns(
                *landed.reached("lifted_at"),
                day=pl.col("issued_at").dt.date(),
                is_of_town=pl.col("town_code").is_not_null(),
                category_code=pl.col("colour_code"),
            )
            .pipe(areas.placed, "day")
            .drop("grid_code", "community_code")
        )
        outcomes = [
            self._outcome(row)
            for row in warnings.select(
                "colour_code", "town_code", "is_of_town", "issued_at", "lifted_at"
            ).iter_rows(named=True)
        ]
        schema = {"lead_minutes": pl.Float64, "is_seen_whole": pl.Boolean}
        found = pl.DataFrame(outcomes, schema=schema, orient="row")
        reached = pl.col("lead_minutes").is_not_null()
        lifted = pl.col("lifted_at").is_not_null()
        return warnings.hstack(found).with_columns(
            is_reached=reached,
            is_false=lifted & ~reached & pl.col("is_seen_whole"),
            is_unknown=lifted & ~reached & ~pl.col("is_seen_whole"),
            is_waiting=~lifted & ~reached,
        )

    def _outcome(self, warning: dict[str, object]) -> tuple[float | None, bool]:
        """Minutes from issue to the threshold, and whether every hour was observed."""
        issued, lifted = warning["issued_at"], warning["lifted_at"]
        assert isinstance(issued, datetime)
        end = lifted if isinstance(lifted, datetime) else self.now
        window, limit = self.limits[str(warning["colour_code"])]
        hours = self.hours
        if warning["is_of_town"]:
            hours = hours.filter(pl.col("town_code").eq_missing(warning["town_code"]))
        reached_hours = self._reached(hours, issued, end, window, limit)
        reached = self._reached_at(hours, reached_hours, issued, window, limit)
        seen = hours.filter(pl.col("observed_at") > issued, pl.col("observed_at") <= end)
        first = issued.replace(minute=0, second=0, microsecond=0) + HOUR
        due = max(0, (end - first) // HOUR + 1)
        lead = None if reached is None else (reached - issued) / MINUTE
        return lead, seen["observed_at"].n_unique() >= due

    def _reached_at(
        self,
        hours: pl.DataFrame,
        reached_hours: list[datetime],
        issued: datetime,
        window: int,
        limit: float,
    ) -> datetime | None:
        """The first hour in force at which it was reached; where it had been before, that one."""
        if not reached_hours:
            return None
        first = reached_hours[0]
        while first - issued <= HOUR:
            before = self._reached(hours, first - 2 * HOUR, first - HOUR, window, limit)
            if not before:
                break
            first = before[-1]
        return first

    @staticmethod
    def _reached(
        hours: pl.DataFrame, after: datetime, until: datetime, window: int, limit: float
    ) -> list[datetime]:
        """Ends of hours at which some gauge's window sum was at least the limit, in order."""
        near = hours.filter(
            pl.col("observed_at") > after - window * HOUR, pl.col("observed_at") <= until
        ).sort("gauge_code", "observed_at")
        sums = near.with_columns(
            fell=pl.col("rain_mm").rolling_sum_by("observed_at", f"{window}h").over("gauge_code")
        )
        found = sums.filter(pl.col("observed_at") > after, pl.col("fell").round(6) >= limit)
        return sorted(found["observed_at"].unique())

    def _actions(self, landed: Landed, areas: Areas) -> pl.DataFrame:
        """One row per warning and household told, where the household lay that day."""
        actions = (
            landed.records("warning_actions", "notified_at")
            .join(
                self.warnings.select("warning_number", "category_code", "lifted_at"),
                on="warning_number",
            )
            .with_columns(
                *landed.reached("acknowledged_at", "moved_at"),
                day=pl.col("notified_at").dt.date(),
            )
            .with_row_index("action")
        )
        households = (
            landed.records("households")
            .with_columns(
                first=pl.col("valid_from_date").fill_null(pl.date(1900, 1, 1)),
                last=pl.col("valid_to_date").fill_null(pl.date(9999, 12, 31)),
            )
            .select("household_key", "grid_code", "community_code", "town_code", "first", "last")
        )
        lying = (
            actions.select("action", "household_key", "day")
            .join(households, on="household_key")
            .filter(pl.col("first") <= pl.col("day"))
            .sort("first")
            .unique("action", keep="last")
            .filter(pl.col("day") <= pl.col("last"))
            .select("action", "grid_code", "community_code", "town_code")
        )
        moved = pl.col("moved_at").is_not_null()
        return areas.placed(actions.join(lying, on="action", how="left"), "day").with_columns(
            is_acknowledged=pl.col("acknowledged_at").is_not_null(),
            watched_minutes=pl.max_horizontal(
                (
                    pl.min_horizontal("lifted_at", pl.lit(self.now)) - pl.col("notified_at")
                ).dt.total_microseconds()
                / (MINUTE / timedelta(microseconds=1)),
                0.0,
            ),
            acknowledge_minutes=(pl.col("acknowledged_at") - pl.col("notified_at")) / MINUTE,
            moved_count=pl.when(moved).then("moved_count").fill_null(0),
        )
