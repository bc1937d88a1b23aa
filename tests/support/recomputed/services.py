"""Applications at the one-stop window and their steps, from landing."""

from datetime import datetime, timedelta

import polars as pl

from tests.support.recomputed.areas import Areas
from tests.support.recomputed.clock import Calendar
from tests.support.recomputed.landed import Landed, edition, seed

OFF_CLOCK = ("publicity", "supplement")
DAY = timedelta(days=1)

Interval = tuple[datetime, datetime]


class Services:
    """`applications` and `steps` as they stand at the as-of time."""

    def __init__(self, landed: Landed, areas: Areas, calendar: Calendar) -> None:
        self.now = landed.now
        self.calendar = calendar
        applications = self._applications(landed, areas)
        self.steps = self._steps(landed, applications)
        self.applications = self._timed(applications)

    def _applications(self, landed: Landed, areas: Areas) -> pl.DataFrame:
        items = seed("service_items")
        applications = (
            landed.records("service_applications", "submitted_at")
            .with_columns(*landed.reached("accepted_at", "decided_at", "paid_at"))
            .with_columns(
                submitted_day=pl.col("submitted_at").dt.date(),
                accepted_day=pl.col("accepted_at").dt.date(),
                decided_day=pl.col("decided_at").dt.date(),
                decision_code=pl.when(pl.col("decided_at").is_not_null()).then("decision_code"),
            )
            .pipe(areas.placed, "submitted_day")
            .rename({"document_count": "delivered_documents"})
        )
        take = ["lead_department_code", "limit_value", "limit_unit", "document_count"]
        return edition(applications, items, on="item_code", day="accepted_day", take=take)

    def _steps(self, landed: Landed, applications: pl.DataFrame) -> pl.DataFrame:
        """Steps begun; one that nobody ended runs until the decision or payment, else until now."""
        of_application = applications.select(
            "application_number",
            "item_code",
            "accepted_at",
            "decided_at",
            "paid_at",
            "grid_code",
            "community_code",
            "town_code",
        )
        steps = landed.records("service_approval_steps", "started_at")
        steps = steps.with_columns(*landed.reached("ended_at")).join(
            of_application, on="application_number"
        )
        overtaken = (
            pl.when(pl.col("stage_code") == "payment").then("paid_at").otherwise("decided_at")
        )
        until = pl.coalesce("ended_at", overtaken, pl.lit(self.now))
        steps = steps.with_columns(
            day=pl.col("started_at").dt.date(),
            category_code=pl.col("item_code"),
            until=pl.max_horizontal(until, "started_at"),
            is_ended=pl.col("ended_at").is_not_null() | overtaken.is_not_null(),
        )
        return steps.with_columns(_alone(steps))

    def _timed(self, applications: pl.DataFrame) -> pl.DataFrame:
        """With the deadline, and the time on the clock."""
        spells: dict[str, list[Interval]] = {}
        stopped = self.steps.filter(pl.col("stage_code").is_in(OFF_CLOCK))
        for number, start, end in stopped.select(
            "application_number", "started_at", "until"
        ).iter_rows():
            spells.setdefault(number, []).append((start, end))
        rows = [
            self._clock(row, spells.get(row["application_number"], []))
            for row in applications.select(
                "application_number",
                "accepted_at",
                "decided_at",
                "due_at",
                "limit_value",
                "limit_unit",
            ).iter_rows(named=True)
        ]
        kind = applications.schema["accepted_at"]
        clocks = pl.DataFrame(
            rows,
            schema={
                "application_number": pl.String,
                "moved_due_at": kind,
                "clock_days": pl.Float64,
                "is_off_clock": pl.Boolean,
            },
            orient="row",
        )
        decided = pl.col("decided_at").is_not_null()
        withdrawn = pl.col("decision_code").eq_missing("withdrawn")
        due_passed = (pl.col("moved_due_at") < self.now).fill_null(value=False)
        return applications.join(clocks, on="application_number", validate="1:1").with_columns(
            department_code=pl.col("lead_department_code"),
            category_code=pl.col("item_code"),
            is_accepted=pl.col("accepted_at").is_not_null(),
            is_withdrawn=withdrawn,
            is_decided=decided & ~withdrawn,
            has_due=pl.col("moved_due_at").is_not_null(),
            is_due_passed=due_passed & ~pl.col("is_off_clock"),
            is_decided_on_time=decided
            & ~withdrawn
            & (pl.col("decided_at") <= pl.col("moved_due_at")).fill_null(value=False),
            approval_days=pl.when(decided & ~withdrawn).then("clock_days"),
            documents=pl.coalesce("delivered_documents", pl.col("document_count").cast(pl.Int64)),
        )

    def _clock(
        self, row: dict[str, object], stopped: list[Interval]
    ) -> tuple[object, datetime | None, float | None, bool]:
        """Number, deadline, days on the clock and whether it stands now."""
        number, accepted, decided = row["application_number"], row["accepted_at"], row["decided_at"]
        due = row["due_at"]
        assert due is None or isinstance(due, datetime)
        if not isinstance(accepted, datetime):
            return number, due, None, False
        if due is None and row["limit_value"] is not None:
            due = self.calendar.after_days(
                accepted, float(str(row["limit_value"])), str(row["limit_unit"])
            )
        end = decided if isinstance(decided, datetime) else self.now
        spells = joined([(max(start, accepted), min(last, end)) for start, last in stopped])
        for start, last in spells:
            if due is not None and start < due:
                work = self.calendar.worked(start, last)
                due = self.calendar.later(due, work) if work else due
        off = sum(((last - start) for start, last in spells), timedelta())
        stands = decided is None and any(last == self.now for _, last in spells)
        return number, due, (end - accepted - off) / DAY, stands


def joined(intervals: list[Interval]) -> list[Interval]:
    """Intervals with those that overlap or touch made one; empty ones left out."""
    found: list[Interval] = []
    for start, end in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _alone(steps: pl.DataFrame) -> pl.Series:
    """Days of each step that no step of its application and stage begun before it has."""
    days: list[float] = []
    reached: dict[tuple[str, str], datetime] = {}
    order = steps.with_row_index("place").sort("started_at", "step_number")
    for number, stage, start, end in order.select(
        "application_number", "stage_code", "started_at", "until"
    ).iter_rows():
        known = reached.get((number, stage), start)
        days.append(max(end - max(start, known), timedelta()) / DAY)
        reached[number, stage] = max(known, end)
    placed = order.select("place").with_columns(wall_clock_days=pl.Series(days, dtype=pl.Float64))
    return placed.sort("place")["wall_clock_days"]
