"""The page of warnings on the generated town: it says what the functions say, and of whom never."""

import re
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from dashboards.context import Context, Services
from dashboards.data.rain import rain_at
from dashboards.data.tables import Table
from dashboards.downloads import _page_csv
from dashboards.html import markup
from dashboards.pages import warnings
from dashboards.scope import Scope
from dashboards.view import View
from tests.support.marts import marts
from tests.support.rainstorm import HOUR, local
from tests.support.random_facts import AREAS, random_facts
from tests.support.recomputed.county import COUNTY, published_sample
from warehouse.alerts.pages import alert_days, published_alerts, suggested_dispatch
from warehouse.errors import UsageError
from warehouse.published import PublishedStore
from warehouse.rainstorm import hourly, replay, state_at, storms
from warehouse.rainstorm.measured import measured
from warehouse.settings import Settings

KEY = re.compile(r"[0-9a-f]{32}")
NIGHT = "2026-06-23T03:25"
TOLD = """
    select actions.household_key, actions.worker_code, homes.grid_code
    from mart.fct_warning_actions as actions
    inner join mart.dim_households as homes using (household_key)
    where homes.valid_from_date <= date '2026-06-23'
    and (homes.valid_to_date is null or homes.valid_to_date > date '2026-06-23')
    and actions.colour_code = 'red' and actions.notified_date = date '2026-06-23'
    and actions.town_code = '430181002000' and actions.persons_to_move_count > 0
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return published_sample(tmp_path_factory, scale="town").settings


@pytest.fixture(scope="module")
def context(settings: Settings) -> Context:
    return Services(settings).open()


def scope(context: Context, query: str = "") -> Scope:
    return Scope(View.parse(query, known=context.known), context)


def page(context: Context, query: str = "") -> str:
    return markup(warnings.layout(scope(context, query).view, context))


def tables(context: Context, query: str = "") -> dict[str, Table]:
    return {table.name: table for table in warnings.tables(scope(context, query))}


def count(page: str, name: str) -> int:
    [value] = re.findall(f'data-count="{name}">([\\d,]+)<', page)
    return int(value.replace(",", ""))


def test_the_night_of_the_storm_is_what_the_state_says(context: Context) -> None:
    state = state_at(context.published, COUNTY, local(NIGHT))
    shown = page(context, f"at={NIGHT}")
    assert state.by_grid is not None
    counts = state.by_grid.sum()
    moved = counts["moved_count"].item()
    assert count(shown, "left") == counts["to_move_count"].item() - moved
    assert count(shown, "moved") == moved
    assert count(shown, "acknowledged") == counts["acknowledged_count"].item()
    assert count(shown, "overdue") == counts["overdue_count"].item()
    assert count(shown, "missing") == state.gauges["is_missing"].sum()
    rows = tables(context, f"at={NIGHT}")
    by_grid = {row[0]: row[5] for row in rows["grids"].rows}
    assert by_grid == dict(state.by_grid.select("grid_code", "to_move_count").iter_rows())
    assert state.by_worker is not None
    by_worker = {row[0]: row[3] for row in rows["workers"].rows}
    assert by_worker == dict(state.by_worker.select("worker_code", "to_move_count").iter_rows())
    sums = dict(state.gauges.select("gauge_name", "rain_3h_mm").iter_rows())
    assert {row[0]: row[6] for row in rows["gauges"].rows} == sums


def test_the_grids_of_those_who_were_moved_are_on_top_before_the_threshold(
    context: Context,
) -> None:
    meant = set(context.people_sql(TOLD).select("grid_code", "worker_code").iter_rows())
    shown = page(context, f"at={NIGHT}")
    rows = re.findall(r'data-grid="(\d+)" data-worker="(\w+)"', shown)
    assert len(meant) == 4
    assert set(rows[: len(meant)]) == meant
    [state] = re.findall(r'class="warnings-verdict".*?</div>', shown)
    assert "预计将达" in state
    assert "雨量已达" not in state


def test_no_household_and_no_person_is_on_the_page_or_in_its_exports(context: Context) -> None:
    keys = context.people_sql("select distinct household_key from mart.dim_households")
    assert keys.height
    for query in (f"at={NIGHT}", "at=2026-06-23T05:00&area=430181002000"):
        exported = " ".join(
            str(cell)
            for table in warnings.tables(scope(context, query))
            for row in table.rows
            for cell in row
        )
        for text in (page(context, query), exported):
            assert not KEY.search(text)
            assert not any(key in text for key in keys["household_key"])


def test_the_hours_of_a_storm_are_those_of_the_replay(context: Context) -> None:
    rain = rain_at(scope(context, "at=2026-06-23T05:00"))
    assert rain.strip is not None
    _, _, first, last = rain.strip
    meant = hourly(replay(context.published, COUNTY, first, last))
    names = ("at", "highest_3h_mm", "severity_number", "warning_count")
    counts = ("to_move_count", "moved_count", "overdue_count")
    found = [
        tuple(getattr(hour, name) for name in (*names, *counts)) for hour in rain.hours_of_storm
    ]
    assert found == meant.select(*names, *counts).rows()
    assert rain.state.towns.equals(state_at(context.published, COUNTY, rain.at).towns)


def test_a_day_without_rain_says_so_and_leads_to_the_last_storm(context: Context) -> None:
    shown = page(context)
    assert "没有生效的暴雨预警" in shown
    assert 'data-count="left"' not in shown
    newest = storms(context.published, COUNTY).row(0, named=True)
    [table] = re.findall(r'data-table="storms".*?</table>', shown)
    address = re.search(r"at=(\d{4}-\d\d-\d\dT\d\d:\d\d)", table)
    assert address is not None
    began = local(address.group(1))
    assert began < newest["start_at"] < began + 4 * HOUR


def test_how_good_warnings_were_is_what_was_measured(context: Context) -> None:
    meant = measured(context.published, COUNTY)
    rows = tables(context)["record"].rows
    false = [figure and figure.value for _, figure, *_ in rows]  # type: ignore[union-attr]
    lead = [figure and figure.value for _, _, figure, *_ in rows]  # type: ignore[union-attr]
    assert false == pytest.approx(meant["false_ratio"].to_list())
    assert lead == pytest.approx(meant["lead_minutes_median"].to_list())
    assert [row[-2:] for row in rows] == [
        [missed, spells] for missed, spells in meant.select("missed_count", "spell_count").rows()
    ]


def test_an_alert_is_shown_with_its_days_and_whom_to_send(context: Context) -> None:
    every = published_alerts(context.published, COUNTY)
    alert = every.filter(pl.col("observed_count").is_not_null()).row(-1, named=True)
    day = context.builds[COUNTY].as_of_date
    query = f"alert={alert['alert_id']}"
    shown = page(context, query)
    assert f'data-alert="{alert["alert_id"]}"' in shown
    for one in suggested_dispatch(context.published, alert, day=day).suggestions:
        assert one.worker_code in shown
    rows = tables(context, query)["days"].rows
    last = rows[-1][0]
    meant = alert_days(context.published, alert, last_date=day).filter(pl.col("day") <= last)
    shared = meant.select("day", "observed_count").rows()
    assert [tuple(row[:2]) for row in rows] == shared
    alive = every.filter("is_alive")["alert_id"].to_list()
    assert set(re.findall(r'data-alert="([^"]+)"', page(context))) == set(alive)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("at=2026-12-31T00:00", "allowed"),
        ("alert=nothing", "county:level:area"),
        ("alert=430181:town:430181002000:noise:2020-01-01", "430181:town"),
    ],
)
def test_what_is_not_known_is_refused_in_words(context: Context, query: str, named: str) -> None:
    with pytest.raises(UsageError) as error:
        page(context, query)
    assert named in str(error.value)


def test_before_there_were_thresholds_the_page_says_that_no_colour_can_be_told(
    context: Context,
) -> None:
    first = context.sql("select min(valid_from_date) as day from mart.dim_rain_thresholds")["day"]
    assert "没有生效的暴雨预警" in page(context, f"at={first.item()}T08:00")
    before = f"at={first.item() - timedelta(days=1)}T08:00"
    shown = page(context, before)
    assert "当日尚无暴雨预警标准" in shown
    assert "没有生效的暴雨预警" not in shown
    assert not any("mm" in column for column in tables(context, before)["towns"].columns)


@pytest.mark.parametrize(
    ("query", "day"),
    [(f"at={NIGHT}&period=this-year", "20260623"), ("period=this-year", None)],
)
def test_a_download_is_named_by_its_day_whatever_the_period_in_the_address(
    settings: Settings, query: str, day: str | None
) -> None:
    services = Services(settings)
    as_of = services.open().builds[COUNTY].as_of_date
    name, _ = _page_csv(services, f"page=/warnings&{query}")
    assert name == f"浏阳市_预警_{day or f'{as_of:%Y%m%d}'}_v1.csv"


def test_without_the_file_about_persons_the_rain_is_shown_and_the_lack_said(
    settings: Settings,
) -> None:
    services = Services(settings)
    services.store = PublishedStore(settings, with_people=False)
    context = services.open()
    shown = page(context, f"at={NIGHT}")
    assert "未打开个人数据文件" in shown
    assert 'data-table="towns"' in shown
    assert "grids" not in tables(context, f"at={NIGHT}")


def test_a_version_without_the_tables_says_so(tmp_path: Path) -> None:
    facts = random_facts(rows=5, seed=1)
    published = marts(tmp_path, cases=facts.pop("fct_cases"), facts=facts, areas=AREAS)
    context = Context(Services(Settings(home=tmp_path)), published)
    shown = markup(
        warnings.layout(View(county=COUNTY, kpi="open_backlog"), context),
    )
    assert "没有雨量与暴雨预警的数据表" in shown
    assert "没有早期预警的数据表" in shown
