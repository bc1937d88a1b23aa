"""The sample's people: families in their houses, with births, deaths and moves."""

from datetime import date

import polars as pl
import pytest

from etl.sample.boundaries import SampleCounty, make_county
from etl.sample.people import People, make_people
from etl.sample.reporters import Reporters
from etl.sample.rhythm import FIRST_DAY, LAST_DAY
from etl.sample.workers import grid_workers

SEED = 430181


@pytest.fixture(scope="module")
def county() -> SampleCounty:
    return make_county(SEED)


@pytest.fixture(scope="module")
def people(county: SampleCounty) -> People:
    return make_people(county, scale="county", seed=SEED)


@pytest.fixture(scope="module")
def today(people: People) -> pl.DataFrame:
    return people.residents.filter(pl.col("resident_to_date").is_null()).with_columns(
        age=(pl.lit(LAST_DAY) - pl.col("birth_date")).dt.total_days() / 365.25
    )


def test_the_same_seed_gives_the_same_people(county: SampleCounty, people: People) -> None:
    assert make_people(county, scale="county", seed=SEED).residents.equals(people.residents)
    assert not make_people(county, scale="county", seed=1).residents.equals(people.residents)


def test_a_tenth_of_every_grid_is_listed(county: SampleCounty, today: pl.DataFrame) -> None:
    population = county.grids[county.sites]["population"]
    assert len(today) == pytest.approx(population.sum() * 0.1, rel=0.01)
    listed = today.group_by("site").len().sort("site")
    away = listed["len"].cast(pl.Int64) - (population * 0.1).round().cast(pl.Int64)
    assert away.min() >= -3  # type: ignore[operator]
    assert away.max() <= 3  # type: ignore[operator]


def test_codes_are_those_of_the_site(county: SampleCounty, people: People) -> None:
    grids = county.grids[county.sites]
    for frame in (people.residents, people.households):
        for name in ("grid_code", "community_code", "town_code"):
            assert frame[name].equals(grids[name].gather(frame["site"]))


def test_ages_are_those_of_a_county(today: pl.DataFrame) -> None:
    shares = today.select(
        young=(pl.col("age") < 18).mean(),
        old=(pl.col("age") >= 60).mean(),
        very_old=(pl.col("age") >= 80).mean(),
        women=(pl.col("sex_code") == "female").mean(),
    ).row(0)
    assert shares == pytest.approx((0.205, 0.176, 0.029, 0.48), rel=0.08)
    assert today["age"].max() < 105  # type: ignore[operator]


def test_nobody_comes_before_birth_or_leaves_before_coming(people: People) -> None:
    residents = people.residents
    assert (residents["resident_from_date"] >= residents["birth_date"]).all()
    assert (residents["resident_to_date"] >= residents["resident_from_date"]).all()
    assert residents["birth_date"].max() <= LAST_DAY  # type: ignore[operator]
    left = residents["resident_to_date"].drop_nulls()
    assert left.is_between(FIRST_DAY, LAST_DAY).all()
    gone = residents["leave_reason_code"].is_not_null()
    assert (gone == residents["resident_to_date"].is_not_null()).all()


def test_births_deaths_and_moves_happen_every_year(people: People) -> None:
    residents = people.residents
    of_a_year = len(residents) * 3.04
    births = (residents["birth_date"] >= FIRST_DAY).sum()
    came = (residents["resident_from_date"] >= FIRST_DAY).sum() - births
    reasons = dict(residents["leave_reason_code"].drop_nulls().value_counts().iter_rows())
    assert 0.005 < births / of_a_year < 0.015
    assert 0.005 < came / of_a_year < 0.03
    assert 0.004 < reasons["died"] / of_a_year < 0.01
    assert 0.005 < reasons["moved"] / of_a_year < 0.02
    died = residents.filter(pl.col("leave_reason_code") == "died")
    assert died.select((pl.lit(LAST_DAY) - pl.col("birth_date")).dt.total_days().mean()).item() > (
        70 * 365
    )


def test_a_family_shares_house_and_surname(people: People) -> None:
    families = people.residents.group_by("household_code").agg(
        pl.col("address").n_unique(),
        surnames=pl.col("resident_name").str.slice(0, 1).n_unique(),
        size=pl.len(),
    )
    assert (families["address"] == 1).all()
    large = families.filter(pl.col("size") >= 4)
    assert (large["surnames"] <= 3).all()
    assert families["household_code"].n_unique() == len(people.households)


def test_persons_have_numbers_and_phones_of_their_own(people: People) -> None:
    assert people.residents["id_number"].is_unique().all()
    assert people.residents["phone"].drop_nulls().is_unique().all()
    sex = people.residents["id_number"].str.slice(16, 1).cast(pl.Int64) % 2
    assert ((sex == 1) == (people.residents["sex_code"] == "male")).all()


def test_low_ground_is_near_the_river_and_lower(people: People) -> None:
    low = people.households.filter("is_low_ground")
    assert 0.02 < len(low) / len(people.households) < 0.15
    assert low["elevation_m"].mean() < people.households["elevation_m"].mean()  # type: ignore[operator]


def test_all_but_a_few_grids_have_a_worker_and_ever_more_a_party_member(
    county: SampleCounty, people: People
) -> None:
    workers = grid_workers(county, Reporters.of(county, people, SEED), seed=SEED).frame

    def shares(day: date) -> tuple[float, float]:
        active = workers.filter(
            pl.col("assigned_from_date") <= day,
            pl.col("assigned_to_date").is_null() | (pl.col("assigned_to_date") >= day),
        )
        until = pl.col("valid_to_date").is_null() | (pl.col("valid_to_date") >= day)
        grids = county.grids.filter((pl.col("valid_from_date") <= day) & until)["grid_code"]
        members = active.filter("is_party_member")["grid_code"]
        return (
            grids.is_in(active["grid_code"].implode()).mean(),  # type: ignore[return-value]
            grids.is_in(members.implode()).mean(),
        )

    assert workers.is_duplicated().sum() == 0
    key = ["worker_code", "grid_code", "assigned_from_date"]
    assert workers.select(key).is_unique().all()
    assert shares(date(2024, 9, 1)) == pytest.approx((0.83, 0.35), abs=0.05)
    with_worker, with_member = shares(LAST_DAY)
    assert 0.99 < with_worker < 1
    assert 0.95 < with_member < 1
