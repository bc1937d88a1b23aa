"""Names, numbers, phones and addresses of the sample: right in kind, and nobody's."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from stdnum.cn import ric

from etl.sample.names import (
    UNASSIGNED_DIVISION,
    addresses,
    draw_surnames,
    every_name,
    full_names,
    identity_numbers,
    phones,
)
from etl.sample.places import read_places
from warehouse.counties import BUILT_IN

ROOT = BUILT_IN.parents[1]


def born(count: int) -> pl.Series:
    days = np.random.default_rng(1).integers(-10_000, 20_000, count)
    return pl.Series(days, dtype=pl.Int32).cast(pl.Date)


def test_identity_numbers_carry_the_check_character_the_day_and_the_sex() -> None:
    days, is_male = born(3000), np.arange(3000) % 2 == 0
    numbers = identity_numbers(days, is_male)
    assert all(ric.calc_check_digit(number) == number[17] for number in numbers)
    assert (numbers.str.slice(6, 8) == days.dt.strftime("%Y%m%d")).all()
    assert ((numbers.str.slice(16, 1).cast(pl.Int64) % 2 == 1).to_numpy() == is_male).all()


def test_no_division_has_the_code_in_the_numbers() -> None:
    numbers = identity_numbers(born(10), np.ones(10, dtype=bool))
    assert (numbers.str.slice(0, 6) == UNASSIGNED_DIVISION).all()
    for number in numbers:
        with pytest.raises(ric.InvalidComponent):
            ric.validate(number)


def test_numbers_of_one_day_differ_and_none_looks_like_a_ruined_one() -> None:
    for is_male in (True, False):
        numbers = identity_numbers(pl.Series([date(1990, 5, 6)] * 490), np.full(490, is_male))
        assert numbers.is_unique().all()
        assert not numbers.str.ends_with("000").any()
        with pytest.raises(ValueError, match="too many"):
            identity_numbers(pl.Series([date(1990, 5, 6)] * 491), np.full(491, is_male))


def test_phones_have_a_prefix_of_no_network_and_do_not_repeat() -> None:
    numbers = phones(np.arange(200_000), 430181)
    assert numbers.str.contains(r"^120[0-9]{8}$").all()
    assert numbers.is_unique().all()


def texts() -> list[str]:
    """What the warehouse says itself: area names, code lists, contracts, free text of cases."""
    places = read_places()
    files = [
        *(ROOT / "dbt_project" / "seeds").glob("*.csv"),
        *(ROOT / "etl" / "contracts").rglob("*.yml"),
        *(ROOT / "etl" / "sample").rglob("*.csv"),
        *(ROOT / "etl" / "sample").rglob("*.py"),
    ]
    return [
        *places.towns["town_name"],
        *places.communities["community_name"],
        *(Path(file).read_text(encoding="utf-8") for file in files),
    ]


def test_no_name_is_part_of_an_area_name_or_of_any_text_of_the_product() -> None:
    names = set(every_name())
    found = {
        text[start : start + length]
        for text in texts()
        for length in (2, 3)
        for start in range(len(text) - length + 1)
    }
    assert names & found == set()


def test_drawn_names_are_among_those_that_can_be_drawn() -> None:
    rng = np.random.default_rng(1)
    drawn = full_names(draw_surnames(5000, rng), rng.random(5000) < 0.5, rng)
    assert set(drawn) <= set(every_name())
    assert 0.05 < (drawn.str.starts_with("王")).mean() < 0.12


def test_addresses_lie_in_their_place() -> None:
    rng = np.random.default_rng(1)
    drawn = addresses(pl.Series(["甲镇乙村", "丙街道丁社区"]), np.array([False, True]), rng)
    assert drawn[0].startswith("甲镇乙村")
    assert "组" in drawn[0]
    assert drawn[1].startswith("丙街道丁社区")
    assert drawn[1].endswith("室")
