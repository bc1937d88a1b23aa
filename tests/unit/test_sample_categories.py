"""Drawing from tables, and the sample's categories beside the warehouse's seeds."""

import numpy as np
import polars as pl
import pytest
import yaml

from etl.sample.rhythm import pick, read_categories
from warehouse.counties import BUILT_IN

ROOT = BUILT_IN.parents[1]
SEEDS = ROOT / "dbt_project" / "seeds"


def seed(name: str) -> pl.DataFrame:
    return pl.read_csv(SEEDS / f"{name}.csv", infer_schema=False).filter(
        pl.col("county_code") == "430181"
    )


def test_picking_follows_the_weights_of_the_row() -> None:
    lifted = np.array([[0.25, 1.0, 1.0], [1.0, 1.0, 2.0]])
    rows = np.repeat([0, 1], 20_000)
    drawn = pick(lifted, rows, np.random.default_rng(1))
    assert np.bincount(drawn[rows == 0], minlength=3)[0] == pytest.approx(5000, rel=0.05)
    assert set(drawn[rows == 0]) == {0, 1}
    assert set(drawn[rows == 1]) == {2}


def test_every_category_has_a_name_and_every_name_a_category() -> None:
    assert sorted(seed("categories")["category_code"]) == sorted(read_categories()["category_code"])


def test_every_handling_department_has_a_name() -> None:
    named = set(seed("departments")["department_code"])
    assert set(read_categories()["department_code"]) | {"town_office", "grid_centre"} <= named


def test_limits_of_grid_events_are_those_the_sample_lives_by() -> None:
    lived = (
        read_categories()
        .filter(pl.col("dataset") == "grid_events")
        .select(
            "category_code",
            resolution=pl.col("close_limit_hours").cast(pl.Float64),
            response=pl.col("response_limit_minutes") / 60,
        )
    )
    configured = (
        seed("category_limits")
        .filter(pl.col("limit_unit") == "natural_hours")
        .pivot("limit_kind", index="category_code", values="limit_value")
        .select("category_code", pl.col("resolution", "response").cast(pl.Float64))
    )
    assert configured.sort("category_code").equals(lived.sort("category_code"))


@pytest.mark.parametrize("dataset", ["grid_events", "city_cases"])
def test_the_sources_list_of_codes_is_the_samples(dataset: str) -> None:
    file = ROOT / "etl" / "sources" / f"sample_{dataset}.yml"
    source = yaml.safe_load(file.read_text(encoding="utf-8"))
    lived = read_categories().filter(pl.col("dataset") == dataset)["category_code"]
    assert source["codes"]["category_code"]["allowed"] == lived.to_list()


def test_every_major_category_is_the_beginning_of_its_categories() -> None:
    names = seed("categories")
    assert (names["category_code"].str.slice(0, 8) == names["major_category_code"]).all()
    assert names.select("major_category_code", "major_category_name").unique().height == 11
