"""One county at its as-of time, each subject worked out once."""

from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import yaml

from tests.support.recomputed import council
from tests.support.recomputed.areas import Areas
from tests.support.recomputed.cases import Cases
from tests.support.recomputed.clock import Calendar
from tests.support.recomputed.judgement import followups
from tests.support.recomputed.landed import Landed
from tests.support.recomputed.mediation import Mediation
from tests.support.recomputed.people import People, worker_days
from tests.support.recomputed.rain import Rain
from tests.support.recomputed.services import Services
from tests.support.recomputed.shapes import Span
from tests.support.recomputed.volunteers import Volunteers

ROOT = Path(__file__).parents[3]


class World:
    """What a county's sources delivered, worked out subject by subject."""

    def __init__(self, home: Path, county_code: str, now: datetime, first_day: date) -> None:
        """Look at a county.

        Args:
            home: folder of the warehouse, for its landing zone.
            county_code: the county.
            now: its as-of time, in its time zone.
            first_day: first day of what is asked about.
        """
        assert isinstance(now.tzinfo, ZoneInfo)
        self.landed = Landed(home, county_code, now)
        self.span = Span(first_day, now.date())
        described = yaml.safe_load(
            (ROOT / "warehouse" / "counties" / f"{county_code}.yml").read_text(encoding="utf-8")
        )["work_calendar"]
        self.calendar = Calendar(
            described["holiday_calendar"],
            tuple(
                (time.fromisoformat(start), time.fromisoformat(end))
                for start, end in described["shifts"]
            ),
            now.tzinfo,
        )

    @cached_property
    def areas(self) -> Areas:
        return Areas(self.landed)

    @cached_property
    def cases(self) -> pl.DataFrame:
        sources = {
            file.stem: yaml.safe_load(file.read_text(encoding="utf-8")).get("milestones", [])
            for file in (ROOT / "etl" / "sources").glob("*.yml")
        }
        return Cases(self.landed, self.areas, self.calendar, sources).rows

    @cached_property
    def followups(self) -> pl.DataFrame:
        return followups(
            self.landed,
            self.cases,
            self.mediation.disputes,
            self.services.applications,
        )

    @cached_property
    def mediation(self) -> Mediation:
        return Mediation(self.landed, self.areas)

    @cached_property
    def services(self) -> Services:
        return Services(self.landed, self.areas, self.calendar)

    @cached_property
    def proposals(self) -> pl.DataFrame:
        return council.proposals(self.landed, self.areas, self.calendar)

    @cached_property
    def inspections(self) -> pl.DataFrame:
        return council.inspections(self.landed, self.areas)

    @cached_property
    def rain(self) -> Rain:
        return Rain(self.landed, self.areas)

    @cached_property
    def volunteers(self) -> Volunteers:
        return Volunteers(self.landed, self.areas)

    @cached_property
    def people(self) -> People:
        return People(self.landed, self.areas)

    @cached_property
    def worker_days(self) -> pl.DataFrame:
        return worker_days(self.landed, self.areas, self.span.days)
