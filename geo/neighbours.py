"""Build step: which grids are neighbours in each edition of the boundaries.

Polygons stay out of the published file, so what readers need of them is worked out here.
"""

import hashlib

import duckdb
import numpy as np
import polars as pl
import shapely

from geo.editions import boundary_versions, editions_of
from geo.weights import grid_neighbours
from warehouse.counties import load_counties
from warehouse.settings import Settings
from warehouse.validity import holding

FORMAT = 1
"""Raised when neighbours of the same grids come out differently, so that they are found anew."""

KNOWN = """
select distinct valid_on, fingerprint from intermediate.grid_neighbours
where county_code = $county_code
"""
FORGET = """
delete from intermediate.grid_neighbours
where county_code = $county_code and not list_contains($kept, fingerprint || valid_on::varchar)
"""
INSERT = "insert into intermediate.grid_neighbours by name select * from new_rows"


def find_neighbours(con: duckdb.DuckDBPyConnection, *, settings: Settings) -> None:
    """Bring `intermediate.grid_neighbours` up to date.

    One row per county, edition (`valid_on` is its first day) and ordered pair of neighbouring
    grids, as `geo.weights.grid_neighbours` finds them; grids without a polygon have none. An
    edition whose grids are what they were is left as it is (`fingerprint`).

    Args:
        con: open work database with the staging tables and those of geography.
        settings: for the counties.
    """
    for county_code in load_counties(settings):
        versions = boundary_versions(con, county_code).filter(
            pl.col("area_level") == "grid", pl.col("geometry_wkb").is_not_null()
        )
        _find(con, county_code, versions)


def _find(con: duckdb.DuckDBPyConnection, county_code: str, versions: pl.DataFrame) -> None:
    days = [] if versions.is_empty() else editions_of(versions)["valid_from_date"].to_list()
    editions = {day: holding(versions, day).sort("area_code") for day in days}
    fingerprints = {day: _fingerprint(grids) for day, grids in editions.items()}
    kept = [fingerprint + str(day) for day, fingerprint in fingerprints.items()]
    con.execute(FORGET, {"county_code": county_code, "kept": kept})
    known = set(con.execute(KNOWN, {"county_code": county_code}).fetchall())
    for day, fingerprint in fingerprints.items():
        if (day, fingerprint) not in known:
            shapes = np.asarray(
                shapely.from_wkb(editions[day]["geometry_wkb"].to_list()), dtype=object
            )
            found = grid_neighbours(editions[day]["area_code"].to_list(), shapes)
            new_rows = found.with_columns(
                county_code=pl.lit(county_code),
                valid_on=pl.lit(day, dtype=pl.Date),
                fingerprint=pl.lit(fingerprint),
            )
            con.register("new_rows", new_rows)
            con.execute(INSERT)
            con.unregister("new_rows")


def _fingerprint(grids: pl.DataFrame) -> str:
    digest = hashlib.sha256(repr(FORMAT).encode())
    for row in grids.select("area_code", "geometry_wkb").iter_rows():
        digest.update(repr(row).encode())
    return digest.hexdigest()[:16]
