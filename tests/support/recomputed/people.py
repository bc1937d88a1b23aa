"""Persons on the roll, in residence, visited, followed up and covered, day by day from landing."""

from datetime import date, timedelta
from functools import cached_property

import polars as pl

from tests.support.recomputed.areas import FOREVER, LEVELS, Areas
from tests.support.recomputed.landed import Landed, days, seed

DAY = timedelta(days=1)
SMI = "severe_mental_illness"

Window = tuple[str, date, date, str, str, str | None, str | None, str | None]


class People:
    """Who was where on a day, by each list; nobody after the death that any of them tells of."""

    def __init__(self, landed: Landed, areas: Areas) -> None:
        self.landed = landed
        self.areas = areas
        self.residents = landed.records("residents").with_columns(
            first=pl.col("resident_from_date"), last=pl.col("resident_to_date").fill_null(FOREVER)
        )
        self.entries = landed.records("special_group_roll").with_columns(
            first=pl.col("roll_from_date"), last=pl.col("roll_to_date").fill_null(FOREVER)
        )
        self.deaths = self._deaths()

    def _deaths(self) -> pl.DataFrame:
        """Last day alive by person."""
        told = [
            self.residents.filter(pl.col("leave_reason_code") == "died"),
            self.entries.filter(pl.col("end_reason_code") == "died"),
        ]
        return (
            pl.concat([rows.select("person_key", alive_to="last") for rows in told])
            .filter(pl.col("alive_to") < self.landed.today)
            .group_by("person_key")
            .agg(pl.col("alive_to").min())
        )

    def _alive(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of a `day` and a `person_key` who was alive."""
        return (
            rows.join(self.deaths, on="person_key", how="left")
            .filter(pl.col("alive_to").is_null() | (pl.col("day") <= pl.col("alive_to")))
            .drop("alive_to")
        )

    def on_roll(self, on_days: pl.DataFrame) -> pl.DataFrame:
        """One row per day, person and group on the roll; a newer entry goes before an older one."""
        entries = self.entries.select(
            "person_key", "group_code", "need_level_code", "has_file", "first", "last", *LEVELS
        )
        held = (
            on_days.join_where(entries, pl.col("day") >= pl.col("first"))
            .sort("first")
            .unique(["day", "person_key", "group_code"], keep="last")
            .filter(pl.col("day") <= pl.col("last"))
        )
        return self.areas.placed(self._alive(held), "day")

    def persons_on_roll(self, on_days: pl.DataFrame) -> pl.DataFrame:
        """One row per day and person on the roll, under the group with the strictest need."""
        every = seed("visit_frequencies")
        assert every["valid_to_date"].null_count() == every.height
        roll = self.on_roll(on_days).join(
            every.select("need_level_code", every_days=pl.col("every_days").cast(pl.Int64)),
            on="need_level_code",
        )
        files = roll.group_by("day", "person_key").agg(
            has_file=pl.col("has_file").fill_null(value=False).any()
        )
        return (
            roll.drop("has_file")
            .sort("every_days", "group_code")
            .unique(["day", "person_key"], keep="first", maintain_order=True)
            .join(files, on=["day", "person_key"])
            .with_columns(
                key=pl.col("person_key"),
                category_code=pl.col("need_level_code"),
            )
        )

    def residents_on(self, on_days: pl.DataFrame) -> pl.DataFrame:
        """One row per day and person living here, where the latest registration says."""
        registered = self.residents.select("person_key", "first", "last", *LEVELS)
        found = [
            registered.filter(pl.col("first") <= day, pl.col("last") >= day)
            .sort("first")
            .unique("person_key", keep="last")
            .with_columns(day=pl.lit(day))
            for day in on_days["day"]
        ]
        return self.areas.placed(self._alive(pl.concat(found)), "day")

    def coverage(self, on_days: pl.DataFrame) -> pl.DataFrame:
        """One row per day and resident: covered by a service that counts on the day?"""
        services = seed("coverage_services").filter(pl.col("is_in_scope") == "true")
        delivered = self.landed.records("service_coverage")
        records = delivered.join(
            services.select(
                "service_code",
                since="valid_from_date",
                until=pl.col("valid_to_date").fill_null(FOREVER),
            ),
            on="service_code",
        ).select(
            "person_key",
            first=pl.max_horizontal("covered_from_date", "since"),
            last=pl.min_horizontal(
                pl.col("covered_to_date").fill_null(FOREVER), pl.col("until") - DAY
            ),
        )
        covered = pl.concat(
            records.filter(pl.col("first") <= day, pl.col("last") >= day)
            .select("person_key", day=pl.lit(day))
            .unique()
            for day in on_days["day"]
        )
        known = on_days.filter(pl.col("day") >= delivered["covered_from_date"].min())
        return (
            self.residents_on(known)
            .join(covered.with_columns(is_covered=True), on=["day", "person_key"], how="left")
            .with_columns(key=pl.col("person_key"))
        )

    def visits(self) -> pl.DataFrame:
        """Visits to persons that the list itself has on the roll that day."""
        visits = self.landed.records("special_group_visits", "visited_at").with_columns(
            day=pl.col("visited_at").dt.date()
        )
        known = (
            visits.join(self.entries.select("person_key", "first", "last"), on="person_key")
            .filter(pl.col("day").is_between("first", "last"))
            .select("visit_number")
            .unique()
        )
        return visits.join(known, on="visit_number", how="semi")

    @cached_property
    def obligations(self) -> pl.DataFrame:
        """One row per window in which a person was to be seen that nothing cut short.

        `day` is its last one; `is_due` when that is over.
        """
        today = self.landed.today
        earliest = self.entries["first"].min()
        assert isinstance(earliest, date)
        # A window may end after today: the days to come are those that today's list foresees.
        needs = self.persons_on_roll(days(earliest, today + timedelta(days=31)))
        visited = (
            self.visits()
            .group_by("person_key", "day")
            .agg(seen=(pl.col("outcome_code") == "seen").any())
        )
        seen = {(person, day): is_seen for person, day, is_seen in visited.iter_rows()}
        rows = []
        for window in _windows(needs):
            person, start, end = window[:3]
            if start <= today:
                on_days = [start + number * DAY for number in range((end - start).days + 1)]
                came = [seen[person, day] for day in on_days if (person, day) in seen]
                rows.append((*window, len(came), any(came)))
        names = ["person_key", "start", "day", "category_code", "group_code", *LEVELS]
        return pl.DataFrame(
            rows,
            schema=[*names, "visit_count", "is_seen"],
            orient="row",
            infer_schema_length=None,
        ).with_columns(is_due=pl.col("day") < today)

    def patients(self, on_days: pl.DataFrame) -> pl.DataFrame:
        """One row per day and person on the roll of severe mental illness.

        `is_managed`: the latest follow-up done, or missed on its day, was done to standard; null
        when there has been none.
        """
        roll = self.on_roll(on_days).filter(pl.col("group_code") == SMI)
        followups = (
            self.landed.records("health_followups")
            .filter(pl.col("condition_code") == "smi")
            .with_columns(*self.landed.reached("followed_at"))
            .with_columns(done_day=pl.col("followed_at").dt.date())
        )
        done = followups.filter(pl.col("done_day").is_not_null()).select(
            "person_key",
            judged_day="done_day",
            is_managed=pl.col("is_to_standard").fill_null(value=False),
        )
        missed = followups.filter(
            pl.col("done_day").is_null() | (pl.col("done_day") > pl.col("due_date"))
        ).select("person_key", judged_day=pl.col("due_date") + DAY, is_managed=pl.lit(value=False))
        judged = pl.concat([done, missed]).filter(pl.col("judged_day") <= self.landed.today)
        latest = judged.group_by("person_key", "judged_day").agg(pl.col("is_managed").any())
        return (
            roll.sort("day")
            .join_asof(
                latest.sort("judged_day"),
                left_on="day",
                right_on="judged_day",
                by="person_key",
                strategy="backward",
                check_sortedness=False,
            )
            .with_columns(key=pl.col("person_key"), category_code=pl.col("need_level_code"))
        )


def _windows(needs: pl.DataFrame) -> list[Window]:
    """Whole windows of each person: they follow one another while the need stays the same."""
    found: list[Window] = []
    for person in needs.sort("person_key", "day").partition_by("person_key"):
        key = person["person_key"][0]
        start = before = None
        need = ""
        for day, every, level, group, *place in person.select(
            "day", "every_days", "need_level_code", "group_code", *LEVELS
        ).iter_rows():
            if start is None or before is None or day - before != DAY or level != need:
                start = day
            before, need = day, level
            if (day - start).days + 1 == every:
                grid, community, town = place
                found.append((key, start, day, level, group, grid, community, town))
                start = day + DAY
    return found


def worker_days(landed: Landed, areas: Areas, on_days: pl.DataFrame) -> pl.DataFrame:
    """One row per day and grid that held: has it a worker, and one who is a party member?"""
    assert areas.grids is not None
    workers = landed.records("grid_workers")
    assigned = workers.select(
        "grid_code",
        "is_party_member",
        first=pl.col("assigned_from_date"),
        last=pl.col("assigned_to_date").fill_null(FOREVER),
    )
    on_days = on_days.filter(pl.col("day") >= workers["assigned_from_date"].min())
    grids = areas.grids.select("grid_code", "community_code", "first", "last")
    held = on_days.join(grids, how="cross").filter(pl.col("day").is_between("first", "last"))
    worked = (
        on_days.join(assigned, how="cross")
        .filter(pl.col("day").is_between("first", "last"))
        .group_by("day", "grid_code")
        .agg(
            has_party_worker=pl.col("is_party_member").fill_null(value=False).any(),
            is_party_unknown=pl.col("is_party_member").is_null().any(),
        )
        .with_columns(
            has_worker=True,
            is_party_unknown=pl.col("is_party_unknown") & ~pl.col("has_party_worker"),
        )
    )
    rows = held.drop("first", "last").join(worked, on=["day", "grid_code"], how="left")
    return areas.placed(rows, "day").with_columns(key=pl.col("grid_code"))
