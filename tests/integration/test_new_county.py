"""A county nobody has grids of, set up by the YAML files of the how-to alone.

In the suite its files are cut and loaded; it is built and looked at in `make soak`.
"""

import json
import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from geo.hotspots.reading import find_hot_spots
from warehouse.cli import main
from warehouse.ledger import read_ledger
from warehouse.published import Published, PublishedStore
from warehouse.settings import Settings

COUNTY = "999001"
HOW_TO = Path(__file__).parents[2] / "docs/how-to/new-county.md"
VILLAGES = {
    "999001001001": shapely.box(114.00, 28.00, 114.06, 28.05),
    "999001001002": shapely.box(114.06, 28.00, 114.10, 28.05),
}
HOT = (114.03, 28.02)
"""Where too much happens, within a few hundred metres."""
DAYS = 60


def run(home: Path, *commands: str) -> None:
    """Do what the how-to says with some of its commands, in its order."""
    for line in re.findall(r"^gridgov (.*)$", HOW_TO.read_text(encoding="utf-8"), re.M):
        words = [
            str(home / word) if word.endswith((".csv", ".geojson")) else word
            for word in line.split()
        ]
        if words[0] in commands:
            assert main(words, {"GRIDGOV_HOME": str(home)}) == 0, line


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything loaded."""
    home = tmp_path_factory.mktemp("hekou")
    text = HOW_TO.read_text(encoding="utf-8")
    for path, content in re.findall(r"`GRIDGOV_HOME/(\S+\.yml)`.*?```yaml\n(.*?)```", text, re.S):
        file = home / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(content, encoding="utf-8")
    write_villages(home / "villages.geojson")
    write_cases(home / "cases.csv")
    (home / "towns.csv").write_text("代码,名称\n999001001000,河口镇\n", encoding="utf-8")
    run(home, "tessellate", "load")
    return home


@pytest.fixture(scope="module")
def published(home: Path) -> Published:
    run(home, "build", "hotspots")
    return PublishedStore(Settings(home=home)).current()


def write_villages(file: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"village_code": code, "village_name": f"{code[-1]}村"},
            "geometry": shapely.geometry.mapping(shape),
        }
        for code, shape in VILLAGES.items()
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")


def write_cases(file: Path) -> None:
    """1,200 cases all over the place and 150 around one point."""
    rng = np.random.default_rng(5)
    everywhere = rng.uniform((114.0, 28.0), (114.1, 28.05), (1_200, 2))
    places = np.concatenate([everywhere, rng.normal(HOT, 0.004, (150, 2))])
    days = rng.integers(0, DAYS, len(places))
    pl.DataFrame(
        {
            "编号": [f"C{number:05d}" for number in range(len(places))],
            "类别": rng.choice(["0101", "0102"], len(places)),
            "上报时间": [
                f"2026-{9 + day // 30:02d}-{day % 30 + 1:02d} 10:00:00" for day in days.tolist()
            ],
            "经度": places[:, 0].round(6),
            "纬度": places[:, 1].round(6),
        }
    ).write_csv(file)


def test_every_row_of_the_files_lands(home: Path) -> None:
    landed = {batch.dataset: batch for batch in read_ledger(Settings(home=home))}
    assert not any(batch.rows_refused for batch in landed.values())
    assert landed["city_cases"].rows_landed == 1_350
    written = json.loads((home / "grids.geojson").read_text(encoding="utf-8"))["features"]
    assert landed["grids"].rows_landed == len(written) > 100


@pytest.mark.soak
def test_the_grids_are_those_of_the_file_and_fill_the_villages(
    home: Path, published: Published
) -> None:
    grids = published.sql("select * from mart.dim_grids where is_current order by grid_code")
    written = json.loads((home / "grids.geojson").read_text(encoding="utf-8"))["features"]
    assert grids["grid_code"].to_list() == sorted(
        feature["properties"]["grid_code"] for feature in written
    )
    assert set(grids["town_code"]) == {"999001001000"}
    areas = published.sql(
        "select area_code, area_km2 from mart.dim_areas where area_level = 'community'"
    )
    of_villages = dict(areas.iter_rows())
    of_grids = dict(grids.group_by("community_code").agg(pl.col("area_km2").sum()).iter_rows())
    assert of_grids == pytest.approx(of_villages, rel=1e-4)


@pytest.mark.soak
def test_every_case_lies_in_a_grid_of_its_village(published: Published) -> None:
    cases = published.sql(
        "select case_id, longitude, community_code, grid_code, location_method from mart.fct_cases"
    )
    assert len(cases) == 1_350
    located = cases.filter(pl.col("grid_code").is_not_null())
    assert len(located) == len(cases)
    assert set(located["location_method"]) == {"point_in_grid"}
    assert all(
        grid.startswith(f"{community}-")
        for community, grid in located.select("community_code", "grid_code").iter_rows()
    )
    west = located.filter(pl.col("longitude") < 114.0599)["community_code"].unique().to_list()
    assert west == ["999001001001"]


@pytest.mark.soak
def test_neighbours_are_of_grids_that_hold_and_know_each_other(published: Published) -> None:
    pairs = published.sql("select * from mart.dim_grid_neighbours")
    codes = published.sql("select grid_code from mart.dim_grids where is_current")["grid_code"]
    both = set(pairs.select("grid_code", "neighbour_code").iter_rows())
    assert both == {(other, one) for one, other in both}
    assert {one for one, _ in both} == set(codes)
    across = pairs.filter(
        pl.col("grid_code").str.starts_with("999001001001"),
        pl.col("neighbour_code").str.starts_with("999001001002"),
    )
    # The villages' common border is 5.54 km long.
    assert across["shared_m"].sum() == pytest.approx(5_542, rel=0.01)


@pytest.mark.soak
def test_the_hot_spot_is_where_it_was_put_against_area(published: Published) -> None:
    found = find_hot_spots(published, COUNTY)
    assert found.exposure == "area"
    assert found.unplaced_count == 0
    assert found.spots.rows["case_count"].sum() == 1_350
    grids = published.sql("select grid_code, longitude, latitude from mart.dim_grids")
    hot = found.spots.rows.filter("is_hot_spot").join(grids, on="grid_code")
    assert len(hot) >= 2
    # 0.012 degrees are three standard deviations of where the cases were put.
    assert (hot["longitude"] - HOT[0]).abs().max() < 0.014
    assert (hot["latitude"] - HOT[1]).abs().max() < 0.014
