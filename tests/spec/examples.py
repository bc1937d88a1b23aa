"""The worked examples in `kpis/*.yml`: read, landed as records, asked as questions.

A time of an example is local (Asia/Shanghai, holidays of China, offices open 8:30–12:00 and
13:30–17:30), `YYYY-MM-DD HH:MM`; hour 24 is the midnight that ends the day.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field

from tests.support.records import ALL_MILESTONES, land
from warehouse.build import build
from warehouse.published import Published, PublishedStore
from warehouse.query import Question
from warehouse.settings import Settings

FOLDER = Path(__file__).parent / "kpis"
ZONE = ZoneInfo("Asia/Shanghai")
RECEIVED_AT = datetime(2026, 12, 31, tzinfo=UTC)

MUST_COVER = {
    "void",
    "duplicate",
    "suspended",
    "open not due",
    "open overdue",
    "zero denominator",
    "midnight",
    "unknown milestone",
}
"""What the examples of every KPI show, at least."""

TIMES = {
    "reported": "reported_at",
    "filed": "filed_at",
    "responded": "first_response_at",
    "closed": "closed_at",
    "due": "due_at",
    "response_due": "response_due_at",
    "voided": "voided_at",
    "suspended": "suspended_at",
    "resumed": "resumed_at",
    "deferred": "deferred_at",
}

COUNTY = {
    "name": {"zh": "算例", "en": "Worked example"},
    "time_zone": "Asia/Shanghai",
    "levels": [
        {"level": "county", "name": {"zh": "全市", "en": "County"}},
        {"level": "town", "name": {"zh": "乡镇街道", "en": "Town"}},
    ],
    "datum": "cgcs2000",
    "extent": [113.0, 27.7, 114.4, 28.75],
    "work_calendar": {
        "holiday_calendar": "CN",
        "shifts": [["08:30", "12:00"], ["13:30", "17:30"]],
    },
}


class Example(BaseModel):
    """Records in, value out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    shows: tuple[str, ...]
    as_of: str
    records: tuple[dict[str, Any], ...]
    expect: dict[str, Any]
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")
    population: int | None = None
    not_delivered: tuple[str, ...] = ()
    """Milestones that the source does not deliver."""


def examples_of(file: Path) -> list[Example]:
    """The examples of one KPI."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [Example.model_validate(example) for example in content["examples"]]


def all_examples() -> Iterator[tuple[str, str, Example]]:
    """KPI, a county code of its own, and the example."""
    for file in sorted(FOLDER.glob("*.yml")):
        for number, example in enumerate(examples_of(file), start=1):
            yield file.stem, f"{file.stem}_{number}", example


def instant(text: str) -> datetime:
    """A local time of an example.

    >>> instant("2026-10-31 24:00").isoformat()
    '2026-11-01T00:00:00+08:00'
    """
    day, _, clock = str(text).partition(" ")
    hours, minutes = clock.split(":")
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZONE)
    return midnight + timedelta(hours=int(hours), minutes=int(minutes))


def rows_of(example: Example) -> Iterator[dict[str, Any]]:
    """The records of an example as landed rows; `repeat` makes as many alike."""
    for number, record in enumerate(example.records, start=1):
        known = {*TIMES, "duplicate_of", "repeat", "why"}
        unknown = set(record) - known
        assert not unknown, f"{example.title}: {unknown} is not one of {sorted(known)}"
        row: Mapping[str, Any] = {
            column: instant(record[name]) for name, column in TIMES.items() if name in record
        }
        for copy in range(record.get("repeat", 1)):
            yield {
                "case_number": f"{number}-{copy + 1}",
                "category_code": "any",
                "duplicate_of_number": record.get("duplicate_of"),
                **row,
            }


def publish_examples(home: Path) -> Published:
    """Land every example as a county of its own, build once, and open what was published."""
    settings = Settings(home=home)
    settings.paths.counties.mkdir(parents=True)
    as_of = {}
    for number, (_, code, example) in enumerate(all_examples(), start=1):
        file = settings.paths.counties / f"{code}.yml"
        file.write_text(yaml.safe_dump(COUNTY, allow_unicode=True), encoding="utf-8")
        as_of[code] = instant(example.as_of)
        milestones = [name for name in ALL_MILESTONES if name not in example.not_delivered]
        batch = {"county_code": code, "source_id": code, "received_at": RECEIVED_AT}
        land(
            settings,
            "city_cases",
            rows_of(example),
            milestones=milestones,
            batch_id=f"20261231-{number:04d}",
            **batch,
        )
        if example.population is not None:
            county = {
                "area_code": code,
                "area_level": "county",
                "area_name": code,
                "population": example.population,
                "valid_from_date": date(2020, 1, 1),
            }
            land(settings, "areas", [county], batch_id=f"20261231-{number:04d}", **batch)
    build(settings=settings, as_of=as_of, built_at=RECEIVED_AT)
    return PublishedStore(settings).current()


def question_of(kpi_id: str, county_code: str, example: Example) -> Question:
    """What an example asks: its period, or all there is."""
    return Question(
        kpi_id,
        county_code,
        start=example.first,
        end=example.last + timedelta(days=1) if example.last else None,
    )
