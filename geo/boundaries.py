"""Boundary files as valid polygons in CGCS2000 degrees, whatever CRS and datum they come in."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyproj
import shapely

from geo.coordinates import check_range, to_cgcs2000
from geo.vector_files import Geometries, RawFeatures, read_features
from warehouse.errors import InputError

GEOMETRY_COLUMN = "geometry_wkb"
POLYGON_TYPES = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
DEGREES = pyproj.CRS("EPSG:4326")


def read(path: Path, *, crs: str | None, datum: str) -> tuple[pl.DataFrame, list[str]]:
    """Read a GeoJSON, Shapefile or GeoPackage file (also inside a `.zip`) of polygons.

    Args:
        path: the file.
        crs: CRS of its coordinates, as `EPSG:4526`; None takes the file's own (GeoJSON without
            one is WGS-84).
        datum: what longitude and latitude mean once the CRS is resolved: `wgs84`, `cgcs2000`,
            `gcj02` or `bd09`.

    Returns:
        One row per feature in file order: the attributes as text as they are written (null where
        missing), and `geometry_wkb`, a valid polygon or multipolygon in CGCS2000 degrees, null
        where the feature has none that can be used. Then the notes, one for each thing that was
        repaired, left out or guessed; rows count from 1.

    Raises:
        InputError: the file cannot be read, has no CRS or an unknown one.
        CoordinateRangeError: the coordinates are not degrees in the CRS said.
        UsageError: no such datum.
    """
    features = read_features(path)
    if GEOMETRY_COLUMN in features.attributes.columns:
        raise InputError(
            f'{path.name}: 属性名保留 / attribute name is reserved: "{GEOMETRY_COLUMN}"'
        )
    notes = list(features.notes)
    unmentioned = _Notes(notes, already=_rows_mentioned(notes))
    geometries = _polygons(features.geometries, notes=unmentioned)
    source = _source_crs(features, crs=crs, name=path.name)
    geometries = _to_degrees(geometries, source=source, datum=datum, notes=unmentioned)
    geometries = _repaired(geometries, notes=unmentioned)
    column = pl.Series(GEOMETRY_COLUMN, list(shapely.to_wkb(geometries)), dtype=pl.Binary)
    # Not with_columns: attributes without a column have no height.
    return pl.DataFrame([*features.attributes.get_columns(), column]), notes


class _Notes:
    """Notes by row; a row that already has one is not also told to have no geometry."""

    def __init__(self, notes: list[str], *, already: set[int]) -> None:
        self._notes = notes
        self._already = already

    def add(self, row: int, text: str) -> None:
        """Add a note about a 0-based row."""
        self._notes.append(f"row {row + 1}: {text}")

    def add_missing(self, row: int) -> None:
        """Say that a row has no geometry unless the reason is known."""
        if row + 1 not in self._already:
            self.add(row, "没有几何 / no geometry")


def _rows_mentioned(notes: list[str]) -> set[int]:
    return {int(note.split(":")[0][4:]) for note in notes if note.startswith("row ")}


def _source_crs(features: RawFeatures, *, crs: str | None, name: str) -> pyproj.CRS:
    stated = crs or features.crs
    if stated is None:
        raise InputError(
            f"{name}: 没有坐标参考系 / has no coordinate reference system (no .prj?); "
            '请给出 / give one, as crs: "EPSG:4490"'
        )
    try:
        return pyproj.CRS.from_user_input(stated)
    except pyproj.exceptions.CRSError as error:
        raise InputError(
            f'{name}: 未知坐标参考系 / unknown coordinate reference system "{stated}"; '
            '例如 / for example "EPSG:4490", "EPSG:4526"'
        ) from error


def _polygons(geometries: Geometries, *, notes: _Notes) -> Geometries:
    """Flat geometries; None where there is nothing of an area."""
    flat: Geometries = shapely.force_2d(geometries)
    types = shapely.get_type_id(flat)
    empty = shapely.is_missing(flat) | shapely.is_empty(flat)
    for row in np.flatnonzero(empty):
        notes.add_missing(int(row))
        flat[row] = None
    for row in np.flatnonzero(~empty & ~np.isin(types, POLYGON_TYPES)):
        kind = flat[row].geom_type
        flat[row] = _areas_of(flat[row])
        if flat[row] is None:
            notes.add(int(row), f"几何是 {kind},不是面 / geometry is a {kind}, not a polygon")
        else:
            notes.add(int(row), f"{kind} 只取其中的面 / only the polygons of the {kind} are used")
    return flat


def _areas_of(geometry: Any) -> Any:
    """The polygons of a geometry as one polygon or multipolygon; None where it has none."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    polygons = polygons[~shapely.is_empty(polygons)]
    if polygons.size == 0:
        return None
    return polygons[0] if polygons.size == 1 else shapely.multipolygons(polygons)


def _to_degrees(
    geometries: Geometries, *, source: pyproj.CRS, datum: str, notes: _Notes
) -> Geometries:
    """Reproject, then undo the datum's shift. Numbers that are CGCS2000 already stay untouched."""
    coordinates, rows = shapely.get_coordinates(geometries, return_index=True)
    longitude, latitude = coordinates[:, 0], coordinates[:, 1]
    if not _is_in_degrees(source):
        project = pyproj.Transformer.from_crs(source, DEGREES, always_xy=True).transform
        longitude, latitude = project(longitude, latitude)
    unusable = ~(np.isfinite(longitude) & np.isfinite(latitude))
    check_range(longitude[~unusable], latitude[~unusable], rows=rows[~unusable])
    for row in np.unique(rows[unusable]):
        notes.add(int(row), "坐标无法换算 / coordinates cannot be converted to degrees")
        longitude[rows == row] = latitude[rows == row] = 0.0
    moved = shapely.set_coordinates(
        geometries.copy(), np.column_stack(to_cgcs2000(longitude, latitude, datum=datum))
    )
    moved[np.unique(rows[unusable])] = None
    return np.asarray(moved, dtype=object)


def _is_in_degrees(crs: pyproj.CRS) -> bool:
    return any(
        crs.equals(pyproj.CRS(degrees), ignore_axis_order=True)
        for degrees in ("EPSG:4326", "EPSG:4490", "OGC:CRS84")
    )


def _repaired(geometries: Geometries, *, notes: _Notes) -> Geometries:
    """Valid geometries; each repair noted with its reason and the change of area."""
    repaired = geometries.copy()
    invalid = ~shapely.is_missing(geometries) & ~shapely.is_valid(geometries)
    for row in np.flatnonzero(invalid):
        geometry = geometries[row]
        # "Self-intersection[113.6 28.1]": the place is in the file's terms of no use to a reader.
        reason = shapely.is_valid_reason(geometry).split("[")[0].lower()
        valid = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
        repaired[row] = _areas_of(valid)
        if repaired[row] is None:
            notes.add(
                int(row), f"{reason}: 修复后无面积 / nothing of an area is left, 未使用 / not used"
            )
        else:
            change = _area_change(geometry.area, repaired[row].area)
            notes.add(int(row), f"{reason} 已修复 / repaired, 面积变化 / area changed by {change}")
    return repaired


def _area_change(before: float, after: float) -> str:
    """The change relative to the repaired area: the area before may well have cancelled to 0."""
    percent = 100.0 * (after - before) / after
    return "< 0.01 %" if abs(percent) < 0.01 else f"{percent:+.2f} %"
