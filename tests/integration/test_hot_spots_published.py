"""Hot spots read from a published version, and the command that prints them."""

import json
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from geo.hotspots.reading import find_hot_spots, follow_hot_spots
from tests.support.county import add_empty_tables
from tests.support.marts import AS_OF, COUNTY, case, marts
from tests.support.planted import Bed, plant, random_bed
from warehouse.cli import make_app
from warehouse.errors import InputError, UsageError
from warehouse.published import Published
from warehouse.settings import Settings

DAYS = 400
FIRST = AS_OF - timedelta(days=DAYS)
NEW_FROM = AS_OF - timedelta(days=80)
SPLIT = "G00007"
"""A grid that came half a year ago."""


@pytest.fixture(scope="module")
def bed() -> Bed:
    return random_bed(150)


@pytest.fixture(scope="module")
def hot(bed: Bed) -> np.ndarray:
    return plant(bed, np.random.default_rng(21), 1)[0]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, bed: Bed, hot: np.ndarray) -> Path:
    """Waste everywhere by residents, seven times as much in a hot spot in the last 80 days."""
    home = tmp_path_factory.mktemp("hot")
    folder = home / "published"
    folder.mkdir()
    marts(folder, cases=list(_cases(bed, hot)))
    (folder / "current").symlink_to("serve_1.duckdb")
    with duckdb.connect(str(folder / "serve_1.duckdb")) as con:
        add_empty_tables(con)
        con.execute("update mart.dim_categories set category_family = category_code")
        _insert(con, "dim_grids", _grids(bed))
        _insert(con, "dim_grid_neighbours", bed.neighbours.with_columns(county_code=pl.lit(COUNTY)))
    return home


def _cases(bed: Bed, hot: np.ndarray) -> Iterator[dict[str, object]]:
    rng = np.random.default_rng(22)
    risk = np.ones(bed.count)
    risk[hot] = 7.0
    share = 3_000 * bed.residents / bed.residents.sum()
    number = 0
    for start, span, expected in ((FIRST, DAYS - 80, share), (NEW_FROM, 80, share * 0.25 * risk)):
        for place, count in enumerate(rng.poisson(expected)):
            for at in rng.uniform(0, span, count):
                number += 1
                yield case(
                    f"c{number}",
                    start + timedelta(days=float(at)),
                    grid_code=bed.codes[place],
                    category_code="waste" if number % 5 else "noise",
                    is_void=number % 50 == 0,
                    dataset="wristband_alerts" if number % 50 == 1 else "city_cases",
                )
    yield case("nowhere", NEW_FROM, category_code="waste")


def _grids(bed: Bed) -> pl.DataFrame:
    came = [date(2026, 5, 1) if code == SPLIT else date(2020, 1, 1) for code in bed.codes]
    return pl.DataFrame(
        {
            "county_code": COUNTY,
            "grid_code": bed.codes,
            "grid_name": bed.codes,
            "population": bed.residents.astype(int),
            "area_km2": np.full(bed.count, 0.5),
            "valid_from_date": came,
            "is_current": True,
        }
    )


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: pl.DataFrame) -> None:
    con.register("rows", rows)
    con.execute(f"insert into mart.{table} by name select * from rows")
    con.unregister("rows")


@pytest.fixture(scope="module")
def published(home: Path) -> Published:
    return Published(home / "published" / "serve_1.duckdb")


def test_counts_are_those_of_an_independent_query(published: Published, bed: Bed) -> None:
    start, end = date(2026, 9, 1), date(2026, 11, 1)
    found = find_hot_spots(published, COUNTY, family="waste", start=start, end=end)
    query = """
        select grid_code, count(*) from mart.fct_cases
        where category_code = 'waste' and not is_void and dataset = 'city_cases'
        and reported_date between date '2026-09-01' and date '2026-10-31'
        group by all
    """
    counts = dict(published.sql(query).iter_rows())
    counted = dict(found.spots.rows.select("grid_code", "case_count").iter_rows())
    assert counted == {code: counts.get(code, 0) for code in bed.codes}
    assert found.exposure == "residents"
    assert found.spots.rows["exposure"].to_list() == bed.residents.tolist()


@pytest.mark.parametrize("exposure", [None, "area", "usual"])
def test_the_hot_spot_is_found_against_each_exposure(
    published: Published, bed: Bed, hot: np.ndarray, exposure: str | None
) -> None:
    found = find_hot_spots(published, COUNTY, exposure=exposure, start=NEW_FROM.date())
    called = set(found.spots.rows.filter("is_hot_spot")["grid_code"])
    planted = {bed.codes[place] for place in hot}
    assert len(called & planted) >= 4
    assert len(called - planted) <= (3 if exposure == "area" else 1)
    assert found.unplaced_count == 1


def test_over_months_it_is_new(published: Published, bed: Bed, hot: np.ndarray) -> None:
    followed = follow_hot_spots(published, COUNTY)
    # Whole months only: from that of the first case to the one before the as-of day's.
    starts = followed.spots.period_start_dates
    assert (starts[0], starts[-1], followed.end) == (
        date(2025, 10, 1),
        date(2026, 10, 1),
        date(2026, 11, 1),
    )
    classes = dict(followed.spots.rows.select("grid_code", "class_code").iter_rows())
    new = {code for code, name in classes.items() if name == "new"}
    assert len(new & {bed.codes[place] for place in hot}) >= 4
    assert sum(name not in ("none", "new") for name in classes.values()) <= 3
    by_week = follow_hot_spots(published, COUNTY, unit="week")
    assert by_week.spots.period_start_dates.dt.weekday().unique().to_list() == [1]
    assert by_week.spots.recent_count == 13


def test_a_grid_that_came_late_has_no_exposure_before(published: Published) -> None:
    followed = follow_hot_spots(published, COUNTY)
    row = followed.spots.rows.filter(pl.col("grid_code") == SPLIT).row(0, named=True)
    before = published.sql(
        "select count(*) from mart.fct_cases where grid_code = ? and reported_date < '2026-05-01'",
        [SPLIT],
    ).item()
    after = published.sql(
        """
        select count(*) from mart.fct_cases
        where grid_code = ? and reported_date >= '2026-05-01' and reported_date < '2026-11-01'
        and not is_void and dataset = 'city_cases'
        """,
        [SPLIT],
    ).item()
    assert before > 0
    assert row["case_count"] == after


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"family": "gold"}, 'family "gold"'),
        ({"exposure": "money"}, "exposure"),
        ({"start": date(2026, 5, 1), "end": date(2026, 5, 1)}, "empty"),
        ({"start": date(2020, 1, 1), "end": date(2020, 2, 1)}, "nothing is known of these days"),
        ({"start": date(2027, 1, 1), "end": date(2027, 2, 1)}, "nothing is known of these days"),
        ({"exposure": "usual", "start": date(2025, 11, 1)}, "needs 90 days"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    published: Published, asked: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        find_hot_spots(published, COUNTY, **asked)


def test_residents_that_nobody_knows_are_no_exposure(tmp_path: Path, published: Published) -> None:
    file = tmp_path / "serve_1.duckdb"
    shutil.copy(published.path, file)
    with duckdb.connect(str(file)) as con:
        con.execute("update mart.dim_grids set population = null")
    with pytest.raises(UsageError, match="no grid's residents are known"):
        find_hot_spots(Published(file), COUNTY, exposure="residents")
    assert find_hot_spots(Published(file), COUNTY).exposure == "area"


def test_a_county_that_is_not_there_or_has_no_neighbours_is_refused(
    published: Published, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="county"):
        find_hot_spots(published, "000000")
    marts(tmp_path, cases=[case("c1", datetime(2026, 11, 1, tzinfo=AS_OF.tzinfo))])
    with duckdb.connect(str(tmp_path / "serve_1.duckdb")) as con:
        add_empty_tables(con)
    with pytest.raises(InputError, match="no grids with boundaries"):
        find_hot_spots(Published(tmp_path / "serve_1.duckdb"), COUNTY)


def test_the_command_prints_hot_spots_first_and_everything_as_json(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app(Settings(home=home), command="hotspots")
    app(args=["hotspots", "--from", "2026-09-01"], standalone_mode=False)
    table = capsys.readouterr().out
    assert "150 个网格中" in table
    assert "of 150 grids are hot spots, at most 5% of them false" in table
    app(args=["hotspots", "--from", "2026-09-01", "--format", "json"], standalone_mode=False)
    found = json.loads(capsys.readouterr().out)
    hot = [row for row in found["rows"] if row["is_hot_spot"]]
    assert len(found["rows"]) == 150
    assert len(hot) == len(table.strip().splitlines()) - 5
    assert all(row["reason"].endswith("是热点。") for row in hot)
    app(args=["hotspots", "--over", "month", "--format", "csv"], standalone_mode=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("grid_code,grid_name,class_code")
    assert len(lines) == 151
    app(args=["hotspots", "--over", "week"], standalone_mode=False)
    assert "新增热点" in capsys.readouterr().out
    with pytest.raises(UsageError, match="--over"):
        app(args=["hotspots", "--over", "week", "--from", "2026-01-01"], standalone_mode=False)
