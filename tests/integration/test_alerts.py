"""Alerts from records: the table of a build, past days seen again, users' actions, whom to send."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal

from etl.load import load_files
from warehouse.alerts.pages import alert_days, published_alerts, suggested_dispatch
from warehouse.alerts.record import COLUMNS, build_alerts
from warehouse.errors import UsageError
from warehouse.project import project_folder
from warehouse.published import Published
from warehouse.settings import Settings

COUNTY, TOWN = "430181", "430181002000"
GRIDS = ("430181002001001", "430181002001002", "430181002001003")
FIRST, AS_OF = date(2025, 5, 1), date(2026, 6, 30)
OUTBREAK = date(2026, 6, 10)
NOISE, WASTE = "4301810901", "4301810101"
EARLY_JUNE = date(2026, 6, 9)

MARTS = """
    create schema mart; create schema intermediate; create schema ops;
    create table intermediate.int_counties__as_of as
        select '430181' as county_code, date '2026-06-30' as as_of_date;
    create table ops.build as select * from intermediate.int_counties__as_of;
    create table mart.fct_cases (
        county_code varchar, town_code varchar, grid_code varchar, category_code varchar,
        reported_date date, closed_date date, voided_date date, is_duplicate boolean,
        dataset varchar default 'grid_events'
    );
    create table mart.dim_categories as
        select * from (values ('430181', '4301810901', 'noise'), ('430181', '4301810101', 'waste'))
        as rows(county_code, category_code, category_family);
    create table mart.dim_dates (
        county_code varchar, calendar_date date, holiday_name varchar, is_makeup_workday boolean
    );
    create table mart.dim_areas (
        county_code varchar, area_level varchar, area_code varchar, town_code varchar,
        valid_from_date date, valid_to_date date, longitude double, latitude double
    );
    create table mart.fct_grid_spells (
        county_code varchar, grid_code varchar, worker_code varchar, valid_from_date date,
        valid_to_date date
    );
    create table mart.fct_user_actions (
        action_id varchar, county_code varchar, action_code varchar, subject_kind_code varchar,
        subject_number varchar, acted_at timestamptz, acted_date date, reason_code varchar,
        silenced_until_date date, worker_code varchar
    );
"""


def cases() -> pl.DataFrame:
    """Six noises and four of waste a day in a town; from the outbreak on 14 more, in one grid."""
    rng = np.random.default_rng(5)
    rows: list[tuple[Any, ...]] = []
    for number in range((AS_OF - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        closed = day + timedelta(days=3)
        for category, usual in ((NOISE, 6), (WASTE, 4)):
            rows += [
                (COUNTY, TOWN, GRIDS[int(rng.integers(3))], category, day, closed, None, False)
                for _ in range(rng.poisson(usual))
            ]
        if OUTBREAK <= day < OUTBREAK + timedelta(days=10):
            rows += [(COUNTY, TOWN, GRIDS[1], NOISE, day, None, None, False)] * 14
    return pl.DataFrame(
        rows,
        schema={
            "county_code": pl.String,
            "town_code": pl.String,
            "grid_code": pl.String,
            "category_code": pl.String,
            "reported_date": pl.Date,
            "closed_date": pl.Date,
            "voided_date": pl.Date,
            "is_duplicate": pl.Boolean,
        },
        orient="row",
    )


def act(
    con: duckdb.DuckDBPyConnection, number: int, code: str, subject: str, on: date, **values: Any
) -> None:
    at = datetime(on.year, on.month, on.day, 2, tzinfo=UTC)
    con.execute(
        "insert into mart.fct_user_actions values (?, ?, ?, 'alert', ?, ?, ?, ?, ?, ?)",
        [
            f"s:{number}",
            COUNTY,
            code,
            subject,
            at,
            on,
            values.get("reason_code"),
            values.get("silenced_until_date"),
            values.get("worker_code"),
        ],
    )


NOISE_ALERT = f"{COUNTY}:town:{TOWN}:noise:{OUTBREAK}"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    file = tmp_path_factory.mktemp("alerts") / "serve_1.duckdb"
    rows = cases()
    with duckdb.connect(str(file)) as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(MARTS)
        con.register("case_rows", rows)
        con.execute("insert into mart.fct_cases by name select * from case_rows")
        for place, grid in enumerate(GRIDS):
            con.execute(
                "insert into mart.dim_areas values (?, 'grid', ?, ?, ?, null, ?, ?)",
                [COUNTY, grid, TOWN, FIRST, 113.6 + 0.01 * place, 28.1],
            )
            con.execute(
                "insert into mart.fct_grid_spells values (?, ?, ?, date '2025-01-01', null)",
                [COUNTY, grid, f"GW{place}"],
            )
        act(con, 1, "acknowledged", NOISE_ALERT, OUTBREAK + timedelta(days=1))
        act(con, 2, "dispatched", NOISE_ALERT, OUTBREAK + timedelta(days=2), worker_code="GW2")
        act(con, 3, "acknowledged", f"{COUNTY}:town:{TOWN}:waste:2026-05-20", date(2026, 5, 21))
        act(con, 4, "acknowledged", "no alert", date(2026, 5, 21))
        build_alerts(con, settings=Settings(home=file.parent))
        build_alerts(con, settings=Settings(home=file.parent))
    return Published(file)


def the_noise(alerts: pl.DataFrame) -> dict[str, Any]:
    return alerts.filter(pl.col("alert_id") == NOISE_ALERT).row(0, named=True)


def test_an_outbreak_is_raised_on_its_first_day_and_cleared_a_week_after_its_last(
    published: Published,
) -> None:
    alert = the_noise(published_alerts(published, COUNTY))
    assert alert["observed_count"] > alert["upper_count"] > alert["expected_count"]
    assert alert["expected_count"] == pytest.approx(6 * alert["window_days"], rel=0.35)
    # The week that Farrington judges has one day of it yet.
    assert (alert["is_ears_c1"], alert["is_farrington"]) == (True, False)
    assert alert["worker_code"] == "GW2"
    assert alert["state"] == "cleared"
    assert alert["cleared_by"] == "quiet"
    assert alert["cleared_date"] == alert["last_alarm_date"] + timedelta(days=7)
    assert alert["last_alarm_date"] >= OUTBREAK + timedelta(days=9)


def test_a_day_of_the_past_is_seen_as_it_was(published: Published) -> None:
    states = [
        the_noise(published_alerts(published, COUNTY, day=OUTBREAK + timedelta(days=number)))
        for number in range(4)
    ]
    assert [one["state"] for one in states] == [
        "open",
        "acknowledged",
        "dispatched",
        "dispatched",
    ]
    assert [one["alarm_day_count"] for one in states] == [1, 2, 3, 4]
    before = published_alerts(published, COUNTY, day=OUTBREAK - timedelta(days=1))
    assert NOISE_ALERT not in before["alert_id"]


def test_the_last_day_seen_again_is_the_table(published: Published) -> None:
    last = published.sql("select as_of_date from ops.build").item()
    again = published_alerts(published, COUNTY, day=last - timedelta(days=1))
    table = published_alerts(published, COUNTY, day=last)
    assert_frame_equal(published_alerts(published, COUNTY), table)
    known = table.filter(pl.col("raised_date") < last).drop("state", "is_alive")
    kept = again.drop("state", "is_alive")
    unchanged = ("alert_id", "observed_count", "expected_count", "upper_count", "chance")
    assert_frame_equal(kept.select(unchanged), known.select(unchanged))


def test_what_somebody_acted_on_and_never_was_is_withdrawn(published: Published) -> None:
    alerts = published_alerts(published, COUNTY)
    (withdrawn,) = alerts.filter(pl.col("state") == "withdrawn").iter_rows(named=True)
    assert withdrawn["alert_id"] == f"{COUNTY}:town:{TOWN}:waste:2026-05-20"
    assert (withdrawn["watch"], withdrawn["is_alive"]) == (None, False)


def test_the_days_behind_an_alert_show_what_was_and_what_was_to_be_expected(
    published: Published,
) -> None:
    alert = the_noise(published_alerts(published, COUNTY))
    days = alert_days(published, alert, last_date=OUTBREAK + timedelta(days=12))
    assert days["day"].to_list()[0] == OUTBREAK - timedelta(days=28)
    assert days.height == 41
    outbreak = days.filter(pl.col("day").is_between(OUTBREAK, OUTBREAK + timedelta(days=9)))
    assert (outbreak["observed_count"] >= 14).all()
    assert outbreak["expected_count"].max() < 8
    assert (days["upper_count"] >= days["expected_count"]).all()
    unknown = {**alert, "category_family": "fraud"}
    assert alert_days(published, unknown, last_date=OUTBREAK).is_empty()


def test_the_nearest_free_worker_is_sent_to_the_grid_of_most_of_its_cases(
    published: Published,
) -> None:
    alert = the_noise(published_alerts(published, COUNTY))
    found = suggested_dispatch(published, alert, day=OUTBREAK + timedelta(days=2))
    assert found.grid_code == GRIDS[1]
    assert found.problem == "none_free"
    assert [one.worker_code for one in found.suggestions][-1] == "GW1"
    # A month later the usual cases are closed: those beside the grid are free, its own is not.
    con_day = date(2026, 7, 20)
    later = suggested_dispatch(published, alert, day=con_day)
    assert [(one.worker_code, one.is_free) for one in later.suggestions] == [
        ("GW0", True),
        ("GW2", True),
        ("GW1", False),
    ]


def test_a_county_that_is_not_there_is_named(published: Published) -> None:
    with pytest.raises(UsageError, match="999999"):
        published_alerts(published, "999999")


def test_the_table_has_the_columns_that_its_description_tells() -> None:
    file = project_folder() / "models/marts/alerts/_built__sources.yml"
    (table,) = yaml.safe_load(file.read_text(encoding="utf-8"))["sources"][0]["tables"]
    kinds = {
        pl.String(): "varchar",
        pl.Date(): "date",
        pl.Int64(): "bigint",
        pl.Float64(): "double",
        pl.Boolean(): "boolean",
        pl.Datetime("us", "UTC"): "timestamp with time zone",
    }
    described = {column["name"]: column["data_type"] for column in table["columns"]}
    assert described == {name: kinds[kind] for name, kind in COLUMNS.items()}


ACTION_COLUMNS = (
    "action_number", "user_code", "action_code", "subject_kind_code", "subject_number", "acted_at",
    "reason_code", "silenced_until_date", "worker_code", "updated_at",
)  # fmt: skip


@pytest.fixture
def actions_file(tmp_path: Path) -> Path:
    file = tmp_path / "user_actions.csv"
    when = "2026-06-11 10:00:00"
    rows = [
        f"1,U1,silenced,alert,{NOISE_ALERT},{when},known_event,2026-06-20,,{when}",
        f"2,U1,silenced,alert,{NOISE_ALERT},{when},,2026-06-20,,{when}",
        f"3,U1,silenced,alert,{NOISE_ALERT},{when},known_event,,,{when}",
        f"4,U1,acknowledged,alert,{NOISE_ALERT},{when},,2026-06-20,,{when}",
        f"5,U1,acknowledged,alert,{NOISE_ALERT},{when},,,GW1,{when}",
        f"6,U1,dispatched,alert,{NOISE_ALERT},{when},,,GW1,{when}",
        f"7,U1,cleared,alert,{NOISE_ALERT},{when},handled,,,{when}",
    ]
    file.write_text("\n".join([",".join(ACTION_COLUMNS), *rows, ""]), encoding="utf-8")
    return file


def test_a_silence_without_reason_or_end_is_refused(tmp_path: Path, actions_file: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    settings.paths.sources.mkdir(parents=True)
    source = {
        "name": {"zh": "操作", "en": "Actions"},
        "dataset": "user_actions",
        "county": COUNTY,
        "format": "csv",
        "encoding": "utf-8",
        "columns": {name: name for name in ACTION_COLUMNS},
        "tolerance": 1.0,
    }
    (settings.paths.sources / "actions.yml").write_text(
        yaml.safe_dump(source, allow_unicode=True), encoding="utf-8"
    )
    (report,) = load_files("actions", [actions_file], settings=settings)
    assert report.batch is not None
    assert report.batch.rows_landed == 3
    assert report.batch.refused_by_reason == {
        "silence_without_reason_or_end": 2,
        "end_of_no_silence": 1,
        "worker_of_no_dispatch": 1,
    }
