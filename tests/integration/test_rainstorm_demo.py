"""The storm that is told of, in the generated county: who is to move is known before it comes.

The town is in the suite, the county in `make soak`.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from etl.vault import read_vault
from etl.warn_cli import CLEAR, register
from tests.support.rainstorm import HOUR, MINUTE, THRESHOLDS, local
from tests.support.recomputed.county import COUNTY, published_sample
from warehouse.errors import GridgovError, UsageError
from warehouse.published import Published, PublishedStore
from warehouse.rainstorm import RainState, hourly, replay, state_at, storms
from warehouse.rainstorm.measured import measured
from warehouse.rainstorm.rain import SUM_HOURS
from warehouse.settings import Settings

TOWN = "430181002000"
ISSUED = local("2026-06-23 03:25")
"""When the red warning was issued; red was reached at 05:00, orange at 04:00."""

TOLD = """
    select household_key, worker_code
    from mart.fct_warning_actions
    where colour_code = 'red' and notified_date = date '2026-06-23'
    and town_code = '430181002000' and persons_to_move_count > 0
"""


@dataclass(frozen=True)
class Demo:
    """The published sample."""

    settings: Settings
    published: Published

    def state(self, at: datetime) -> RainState:
        return state_at(self.published, COUNTY, at)


@pytest.fixture(scope="module", params=["town", pytest.param("county", marks=pytest.mark.soak)])
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    found = published_sample(tmp_path_factory, scale=request.param)
    return Demo(found.settings, found.published)


def households(state: RainState) -> pl.DataFrame:
    assert state.households is not None
    return state.households


@pytest.mark.parametrize(
    "at", [local("2026-06-22 21:00"), local("2026-06-23 02:10"), ISSUED], ids=str
)
def test_the_ten_households_are_on_top_with_their_workers_before_the_threshold(
    demo: Demo, at: datetime
) -> None:
    state = demo.state(at)
    town = state.towns.row(by_predicate=pl.col("town_code") == TOWN, named=True)
    assert town["reached_colour"] is None
    assert town["severity_number"] >= 3
    meant = demo.published.people_sql(TOLD)
    assert len(meant) == 10
    top = households(state).head(10)
    assert set(top.select("household_key", "worker_code").rows()) == set(meant.rows())
    assert set(top["action_code"]) == {"move"}
    assert top["history_factor"].to_list() == [2.0] * 10
    assert top["rank_number"].to_list() == list(range(1, 11))


def test_the_storm_is_followed_from_told_to_moved(demo: Demo) -> None:
    keys = demo.published.people_sql(TOLD)["household_key"]
    steps = []
    for at in ("02:10", "03:25", "03:45", "05:00", "09:30"):
        rows = households(demo.state(local(f"2026-06-23 {at}")))
        own = rows.filter(pl.col("household_key").is_in(keys.implode()))
        names = ("notified_at", "acknowledged_at", "moved_at", "overdue_step")
        steps.append(tuple(own[name].count() for name in names))
    assert steps[0] == (0, 0, 0, 0)
    assert steps[1] == (10, 10, 0, 0)
    assert steps[2][:2] == (10, 10)
    assert steps[3] == (10, 10, 10, 0)
    # The red warning was lifted at 08:18, the event goes on.
    assert steps[4] == (10, 10, 10, 0)


def test_a_replay_hour_by_hour_says_what_each_hour_says(demo: Demo) -> None:
    first, last = local("2026-06-22 22:30"), local("2026-06-23 09:00")
    states = list(replay(demo.published, COUNTY, first, last))
    assert [state.at for state in states] == [
        local("2026-06-22 23:00") + number * HOUR for number in range(11)
    ]
    rows = hourly(iter(states))
    for number in (0, 4, 10):
        alone = demo.state(states[number].at)
        for name in ("gauges", "colours", "towns", "warnings", "households"):
            assert getattr(alone, name).equals(getattr(states[number], name)), name
    assert rows["highest_3h_mm"].max() == 118.4
    for state, row in zip(states, rows.iter_rows(named=True), strict=True):
        listed = households(state)
        assert row["household_count"] == len(listed)
        assert row["to_move_count"] == (listed["action_code"] == "move").sum()
        assert state.by_grid is not None
        assert state.by_worker is not None
        for counts in (state.by_grid, state.by_worker):
            assert counts["household_count"].sum() == len(listed)


def test_sums_at_every_hour_of_the_storm_are_those_of_the_marts(demo: Demo) -> None:
    first = datetime(2026, 6, 22, 12, tzinfo=UTC)
    hours = demo.published.sql(
        "select * from mart.fct_rain_hours where observed_at between $first and $last",
        {"first": first - HOUR, "last": first + 24 * HOUR},
    )
    corrected = demo.published.sql(
        "select distinct gauge_code, observed_at from mart.fct_rain_readings"
        " where superseded_at is not null"
    )
    compared = 0
    for state in replay(demo.published, COUNTY, first, first + 24 * HOUR):
        # At the whole hour its own readings are still on their way: the hour before is compared.
        end = state.at - HOUR
        meant = hours.filter(pl.col("observed_at") == end)
        disturbed = corrected.filter(pl.col("observed_at").is_between(end - 23 * HOUR, end))
        both = state.gauges.join(meant, on="gauge_code", suffix="_mart").join(
            disturbed, on="gauge_code", how="anti"
        )
        for window in (one for one in SUM_HOURS if one > 1):
            mart = f"rain_{window}h_mm_mart"
            whole = both.filter(pl.col(f"is_complete_{window}h"))
            assert whole[f"rain_{window}h_mm"].to_list() == whole[mart].to_list()
            assert both[f"rain_{window}h_least_mm"].to_list() == both[mart].to_list()
        compared += len(both)
    assert compared >= 20


def test_colours_are_reached_in_the_hours_in_which_the_marts_say_so(demo: Demo) -> None:
    spells = demo.published.sql(
        "select * from mart.fct_rain_spells where colour_code in ('orange', 'red')"
        " order by reached_at desc, town_code, colour_code limit 3"
    )
    assert len(spells) == 3
    for spell in spells.iter_rows(named=True):
        for at, meant in (
            (spell["reached_at"] - MINUTE, False),
            (spell["reached_at"] + 15 * MINUTE, True),
            (spell["last_reached_at"] + 15 * MINUTE, True),
            (spell["last_reached_at"] + HOUR + 15 * MINUTE, False),
        ):
            row = demo.state(at).colours.row(
                by_predicate=(pl.col("town_code") == spell["town_code"])
                & (pl.col("colour_code") == spell["colour_code"]),
                named=True,
            )
            assert bool(row["is_reached"]) == meant, (spell, at)
            if meant:
                assert row["reached_at"] == spell["reached_at"]


def test_a_gauge_that_stopped_is_said_to_be_missing(demo: Demo) -> None:
    gap = demo.published.sql("""
        with told as (
            select
                gauge_code, observed_at,
                lead(observed_at) over (partition by gauge_code order by observed_at) as next_at
            from mart.fct_rain_hours
        )
        select * from told where next_at - observed_at >= interval 4 hours
        and observed_at > timestamptz '2025-04-01' order by observed_at limit 1
    """).row(0, named=True)
    at = gap["observed_at"] + HOUR + 20 * MINUTE
    row = demo.state(at).gauges.row(
        by_predicate=pl.col("gauge_code") == gap["gauge_code"], named=True
    )
    assert row["is_missing"]
    assert row["missing_since_at"] == row["last_observed_at"] == gap["observed_at"]
    assert row["rain_1h_mm"] is None


def test_what_was_corrected_later_was_known_as_it_was_then(demo: Demo) -> None:
    wrong = demo.published.sql(
        "select * from mart.fct_rain_readings where superseded_at is not null"
        " order by observed_at limit 3"
    )
    for row in wrong.iter_rows(named=True):
        at = max(row["known_at"], row["observed_at"]) + MINUTE
        found = demo.state(at).gauges
        own = found.row(by_predicate=pl.col("gauge_code") == row["gauge_code"], named=True)
        assert own["rain_1h_mm"] == row["rain_mm"] == 0.1


def test_storms_of_the_past_hold_every_spell_and_warning_once(demo: Demo) -> None:
    found = storms(demo.published, COUNTY)
    counts = demo.published.sql(
        "select (select count(*) from mart.fct_warnings), "
        "(select count(*) filter (is_missed) from mart.fct_rain_spells)"
    ).row(0)
    assert (found["warning_count"].sum(), found["missed_count"].sum()) == counts
    issued = ISSUED.astimezone(UTC)
    told = found.filter(pl.col("start_at") <= issued, pl.col("end_at") >= issued)
    assert told.select("colour_code", "reached_severity_number").rows() == [("red", 4)]
    starts, ends = found["start_at"], found["end_at"]
    pauses = (starts.head(-1) - ends.tail(-1)).drop_nulls()
    assert (pauses >= timedelta(hours=12)).all()


def test_what_was_measured_adds_up(demo: Demo) -> None:
    found = measured(demo.published, COUNTY)
    assert found["colour_code"].to_list() == [*(one[0] for one in THRESHOLDS), None]
    counted = ("issued_count", "judged_count", "unknown_count", "waiting_count", "false_count")
    for name in (*counted, "reached_count", "late_count", "spell_count", "missed_count"):
        assert found[name].head(4).sum() == found[name][4]
    whole = pl.col("judged_count") + pl.col("unknown_count") + pl.col("waiting_count")
    assert found.select((whole == pl.col("issued_count")).all()).item()
    assert found.select((pl.col("lead_minutes_median") > 0).all()).item()
    every = demo.published.sql("select town_code, colour_code, reached_at, last_reached_at,"
        " is_missed from mart.fct_rain_spells")  # fmt: skip
    warnings = demo.published.sql("select town_code, colour_code, issued_at,"
        " coalesce(lifted_at, timestamptz '2100-01-01') as lifted_at from mart.fct_warnings"
    ).to_dicts()  # fmt: skip
    order = [one[0] for one in THRESHOLDS]
    for spell in every.iter_rows(named=True):
        warned = any(
            one["town_code"] == spell["town_code"]
            and order.index(one["colour_code"]) >= order.index(spell["colour_code"])
            and one["issued_at"] <= spell["last_reached_at"]
            and one["lifted_at"] > spell["reached_at"]
            for one in warnings
        )
        assert spell["is_missed"] == (not warned)
    half = measured(demo.published, COUNTY, start=date(2026, 1, 1), end=date(2026, 7, 1))
    assert 0 < half["issued_count"][4] < found["issued_count"][4]


def warn(settings: Settings, *arguments: str) -> Any:
    app = typer.Typer(context_settings={"obj": settings}, pretty_exceptions_enable=False)
    app.callback()(lambda: None)
    register(app)
    return CliRunner().invoke(app, ["warn", *arguments])


def test_the_command_says_what_the_state_says_with_addresses_for_who_has_the_key(
    demo: Demo,
) -> None:
    printed = warn(demo.settings, "--at", "2026-06-23T03:25", "--format", "json")
    assert printed.exit_code == 0
    content = json.loads(printed.stdout)
    state = demo.state(ISSUED)
    assert content["at"] == ISSUED.isoformat()
    assert [row["warning_id"] for row in content["warnings"]] == state.warnings[
        "warning_id"
    ].to_list()
    meant = households(state).filter(pl.col("action_code") == "move")
    assert [row["household_key"] for row in content["households"]] == meant[
        "household_key"
    ].to_list()
    clear = read_vault(demo.settings, "households")
    addresses = dict(clear.select("household_key", "address").iter_rows())
    for row in content["households"]:
        assert row["address"] == addresses[row["household_key"]]
        assert row["head_name"]
        assert "batch_id" not in row
    csv = warn(demo.settings, "--at", "2026-06-23T03:25+08:00", "--format", "csv").stdout
    assert len(csv.splitlines()) == len(meant) + 1
    table = warn(demo.settings, "--at", "2026-06-23T03:25").stdout
    assert "生效预警 / warnings in force: 4" in table
    assert addresses[meant["household_key"][0]] in table


def test_without_the_key_there_is_a_list_and_nobody_is_named(demo: Demo, tmp_path: Path) -> None:
    no_key = Settings(home=demo.settings.home, key_file=tmp_path / "none.key")
    printed = warn(no_key, "--at", "2026-06-23T03:25", "--format", "json")
    assert printed.exit_code == 0
    assert "无住址 / no addresses" in printed.stderr
    rows = json.loads(printed.stdout)["households"]
    assert rows
    assert not set(CLEAR) & set(rows[0])
    clear = read_vault(demo.settings, "households").select(CLEAR)
    shown = {str(value) for row in rows for value in row.values()}
    assert not shown & {value for name in CLEAR for value in clear[name].drop_nulls()}


def test_without_the_file_about_persons_the_command_has_the_warnings(
    demo: Demo, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    published = home / "published"
    published.mkdir(parents=True)
    (published / demo.published.path.name).symlink_to(demo.published.path.resolve())
    (published / "current").symlink_to(demo.published.path.name)
    printed = warn(Settings(home=home), "--at", "2026-06-23T03:25", "--format", "json")
    assert printed.exit_code == 0
    assert "no households" in printed.stderr
    content = json.loads(printed.stdout)
    assert (content["households"], content["by_worker"]) == ([], None)
    assert len(content["warnings"]) == 4
    only_warnings = PublishedStore(Settings(home=home)).current()
    assert state_at(only_warnings, COUNTY, ISSUED).households is None


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2027-01-01T00:00", "is after what is known"),
        ("soon", "expected YYYY-MM-DDTHH:MM"),
    ],
)
def test_a_time_nothing_is_known_of_is_refused(demo: Demo, at: str, said: str) -> None:
    printed = warn(demo.settings, "--at", at)
    assert isinstance(printed.exception, GridgovError)
    assert said in str(printed.exception)


def test_now_is_the_as_of_time_and_a_stretch_has_an_end(demo: Demo) -> None:
    now = demo.published.as_of(COUNTY)
    assert state_at(demo.published, COUNTY).at == now
    with pytest.raises(UsageError, match="at most"):
        next(replay(demo.published, COUNTY, now - timedelta(days=15), now))
    with pytest.raises(UsageError, match="is before"):
        next(replay(demo.published, COUNTY, now, now - HOUR))
    with pytest.raises(UsageError, match="no time zone"):
        state_at(demo.published, COUNTY, datetime(2026, 6, 23))  # noqa: DTZ001 - refused
    with pytest.raises(UsageError, match="is not known"):
        storms(demo.published, "nowhere")
