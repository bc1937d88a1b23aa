"""`gridgov warn act`: what an officer did lands for the next build, or is refused in words."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse.alerts.life import Action, Alarm, SeriesKey, alert_id, fold
from warehouse.alerts.record import COLUMNS
from warehouse.cli import main
from warehouse.lock import writer_lock
from warehouse.settings import Settings

COUNTY = "430181"
SERIES = SeriesKey("town", "430181002000", "noise")
RAISED, CLEARED_DAY = date(2026, 6, 10), date(2026, 5, 2)
ALERT, CLEARED = (alert_id(COUNTY, SERIES, day) for day in (RAISED, CLEARED_DAY))
AT = ("--at", f"{RAISED}T09:00")
LANDED = "landing/user_actions/*/rows.parquet"

TABLES = """
    create schema mart; create schema ops;
    create table ops.build as select
        1::bigint as version, '430181' as county_code, 'Asia/Shanghai' as time_zone,
        timestamptz '2026-06-12 15:59:59+00' as as_of_at, date '2026-06-12' as as_of_date,
        true as is_sample;
    create table mart.fct_grid_spells as select
        '430181' as county_code, 'GW1' as worker_code, date '2025-01-01' as valid_from_date,
        null::date as valid_to_date;
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a published version of two alerts, one open and one cleared; nothing landed."""
    folder = tmp_path / "home" / "published"
    folder.mkdir(parents=True)
    known = {"county_code": COUNTY, "area_level": "town", "area_code": SERIES.area_code}
    rows = [
        {"alert_id": ALERT, "raised_date": RAISED, "state": "open", "is_alive": True},
        {"alert_id": CLEARED, "raised_date": CLEARED_DAY, "state": "cleared", "is_alive": False},
    ]
    alerts = pl.DataFrame(
        [dict.fromkeys(COLUMNS) | known | {"category_family": "noise"} | row for row in rows],
        schema=dict(COLUMNS),
    )
    with duckdb.connect(str(folder / "serve_1.duckdb")) as con:
        con.execute(TABLES)
        con.register("alerts", alerts)
        con.execute("create table mart.fct_alerts as select * from alerts")
    (folder / "current").symlink_to("serve_1.duckdb")
    return tmp_path / "home"


def act(home: Path, *words: str) -> int:
    return main(["warn", "act", *words], {"GRIDGOV_HOME": str(home)})


def landed(home: Path) -> pl.DataFrame:
    return pl.read_parquet(home / LANDED) if list(home.glob(LANDED)) else pl.DataFrame()


def test_what_was_done_lands_as_one_row_and_no_published_file_is_touched(home: Path) -> None:
    published = home / "published" / "serve_1.duckdb"
    before = published.read_bytes()
    options = ("--reason", "known_event", "--until", "2026-06-20")
    assert act(home, ALERT, "--as", "silenced", "--by", "U001", *options, *AT) == 0
    [row] = landed(home).to_dicts()
    assert (row["subject_kind_code"], row["subject_number"]) == ("alert", ALERT)
    assert (row["action_code"], row["user_code"]) == ("silenced", "U001")
    assert (row["reason_code"], row["silenced_until_date"]) == ("known_event", date(2026, 6, 20))
    assert row["acted_at"] == datetime.fromisoformat(f"{RAISED}T09:00+08:00")
    assert published.read_bytes() == before
    assert list((home / "inbox" / "duty_actions").iterdir()) == []


def test_the_alert_is_what_its_records_made_of_it(home: Path) -> None:
    assert act(home, ALERT, "--as", "acknowledged", "--by", "U001", *AT) == 0
    later = ("--worker", "GW1", "--at", f"{RAISED}T10:00")
    assert act(home, ALERT, "--as", "dispatched", "--by", "U002", *later) == 0
    names = ("action_code", "acted_at", "reason_code", "silenced_until_date", "worker_code")
    actions = [
        Action(
            action_id=row["action_number"],
            series=SERIES,
            named_date=RAISED,
            acted_date=RAISED,
            **{name: row[name] for name in names},
        )
        for row in landed(home).to_dicts()
    ]
    [alert] = fold([Alarm(SERIES, RAISED, 1)], actions, day=RAISED)
    assert (alert.state(RAISED), alert.worker_code, alert.action_count) == ("dispatched", "GW1", 2)


def test_officers_who_act_at_once_all_land(home: Path) -> None:
    def one(number: int) -> int:
        words = ("--as", "acknowledged", "--by", f"U{number}", *AT)
        return act(home, ALERT, *words)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(one, range(4))) == {0}
    rows = landed(home)
    assert sorted(rows["user_code"]) == ["U0", "U1", "U2", "U3"]
    assert rows["action_number"].n_unique() == 4
    assert list((home / "inbox" / "duty_actions").iterdir()) == []


def test_a_record_waits_in_the_inbox_while_another_writer_is_at_work(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("etl.warn_cli.WAIT_SECONDS", 0.0)
    words = (ALERT, "--as", "acknowledged", "--by", "U1", *AT)
    with writer_lock(Settings(home=home), doing="build"):
        assert act(home, *words) == 4
    [waiting] = (home / "inbox" / "duty_actions").iterdir()
    assert f"gridgov load duty_actions {waiting}" in capsys.readouterr().err
    assert act(home, *words) == 0
    assert landed(home).height == 2


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--as", "silenced", "--until", "2199-01-01"), ("--reason", "known_event")),
        (("--as", "silenced", "--reason", "other"), ("--until", "YYYY-MM-DD")),
        (
            ("--as", "silenced", "--reason", "bored", "--until", "2199-01-01"),
            ('--reason "bored"', "data_error"),
        ),
        (
            ("--as", "silenced", "--reason", "other", "--until", "2020-01-01"),
            ('--until "2020-01-01"', "allowed"),
        ),
        (("--as", "raised"), ('--as "raised"', "acknowledged")),
        (("--as", "cleared", "--until", "2199-01-01"), ("--until", "--as silenced")),
        (("--as", "dispatched", "--worker", "nobody"), ('--worker "nobody"', "GW")),
        (("--as", "acknowledged", "--at", "2199-01-01T00:00"), ("--at", "allowed")),
        (("--as", "acknowledged", "--at", "2000-01-01T00:00"), ("--at", "allowed")),
        (("--as", "acknowledged", "--by", "王五"), ('--by "王五"', "A-Za-z")),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(
    home: Path,
    options: tuple[str, ...],
    named: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert act(home, ALERT, "--by", "U001", *options) == 2
    said = capsys.readouterr().err
    assert all(part in said for part in named)
    assert landed(home).is_empty()
    assert not (home / "inbox").exists()


@pytest.mark.parametrize(
    ("alert_id", "named"),
    [
        ("nothing", "county:level:area:family:day"),
        (f"{COUNTY}:town:430181002000:noise:2020-01-01", f"allowed: {ALERT}"),
    ],
)
def test_an_alert_that_is_none_is_refused(
    home: Path, alert_id: str, named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert act(home, alert_id, "--as", "cleared", "--by", "U001") == 2
    assert named in capsys.readouterr().err


def test_nothing_follows_a_cleared_alert(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert act(home, CLEARED, "--as", "acknowledged", "--by", "U001") == 2
    assert "cannot follow cleared" in capsys.readouterr().err


def test_a_county_without_a_source_of_actions_is_told_how_to_have_one(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = home / "sources" / "duty_actions.yml"
    own.parent.mkdir()
    own.write_text("extends: duty_actions\ncounty: boston\n", encoding="utf-8")
    words = (ALERT, "--as", "acknowledged", "--by", "U1", *AT)
    assert act(home, *words) == 2
    assert "extends: duty_actions" in capsys.readouterr().err
    other = own.with_name(f"{COUNTY}_duty_actions.yml")
    other.write_text(f'extends: duty_actions\ncounty: "{COUNTY}"\n', encoding="utf-8")
    assert act(home, *words) == 0
    assert landed(home)["source_id"].to_list() == [f"{COUNTY}_duty_actions"]
