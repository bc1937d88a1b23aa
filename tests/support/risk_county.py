"""A published county of 36 grids and 130 weeks for the risk score, in the models' own tables."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl

from tests.support.county import add_empty_tables

COUNTY = "430181"
AS_OF = datetime(2026, 11, 15, 15, 59, 59, tzinfo=UTC)
"""The last second of the day in the county."""
ORIGIN = date(2026, 11, 16)
SIDE, WEEKS = 6, 130
CATEGORIES = (("C1", "theft"), ("C2", "fire"), ("C3", "help"))
SPLIT_ON = date(2026, 1, 1)
"""Day on which grid 001 gave way to 901 and 902."""

Change = Mapping[str, Any]


def grid_code(number: int) -> str:
    """Code of a grid."""
    return f"430181001001{number:03d}"


def made_cases(seed: int = 1) -> pl.DataFrame:
    """Cases of three kinds, a fifth of them serious, more in some grids than in others.

    A grid that has given way is still named in cases after it has: sources lag behind.
    """
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.7, 1.0, SIDE * SIDE)
    count = 9000
    grid = rng.choice(SIDE * SIDE, count, p=rate / rate.sum())
    day = rng.integers(0, 7 * WEEKS, count)
    kind = rng.integers(0, 3, count)
    reported = [ORIGIN - timedelta(days=int(ago) + 1) for ago in day]
    is_void, late = rng.random(count) < 0.03, rng.integers(0, 20, count)
    severity = rng.choice(["general", "serious", "critical"], count, p=[0.8, 0.15, 0.05])
    return pl.DataFrame(
        {
            "case_id": [f"source:{number}" for number in range(count)],
            "county_code": COUNTY,
            "dataset": np.where(rng.random(count) < 0.1, "wristband_alerts", "grid_events"),
            "category_code": [CATEGORIES[one][0] for one in kind],
            "severity_code": severity,
            "grid_code": [grid_code(int(number)) for number in grid],
            "location_method": rng.choice(["reported", "fallback_point"], count, p=[0.98, 0.02]),
            "longitude": 113.6 + 0.01 * (grid % SIDE) + rng.uniform(-0.004, 0.004, count),
            "latitude": 28.1 + 0.01 * (grid // SIDE),
            "reported_date": reported,
            "voided_date": [
                one + timedelta(days=int(days)) if void else None
                for one, void, days in zip(reported, is_void, late, strict=True)
            ],
            "is_duplicate": rng.random(count) < 0.02,
        }
    ).with_columns(pl.col("voided_date").is_not_null().alias("is_void"))


def made_grids() -> pl.DataFrame:
    """36 squares of today, the first of them two halves since `SPLIT_ON`."""

    def row(code: str, east: float, north: float, **values: Any) -> dict[str, Any]:
        return {
            "county_code": COUNTY,
            "grid_code": code,
            "grid_name": code[-3:],
            "community_code": "430181001001",
            "town_code": "430181001000",
            "population": 300 + int(code[-3:]),
            "valid_from_date": date(2020, 1, 1),
            "valid_to_date": None,
            "is_current": True,
            "longitude": east,
            "latitude": north,
            "area_km2": 1.0,
            **values,
        }

    rows = [
        row(grid_code(number), 113.6 + 0.01 * (number % SIDE), 28.1 + 0.01 * (number // SIDE))
        for number in range(SIDE * SIDE)
    ]
    rows[0] |= {"valid_to_date": SPLIT_ON, "is_current": False}
    half = {"valid_from_date": SPLIT_ON, "area_km2": 0.5}
    rows += [row(grid_code(901), 113.598, 28.1, **half), row(grid_code(902), 113.602, 28.1, **half)]
    return pl.DataFrame(rows, infer_schema_length=None)


def publish_risk_county(
    home: Path, *, cases: pl.DataFrame | None = None, grids: pl.DataFrame | None = None
) -> Path:
    """Write `published/serve_1.duckdb` and the link to it below a home; returns the file."""
    folder = home / "published"
    folder.mkdir(parents=True)
    file = folder / "serve_1.duckdb"
    tables: dict[str, pl.DataFrame] = {
        "mart.fct_cases": made_cases() if cases is None else cases,
        "mart.dim_grids": made_grids() if grids is None else grids,
        "mart.dim_categories": pl.DataFrame(
            [
                {"county_code": COUNTY, "category_code": code, "category_family": family}
                for code, family in CATEGORIES
            ]
            + [
                {
                    "county_code": COUNTY,
                    "category_code": "C9",
                    "major_category_code": "C",
                    "major_category_name": "其他",
                    "major_category_name_en": "Other",
                }
            ],
            infer_schema_length=None,
        ),
        "mart.dim_dates": pl.DataFrame(_dates()),
        "mart.fct_rain_hours": pl.DataFrame(_rain()),
    }
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema mart; create schema kpi; create schema ops")
        connection.execute(
            "create table ops.build as select 1::bigint as version, ? as county_code,"
            " ?::timestamptz as as_of_at, date '2026-11-15' as as_of_date, true as is_pinned,"
            " ?::timestamptz as built_at, '浏阳市' as county_name_zh, 'Liuyang' as county_name_en,"
            " 'Asia/Shanghai' as time_zone, true as is_sample",
            [COUNTY, AS_OF, AS_OF],
        )
        add_empty_tables(connection)
        for name, own in tables.items():
            # A neighbouring county in the same file, which nothing may be taken from.
            other = own.with_columns(pl.lit("430100").alias("county_code"))
            frame = pl.concat([own, other.head(5)])
            connection.register("frame", frame)
            connection.execute(f"insert into {name} by name select * from frame")
            connection.unregister("frame")
    (folder / "current").symlink_to(file.name)
    return file


def _dates() -> Iterable[Change]:
    first = ORIGIN - timedelta(days=7 * WEEKS + 7)
    return [
        {
            "county_code": COUNTY,
            "calendar_date": first + timedelta(days=number),
            "is_holiday": (first + timedelta(days=number)).month == 10
            and (first + timedelta(days=number)).day <= 7,
        }
        for number in range(7 * WEEKS + 60)
    ]


def _rain() -> Iterable[Change]:
    rng = np.random.default_rng(2)
    first = ORIGIN - timedelta(days=7 * WEEKS)
    return [
        {
            "county_code": COUNTY,
            "gauge_code": f"G{gauge}",
            "town_code": "430181001000" if gauge else "430181002000",
            "rain_date": first + timedelta(days=number),
            "rain_mm": float(rng.gamma(0.3, 10)),
        }
        for number in range(7 * WEEKS)
        for gauge in range(2)
    ]
