"""The worked examples in `kpis/*.yml`: read, landed as records, asked as questions.

A time of an example is local (Asia/Shanghai, holidays of China, offices open 8:30–12:00 and
13:30–17:30), `YYYY-MM-DD HH:MM`; hour 24 is the midnight that ends the day.

`records` are cases in short words (`TIMES`). `datasets` are records of any dataset, by dataset, in
the columns of its contract: `{city_cases: [{case_number: a, reported_at: 2026-10-12 09:00}]}`.
`corrections` and `dataset_corrections` are the same, delivered in a later batch: a row of the same
number replaces the earlier one.

With `GRIDGOV_SPEC=<kpi_id>,…` in the environment only those KPIs' examples are built.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import polars as pl
import yaml
from pydantic import BaseModel, ConfigDict, Field

from tests.support.records import ALL_MILESTONES, columns_of, land
from warehouse.build import build
from warehouse.project import YAML_LOADER
from warehouse.published import Published, PublishedStore
from warehouse.query import Dimension, Question
from warehouse.settings import Settings

FOLDER = Path(__file__).parent / "kpis"
ZONE = ZoneInfo("Asia/Shanghai")
RECEIVED_AT = datetime(2026, 12, 30, tzinfo=UTC)
CORRECTED_AT = datetime(2026, 12, 31, tzinfo=UTC)
ONLY = frozenset(filter(None, os.environ.get("GRIDGOV_SPEC", "").split(",")))

ALWAYS = frozenset({"zero denominator", "midnight", "late correction"})
OF_CASES = frozenset(
    {
        "void",
        "duplicate",
        "suspended",
        "extended",
        "open not due",
        "open overdue",
        "unknown milestone",
    }
)
MUST_COVER: Mapping[str, frozenset[str]] = {"fct_cases": ALWAYS | OF_CASES}
"""What the examples of a KPI show at least, by its fact; `ALWAYS` for any other."""

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
    "dispatched": "dispatched_at",
    "handled": "handled_at",
    "updated": "updated_at",
}
COUNTS = {
    "rework": "rework_count",
    "dispatches": "dispatch_count",
    "extensions": "extension_count",
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
    records: tuple[dict[str, Any], ...] = ()
    corrections: tuple[dict[str, Any], ...] = ()
    datasets: Mapping[str, tuple[dict[str, Any], ...]] = {}
    dataset_corrections: Mapping[str, tuple[dict[str, Any], ...]] = {}
    by: tuple[Dimension, ...] = ()
    where: Mapping[str, str] = {}
    expect: dict[str, Any]
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")
    population: int | None = None
    not_delivered: tuple[str, ...] = ()
    """Milestones that the source does not deliver."""
    county: str | None = None
    """County code whose targets hold; no two examples have the same."""


def examples_of(file: Path) -> list[Example]:
    """The examples of one KPI."""
    content = yaml.load(file.read_text(encoding="utf-8"), YAML_LOADER)
    return [Example.model_validate(example) for example in content["examples"]]


def all_examples() -> Iterator[tuple[str, str, Example]]:
    """KPI, a county code (of its own unless it names one), and the example."""
    for file in sorted(FOLDER.glob("*.yml")):
        if ONLY and file.stem not in ONLY:
            continue
        for number, example in enumerate(examples_of(file), start=1):
            yield file.stem, example.county or f"{file.stem}_{number}", example


def instant(text: str) -> datetime:
    """A local time of an example.

    >>> instant("2026-10-31 24:00").isoformat()
    '2026-11-01T00:00:00+08:00'
    """
    day, _, clock = str(text).partition(" ")
    hours, minutes = clock.split(":")
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZONE)
    return midnight + timedelta(hours=int(hours), minutes=int(minutes))


def case_rows(example: Example, records: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Cases in short words as landed rows; `repeat` makes as many alike, `case` names one."""
    for number, record in enumerate(records, start=1):
        known = {*TIMES, *COUNTS, "duplicate_of", "repeat", "case", "why"}
        unknown = set(record) - known
        assert not unknown, f"{example.title}: {unknown} is not one of {sorted(known)}"
        row: Mapping[str, Any] = {
            column: instant(record[name]) for name, column in TIMES.items() if name in record
        } | {column: record[name] for name, column in COUNTS.items() if name in record}
        for copy in range(record.get("repeat", 1)):
            yield {
                "case_number": record.get("case", f"{number}-{copy + 1}"),
                "category_code": "any",
                "duplicate_of_number": record.get("duplicate_of"),
                **row,
            }


def dataset_rows(dataset: str, records: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Records of a dataset as landed rows, each text read as its column's type.

    `repeat` makes as many alike, `#` in a text being the number of the copy.
    """
    types = columns_of(dataset)
    for record in records:
        for copy in range(record.get("repeat", 1)):
            row = {}
            for name, value in record.items():
                if name not in ("repeat", "why"):
                    text = value.replace("#", str(copy + 1)) if isinstance(value, str) else value
                    row[name] = _typed(text, types[name])
            yield row


def _typed(value: Any, kind: pl.DataType) -> Any:
    if isinstance(value, str) and isinstance(kind, pl.Datetime):
        return instant(value)
    if isinstance(value, str) and isinstance(kind, pl.Date):
        return date.fromisoformat(value)
    return value


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
        county = {"county_code": code, "source_id": code}
        batches = (
            (RECEIVED_AT, example.records, example.datasets),
            (CORRECTED_AT, example.corrections, example.dataset_corrections),
        )
        for received_at, records, datasets in batches:
            batch_id = f"{received_at:%Y%m%d}-{number:04d}"
            rows = {name: list(dataset_rows(name, found)) for name, found in datasets.items()}
            if records:
                rows["city_cases"] = list(case_rows(example, records))
            for dataset, found in rows.items():
                land(
                    settings,
                    dataset,
                    found,
                    milestones=milestones,
                    batch_id=batch_id,
                    received_at=received_at,
                    **county,
                )
        if example.population is not None:
            area = {
                "area_code": code,
                "area_level": "county",
                "area_name": code,
                "population": example.population,
                "valid_from_date": date(2020, 1, 1),
            }
            land(settings, "areas", [area], received_at=RECEIVED_AT, **county)
    # What is kept of every KPI in every county of the examples is nothing that they ask for.
    with patch("warehouse.publish.values_of", new=lambda *_, **__: pl.DataFrame()):
        build(settings=settings, as_of=as_of, built_at=CORRECTED_AT)
    return PublishedStore(settings, with_people=True).current()


def question_of(kpi_id: str, county_code: str, example: Example) -> Question:
    """What an example asks: its period, or all there is."""
    return Question(
        kpi_id,
        county_code,
        by=example.by,
        where=dict(example.where),
        start=example.first,
        end=example.last + timedelta(days=1) if example.last else None,
    )
