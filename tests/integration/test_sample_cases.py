"""The sample's cases: true to the boundaries, calibrated, and delivered with mess."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely

from etl.sample.boundaries import SampleCounty, make_county
from etl.sample.case_followups import FOLLOWED_UP, case_followups
from etl.sample.case_kinds import CASE_KINDS, Dataset
from etl.sample.cases import FALLBACK_POINT, Chunk, World, make_cases
from etl.sample.echoes import NOISE_TOLD_TO_POLICE, Echoes
from etl.sample.people import make_people
from etl.sample.places import to_km
from etl.sample.rhythm import SILENCE, read_categories

SEED = 430181
COUNT = 60_000
IN_ORDER = (
    "reported_at",
    "accepted_at",
    "filed_at",
    "dispatched_at",
    "first_response_at",
    "handled_at",
    "checked_at",
    "closed_at",
)
SIDE_TIMES = ("voided_at", "suspended_at", "resumed_at", "deferred_at")
AS_OF = pl.datetime(2026, 11, 15, 23, 59, 59)
BEFORE = (datetime(2023, 11, 1), datetime(2024, 11, 1))  # noqa: DTZ001 - local times
AFTER = (datetime(2025, 11, 16), datetime(2026, 11, 16))  # noqa: DTZ001 - local times

Chunks = dict[Dataset, list[Chunk]]


@pytest.fixture(scope="module")
def county() -> SampleCounty:
    return make_county(SEED)


def draw(county: SampleCounty, seed: int, count: int) -> Chunks:
    """Every dataset of cases, the police's with what they share with the grid centre."""
    world = World.of(county, make_people(county, scale="county", seed=seed), seed)
    drawn: Chunks = {}
    for dataset, kind in CASE_KINDS.items():
        echoes = None
        if dataset == "police_incidents":
            echoes = Echoes.of_all([chunk.echoes for chunk in drawn["grid_events"]])
        of_dataset = make_cases(world, dataset, count=round(count * kind.share), echoes=echoes)
        drawn[dataset] = list(of_dataset)
    return drawn


@pytest.fixture(scope="module")
def drawn(county: SampleCounty) -> Chunks:
    return draw(county, SEED, COUNT)


def sound(drawn: Chunks) -> pl.DataFrame:
    """The sound cases of every dataset, as they truly are."""
    return pl.concat(
        [
            chunk.sound.with_columns(dataset=pl.lit(dataset))
            for dataset, chunks in drawn.items()
            for chunk in chunks
        ],
        how="diagonal",
    )


@pytest.fixture(scope="module")
def cases(drawn: Chunks) -> pl.DataFrame:
    return sound(drawn)


@pytest.fixture(scope="module")
def counted(cases: pl.DataFrame) -> pl.DataFrame:
    """Neither void nor duplicate nor deferred, with the limits of each category."""
    return cases.filter(
        pl.col("voided_at").is_null()
        & pl.col("duplicate_of_number").is_null()
        & pl.col("deferred_at").is_null()
    ).join(read_categories().drop("dataset", "department_code"), on="category_code", how="left")


def test_numbers_do_not_repeat(cases: pl.DataFrame) -> None:
    assert cases["case_number"].is_unique().all()


def test_milestones_follow_one_another(cases: pl.DataFrame) -> None:
    for first, then in pairwise(IN_ORDER):
        assert not (cases[first] > cases[then]).any(), (first, then)
    open_before = cases.filter(pl.col("duplicate_of_number").is_null())
    for first, then in pairwise(IN_ORDER):
        skipped = open_before.filter(pl.col(first).is_null() & pl.col(then).is_not_null())
        assert skipped.is_empty(), (first, then)
    assert not (cases["suspended_at"] > cases["resumed_at"]).any()
    assert not (cases["voided_at"] < cases["accepted_at"]).any()
    assert not (cases["voided_at"] < cases["filed_at"]).any()


def test_nothing_happens_after_the_end_and_the_update_is_last(cases: pl.DataFrame) -> None:
    told = cases.select(
        pl.max_horizontal(*IN_ORDER, *SIDE_TIMES).alias("last"),
        "updated_at",
        late=pl.col("updated_at") > AS_OF,
    )
    assert not told["late"].any()
    assert (told["updated_at"] >= told["last"]).all()


def test_points_lie_in_their_grid_of_the_day_but_for_a_few_wrong_ones(
    cases: pl.DataFrame, county: SampleCounty
) -> None:
    polygons = np.array(county.polygons)
    shapely.prepare(polygons)
    versions = county.grids.with_columns(
        version=pl.int_range(pl.len()),
        until=pl.col("valid_to_date").fill_null(pl.date(9999, 12, 31)),
    )
    joined = cases.filter(pl.col("grid_code").is_not_null()).join(
        versions.select("grid_code", "version", "valid_from_date", "until"),
        on="grid_code",
        how="left",
    )
    day = pl.col("reported_at").dt.date()
    assert joined.select(day.is_between("valid_from_date", "until").all()).item()
    placed = joined.filter(pl.col("longitude").is_not_null())
    inside = shapely.contains_xy(
        polygons[placed["version"]], placed["longitude"].to_numpy(), placed["latitude"].to_numpy()
    )
    wrong = placed.filter(pl.Series(~inside))
    assert set(wrong["dataset"]) == {"grid_events"}
    assert 0.001 < len(wrong) / (placed["dataset"] == "grid_events").sum() < 0.004


def test_missing_places_have_their_shares(cases: pl.DataFrame) -> None:
    has_grid = pl.col("grid_code").is_not_null()
    has_point = pl.col("longitude").is_not_null()
    shares = cases.filter(pl.col("dataset") != "city_cases").select(
        point_only=(~has_grid & has_point).mean(),
        neither=(~has_grid & ~has_point).mean(),
        grid_only=(has_grid & ~has_point).mean(),
    )
    assert shares.row(0) == pytest.approx((0.03, 0.01, 0.006), rel=0.12)


def test_city_cases_of_no_known_place_are_put_on_one_point(cases: pl.DataFrame) -> None:
    at_point = cases.filter(
        (pl.col("longitude") == FALLBACK_POINT[0]) & (pl.col("latitude") == FALLBACK_POINT[1])
    )
    assert set(at_point["dataset"]) == {"city_cases"}
    assert at_point["grid_code"].null_count() == len(at_point)
    assert len(at_point) / (cases["dataset"] == "city_cases").sum() == pytest.approx(0.005, rel=0.3)


def test_side_states_have_their_shares(cases: pl.DataFrame) -> None:
    shares = cases.select(
        void=pl.col("voided_at").is_not_null().mean(),
        duplicate=pl.col("duplicate_of_number").is_not_null().mean(),
        suspended=pl.col("suspended_at").is_not_null().mean(),
        deferred=pl.col("deferred_at").is_not_null().mean(),
        extended=(pl.col("extension_count") > 0).mean(),
        reworked=(pl.col("rework_count") > 0).mean(),
    ).row(0, named=True)
    wanted = {
        "void": 0.015,
        "duplicate": 0.02,
        "suspended": 0.01,
        "deferred": 0.003,
        "extended": 0.03,
        "reworked": 0.04,
    }
    assert shares == pytest.approx(wanted, rel=0.2)
    void = cases.filter(pl.col("voided_at").is_not_null())
    assert void["filed_at"].is_not_null().mean() == pytest.approx(0.4, abs=0.1)


def test_a_duplicate_repeats_an_earlier_case_of_the_same_kind_within_hours(
    cases: pl.DataFrame,
) -> None:
    firsts = cases.select(
        "case_number", "duplicate_of_number", "category_code", "reported_at", "grid_code"
    )
    pairs = firsts.filter(pl.col("duplicate_of_number").is_not_null()).join(
        firsts, left_on="duplicate_of_number", right_on="case_number", how="left", suffix="_first"
    )
    gap = pairs["reported_at"] - pairs["reported_at_first"]
    assert pairs["duplicate_of_number_first"].null_count() == len(pairs)
    assert (pairs["category_code"] == pairs["category_code_first"]).all()
    assert gap.min() > timedelta(0)  # type: ignore[operator]
    assert gap.max() < timedelta(hours=6)  # type: ignore[operator]


def response_means(cases: pl.DataFrame) -> list[float]:
    """Mean minutes to the first response before the programme and in the last year."""
    responded = cases.filter(
        pl.col("voided_at").is_null() & pl.col("duplicate_of_number").is_null()
    ).with_columns(
        minutes=(pl.col("first_response_at") - pl.col("reported_at")).dt.total_seconds() / 60
    )
    return [
        responded.filter(pl.col("reported_at").is_between(*period, closed="left"))
        .select(pl.col("minutes").mean())
        .item()
        for period in (BEFORE, AFTER)
    ]


def satisfaction(drawn: Chunks) -> list[float]:
    """Percent content, the basically satisfied at 0.9, of the calls of both periods."""
    rng = np.random.default_rng(1)
    calls = pl.concat(
        case_followups(chunk.sound, dataset, first_number=1, rng=rng)
        for dataset in FOLLOWED_UP
        for chunk in drawn[dataset]
    ).filter("is_valid")
    worth = {"satisfied": 100.0, "basically_satisfied": 90.0, "dissatisfied": 0.0}
    value = pl.col("satisfaction_code").replace_strict(worth).mean()
    return [
        calls.filter(pl.col("called_at").is_between(*period, closed="left")).select(value).item()
        for period in (BEFORE, AFTER)
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_published_figures_come_out_of_the_records(county: SampleCounty, seed: int) -> None:
    drawn = draw(county, seed, 30_000)
    assert response_means(sound(drawn)) == pytest.approx([120, 30], rel=0.05)
    assert satisfaction(drawn) == pytest.approx([82, 96], abs=1)


def test_departments_answer_at_their_own_pace(counted: pl.DataFrame) -> None:
    minutes = (pl.col("first_response_at") - pl.col("reported_at")).dt.total_seconds() / 60
    means = dict(
        counted.filter(pl.col("reported_at").is_between(*BEFORE))
        .group_by("dataset")
        .agg(minutes.mean())
        .iter_rows()
    )
    wanted = {name: 120 * kind.response_factor for name, kind in CASE_KINDS.items()}
    assert means == pytest.approx(wanted, rel=0.1)


def test_towns_differ_by_more_than_chance(counted: pl.DataFrame) -> None:
    minutes = (pl.col("first_response_at") - pl.col("reported_at")).dt.total_seconds() / 60
    after = (
        counted.filter(
            (pl.col("reported_at") > pl.datetime(2025, 4, 1))
            & pl.col("dataset").is_in(["grid_events", "city_cases"])
        )
        .drop_nulls("town_code")
        .group_by("town_code")
        .agg(minutes.mean().alias("mean"), error=minutes.std() / pl.len().sqrt())
    )
    usual = after["mean"].median()
    away = after.select(((pl.col("mean") - usual).abs() > 3 * pl.col("error")).sum()).item()
    assert len(after) == 32
    assert 6 <= away <= 30


@pytest.mark.parametrize("dataset", CASE_KINDS)
def test_cases_closed_in_time_rise_from_three_quarters(counted: pl.DataFrame, dataset: str) -> None:
    limit = pl.duration(hours=pl.col("close_limit_hours"))
    in_time = (pl.col("closed_at") <= pl.col("reported_at") + limit).fill_null(value=False)
    shares = [
        counted.filter((pl.col("dataset") == dataset) & pl.col("reported_at").is_between(*period))
        .select(in_time.mean())
        .item()
        for period in (BEFORE, (datetime(2025, 10, 1), datetime(2026, 10, 1)))  # noqa: DTZ001
    ]
    few = {"wristband_alerts": 0.09, "device_alerts": 0.05}
    assert shares == pytest.approx([0.74, 0.92], abs=few.get(dataset, 0.03))


def test_only_city_cases_come_with_deadlines(cases: pl.DataFrame) -> None:
    delivered = cases.group_by("dataset").agg(
        pl.col("due_at", "response_due_at").is_not_null().mean()
    )
    assert {row for row in delivered.rows() if row[1:] != (0.0, 0.0)} == {("city_cases", 1.0, 1.0)}


def test_open_cases_are_mostly_recent_with_a_few_old_ones(counted: pl.DataFrame) -> None:
    age_days = (
        counted.filter(pl.col("closed_at").is_null())
        .select((AS_OF - pl.col("reported_at")).dt.total_days())
        .to_series()
    )
    assert 0.001 < len(age_days) / len(counted) < 0.01
    assert (age_days < 30).sum() > 40
    assert (age_days > 365).sum() > 10


def test_the_police_hear_of_a_hundredth_of_the_grid_events_too(
    drawn: Chunks, cases: pl.DataFrame
) -> None:
    echoes = Echoes.of_all([chunk.echoes for chunk in drawn["grid_events"]])
    assert len(echoes.site) == pytest.approx(0.01 * COUNT * 0.45, rel=0.05)
    told = pl.DataFrame(
        {"longitude": echoes.point[:, 0], "latitude": echoes.point[:, 1], "at": echoes.reported_at}
    ).with_columns(at=pl.from_epoch(pl.col("at").cast(pl.Int64), time_unit="s"))
    police = cases.filter(pl.col("category_code") == NOISE_TOLD_TO_POLICE)
    found = told.join(
        police,
        left_on=["longitude", "latitude", "at"],
        right_on=["longitude", "latitude", pl.col("reported_at").dt.cast_time_unit("us")],
        how="semi",
    )
    assert len(found) == len(told)
    (chunk,) = drawn["grid_events"]
    events = pl.concat([chunk.delivered.first, chunk.delivered.second]).unique(
        "case_number", keep="last", maintain_order=True
    )
    events = events.sort("case_number")
    first = events[echoes.row]
    apart = to_km(first.select("longitude", "latitude").to_numpy()) - to_km(echoes.point)
    assert np.hypot(*apart.T).max() < 0.1
    reported = first["reported_at"].str.to_datetime("%Y-%m-%d %H:%M:%S")
    assert ((reported - told["at"]).abs() <= timedelta(days=1)).all()


def test_urban_management_tells_nothing_of_one_week(cases: pl.DataFrame) -> None:
    silent = {}
    for dataset in ("city_cases", "grid_events"):
        own = cases.filter(pl.col("dataset") == dataset)
        silent[dataset] = [
            own[name].dt.date().is_between(*SILENCE).sum() for name in ("reported_at", "updated_at")
        ]
    assert silent["city_cases"] == [0, 0]
    assert min(silent["grid_events"]) > 100
    assert (SILENCE[1] - SILENCE[0]).days == 6


@pytest.mark.parametrize("dataset", CASE_KINDS)
def test_the_second_delivery_corrects_some_cases_and_brings_late_ones(
    drawn: Chunks, dataset: Dataset
) -> None:
    (chunk,) = drawn[dataset]
    first, second = chunk.delivered.first, chunk.delivered.second
    both = second.join(first, on="case_number", how="inner", suffix="_first")
    assert len(both) == chunk.delivered.corrected > 0
    assert (both["updated_at"] > both["updated_at_first"]).all()
    assert both["closed_at_first"].null_count() == len(both)
    late = len(second) - len(both)
    assert late > 0
    assert len(first) + late == round(COUNT * CASE_KINDS[dataset].share)


def test_free_text_tells_only_of_the_person_in_the_row(cases: pl.DataFrame) -> None:
    named = cases.filter(pl.col("reporter_name").is_not_null())
    assert 0.3 < len(named) / len(cases) < 0.6
    text = pl.col("description")
    shares = named.select(
        phone=text.str.contains(pl.col("reporter_phone"), literal=True).mean(),
        name=text.str.contains(pl.col("reporter_name"), literal=True).mean(),
        number=text.str.contains(r"990001[0-9]{11}[0-9X]").mean(),
        address=text.str.contains(pl.col("address"), literal=True).mean(),
    ).row(0, named=True)
    assert all(0.02 < share < 0.35 for share in shares.values()), shares
    others = cases.filter(pl.col("reporter_name").is_null())["description"]
    assert not others.str.contains("120[0-9]{8}|990001").any()


def test_a_wristband_belongs_to_one_old_person(cases: pl.DataFrame) -> None:
    alarms = cases.filter(pl.col("dataset") == "wristband_alerts")
    per_device = alarms.group_by("device_code").agg(pl.col("id_number").n_unique())
    assert (per_device["id_number"] == 1).all()
    assert (alarms["id_number"].str.slice(6, 4).cast(pl.Int64) <= 1956).all()


def test_false_alarms_of_devices_become_fewer(cases: pl.DataFrame) -> None:
    closed = cases.filter(
        (pl.col("dataset") == "device_alerts") & pl.col("is_false_alarm").is_not_null()
    )
    shares = [
        closed.filter(pl.col("reported_at").is_between(*period))["is_false_alarm"].mean()
        for period in (BEFORE, AFTER)
    ]
    assert shares == pytest.approx([0.35, 0.12], abs=0.06)


def test_calls_are_about_closed_cases_and_only_valid_ones_have_answers(drawn: Chunks) -> None:
    (chunk,) = drawn["grid_events"]
    calls = case_followups(chunk.sound, "grid_events", first_number=1, rng=np.random.default_rng(1))
    joined = calls.join(chunk.sound, left_on="subject_number", right_on="case_number", how="left")
    assert (joined["called_at"] > joined["closed_at"]).all()
    assert (joined["phone"] == joined["reporter_phone"]).all()
    assert calls["followup_number"].is_unique().all()
    not_valid = calls.filter(~pl.col("is_valid"))
    answers = not_valid.select("is_contacted", "is_solved", "satisfaction_code", "comment")
    assert answers.null_count().row(0) == (len(not_valid),) * 4
    assert calls["is_valid"].mean() == pytest.approx(0.82, abs=0.01)


def test_a_large_dataset_comes_in_chunks_whose_numbers_do_not_clash(
    monkeypatch: pytest.MonkeyPatch, county: SampleCounty
) -> None:
    monkeypatch.setattr("etl.sample.cases.CASES_PER_CHUNK", 2_000)
    world = World.of(county, make_people(county, scale="town", seed=SEED), SEED)

    def frames() -> Iterator[pl.DataFrame]:
        for chunk in make_cases(world, "city_cases", count=5_000):
            delivered: Any = chunk.delivered
            yield pl.concat([delivered.first, delivered.second]).unique("case_number")

    parts = list(frames())
    assert [len(frame) for frame in parts] == pytest.approx([2000, 2000, 1000], abs=40)
    whole = pl.concat(parts)
    assert len(whole) == 5_000
    assert whole["case_number"].is_unique().all()
    repeated = whole["duplicate_of_number"].drop_nulls()
    assert repeated.is_in(whole["case_number"].implode()).all()
