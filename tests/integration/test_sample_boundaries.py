"""The sample county's boundaries: nested, without gap or overlap, with history."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from etl.sample.boundaries import (
    COLLECTION_NAME,
    FIRST_DAY_AFTER_SPLIT,
    LAST_DAY_BEFORE_SPLIT,
    SampleCounty,
    make_county,
    write_boundaries,
)
from etl.sample.places import TOWN_OF_SCALE_TOWN, read_places
from etl.sample.types import Floats

EXTENT = (113.0, 27.7, 114.4, 28.75)


@pytest.fixture(scope="module")
def county() -> SampleCounty:
    return make_county(430181)


@pytest.fixture(scope="module")
def areas(county: SampleCounty, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    file, _ = write_boundaries(county, tmp_path_factory.mktemp("boundaries"))
    return features(file)


def features(file: Path) -> pl.DataFrame:
    """Properties of each feature, with `polygon`."""
    text = file.read_text(encoding="utf-8")
    rows = pl.read_json(text.encode())["features"].explode().struct.field("properties")
    polygons = shapely.get_parts(shapely.from_geojson(text))
    frame = pl.DataFrame(rows.to_list(), infer_schema_length=None)
    return frame.with_columns(polygon=pl.Series(list(polygons), dtype=pl.Object))


def polygons(frame: pl.DataFrame) -> list[shapely.Polygon]:
    return frame["polygon"].to_list()


def km2(polygon: shapely.Polygon) -> float:
    scale: Floats = np.array([111.32 * np.cos(np.radians(28.2)), 110.82])
    return float(shapely.area(shapely.transform(polygon, lambda degrees: degrees * scale)))


def on_both_sides(county: SampleCounty) -> list[list[shapely.Polygon]]:
    """Grids that hold before and after the split day."""
    before = np.unique(county.before_split)
    return [[county.polygons[row] for row in rows] for rows in (before, county.sites)]


def test_grids_leave_no_gap_and_do_not_overlap_on_any_day(county: SampleCounty) -> None:
    for grids in on_both_sides(county):
        assert shapely.is_valid(grids).all()
        assert shapely.coverage_is_valid(grids)
        whole = shapely.coverage_union_all(grids)
        assert whole.geom_type == "Polygon"
        assert len(whole.interiors) == 0


@pytest.mark.parametrize("level", ["town", "community"])
def test_areas_of_a_level_are_a_coverage_of_single_pieces(areas: pl.DataFrame, level: str) -> None:
    pieces = polygons(areas.filter(pl.col("area_level") == level))
    assert {piece.geom_type for piece in pieces} == {"Polygon"}
    assert shapely.coverage_is_valid(pieces)


def test_areas_are_exactly_the_union_of_what_is_in_them(
    county: SampleCounty, areas: pl.DataFrame
) -> None:
    grids = county.grids[county.sites].select(
        parent_code="community_code",
        polygon=pl.Series([county.polygons[row] for row in county.sites], dtype=pl.Object),
    )
    below = pl.concat(
        [grids, areas.filter(pl.col("area_level") != "county").select("parent_code", "polygon")]
    )
    parts: dict[str, list[shapely.Polygon]] = {}
    for parent, polygon in below.iter_rows():
        parts.setdefault(parent, []).append(polygon)
    assert len(parts) == 1 + 32 + 326
    for code, polygon in areas.select("area_code", "polygon").iter_rows():
        union = shapely.coverage_union_all(parts[code])
        assert shapely.equals_exact(union, polygon, tolerance=1e-9, normalize=True), code


def test_the_county_is_about_as_large_and_where_it_should_be(areas: pl.DataFrame) -> None:
    county = areas.row(0, named=True)
    west, south, east, north = county["polygon"].bounds
    assert county["area_level"] == "county"
    assert km2(county["polygon"]) == pytest.approx(5000, rel=0.02)
    assert EXTENT[0] < west < east < EXTENT[2]
    assert EXTENT[1] < south < north < EXTENT[3]
    assert areas["area_level"].value_counts(sort=True).rows() == [
        ("community", 326),
        ("town", 32),
        ("county", 1),
    ]


def test_residents_add_up_level_by_level(county: SampleCounty, areas: pl.DataFrame) -> None:
    grids = county.grids[county.sites]["population"]
    by_level = dict(areas.group_by("area_level").agg(pl.col("population").sum()).iter_rows())
    assert set(by_level.values()) == {grids.sum()}
    assert grids.sum() == pytest.approx(1_430_000, rel=0.01)
    assert county.grids["population"].max() <= 1500
    assert county.grids["population"].min() >= 50


def test_grids_of_the_urban_towns_are_the_small_ones(county: SampleCounty) -> None:
    urban = read_places().towns.filter("is_urban")["town_code"].implode()
    is_urban = county.grids[county.sites]["town_code"].is_in(urban).to_numpy()
    area = np.array([km2(county.polygons[row]) for row in county.sites])
    assert np.median(area[~is_urban]) > 2 * np.median(area[is_urban])


def test_grid_codes_carry_their_community_and_do_not_repeat(county: SampleCounty) -> None:
    codes = county.grids["grid_code"]
    assert codes.is_unique().all()
    assert codes.str.contains(r"^[0-9]{15}$").all()
    assert (codes.str.slice(0, 12) == county.grids["community_code"]).all()


def test_a_split_grid_ends_the_day_before_its_halves_begin(county: SampleCounty) -> None:
    old = county.grids.filter(pl.col("valid_to_date").is_not_null())
    new = county.grids.filter(pl.col("valid_from_date") == FIRST_DAY_AFTER_SPLIT)
    assert old["valid_to_date"].unique().to_list() == [LAST_DAY_BEFORE_SPLIT]
    assert 5 <= len(old) <= 20
    assert len(new) == 2 * len(old)
    assert new["population"].sum() == old["population"].sum()
    for site, whole in zip(county.sites, county.before_split, strict=True):
        if site != whole:
            assert county.polygons[whole].covers(county.polygons[site])


def test_one_town_alone_is_the_same_town(county: SampleCounty) -> None:
    alone = make_county(430181, only_town=TOWN_OF_SCALE_TOWN)
    of_the_whole = [
        polygon
        for polygon, town in zip(county.polygons, county.grids["town_code"], strict=True)
        if town == TOWN_OF_SCALE_TOWN
    ]
    assert 90 <= len(alone.sites) <= 130
    assert shapely.coverage_is_valid([alone.polygons[row] for row in alone.sites])
    assert shapely.equals(shapely.union_all(of_the_whole), shapely.union_all(alone.polygons))


def test_the_file_says_that_its_boundaries_are_synthetic(
    county: SampleCounty, tmp_path: Path
) -> None:
    for file in write_boundaries(county, tmp_path):
        assert f'"name":"{COLLECTION_NAME}"' in file.read_text(encoding="utf-8")[:120]


@pytest.mark.parametrize("seed", [1])
def test_other_seeds_tile_too(seed: int) -> None:
    other = make_county(seed)
    for grids in on_both_sides(other):
        assert shapely.coverage_is_valid(grids)
    assert other.grids["community_code"].n_unique() == 326
