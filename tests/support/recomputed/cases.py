"""Cases of every department, and what residents said of them, from landing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import polars as pl

from tests.support.raw_cases import ELLIPSOID, METRES, matched
from tests.support.recomputed.areas import LEVELS, Areas
from tests.support.recomputed.clock import Calendar
from tests.support.recomputed.landed import Landed, edition, seed

DATASETS = ("grid_events", "city_cases", "police_incidents", "device_alerts", "wristband_alerts")
ALERTS = ("device_alerts", "wristband_alerts")
MILESTONES = ("accepted", "filed", "dispatched", "first_response", "handled", "checked", "closed")
SIDE_STATES = ("voided", "suspended", "resumed", "deferred")
DEADLINES = {
    "resolution": ("reported_at", "due_at", "closed_at"),
    "response": ("reported_at", "response_due_at", "first_response_at"),
    "filing": ("reported_at", "filing_due_at", "filed_at"),
    "dispatch": ("filed_at", "dispatch_due_at", "dispatched_at"),
}
"""Kind of limit → where its clock starts, its deadline, and the milestone that it is for."""

PROCEDURES = {"filing": "case_filing", "dispatch": "case_dispatch"}
"""Kinds whose limit holds for all categories; nobody delivers a deadline for them."""

AGAIN = timedelta(days=30)
CELL = 0.002
"""Degrees; more than `METRES` of either coordinate up to 60° of latitude."""


class Cases:
    """`rows`: one per case of any department, reported by the as-of time."""

    def __init__(
        self,
        landed: Landed,
        areas: Areas,
        calendar: Calendar,
        delivered: Mapping[str, Sequence[str]],
    ) -> None:
        """Work the cases out.

        Args:
            landed: what was delivered.
            areas: where places are.
            calendar: the county's working time.
            delivered: source → milestones it delivers; the others are unknown.
        """
        self.now = landed.now
        self.calendar = calendar
        rows = self._read(landed)
        for stone in MILESTONES:
            known = [source for source, stones in delivered.items() if stone in stones]
            is_unknown = ~pl.col("source_id").is_in(known)
            rows = rows.with_columns(is_unknown.alias(f"is_{stone}_unknown"))
        rows = self._placed(rows, areas)
        rows = self._with_deadlines(rows, landed.county_code)
        rows = self._with_duplicates(self._with_states(rows), landed.county_code)
        self.rows = self._with_recurrences(rows)

    def _read(self, landed: Landed) -> pl.DataFrame:
        """Cases of all datasets, with times not reached as null."""
        frames = [
            landed.records(dataset, "reported_at").with_columns(dataset=pl.lit(dataset))
            for dataset in DATASETS
            if (landed.landing / dataset).exists()
        ]
        rows = pl.concat(frames, how="diagonal")
        if "is_false_alarm" not in rows.columns:
            rows = rows.with_columns(is_false_alarm=pl.lit(None, pl.Boolean))
        times = [f"{name}_at" for name in (*MILESTONES, *SIDE_STATES)]
        return rows.with_columns(
            *landed.reached(*times),
            case_id=pl.concat_str("source_id", "case_number", separator=":"),
            day=pl.col("reported_at").dt.date(),
        )

    @staticmethod
    def _placed(rows: pl.DataFrame, areas: Areas) -> pl.DataFrame:
        """By the reported grid, else the point, else the reported community or town."""
        by_code = areas.placed(rows, "day")
        fallback = pl.col("is_fallback_point").fill_null(value=False)
        in_grid = pl.col("grid_code").is_not_null()
        pointed = ~in_grid & ~fallback & pl.col("longitude").is_not_null()
        by_point = areas.holding(by_code.filter(pointed), "day").filter(
            pl.any_horizontal(pl.col(*LEVELS).is_not_null())
        )
        left = by_code.filter(~in_grid).join(by_point, on="case_id", how="anti")
        nowhere = [pl.when(~fallback).then(pl.col(name)).alias(name) for name in LEVELS]
        return pl.concat(
            [by_code.filter(in_grid), by_point, left.with_columns(nowhere)], how="diagonal"
        )

    def _with_deadlines(self, rows: pl.DataFrame, county_code: str) -> pl.DataFrame:
        """Deadlines as delivered, else by the limit; moved by the working time suspended."""
        limits = seed("category_limits", county_code)
        procedures = seed("procedure_limits")
        for kind, (start, due, reached) in DEADLINES.items():
            code = PROCEDURES.get(kind)
            if code:
                editions = procedures.filter(pl.col("procedure_code") == code)
                on = "procedure_code"
                rows = rows.with_columns(
                    pl.lit(code).alias(on), pl.lit(None, rows.schema["reported_at"]).alias(due)
                )
            else:
                editions, on = limits.filter(pl.col("limit_kind") == kind), "category_code"
            rows = edition(
                rows.with_columns(start_day=pl.col(start).dt.date()),
                editions,
                on=on,
                day="start_day",
                take=["limit_value", "limit_unit"],
            )
            names = (start, due, reached, "suspended_at", "resumed_at", "closed_at")
            deadlines = [
                self._deadline(row, start, due, reached)
                for row in rows.select(
                    *dict.fromkeys(names), "limit_value", "limit_unit"
                ).iter_rows(named=True)
            ]
            rows = rows.with_columns(pl.Series(due, deadlines, rows.schema["reported_at"])).drop(
                "limit_value", "limit_unit", "start_day"
            )
        return rows

    def _deadline(
        self, row: Mapping[str, Any], start: str, column: str, reached: str
    ) -> datetime | None:
        due: datetime | None = row[column]
        if due is None and row["limit_value"] is not None:
            due = self.calendar.after_days(row[start], float(row["limit_value"]), row["limit_unit"])
        stopped = row["suspended_at"]
        if due is None or stopped is None or due < stopped:
            return due
        if row[reached] is not None and row[reached] <= stopped:
            return due
        end = min(at for at in (row["resumed_at"], row["closed_at"], self.now) if at)
        if end <= stopped:
            return due
        work = self.calendar.worked(stopped, end)
        return self.calendar.later(due, work) if work else due

    def _with_states(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Side states, and for each kind of deadline what became of it."""
        suspended = pl.col("suspended_at").is_not_null() & pl.col("resumed_at").is_null()
        rows = rows.with_columns(
            is_void=pl.col("voided_at").is_not_null(),
            is_deferred=pl.col("deferred_at").is_not_null(),
            is_suspended=suspended & pl.col("closed_at").is_null(),
            is_alert=pl.col("dataset").is_in(ALERTS),
        )
        for kind, (_, due, reached) in DEADLINES.items():
            has_due, is_done = pl.col(due).is_not_null(), pl.col(reached).is_not_null()
            passed = (pl.col(due) < self.now).fill_null(value=False) & ~pl.col("is_suspended")
            rows = rows.with_columns(
                is_done.alias(f"has_{kind}"),
                has_due.alias(f"has_{kind}_due"),
                passed.alias(f"is_{kind}_passed"),
                (has_due & (is_done | passed)).alias(f"is_{kind}_due"),
                (has_due & ~is_done & ~passed).alias(f"is_{kind}_waiting"),
                (pl.col(reached) <= pl.col(due)).fill_null(value=False).alias(f"is_{kind}_on_time"),
            )
        left = pl.min_horizontal("closed_at", "voided_at")
        return rows.with_columns(reported_date=pl.col("day"), left_date=left.dt.date())

    @staticmethod
    def _with_duplicates(rows: pl.DataFrame, county_code: str) -> pl.DataFrame:
        """Declared by the source, or held to be one with another department's."""
        categories = seed("categories", county_code).select("category_code", "category_family")
        known = rows.join(categories, on="category_code", how="left")
        declared = pl.col("duplicate_of_number").is_not_null()
        pointed = pl.col("longitude").is_not_null() & ~pl.col("is_fallback_point").fill_null(
            value=False
        )
        comparable = known.filter(
            ~declared, ~pl.col("is_void"), pointed, pl.col("category_family").is_not_null()
        ).select(
            "case_id",
            "dataset",
            family="category_family",
            point=pl.concat_list("longitude", "latitude"),
            reported="reported_at",
        )
        found: list[str] = []
        for family in comparable.partition_by("family"):
            found += matched(list(family.iter_rows(named=True)))
        return rows.with_columns(
            is_matched=pl.col("case_id").is_in(found),
            is_duplicate=declared | pl.col("case_id").is_in(found),
        )

    def _with_recurrences(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Whether the place of a closed case was reported again soon, as the same kind."""
        known = pl.col("longitude").is_not_null() & ~pl.col("is_fallback_point").fill_null(
            value=False
        )
        rows = rows.with_columns(is_place_unknown=~known)
        place = ["case_id", "category_code", "longitude", "latitude"]
        cells = [(pl.col(name) / CELL).floor().cast(pl.Int64) for name in place[2:]]
        located = rows.filter(~pl.col("is_place_unknown"))
        closed = located.filter(pl.col("closed_at").is_not_null()).select(
            *place, "closed_at", x=cells[0], y=cells[1]
        )
        again = located.filter(~pl.col("is_void"), ~pl.col("is_duplicate")).select(
            *place, "reported_at", x=cells[0], y=cells[1]
        )
        found = []
        for x, y in product((-1, 0, 1), repeat=2):
            near = again.with_columns(pl.col("x") + x, pl.col("y") + y)
            pairs = closed.join(near, on=["category_code", "x", "y"], suffix="_again").filter(
                pl.col("case_id") != pl.col("case_id_again"),
                pl.col("reported_at") > pl.col("closed_at"),
                pl.col("reported_at") <= pl.col("closed_at") + AGAIN,
            )
            names = ("longitude", "latitude", "longitude_again", "latitude_again")
            metres = ELLIPSOID.inv(*(pairs[name].to_numpy() for name in names))[2]
            found.append(pairs["case_id"].filter(pl.Series(metres, dtype=pl.Float64) <= METRES))
        recurred = pl.concat(found).unique()
        return rows.with_columns(
            is_recurred=pl.col("case_id").is_in(recurred.implode()),
            is_month_over=(pl.col("closed_at") + AGAIN <= self.now).fill_null(value=False),
            is_month_running=(pl.col("closed_at") + AGAIN > self.now).fill_null(value=False),
        )
