"""The sample's files: the same by seed, true to the boundaries, calibrated, and spoiled as told."""

import hashlib
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from etl.sample.boundaries import SampleCounty, make_county
from etl.sample.cases import HEADERS, Chunk, make_cases
from etl.sample.defects import IMPOSSIBLE_TIME, UNKNOWN_CATEGORY
from etl.sample.generate import generate_sample
from etl.sample.places import TOWN_OF_SCALE_TOWN
from etl.sample.points import Ground
from etl.sample.rhythm import Dataset, read_categories
from warehouse.errors import UsageError

DATASETS: tuple[Dataset, ...] = ("grid_events", "city_cases")
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
SIDE_TIMES = ("voided_at", "suspended_at", "resumed_at", "deferred_at", "updated_at")
DEADLINES = ("due_at", "response_due_at")
AS_OF = pl.datetime(2026, 11, 15, 23, 59, 59)
SEED = 430181


def read(file: Path) -> pl.DataFrame:
    """Everything as text, under the contract's names."""
    frame = pl.read_csv(file, infer_schema=False)
    return frame.rename({header: name for name, header in HEADERS.items()})


def timed(frame: pl.DataFrame) -> pl.DataFrame:
    """Times as times, numbers as numbers; the impossible time is null."""
    return frame.with_columns(
        pl.col(*IN_ORDER, *SIDE_TIMES, *DEADLINES).str.to_datetime(
            "%Y-%m-%d %H:%M:%S", strict=False
        ),
        pl.col("longitude", "latitude").cast(pl.Float64),
        pl.col("^.*_count$").cast(pl.Int64),
    )


def digests(folder: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.iterdir())
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("county")
    generate_sample(made, scale="county", seed=SEED)
    return made


@pytest.fixture(scope="module")
def cases(folder: Path) -> pl.DataFrame:
    """Both datasets of the whole county, without the spoiled rows."""
    frame = pl.concat(
        [
            timed(read(folder / f"{dataset}.csv")).with_columns(dataset=pl.lit(dataset))
            for dataset in DATASETS
        ]
    )
    return frame.filter(
        pl.col("reported_at").is_not_null()
        & (pl.col("category_code") != UNKNOWN_CATEGORY)
        & (pl.col("longitude").is_null() | (pl.col("longitude") > 113))
        & (pl.col("closed_at").is_null() | (pl.col("closed_at") >= pl.col("reported_at")))
    )


@pytest.fixture(scope="module")
def county() -> SampleCounty:
    return make_county(SEED)


@pytest.fixture(scope="module")
def counted(cases: pl.DataFrame) -> pl.DataFrame:
    """Neither void nor duplicate nor deferred, with the limits of each category."""
    return cases.filter(
        pl.col("voided_at").is_null()
        & pl.col("duplicate_of_number").is_null()
        & pl.col("deferred_at").is_null()
    ).join(read_categories().drop("dataset", "department_code"), on="category_code", how="left")


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        generate_sample(tmp_path / name, scale="town", seed=seed)
    one, again, other = (digests(tmp_path / name) for name in ("one", "again", "other"))
    assert one == again
    assert all(one[name] != other[name] for name in one)


def test_files_are_named_by_source_in_the_order_to_load_them(tmp_path: Path) -> None:
    files = generate_sample(tmp_path, scale="town", seed=SEED)
    assert list(files) == [
        "sample_areas",
        "sample_grids",
        "sample_grid_events",
        "sample_city_cases",
    ]
    assert all(file.is_file() for group in files.values() for file in group)
    rows = [len(read(files[source][0])) for source in list(files)[2:]]
    assert rows == [5500, 4500]


def test_an_unknown_scale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="galaxy"):
        generate_sample(tmp_path, scale="galaxy")  # type: ignore[arg-type]


def test_the_county_has_300_thousand_cases_with_numbers_of_their_own(folder: Path) -> None:
    numbers = pl.concat([read(folder / f"{name}.csv")["case_number"] for name in DATASETS])
    assert len(numbers) == 300_000
    assert numbers.is_unique().all()


@pytest.mark.parametrize("dataset", DATASETS)
def test_planted_defects_are_as_many_as_the_manifest_says(folder: Path, dataset: str) -> None:
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))[dataset]
    raw = read(folder / f"{dataset}.csv")
    frame = timed(raw)
    found = {
        "closed_before_reported": (frame["closed_at"] < frame["reported_at"]).sum(),
        "not_a_date:reported_at": (raw["reported_at"] == IMPOSSIBLE_TIME).sum(),
        "unknown_category_code": (~raw["category_code"].is_in(known(dataset).implode())).sum(),
        "point_outside_county": (frame["longitude"] < 113).sum(),
    }
    assert told["planted"] == found
    assert min(found.values()) > 0
    assert sum(found.values()) == pytest.approx(0.001 * len(raw), rel=0.05)
    assert told["rows"] == {f"{dataset}.csv": len(raw)}


def known(dataset: str) -> pl.Series:
    return read_categories().filter(pl.col("dataset") == dataset)["category_code"]


def test_milestones_follow_one_another(cases: pl.DataFrame) -> None:
    for first, then in pairwise(IN_ORDER):
        assert not (cases[first] > cases[then]).any(), (first, then)
    open_before = cases.filter(pl.col("duplicate_of_number").is_null())
    for first, then in pairwise(IN_ORDER):
        skipped = open_before.filter(pl.col(first).is_null() & pl.col(then).is_not_null())
        assert skipped.is_empty(), (first, then)
    assert not (cases["suspended_at"] > cases["resumed_at"]).any()
    assert not (cases["voided_at"] < cases["accepted_at"]).any()


def test_nothing_happens_after_the_end_and_the_update_is_last(cases: pl.DataFrame) -> None:
    happened = pl.max_horizontal(
        *IN_ORDER, "voided_at", "suspended_at", "resumed_at", "deferred_at"
    )
    told = cases.select(happened.alias("last"), "updated_at", late=pl.col("updated_at") > AS_OF)
    assert not told["late"].any()
    assert (told["updated_at"] >= told["last"]).all()


def test_every_point_lies_in_its_grid_and_the_grid_holds_that_day(
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
    assert inside.all()
    split = county.grids.filter(pl.col("valid_to_date").is_not_null())["grid_code"]
    assert joined["grid_code"].is_in(split.implode()).any()


def test_points_without_a_grid_code_still_lie_in_the_county(
    cases: pl.DataFrame, county: SampleCounty
) -> None:
    whole = shapely.coverage_union_all([county.polygons[row] for row in county.sites])
    shapely.prepare(whole)
    bare = cases.filter(pl.col("grid_code").is_null() & pl.col("longitude").is_not_null())
    assert shapely.contains_xy(whole, bare.select("longitude", "latitude").to_numpy()).all()
    shares = cases.select(
        point_only=(pl.col("grid_code").is_null() & pl.col("longitude").is_not_null()).mean(),
        neither=(pl.col("grid_code").is_null() & pl.col("longitude").is_null()).mean(),
        grid_only=(pl.col("grid_code").is_not_null() & pl.col("longitude").is_null()).mean(),
    )
    assert shares.row(0) == pytest.approx((0.03, 0.01, 0.006), rel=0.1)


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
    assert shares == pytest.approx(wanted, rel=0.12)


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
    assert gap.min().total_seconds() > 0  # type: ignore[union-attr]
    assert gap.max().total_seconds() < 6 * 3600  # type: ignore[union-attr]
    both = pairs.filter(pl.col("grid_code").is_not_null() & pl.col("grid_code_first").is_not_null())
    # Only a case on the night a grid is split has another code than its repetition.
    assert (both["grid_code"] == both["grid_code_first"]).mean() > 0.999


@pytest.mark.parametrize(
    ("start", "end", "mean_minutes"),
    [("2023-11-01", "2024-10-20", 120), ("2025-04-01", "2026-11-01", 30)],
)
def test_response_falls_from_two_hours_to_half_an_hour(
    counted: pl.DataFrame, start: str, end: str, mean_minutes: float
) -> None:
    of_period = pl.col("reported_at").is_between(
        pl.lit(start).str.to_datetime("%Y-%m-%d"), pl.lit(end).str.to_datetime("%Y-%m-%d")
    )
    minutes = counted.filter(of_period).select(
        (pl.col("first_response_at") - pl.col("reported_at")).dt.total_seconds() / 60
    )
    assert minutes.to_series().mean() == pytest.approx(mean_minutes, rel=0.04)


def test_towns_differ_by_more_than_chance(counted: pl.DataFrame) -> None:
    minutes = (
        counted.filter(pl.col("reported_at") > pl.datetime(2025, 4, 1))
        .with_columns(
            minutes=(pl.col("first_response_at") - pl.col("reported_at")).dt.total_seconds() / 60
        )
        .drop_nulls("town_code")
        .group_by("town_code")
        .agg(
            pl.col("minutes").mean(),
            error=pl.col("minutes").std() / pl.col("minutes").count().sqrt(),
        )
    )
    away = minutes.select(((pl.col("minutes") - 30).abs() > 4 * pl.col("error")).sum()).item()
    assert len(minutes) == 32
    assert 8 <= away <= 30


@pytest.mark.parametrize("dataset", DATASETS)
def test_cases_closed_in_time_rise_from_three_quarters(counted: pl.DataFrame, dataset: str) -> None:
    limit = pl.duration(hours=pl.col("close_limit_hours"))
    in_time = pl.col("closed_at") <= pl.col("reported_at") + limit
    shares = [
        counted.filter(
            (pl.col("dataset") == dataset)
            & pl.col("reported_at").is_between(pl.datetime(*start), pl.datetime(*end))
        ).select(in_time.fill_null(value=False).mean())
        for start, end in (((2023, 11, 1), (2024, 10, 20)), ((2025, 10, 1), (2026, 10, 1)))
    ]
    assert [share.item() for share in shares] == pytest.approx([0.74, 0.92], abs=0.025)


def test_only_city_cases_come_with_deadlines(cases: pl.DataFrame) -> None:
    delivered = cases.group_by("dataset").agg(pl.col(*DEADLINES).is_not_null().mean())
    assert sorted(delivered.rows()) == [("city_cases", 1.0, 1.0), ("grid_events", 0.0, 0.0)]


def test_open_cases_are_mostly_recent_with_a_few_old_ones(counted: pl.DataFrame) -> None:
    age_days = (
        counted.filter(pl.col("closed_at").is_null())
        .select((AS_OF - pl.col("reported_at")).dt.total_days())
        .to_series()
    )
    assert 0.001 < len(age_days) / len(counted) < 0.01
    assert (age_days < 30).sum() > 200
    assert (age_days > 365).sum() > 50


def chunks(town: SampleCounty, dataset: Dataset, count: int) -> Iterator[Chunk]:
    return make_cases(town, Ground.of(town), dataset, count=count, seed=SEED)


def test_a_large_dataset_comes_in_chunks_whose_numbers_do_not_clash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("etl.sample.cases.CASES_PER_CHUNK", 2_000)
    town = make_county(SEED, only_town=TOWN_OF_SCALE_TOWN)
    frames = [chunk.frame for chunk in chunks(town, "city_cases", 5_000)]
    assert [len(frame) for frame in frames] == pytest.approx([2000, 2000, 1000], abs=40)
    whole = pl.concat(frames).rename({header: name for name, header in HEADERS.items()})
    assert len(whole) == 5_000
    assert whole["case_number"].is_unique().all()
    repeated = whole["duplicate_of_number"].drop_nulls()
    assert repeated.is_in(whole["case_number"].implode()).all()
