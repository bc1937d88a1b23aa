"""The map as a file of areas: GeoJSON or GeoPackage, in CGCS2000 or shifted to GCJ-02.

The datum stands in the file's name, its metadata and the layer's name: neither format tells GCJ-02
from others by itself, and a map laid 500 m off is worse than none.
"""

import json
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas
import numpy as np
import polars as pl
import pyogrio
import pyproj
import shapely

from dashboards.context import Context
from dashboards.i18n import Lang
from dashboards.map.areas import areas_of, level_areas
from dashboards.map.asked import OF_KPIS, Asked
from dashboards.map.class_words import why_without
from dashboards.map.modes import shade
from dashboards.map.shading import NO_CLASS, PROVISIONAL, UNCERTAIN, Shading
from dashboards.map.tile_files import kept_shapes
from dashboards.map.told import WITH_COVERAGE, WITH_HORIZON, WITH_KINDS, Told
from geo.coordinates import from_cgcs2000
from warehouse.errors import UsageError, unknown_value

DATUMS = ("cgcs2000", "gcj02")
KINDS = ("geojson", "gpkg")
EPSG = "EPSG:4490"
GCJ02 = pyproj.CRS.from_wkt(
    'GEOGCRS["GCJ-02 (shifted)",DATUM["GCJ-02 (shifted CGCS2000)",'
    'ELLIPSOID["CGCS2000",6378137,298.257222101]],CS[ellipsoidal,2],'
    'AXIS["longitude",east],AXIS["latitude",north],ANGLEUNIT["degree",0.0174532925199433]]'
)
"""No register has one; this tells the name to who opens the file, and moves nothing."""
DIGITS = 7
"""Of degrees: a centimetre."""


def areas_file(
    context: Context, asked: Asked, *, kind: str, datum: str, focus: str, lang: Lang
) -> tuple[str, bytes]:
    """File name and content: one feature per area inside the one looked into.

    Raises:
        UsageError: an unknown kind or datum; a version whose shapes were not kept.
    """
    for name, value, allowed in (("kind", kind, KINDS), ("datum", datum, DATUMS)):
        if value not in allowed:
            raise UsageError(unknown_value(name, value, allowed))
    rows = table(context, asked, focus=focus)
    shapes = _shapes(context, asked)
    frame = rows.join(shapes, on="area_code", how="inner")
    geometry = shapely.from_wkb(frame["geometry_wkb"].to_numpy())
    if datum == "gcj02":
        geometry = shapely.transform(geometry, _shifted)
    made = geopandas.GeoDataFrame(
        frame.drop("geometry_wkb").to_pandas(),
        geometry=shapely.set_precision(geometry, 10**-DIGITS),
        crs=EPSG if datum == "cgcs2000" else GCJ02,
    )
    name = file_name(context, asked, lang) + f"_{datum}"
    about = _about(context, asked, datum)
    body = _geojson(made, about) if kind == "geojson" else _geopackage(made, about, datum)
    return f"{name}.{kind}", body


def table(context: Context, asked: Asked, *, focus: str = "") -> pl.DataFrame:
    """One row per area as it is shown, those inside `focus` only: code, name, level, area around,
    residents, km², value, class, why it has none, whether it is uncertain or provisional, and the
    mode's own figures."""
    shading = shade(context, asked)
    county = asked.county.code
    areas = _inside(context, asked, focus)
    places = areas["feature_id"].to_numpy()
    names = dict(areas_of(context, county).select("area_code", "area_name").iter_rows())
    classes = shading.classes[places]
    rows = areas.select(
        "area_code",
        "area_name",
        "area_level",
        "parent_code",
        pl.col("parent_code").replace_strict(names, default=None).alias("parent_name"),
        "population",
        "area_km2",
    ).with_columns(
        pl.Series("value", shading.values[places], nan_to_null=True),
        pl.Series("class_number", np.where(classes == NO_CLASS, 0, classes.astype(int) + 1)),
        pl.Series("class_code", _class_codes(shading, classes)),
        pl.Series("why_without", why_without(asked, shading, places), dtype=pl.String),
        pl.Series("is_provisional", shading.flags[places] & PROVISIONAL > 0),
        pl.Series("is_uncertain", shading.flags[places] & UNCERTAIN > 0),
        *(
            pl.Series(name, of[places].astype(np.float64), nan_to_null=True)
            for name, of in shading.extra.items()
            if not name.startswith("reason_")
        ),
        *(
            pl.Series(name, _reasons(shading, of[places]))
            for name, of in shading.extra.items()
            if name.startswith("reason_")
        ),
    )
    return rows.with_columns(
        pl.when(pl.col("population").is_between(1, 4))
        .then(None)
        .otherwise("population")
        .alias("population")
    )


def file_name(context: Context, asked: Asked, lang: Lang) -> str:
    """Place, what is shown, level, days and version: what a file is of is seen from its name."""
    build = context.builds[asked.county.code]
    shading = shade(context, asked)
    place = build.name_zh if lang is Lang.ZH else build.name_en
    what = Told(context, asked, lang).name
    days = "-".join(day.replace("-", "") for day in (shading.first, shading.last))
    return f"{place}_{what}_{asked.level}_{days}_v{context.published.version}".replace("/", "-")


def _inside(context: Context, asked: Asked, focus: str) -> pl.DataFrame:
    areas = level_areas(context, asked.county.code, asked.level)
    if not focus or focus == asked.county.code:
        return areas
    around = areas_of(context, asked.county.code).filter(pl.col("area_code") == focus)
    if around.is_empty():
        raise UsageError(unknown_value("area", focus, areas["area_code"]))
    column = {"town": "town_code", "community": "parent_code"}.get(around["area_level"][0])
    is_inside = pl.col("area_code") == focus
    return areas.filter(is_inside | (pl.col(column) == focus) if column else is_inside)


def _class_codes(shading: Shading, classes: np.ndarray) -> list[str | None]:
    """What a class is called: of categories its code, else its lower edge on to its upper one."""
    if shading.categories:
        names = list(shading.categories)
    else:
        edges = ["", *(f"{edge:g}" for edge in shading.breaks), ""]
        names = [f"{low}..{high}" for low, high in pairwise(edges)]
    return [None if place == NO_CLASS else names[place] for place in classes]


def _reasons(shading: Shading, places: np.ndarray) -> list[str | None]:
    names = [one["id"] for one in shading.facts["reasons"]]
    return [None if place == NO_CLASS else names[place] for place in places]


def _shapes(context: Context, asked: Asked) -> pl.DataFrame:
    file = kept_shapes(context.services.settings, county=asked.county.code)
    return (
        pl.scan_parquet(file)
        .filter(pl.col("area_level") == asked.level)
        .select("area_code", "geometry_wkb")
        .collect()
    )


def _shifted(points: np.ndarray) -> np.ndarray:
    return np.column_stack(from_cgcs2000(points[:, 0], points[:, 1], datum="gcj02"))


def _about(context: Context, asked: Asked, datum: str) -> dict[str, Any]:
    build, shading = context.builds[asked.county.code], shade(context, asked)
    kpi = Told(context, asked, Lang.EN).kpi
    compared = {name: shading.facts.get(name) for name in ("before_from", "before_to")}
    return {
        "datum": "CGCS2000 (EPSG:4490)" if datum == "cgcs2000" else "GCJ-02 (火星坐标 / shifted)",
        "county_code": asked.county.code,
        "mode": asked.mode,
        "measure": kpi.kpi_id if kpi and asked.mode not in WITH_HORIZON else asked.mode,
        "kpi": kpi.kpi_id if kpi and asked.mode in OF_KPIS else None,
        "coverage": asked.coverage if asked.mode in WITH_COVERAGE else None,
        "family": asked.family if asked.mode in WITH_KINDS else None,
        "horizon": asked.horizon if asked.mode in WITH_HORIZON else None,
        "against": shading.facts.get("exposure") if asked.mode == "hotspots" else None,
        "is_followed": asked.is_followed if asked.mode == "hotspots" else None,
        "department": asked.department or None,
        "compare": asked.compare if asked.mode == "change" else None,
        **(compared if asked.mode == "change" else {}),
        **{f"words_{lang.value}": dict(Told(context, asked, lang).lines) for lang in Lang},
        "level": asked.level,
        "from": shading.first,
        "to": shading.last,
        "as_of": build.as_of_at.isoformat(),
        "version": build.version,
        "is_sample": build.is_sample,
        "said": [said.zh + " / " + said.en for said in shading.said],
    }


def _geojson(made: geopandas.GeoDataFrame, about: dict[str, Any]) -> bytes:
    collection = json.loads(made.to_json(drop_id=True, na="null"))
    collection.pop("crs", None)
    if "EPSG" in about["datum"]:
        collection["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    head = {"type": "FeatureCollection", "name": f"gridgov {about['datum']}", "about": about}
    body = {**head, **{k: v for k, v in collection.items() if k != "type"}}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _geopackage(made: geopandas.GeoDataFrame, about: dict[str, Any], datum: str) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "areas.gpkg"
        pyogrio.write_dataframe(
            made,
            file,
            driver="GPKG",
            layer=f"{about['mode']}_{about['level']}_{datum}",
            geometry_type="MultiPolygon",
            promote_to_multi=True,
            layer_metadata={"about": json.dumps(about, ensure_ascii=False)},
            layer_options={"DESCRIPTION": about["datum"]},
        )
        return file.read_bytes()
