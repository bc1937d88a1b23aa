"""The generated county: every KPI equals a recomputation from its raw files.

Nothing of the loading, the geography, the models or the queries takes part in the recomputation:
times, deadlines, the work calendar and the areas are worked out again from the files.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import shapely
from polars.testing import assert_frame_equal

from tests.support.raw_cases import (
    ENCODINGS,
    FALLBACK_POINT,
    families,
    files_of,
    matched,
    newest,
    rows_of,
)
from tests.support.recomputed.aggregates import durations, rates, stocks
from tests.support.recomputed.clock import Calendar
from tests.support.recomputed.county import COUNTY, NOW, published_sample
from warehouse.published import Published
from warehouse.query import Dimension, Question, answer

ZONE = ZoneInfo("Asia/Shanghai")
WEST, SOUTH, EAST, NORTH = 113.0, 27.7, 114.4, 28.75
SHIFTS = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))
SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"
CODES = {
    "month": "period_start_date",
    "town": "area_code",
    "community": "area_code",
    "department": "department_code",
}
SLICES: list[tuple[Dimension, ...]] = [
    ("month", "town", "department"),
    ("month", "community", "department"),
    ("community",),
    ("department",),
    ("month",),
]
NAMES = {
    "上报时间": "reported",
    "到场时间": "responded",
    "结案时间": "closed",
    "办理时限": "due",
    "响应时限": "response_due",
    "作废时间": "voided",
    "挂账时间": "suspended",
    "恢复时间": "resumed",
    "缓办时间": "deferred",
}


@dataclass(frozen=True)
class County:
    """The generated files and what was published of them."""

    folder: Path
    published: Published


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    town = published_sample(tmp_path_factory, scale="town")
    return County(folder=town.files["sample_areas"][0].parent, published=town.published)


class Areas:
    """Which community and town a case of a day belongs to."""

    def __init__(self, folder: Path) -> None:
        self.towns = {
            area["area_code"]: area["parent_code"]
            for area, _ in features(folder / "areas.geojson")
            if area["area_level"] == "community"
        }
        self.grids = sorted(
            (
                (grid["grid_code"], grid, polygon)
                for grid, polygon in features(folder / "grids.geojson")
            ),
            key=lambda item: item[0],
        )

    def community_and_town(self, row: dict[str, Any], day: date) -> tuple[str | None, str | None]:
        """By the reported grid, else the point, else the reported community or town."""
        valid = [item for item in self.grids if is_valid(item[1], day)]
        reported = [grid for code, grid, _ in valid if code == row["网格编码"]]
        if not reported and point_of(row) == FALLBACK_POINT:
            return None, None
        if not reported and row["经度"]:
            point = shapely.Point(float(row["经度"]), float(row["纬度"]))
            reported = [grid for _, grid, polygon in valid if polygon.intersects(point)]
        if reported:
            community = reported[0]["community_code"]
            return community, self.towns[community]
        community = row["社区编码"] if row["社区编码"] in self.towns else None
        town = row["街道编码"] if row["街道编码"] in self.towns.values() else None
        return community, self.towns.get(community, town) if community else town


def features(file: Path) -> Iterator[tuple[dict[str, Any], shapely.Geometry]]:
    for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
        yield feature["properties"], shapely.from_geojson(json.dumps(feature["geometry"]))


def is_valid(area: dict[str, Any], day: date) -> bool:
    return area["valid_from_date"] <= day.isoformat() <= (area["valid_to_date"] or "9999-12-31")


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE) if text else None


def point_of(row: dict[str, Any]) -> tuple[float, float] | None:
    return (float(row["经度"]), float(row["纬度"])) if row["经度"] else None


def is_refused(row: dict[str, Any], categories: set[str]) -> bool:
    try:
        reported, closed = moment(row["上报时间"]), moment(row["结案时间"])
    except ValueError:
        return True
    if row["经度"] and not (
        WEST <= float(row["经度"]) <= EAST and SOUTH <= float(row["纬度"]) <= NORTH
    ):
        return True
    assert reported is not None
    return row["事件类别"] not in categories or (closed is not None and closed < reported)


def limits() -> dict[tuple[str, str], float]:
    """Hours by category and kind of limit, for cases that come without a deadline."""
    with (SEEDS / "category_limits.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["county_code"] == COUNTY]
    assert {row["limit_unit"] for row in rows} == {"natural_hours"}
    return {(row["category_code"], row["limit_kind"]): float(row["limit_value"]) for row in rows}


class Recomputer:
    """One case at a time, as an official would with the file on the table."""

    def __init__(self, folder: Path) -> None:
        self.calendar = Calendar("CN", SHIFTS, ZONE)
        self.areas = Areas(folder)
        self.limits = limits()
        self.families = families(SEEDS / "categories.csv")

    def case(self, row: dict[str, Any]) -> dict[str, Any] | None:
        """What is known of a row at the as-of time; none when it was reported later."""
        times = {name: moment(row[column]) for column, name in NAMES.items()}
        for name in ("responded", "closed", "voided", "suspended", "resumed", "deferred"):
            if times[name] is not None and times[name] > NOW:
                times[name] = None
        reported = times["reported"]
        if reported > NOW:
            return None
        community, town = self.areas.community_and_town(row, reported.date())
        closed, responded = times["closed"], times["responded"]
        is_suspended = (
            times["suspended"] is not None and times["resumed"] is None and closed is None
        )
        due = self.deadline(row, times, "due", "resolution", until=closed)
        response_due = self.deadline(row, times, "response_due", "response", until=responded)
        left = min((at for at in (closed, times["voided"]) if at), default=None)
        point = point_of(row)
        has_point = point is not None and point != FALLBACK_POINT
        is_declared = bool(row["重复案件编号"])
        can_match = has_point and not is_declared and times["voided"] is None
        return {
            "case_id": row["案件编号"],
            "dataset": row["数据集"],
            "reported": reported,
            "family": self.families.get(row["事件类别"]) if can_match else None,
            "point": point if has_point else None,
            "town": town,
            "community": community,
            "department_code": row["承办部门"],
            "reported_date": reported.date(),
            "period_start_date": reported.date().replace(day=1),
            "left_date": left.date() if left else None,
            "is_out": times["voided"] is not None,
            "is_duplicate": is_declared,
            "is_deferred": times["deferred"] is not None,
            "measure": (responded - reported) / timedelta(minutes=1) if responded else None,
            "has_due": due is not None,
            "is_closed": closed is not None,
            "is_closed_on_time": bool(closed and due and closed <= due),
            "is_due_passed": bool(due and due < NOW) and not is_suspended,
            "has_response_due": response_due is not None,
            "is_responded": responded is not None,
            "is_responded_on_time": bool(responded and response_due and responded <= response_due),
            "is_response_passed": bool(response_due and response_due < NOW) and not is_suspended,
        }

    def deadline(
        self,
        row: dict[str, Any],
        times: dict[str, Any],
        column: str,
        kind: str,
        *,
        until: datetime | None,
    ) -> datetime | None:
        """The one delivered, else the limit; moved by the working time suspended until then."""
        due: datetime | None = times[column]
        hours = self.limits.get((row["事件类别"], kind))
        if due is None and hours is not None:
            due = times["reported"] + timedelta(hours=hours)
        if due is None or times["suspended"] is None:
            return due
        end = min(at for at in (times["resumed"], times["closed"], until, NOW) if at)
        if end <= times["suspended"]:
            return due
        work = self.calendar.worked(times["suspended"], end)
        return self.calendar.later(due, work) if work else due


@pytest.fixture(scope="module")
def cases(county: County) -> pl.DataFrame:
    with (SEEDS / "categories.csv").open(encoding="utf-8") as file:
        categories = {row["category_code"] for row in csv.DictReader(file)}
    recomputer = Recomputer(county.folder)
    known = []
    for dataset, encoding in ENCODINGS.items():
        raw = [row for file in files_of(county.folder, dataset) for row in rows_of(file, encoding)]
        landed = [row | {"数据集": dataset} for row in raw if not is_refused(row, categories)]
        known += [case for case in map(recomputer.case, newest(landed)) if case]
    originals = matched(known)
    for case in known:
        case["is_matched"] = case["case_id"] in originals
        case["is_duplicate"] |= case["is_matched"]
        case["is_out"] |= case["is_duplicate"]
        del case["point"]
    return pl.DataFrame(known, infer_schema_length=None)


def keys(by: tuple[Dimension, ...]) -> list[str]:
    return [CODES[name] for name in by]


def sliced(cases: pl.DataFrame, by: tuple[Dimension, ...]) -> pl.DataFrame:
    """With `area_code` of the level asked by."""
    level = "town" if "town" in by else "community"
    return cases.with_columns(area_code=pl.col(level))


def compare(
    county: County,
    kpi_id: str,
    by: tuple[Dimension, ...],
    expected: pl.DataFrame,
    exact: Sequence[str],
    close: Sequence[str] = (),
) -> None:
    frame = answer(county.published, Question(kpi_id, COUNTY, by=by))
    counts = ("numerator", "denominator", "excluded_count", "not_yet_due_count")
    made = [name for name in counts if name in expected.columns]
    has_rows = pl.any_horizontal(pl.col(name).fill_null(0) > 0 for name in made)
    found = frame.filter(has_rows).sort(keys(by), nulls_last=True)
    expected = expected.filter(has_rows).sort(keys(by), nulls_last=True)
    for columns, options in (
        (exact, {"check_exact": True}),
        (close, {"rel_tol": 1e-12, "abs_tol": 1e-12}),
    ):
        shown = [*keys(by), pl.col(*columns).cast(pl.Float64)] if columns else keys(by)
        assert_frame_equal(found.select(shown), expected.select(shown), **options)


COUNTS = ("numerator", "denominator", "excluded_count", "not_yet_due_count", "value")


@pytest.mark.parametrize("by", SLICES, ids="×".join)
@pytest.mark.parametrize("kpi_id", ["on_time_resolution_rate", "resolution_rate"])
def test_resolution_rates(
    county: County, cases: pl.DataFrame, kpi_id: str, by: tuple[Dimension, ...]
) -> None:
    met = "is_closed_on_time" if kpi_id.startswith("on_time") else "is_closed"
    frame = sliced(cases, by).with_columns(
        is_met=pl.col(met),
        is_due=pl.col("has_due") & (pl.col("is_closed") | pl.col("is_due_passed")),
        is_waiting=pl.col("has_due") & ~pl.col("is_closed") & ~pl.col("is_due_passed"),
        is_passed=pl.col("is_due_passed"),
        is_left_out=pl.col("is_out") | pl.col("is_deferred") | ~pl.col("has_due"),
    )
    expected = rates(frame, keys(by))
    exact = (*COUNTS, "value_due_passed")
    compare(county, kpi_id, by, expected, exact, ("interval_low", "interval_high"))


@pytest.mark.parametrize("by", SLICES, ids="×".join)
def test_response_rate(county: County, cases: pl.DataFrame, by: tuple[Dimension, ...]) -> None:
    has_due, is_done = pl.col("has_response_due"), pl.col("is_responded")
    frame = sliced(cases, by).with_columns(
        is_met=pl.col("is_responded_on_time"),
        is_due=has_due & (is_done | pl.col("is_response_passed")),
        is_waiting=has_due & ~is_done & ~pl.col("is_response_passed"),
        is_left_out=pl.col("is_out") | ~has_due,
    )
    expected = rates(frame, keys(by))
    bounds = ("interval_low", "interval_high")
    compare(county, "on_time_response_rate", by, expected, COUNTS, bounds)


@pytest.mark.parametrize("by", SLICES, ids="×".join)
@pytest.mark.parametrize(
    ("kpi_id", "quantile"),
    [("response_time_median", 0.5), ("response_time_p90", 0.9), ("response_time_mean", None)],
)
def test_response_times(
    county: County,
    cases: pl.DataFrame,
    kpi_id: str,
    quantile: float | None,
    by: tuple[Dimension, ...],
) -> None:
    waiting = pl.col("has_response_due") & ~pl.col("is_responded") & ~pl.col("is_response_passed")
    frame = sliced(cases, by).with_columns(is_waiting=waiting, is_left_out=pl.col("is_out"))
    expected = durations(frame, keys(by), quantile=quantile)
    values = ("numerator", "value", "interval_low", "interval_high")
    counts = ("denominator", "excluded_count", "not_yet_due_count")
    compare(county, kpi_id, by, expected, counts, values)


@pytest.mark.parametrize("by", SLICES, ids="×".join)
def test_backlog(county: County, cases: pl.DataFrame, by: tuple[Dimension, ...]) -> None:
    months = sorted(set(cases["period_start_date"]))
    firsts = [*months[1:], NOW.date() + timedelta(days=1)]
    last_days = [first - timedelta(days=1) for first in firsts]
    if "month" not in by:
        last_days = last_days[-1:]
    frame = sliced(cases, by).with_columns(is_left_out=pl.col("is_duplicate"))
    codes = [name for name in keys(by) if name != "period_start_date"]
    expected = stocks(frame, codes, days=last_days).with_columns(
        numerator=pl.col("value"), period_start_date=pl.col("last_day").dt.truncate("1mo")
    )
    compare(county, "open_backlog", by, expected, ("numerator", "value", "excluded_count"))


@pytest.mark.parametrize("level", ["town", "community"])
def test_cases_per_1000(county: County, cases: pl.DataFrame, level: Dimension) -> None:
    population = pl.DataFrame(
        [
            (area["area_code"], area["population"])
            for area, _ in features(county.folder / "areas.geojson")
            if area["area_level"] == level
        ],
        schema={"area_code": pl.String, "denominator": pl.Int64},
        orient="row",
    )
    by: tuple[Dimension, ...] = ("month", level)
    counted = (
        sliced(cases, by)
        .group_by(keys(by))
        .agg(
            (~pl.col("is_out")).sum().cast(pl.Float64).alias("numerator"),
            pl.col("is_out").sum().cast(pl.Int64).alias("excluded_count"),
        )
        .join(population, on="area_code", how="left")
        .with_columns(value=pl.col("numerator") * 1000.0 / pl.col("denominator"))
    )
    frame = answer(county.published, Question("cases_per_1000_residents", COUNTY, by=by))
    counts = pl.col("numerator", "denominator", "excluded_count", "value").cast(pl.Float64)
    columns = (*keys(by), counts)
    found = frame.filter((pl.col("numerator") > 0) | (pl.col("excluded_count") > 0))
    assert_frame_equal(
        found.select(columns).sort(keys(by), nulls_last=True),
        counted.select(columns).sort(keys(by), nulls_last=True),
        check_exact=True,
    )


def test_the_same_cases_are_held_to_be_one(county: County, cases: pl.DataFrame) -> None:
    """Every pair of cases was compared in the recomputation, by geodesics."""
    found = county.published.sql(
        "select case_id from mart.fct_case_links where match_rule = 'same_place_time_family'"
    )
    expected = cases.filter("is_matched")["case_id"].sort()
    assert found["case_id"].str.split(":").list.last().sort().to_list() == expected.to_list()


def test_the_sample_has_what_is_worth_comparing(cases: pl.DataFrame) -> None:
    assert 9_900 < len(cases) < 10_000
    for flag in ("is_out", "is_deferred", "is_duplicate", "is_matched"):
        assert cases[flag].sum() > 20, flag
    assert cases["community"].null_count() > 10
    assert (~cases["is_closed"]).sum() > 50
