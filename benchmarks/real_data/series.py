"""Real series as panels: burglary and vehicle theft in Portland, street complaints in Boston.

Cells are squares of 250 m, cut at the boundary of the city. Weeks are counted back from the last
whole day of a series.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import polars as pl
import shapely

from geo.risk.panel import WEEK_DAYS, Counts, Floats, Panel, Places

FOLDER = Path(os.environ.get("GRIDGOV_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
CELL_M = 250.0
METRES_PER_FOOT = 0.3048
"""International feet, the unit of EPSG:2913."""
PORTLAND = {"burglary": "burglary", "vehicle_theft": "vehicle_theft"}
BOSTON_METRES = "EPSG:26986"
BOSTON_FALLBACK = (42.3594, -71.0587)
"""Where the source puts what it cannot place."""
BOSTON_STREET = (
    "Street Lights",
    "Highway Maintenance",
    "Street Cleaning",
    "Graffiti",
    "Signs & Signals",
    "Trees",
    "Enforcement & Abandoned Vehicles",
)
"""Reasons of what is complained of in the street; all other requests are other kinds."""


@dataclass(frozen=True)
class Points:
    """Cases of one kind: day and position in metres."""

    days: pl.Series
    x_m: Floats
    y_m: Floats


@dataclass(frozen=True)
class Series:
    """A named panel, and the points of its cases for what needs them exactly."""

    name: str
    panel: Panel
    points: Points


def lattice(outline: Any, *, cell_m: float = CELL_M) -> tuple[Places, Any]:
    """Squares over an outline in metres, cut at it; and the squares' index by column and row."""
    west, south, east, north = outline.bounds
    columns, rows = int(np.ceil((east - west) / cell_m)), int(np.ceil((north - south) / cell_m))
    row, column = np.divmod(np.arange(columns * rows), columns)
    x, y = west + column * cell_m, south + row * cell_m
    squares = shapely.box(x, y, x + cell_m, y + cell_m)
    shapely.prepare(outline)
    area = np.where(shapely.contains(outline, squares), cell_m**2, 0.0)
    is_cut = (area == 0) & shapely.intersects(outline, squares)
    area[is_cut] = shapely.area(shapely.intersection(squares[is_cut], outline))
    kept = area > 0
    number = np.full(columns * rows, -1)
    number[kept] = np.arange(kept.sum())
    places = Places(
        codes=tuple(f"{r:03d}-{c:03d}" for r, c in zip(row[kept], column[kept], strict=True)),
        x_m=x[kept] + cell_m / 2,
        y_m=y[kept] + cell_m / 2,
        area_km2=area[kept] / 1e6,
        population=np.full(int(kept.sum()), np.nan),
    )

    def cell_of(points: Points) -> Any:
        at_column = ((points.x_m - west) // cell_m).astype(int)
        at_row = ((points.y_m - south) // cell_m).astype(int)
        inside = (at_column >= 0) & (at_column < columns) & (at_row >= 0) & (at_row < rows)
        place = np.clip(at_row * columns + at_column, 0, columns * rows - 1)
        return np.where(inside, number[place], -1)

    return places, cell_of


def counted(points: Points, cells: Any, places: Places, *, first: date, weeks: int) -> Counts:
    """Cases per week and cell; what lies outside either is left out."""
    week = ((points.days - first).dt.total_days() // WEEK_DAYS).to_numpy()
    kept = (cells >= 0) & (week >= 0) & (week < weeks)
    counts = np.zeros((weeks, len(places)), dtype=np.float32)
    np.add.at(counts, (week[kept], cells[kept]), 1)
    return counts


def series(*, until_share: float = 1.0, cell_m: float = CELL_M) -> Iterator[Series]:
    """Every series, up to a share of its weeks."""
    if not FOLDER.exists():
        raise SystemExit(f"no real data in {FOLDER}; GRIDGOV_TEST_DATA names its folder")
    yield from _panels("portland", *_portland(), until_share=until_share, cell_m=cell_m)
    yield from _panels("boston", *_boston(), until_share=until_share, cell_m=cell_m)


def _panels(
    city: str, outline: Any, kinds: dict[str, Points], *, until_share: float, cell_m: float
) -> Iterator[Series]:
    places, cell_of = lattice(outline, cell_m=cell_m)
    days = pl.concat(points.days for points in kinds.values())
    first: Any = days.min()
    last: Any = days.max()
    weeks = (last - first).days // WEEK_DAYS
    start = last + timedelta(days=1 - WEEK_DAYS * weeks)
    counts = {
        kind: counted(points, cell_of(points), places, first=start, weeks=weeks)
        for kind, points in kinds.items()
    }
    end = int(weeks * until_share)
    for kind, history in counts.items():
        if kind == "other":
            continue
        others = sum(values for name, values in counts.items() if name != kind)
        panel = Panel(places, start, history, history, others=np.asarray(others))
        yield Series(f"{city} {kind}", panel.until(end), kinds[kind])


def _portland() -> tuple[Any, dict[str, Points]]:
    folder = FOLDER / "portland_crime"
    districts = geopandas.read_file(f"zip://{folder / 'portland-police-districts.zip'}")
    scale = METRES_PER_FOOT
    outline = shapely.transform(
        shapely.union_all(districts.geometry.to_numpy()), lambda feet: feet * scale
    )
    kinds = {}
    for kind in PORTLAND:
        rows = pl.read_csv(folder / f"{kind}_to_2017_02.csv", try_parse_dates=True)
        x, y = (rows[name].to_numpy() * scale for name in ("x_coordina", "y_coordina"))
        kinds[kind] = Points(rows["occ_date"], x, y)
    return outline, kinds


def _boston() -> tuple[Any, dict[str, Points]]:
    folder = FOLDER / "boston_311_2011h2"
    zips = geopandas.read_file(folder / "boston_zipcodes.geojson").to_crs(BOSTON_METRES)
    rows = (
        pl.read_csv(
            folder / "311_service_requests_2011.csv",
            columns=["open_dt", "reason", "latitude", "longitude"],
            schema_overrides={"latitude": pl.Float64, "longitude": pl.Float64},
        )
        .with_columns(pl.col("open_dt").str.slice(0, 10).str.to_date().alias("day"))
        .filter(pl.col("latitude").is_not_null(), pl.col("longitude").is_not_null())
        .filter(
            ((pl.col("latitude") - BOSTON_FALLBACK[0]).abs() > 1e-9)
            | ((pl.col("longitude") - BOSTON_FALLBACK[1]).abs() > 1e-9)
        )
    )
    kinds = {}
    is_street = pl.col("reason").is_in(BOSTON_STREET)
    for kind, of_kind in (("street", rows.filter(is_street)), ("other", rows.filter(~is_street))):
        placed = geopandas.points_from_xy(
            of_kind["longitude"], of_kind["latitude"], crs="EPSG:4326"
        )
        metres = placed.to_crs(BOSTON_METRES)
        kinds[kind] = Points(of_kind["day"], np.asarray(metres.x), np.asarray(metres.y))
    return shapely.union_all(zips.geometry.to_numpy()), kinds
