"""Files of cells: what they are cut from, and what is written."""

import json
from collections.abc import Iterator
from pathlib import Path

import geopandas
import numpy as np
import polars as pl
import shapely

from geo.boundaries import GEOMETRY_COLUMN, read
from geo.projection import Geometries
from warehouse.errors import InputError, UsageError, unknown_value

OUT_SUFFIXES = (".geojson", ".gpkg")
CRS_URN = "urn:ogc:def:crs:EPSG::4490"
"""CGCS2000, longitude first, as GeoJSON files of other reference systems name theirs."""
NOTES_SHOWN = 5


def read_boundary(
    path: Path, *, crs: str | None, datum: str, within: str | None
) -> tuple[Geometries, list[str] | None, list[str]]:
    """Polygons of a place, the area codes of each (with `within`, the attribute that has them), and
    the notes of what was repaired or left out.

    Raises:
        InputError: the file is not there, cannot be read, or holds no polygon; a polygon without a
            code.
        UsageError: no such attribute or datum.
    """
    if not path.is_file():
        raise InputError(f"{path}: 没有此文件 / there is no such file")
    features, notes = read(path, crs=crs, datum=datum)
    if within is not None and within not in features.columns:
        attributes = [name for name in features.columns if name != GEOMETRY_COLUMN]
        raise UsageError(unknown_value("--within", within, attributes))
    polygons = features.filter(pl.col(GEOMETRY_COLUMN).is_not_null())
    if polygons.is_empty():
        shown = "; ".join(notes[:NOTES_SHOWN]) or "没有要素 / no features"
        raise InputError(f"{path.name}: 没有面,无法划分 / no polygon to fill: {shown}")
    codes = None
    if within is not None:
        column = polygons[within].str.strip_chars()
        if column.is_null().any() or (column == "").any():
            raise InputError(
                f"{path.name}: 有的面没有 / a polygon has no {within}: "
                f"{int((column.is_null() | (column == '')).sum())}"
            )
        codes = column.to_list()
    shapes = np.asarray(shapely.from_wkb(polygons[GEOMETRY_COLUMN].to_list()), dtype=object)
    return shapes, codes, notes


def check_out(path: Path) -> None:
    """Whether cells can be written there.

    Raises:
        UsageError: another type of file, or no such folder.
    """
    if path.suffix.lower() not in OUT_SUFFIXES:
        raise UsageError(
            "--out: " + unknown_value("文件类型 / file type", path.suffix, OUT_SUFFIXES)
        )
    if not path.parent.is_dir():
        raise UsageError(f"--out: 没有此文件夹 / there is no folder {path.parent}")


def write_cells(cells: geopandas.GeoDataFrame, path: Path) -> None:
    """Write cells in CGCS2000 as GeoJSON, a feature a line, or GeoPackage; whole or not at all."""
    new = path.with_name(f".new-{path.name}")
    new.unlink(missing_ok=True)
    try:
        if path.suffix.lower() == ".gpkg":
            cells.to_file(new, driver="GPKG", layer="grids", engine="pyogrio")
        else:
            with new.open("w", encoding="utf-8", newline="\n") as file:
                crs = {"type": "name", "properties": {"name": CRS_URN}}
                file.write(f'{{"type": "FeatureCollection", "crs": {json.dumps(crs)},')
                file.write(' "features": [\n')
                file.write(",\n".join(_features(cells)))
                file.write("\n]}\n")
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _features(cells: geopandas.GeoDataFrame) -> Iterator[str]:
    names = [name for name in cells.columns if name != "geometry"]
    rows = zip(*(cells[name].tolist() for name in names), strict=True)
    for row, geometry in zip(rows, shapely.to_geojson(cells.geometry.to_numpy()), strict=True):
        properties = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
        yield f'{{"type": "Feature", "properties": {properties}, "geometry": {geometry}}}'
