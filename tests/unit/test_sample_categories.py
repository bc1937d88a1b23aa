"""Drawing from tables, and the sample's categories beside the warehouse's seeds."""

import numpy as np
import polars as pl
import pytest
import yaml

from etl.contract_files import load_contracts
from etl.sample.case_kinds import CASE_KINDS
from etl.sample.echoes import NOISE_TOLD_TO_GRID_CENTRE, NOISE_TOLD_TO_POLICE
from etl.sample.formats import DELIVERIES
from etl.sample.places import FOLDER
from etl.sample.rhythm import pick, read_categories
from etl.sample.workbook import HEADER_ROW
from etl.source import BUILT_IN as BUILT_IN_SOURCES
from etl.source import read_source
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


def test_limits_of_cases_without_deadlines_are_those_the_sample_lives_by() -> None:
    without = [name for name, kind in CASE_KINDS.items() if not kind.has_deadlines]
    lived = (
        read_categories()
        .filter(pl.col("dataset").is_in(without))
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


@pytest.mark.parametrize("dataset", CASE_KINDS)
def test_the_sources_list_of_codes_is_the_samples(dataset: str) -> None:
    file = ROOT / "etl" / "sources" / f"sample_{dataset}.yml"
    source = yaml.safe_load(file.read_text(encoding="utf-8"))
    lived = read_categories().filter(pl.col("dataset") == dataset)["category_code"]
    assert source["codes"]["category_code"]["allowed"] == lived.to_list()


def test_every_major_category_is_the_beginning_of_its_categories() -> None:
    names = seed("categories")
    assert (names["category_code"].str.slice(0, 8) == names["major_category_code"]).all()
    assert names.select("major_category_code", "major_category_name").unique().height == 14


def test_every_channel_has_a_name() -> None:
    named = pl.read_csv(SEEDS / "channels.csv", infer_schema=False)["channel_code"]
    used = {channel for kind in CASE_KINDS.values() for channel in kind.channels}
    assert used <= set(named)


def test_the_same_noise_is_of_one_family_in_both_departments() -> None:
    family = dict(seed("categories").select("category_code", "category_family").iter_rows())
    assert family[NOISE_TOLD_TO_GRID_CENTRE] == family[NOISE_TOLD_TO_POLICE] == "noise"


def test_every_category_can_be_described() -> None:
    told = pl.read_csv(FOLDER / "descriptions.csv", infer_schema=False)["category_code"]
    assert sorted(set(told)) == sorted(read_categories()["category_code"])


def test_shares_of_the_datasets_add_up_and_their_factors_leave_the_mean() -> None:
    shares = [kind.share for kind in CASE_KINDS.values()]
    factors = [kind.share * kind.response_factor for kind in CASE_KINDS.values()]
    assert sum(shares) == pytest.approx(1)
    assert sum(factors) == pytest.approx(1)


@pytest.mark.parametrize("dataset", DELIVERIES)
def test_the_source_of_a_dataset_reads_the_format_it_is_delivered_in(dataset: str) -> None:
    source, delivery = read_source(BUILT_IN_SOURCES / f"sample_{dataset}.yml"), DELIVERIES[dataset]
    assert (source.dataset, source.county, source.format) == (dataset, "430181", delivery.format)
    assert source.is_labelled
    assert source.encoding == (delivery.encoding if delivery.format == "csv" else None)
    assert source.header_row == (HEADER_ROW if delivery.format == "excel" else 1)
    assert source.file_pattern == f"{dataset}*{delivery.suffix}"


def test_every_dataset_has_a_format_or_is_drawn_on_the_map() -> None:
    assert set(DELIVERIES) | {"areas", "grids"} == set(load_contracts())
