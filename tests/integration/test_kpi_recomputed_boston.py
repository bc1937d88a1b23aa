"""Boston's second half of 2011: every KPI equals a recomputation from the raw files.

The recomputation reads the CSV with Polars and the GeoJSON with shapely; nothing of the loading,
the geography or the queries takes part in it.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
import shapely
from polars.testing import assert_frame_equal

from etl.load import load_files
from tests.support.boston_ontime import PAGE, ontime_page
from tests.support.recomputed.aggregates import rates, stocks
from tests.support.recomputed.all_kpis import RECOMPUTED
from tests.support.recomputed.compare import compare, compare_watched
from tests.support.recomputed.world import World
from tests.support.shared_data import shared_data
from warehouse.build import build
from warehouse.catalogue import load_catalogue
from warehouse.published import Published, PublishedStore
from warehouse.query import Dimension, Question, answer, rows_behind
from warehouse.settings import Settings

REQUESTS = "boston_311_2011h2/311_service_requests_2011.csv"
ZIP_CODES = "boston_311_2011h2/boston_zipcodes.geojson"
ZONE = ZoneInfo("America/New_York")
NEW_YEAR_2012 = datetime(2012, 1, 1, tzinfo=ZONE)
NEW_YEAR_2020 = datetime(2020, 1, 1, tzinfo=ZONE)
FALLBACK = (42.3594, -71.0587)
ROWS = 58_251
FALLBACK_ROWS = 4_775
DEADLINES = {"on_time_resolution_rate": "is_closed_on_time", "resolution_rate": "is_closed"}
RESPONSES = (
    "on_time_response_rate",
    "response_time_median",
    "response_time_mean",
    "response_time_p90",
)
SLICES: list[tuple[Dimension, ...]] = [
    (),
    ("department",),
    ("month",),
    ("town",),
    ("town", "department", "month"),
]
CODES = {"town": "area_code", "department": "department_code", "month": "period_start_date"}


@dataclass(frozen=True)
class Boston:
    """The warehouse pinned to New Year 2012 and to New Year 2020."""

    at_2012: Published
    at_2020: Published
    world: World
    """The recomputation from what landed, at New Year 2012."""


@pytest.fixture(scope="module")
def boston(tmp_path_factory: pytest.TempPathFactory) -> Boston:
    settings = Settings(home=tmp_path_factory.mktemp("boston"))
    for source, name in (("boston_zipcodes", ZIP_CODES), ("boston_311", REQUESTS)):
        [report] = load_files(source, [shared_data(name)], settings=settings)
        assert report.error is None
    store = PublishedStore(settings, with_people=True)
    build(settings=settings, as_of={"boston": NEW_YEAR_2012}, built_at=datetime.now(UTC))
    at_2012 = store.current()
    build(settings=settings, as_of={"boston": NEW_YEAR_2020}, built_at=datetime.now(UTC))
    return Boston(
        at_2012=at_2012,
        at_2020=store.current(),
        world=World(settings.home, "boston", NEW_YEAR_2012, date(2011, 7, 1)),
    )


def instants(column: str) -> pl.Expr:
    """Local times without a zone; of a repeated hour the first, an empty one null."""
    return (
        pl.col(column)
        .str.to_datetime("%Y-%m-%d %H:%M:%S", strict=True)
        .dt.replace_time_zone("America/New_York", ambiguous="earliest")
    )


def zip_code_of_each_point(points: pl.DataFrame) -> pl.DataFrame:
    """The lowest zip code whose polygon holds or touches the point, null outside all."""
    content = json.loads(shared_data(ZIP_CODES).read_text(encoding="utf-8"))
    polygons = sorted(
        (feature["properties"]["ZIP_CODE"], shapely.from_geojson(json.dumps(feature["geometry"])))
        for feature in content["features"]
    )
    found: list[str | None] = []
    for longitude, latitude in points.select("lon", "lat").iter_rows():
        point = shapely.Point(longitude, latitude)
        codes = (code for code, polygon in polygons if polygon.intersects(point))
        found.append(next(codes, None))
    return points.with_columns(pl.Series("area_code", found, pl.String))


@pytest.fixture(scope="module")
def raw() -> pl.DataFrame:
    """The file's rows with times as instants, the zip code of the point, and the local month."""
    rows = pl.read_csv(shared_data(REQUESTS), infer_schema_length=0).with_columns(
        reported=instants("open_dt"),
        due=instants("target_dt"),
        closed=instants("closed_dt"),
        lon=pl.col("longitude").cast(pl.Float64),
        lat=pl.col("latitude").cast(pl.Float64),
    )
    is_fallback = (pl.col("lat") == FALLBACK[0]) & (pl.col("lon") == FALLBACK[1])
    located = zip_code_of_each_point(
        rows.filter(~is_fallback, pl.col("lon").is_not_null()).select("lon", "lat").unique()
    )
    return rows.join(located, on=["lon", "lat"], how="left").with_columns(
        reported_date=pl.col("reported").dt.date(),
        period_start_date=pl.col("reported").dt.date().dt.truncate("1mo"),
        department_code=pl.col("department"),
        is_fallback=is_fallback,
    )


def as_of(raw: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """What is known at a time: no report or closing after it."""
    closed = pl.when(pl.col("closed") <= now).then(pl.col("closed"))
    known = raw.filter(pl.col("reported") <= now).with_columns(closed=closed)
    return known.with_columns(
        is_closed=pl.col("closed").is_not_null(),
        is_closed_on_time=(pl.col("closed") <= pl.col("due")).fill_null(False),
        is_passed=(pl.col("due") < now).fill_null(False),
        left_date=pl.col("closed").dt.date(),
        is_left_out=pl.col("due").is_null(),
    ).with_columns(
        is_due=pl.col("is_closed") | pl.col("is_passed"),
        is_waiting=~pl.col("is_closed") & ~pl.col("is_passed"),
    )


def answered(
    published: Published, kpi_id: str, by: tuple[Dimension, ...], columns: Sequence[str]
) -> pl.DataFrame:
    """Slices with any case in them; the others must be empty."""
    frame = answer(published, Question(kpi_id, "boston", by=by))
    counts = ("numerator", "denominator", "excluded_count", "not_yet_due_count")
    has_rows = pl.any_horizontal(pl.col(name).fill_null(0) > 0 for name in counts)
    empty = 0.0 if kpi_id == "open_backlog" else None
    assert set(frame.filter(~has_rows)["value"]) <= {empty}
    return ordered(frame.filter(has_rows), by, columns)


def ordered(frame: pl.DataFrame, by: tuple[Dimension, ...], columns: Sequence[str]) -> pl.DataFrame:
    codes = [CODES[name] for name in by]
    numbers = pl.col(*columns).cast(pl.Float64)
    return frame.select(*codes, numbers).sort(codes or columns, nulls_last=True)


@pytest.mark.parametrize(
    "kpi_id", [kpi_id for kpi_id, kpi in load_catalogue().items() if kpi.fact == "fct_cases"]
)
def test_every_kpi_of_cases_equals_the_recomputation_from_landing(
    boston: Boston, kpi_id: str
) -> None:
    """Milestones that Boston does not deliver are unknown in both: no value, all left out."""
    shape = RECOMPUTED[kpi_id](boston.world)
    for by in SLICES:
        compare(boston.at_2012, "boston", kpi_id, shape, boston.world.span, by)
    compare_watched(boston.at_2012, "boston", kpi_id, shape)


@pytest.mark.parametrize("by", SLICES, ids=lambda by: "×".join(by) or "all")
@pytest.mark.parametrize("kpi_id", DEADLINES)
def test_rates_equal_the_recomputation(
    boston: Boston, raw: pl.DataFrame, kpi_id: str, by: tuple[Dimension, ...]
) -> None:
    cases = as_of(raw, NEW_YEAR_2012).with_columns(is_met=pl.col(DEADLINES[kpi_id]))
    expected = rates(cases, [CODES[name] for name in by])
    exact = (
        "numerator",
        "denominator",
        "excluded_count",
        "not_yet_due_count",
        "value",
        "value_due_passed",
    )
    found = answered(boston.at_2012, kpi_id, by, exact)
    assert_frame_equal(found, ordered(expected, by, exact), check_exact=True)
    bounds = ("numerator", "denominator", "interval_low", "interval_high")
    assert_frame_equal(
        answered(boston.at_2012, kpi_id, by, bounds),
        ordered(expected, by, bounds),
        rel_tol=0,
        abs_tol=1e-12,
    )


@pytest.mark.parametrize("by", SLICES, ids=lambda by: "×".join(by) or "all")
@pytest.mark.parametrize("kpi_id", RESPONSES)
def test_without_a_first_response_there_is_no_value_and_all_are_counted(
    boston: Boston, raw: pl.DataFrame, kpi_id: str, by: tuple[Dimension, ...]
) -> None:
    codes = [CODES[name] for name in by] or [pl.lit("all").alias("everything")]
    expected = raw.group_by(codes).agg(
        pl.lit(None, pl.Float64).alias("value"),
        pl.lit(0, pl.Int64).alias("denominator"),
        pl.len().cast(pl.Int64).alias("excluded_count"),
    )
    columns = ("value", "denominator", "excluded_count")
    assert_frame_equal(
        answered(boston.at_2012, kpi_id, by, columns), ordered(expected, by, columns)
    )


@pytest.mark.parametrize("by", SLICES, ids=lambda by: "×".join(by) or "all")
def test_the_backlog_equals_the_recomputation(
    boston: Boston, raw: pl.DataFrame, by: tuple[Dimension, ...]
) -> None:
    last_days = [date(2011, month + 1, 1) - timedelta(days=1) for month in range(7, 12)]
    last_days = [*last_days, date(2011, 12, 31), date(2012, 1, 1)]
    if "month" not in by:
        last_days = last_days[-1:]
    cases = as_of(raw, NEW_YEAR_2012).with_columns(is_left_out=pl.lit(False))
    codes = [CODES[name] for name in by if name != "month"]
    expected = stocks(cases, codes, days=last_days)
    expected = expected.with_columns(period_start_date=pl.col("last_day").dt.truncate("1mo"))
    columns = ("value", "excluded_count")
    assert_frame_equal(
        answered(boston.at_2012, "open_backlog", by, columns), ordered(expected, by, columns)
    )


def test_the_backlog_of_every_day_equals_the_recomputation(
    boston: Boston, raw: pl.DataFrame
) -> None:
    frame = answer(boston.at_2012, Question("open_backlog", "boston", by=("day",)))
    cases = as_of(raw, NEW_YEAR_2012).with_columns(is_left_out=pl.lit(False))
    days = frame["period_start_date"].to_list()
    assert len(days) == 185
    expected = stocks(cases, [], days=days)
    assert frame["value"].to_list() == expected["value"].to_list()


@pytest.mark.parametrize("by", SLICES, ids=lambda by: "×".join(by) or "all")
def test_cases_per_1000_equal_the_recomputation(
    boston: Boston, raw: pl.DataFrame, by: tuple[Dimension, ...]
) -> None:
    content = json.loads(shared_data(ZIP_CODES).read_text(encoding="utf-8"))
    population = pl.DataFrame(
        [
            (feature["properties"]["ZIP_CODE"], feature["properties"]["POPULATION"])
            for feature in content["features"]
        ],
        schema={"area_code": pl.String, "denominator": pl.Int64},
        orient="row",
    )
    codes = [CODES[name] for name in by] or [pl.lit("all").alias("everything")]
    counted = raw.group_by(codes).agg(pl.len().cast(pl.Float64).alias("numerator"))
    if "town" in by:
        counted = counted.join(population, on="area_code", how="left")
    else:
        everybody = pl.lit(population["denominator"].sum(), pl.Int64)
        counted = counted.with_columns(denominator=everybody)
    # Python divides correctly rounded; a column over a constant is multiplied by its inverse.
    shares = counted.select("numerator", "denominator").iter_rows()
    values = [count * 1000.0 / residents if residents else None for count, residents in shares]
    expected = counted.with_columns(pl.Series("value", values, pl.Float64))
    columns = ("numerator", "denominator", "value")
    frame = answer(boston.at_2012, Question("cases_per_1000_residents", "boston", by=by))
    assert_frame_equal(
        ordered(frame.filter(pl.col("numerator") > 0), by, columns),
        ordered(expected, by, columns),
        check_exact=True,
    )


def test_the_known_anchors(boston: Boston) -> None:
    question = Question("on_time_resolution_rate", "boston")
    row = answer(boston.at_2012, question).row(0, named=True)
    assert round(row["value"], 3) == 0.774
    assert round(row["value_due_passed"], 3) == 0.754
    assert row["is_provisional"]
    december = Question("on_time_resolution_rate", "boston", start=date(2011, 12, 1))
    row = answer(boston.at_2012, december).row(0, named=True)
    assert round(row["value"], 3) == 0.774
    assert round(row["value_due_passed"], 3) == 0.689


def test_cases_on_the_fallback_point_are_on_no_area_s_account(
    boston: Boston, raw: pl.DataFrame
) -> None:
    assert raw["is_fallback"].sum() == FALLBACK_ROWS
    counted = boston.at_2012.sql(
        "select case_count from ops.location_counts"
        " where county_code = 'boston' and location_method = 'fallback_point'"
    )
    assert counted["case_count"].to_list() == [FALLBACK_ROWS]
    on_account = boston.at_2012.sql(
        "select count(*) filter (town_code is not null) as located, count(*) as cases"
        " from mart.fct_cases where location_method = 'fallback_point'"
    )
    assert on_account.row(0) == (0, FALLBACK_ROWS)
    assert raw.filter(pl.col("is_fallback"))["area_code"].null_count() == FALLBACK_ROWS


def test_every_row_landed_and_is_behind_some_number(boston: Boston) -> None:
    rows = rows_behind(boston.at_2012, Question("on_time_resolution_rate", "boston"), limit=100_000)
    assert len(rows) == ROWS == rows["case_id"].n_unique()
    assert rows["file_name"].unique().to_list() == ["311_service_requests_2011.csv"]
    assert rows["source_row_number"].sort().to_list() == list(range(1, ROWS + 1))


@pytest.mark.parametrize("kpi_id", load_catalogue())
def test_the_parts_of_every_slice_sum_to_the_whole(boston: Boston, kpi_id: str) -> None:
    kpi = load_catalogue()[kpi_id]
    has_departments = kpi.fact is None or kpi.about.department is not None
    by: tuple[Dimension, ...] = ("town", "department") if has_departments else ("town",)
    whole = answer(boston.at_2012, Question(kpi_id, "boston"))
    sliced = answer(boston.at_2012, Question(kpi_id, "boston", by=by))
    for part in ("numerator", "excluded_count", "not_yet_due_count"):
        assert sliced[part].fill_null(0).sum() == (whole[part].item() or 0), part


def test_every_difference_from_the_source_s_own_flag_is_explained(
    boston: Boston, raw: pl.DataFrame
) -> None:
    flags = raw.select(
        case_id=pl.lit("boston_311:") + pl.col("case_enquiry_id"), ontime=pl.col("ontime")
    )
    page = ontime_page(boston.at_2020, flags)
    if os.environ.get("GRIDGOV_WRITE_DOCS"):
        PAGE.write_text(page, encoding="utf-8")
    assert "unexplained" not in page
    assert PAGE.read_text(encoding="utf-8") == page
