"""Cases of the sample's files as they were written: read and matched again by other code."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
from pyproj import Geod

ENCODINGS: Mapping[str, str | None] = {
    "grid_events": "utf-8",
    "city_cases": "gb18030",
    "police_incidents": "gb18030",
    "device_alerts": None,
    "wristband_alerts": None,
}
"""Dataset → encoding of its text files; none for Parquet."""

FALLBACK_POINT = (113.6433, 28.1637)
METRES = 100.0
HOURS = timedelta(hours=24)
ELLIPSOID = Geod(ellps="GRS80")

Row = dict[str, Any]


def files_of(folder: Path, dataset: str) -> list[Path]:
    """Files of a dataset in the order of their delivery."""
    return sorted(folder.glob(f"{dataset}_[0-9][0-9].*"))


def rows_of(file: Path, encoding: str | None) -> Iterator[Row]:
    """Rows of a file as texts, whatever its format; empty where nothing stands."""
    if encoding is None:
        frame = pl.read_parquet(file)
        for row in frame.iter_rows(named=True):
            yield {name: "" if value is None else str(value) for name, value in row.items()}
    else:
        yield from csv.DictReader(io.StringIO(file.read_bytes().decode(encoding), newline=""))


def newest(rows: Iterable[Row]) -> list[Row]:
    """The last version of each case: by its update, and what came first of the same update."""
    found: dict[str, Row] = {}
    for row in rows:
        known = found.get(row["案件编号"])
        if known is None or row["更新时间"] > known["更新时间"]:
            found[row["案件编号"]] = row
    return list(found.values())


def families(seed: Path) -> dict[str, str]:
    """Category → family, where it has one."""
    with seed.open(encoding="utf-8") as file:
        return {
            row["category_code"]: row["category_family"]
            for row in csv.DictReader(file)
            if row["category_family"]
        }


def matched(cases: Sequence[Row]) -> dict[str, str]:
    """Duplicate → original among cases of several departments.

    A case has `case_id`, `dataset`, `family` (none for what matches nothing), `point` and
    `reported`. Every pair of cases within a day of each other is looked at.
    """
    comparable = sorted(
        (case for case in cases if case["family"] and case["point"]),
        key=lambda case: (case["reported"], case["case_id"]),
    )
    repeats: dict[str, list[str]] = {}
    first = 0
    for number, case in enumerate(comparable):
        while case["reported"] - comparable[first]["reported"] > HOURS:
            first += 1
        earlier = [other["case_id"] for other in comparable[first:number] if _is_one(other, case)]
        if earlier:
            repeats[case["case_id"]] = earlier
    originals: dict[str, str] = {}
    for _ in range(3):
        found = {
            case_id: heads[0]
            for case_id, earlier in repeats.items()
            if (heads := [other for other in earlier if other not in repeats])
        }
        originals |= found
        remaining = {
            case_id: [other for other in earlier if other not in found]
            for case_id, earlier in repeats.items()
            if case_id not in found
        }
        repeats = {case_id: earlier for case_id, earlier in remaining.items() if earlier}
    return originals


def _is_one(earlier: Row, later: Row) -> bool:
    if earlier["dataset"] == later["dataset"] or earlier["family"] != later["family"]:
        return False
    return metres(earlier["point"], later["point"]) <= METRES


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Length of the geodesic between two points."""
    distance: float = ELLIPSOID.inv(*one, *other)[2]
    return distance
