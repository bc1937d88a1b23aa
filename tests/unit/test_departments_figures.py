"""Charts and words of the departments' and the one-stop page, by what is in them."""

from datetime import date
from typing import Any

from dashboards import html
from dashboards.components.application_funnel import FunnelStep, application_funnel
from dashboards.components.stage_grid import StageCell, StageLine, stage_grid
from dashboards.data.departments import Card, Flow, Load, Part
from dashboards.data.open_cases import waits_for
from dashboards.data.services import PUBLISHED_ITEM, Item, Visits, of_all_items, targeted
from dashboards.data.stage_times import MILESTONES, STAGES
from dashboards.data.tables import Figure
from dashboards.durations import days, duration
from dashboards.figures.log_ticks import log_axis
from dashboards.figures.services import item_plot, visit_bars
from dashboards.figures.workload import age_bands, workload
from dashboards.html import markup
from dashboards.i18n import Lang
from dashboards.theme import LIGHT, age_ramp
from warehouse.catalogue import load_catalogue
from warehouse.query import Question

CATALOGUE = load_catalogue()
BACKLOG = CATALOGUE["open_backlog"]
APPROVAL = CATALOGUE["approval_days_median"]


def figure_of(kpi: Any, value: float | None, **more: Any) -> Figure:
    row = {"value": value, "is_provisional": False, "target": None, "status": "no_target", **more}
    return Figure(kpi, row, Question(kpi.kpi_id, "430181"))


def flow(first: date, end: date, reported: int, left: int, value: float) -> Flow:
    days = {"period_start_date": first, "period_end_date": end}
    return Flow(figure_of(BACKLOG, value, **days), reported, left, (end - first).days)


def load(code: str, *ages: int, reported: float = 10.0, closed: float = 10.0) -> Load:
    return Load(code, code.upper(), reported, closed, closed, None, ages, None)


def test_a_cut_week_stands_beside_whole_ones_but_paler() -> None:
    flows = [
        flow(date(2026, 8, 1), date(2026, 8, 3), 5, 4, 11.0),
        flow(date(2026, 8, 3), date(2026, 8, 10), 20, 21, 10.0),
    ]
    came, left, still = workload(flows, lang=Lang.ZH, colours=LIGHT, whole_days=7).data
    assert list(came.x) == ["08-01", "08-03"]
    assert came.marker.opacity[0] < came.marker.opacity[1] == 1
    assert (list(came.y), list(left.y), list(still.y)) == ([5, 20], [4, 21], [11.0, 10.0])
    assert still.yaxis == "y2"


def test_bars_of_age_lead_to_their_department_and_the_chosen_one_stands_out() -> None:
    loads = [load("a", 1, 2, 3, 4, 5), load("b", 0, 0, 0, 0, 1)]
    figure = age_bands(
        loads,
        names=["0", "1", "3", "7", "30"],
        hrefs=["?department=a", "?department=b"],
        chosen="b",
        lang=Lang.EN,
        colours=LIGHT,
        ramp=age_ramp("light"),
    )
    *bands, totals = figure.data
    assert [list(band.x) for band in bands] == [[1, 0], [2, 0], [3, 0], [4, 0], [5, 1]]
    assert list(bands[0].customdata) == ["?department=a", "?department=b"]
    assert list(totals.x) == [15, 1]
    assert list(totals.y) == ["A", "<b>B</b>"]


def test_load_says_how_long_the_open_cases_take() -> None:
    found = load("a", 1, 2, 3, 4, 10, reported=40.0, closed=10.0)
    assert (found.weeks_to_clear, found.left_to_reported) == (2.0, 0.25)
    idle = load("b", 0, 0, 0, 0, 3, reported=0.0, closed=0.0)
    assert (idle.weeks_to_clear, idle.left_to_reported, idle.is_empty) == (None, None, False)
    assert load("c", 0, 0, 0, 0, 0, reported=0.0, closed=0.0).is_empty


def test_a_case_waits_for_the_next_milestone_that_its_source_delivers() -> None:
    assert waits_for({"reported", "filed"}, set(MILESTONES)) == "dispatched"
    assert waits_for({"reported"}, {"reported", "closed"}) == "closed"
    # One that was skipped is behind the case, not before it.
    assert waits_for({"reported", "dispatched"}, set(MILESTONES)) == "first_response"
    assert waits_for({"reported", "closed"}, {"reported", "closed"}) is None


def test_stages_go_from_each_milestone_to_the_next_and_all_the_way() -> None:
    assert STAGES[0] == ("reported", "accepted")
    assert STAGES[-1] == ("reported", "closed")
    assert len(STAGES) == len(MILESTONES)


def test_lengths_of_time_have_the_unit_that_suits_them() -> None:
    minutes = (0.4, 45, 90, 3000, 86400, None)
    said = [duration(value, Lang.ZH) for value in minutes]
    assert said == ["0.4 分钟", "45 分钟", "1.5 小时", "2.1 天", "60 天", "—"]
    assert (duration(1800, Lang.ZH), days(1.25, Lang.ZH)) == ("30.0 小时", "1.3 天")


def test_ticks_of_a_logarithmic_axis_are_ones_twos_and_fives() -> None:
    assert log_axis(3, 40)["tickvals"] == [5, 10, 20]
    assert log_axis(900, 2500)["ticktext"] == ["1,000", "2,000"]


def item(code: str, count: int, median: float | None) -> Item:
    shown = figure_of(APPROVAL, median, category_code=code)
    return Item(code, f"item {code}", count, None, None, None, (shown,))


def test_the_chosen_item_and_the_costly_ones_have_their_names() -> None:
    items = [item(str(number), number, 5.0) for number in range(1, 11)]
    figure = item_plot(items, hrefs=["?"] * len(items), chosen="1", lang=Lang.EN, colours=LIGHT)
    [marks] = figure.data
    assert [name for name in marks.text if name] == [f"item {n}" for n in (1, 6, 7, 8, 9, 10)]
    assert marks.marker.symbol[0] == "diamond"


def test_visits_are_counted_with_their_shares() -> None:
    [bars] = visit_bars(Visits((6, 3, 1, 0, 0), 5), lang=Lang.EN, colours=LIGHT).data
    assert list(bars.y) == [6, 3, 1, 0, 0]
    assert bars.text[0] == "6<br>60.0%"


def test_a_target_of_one_item_is_not_held_against_others() -> None:
    shown = figure_of(APPROVAL, 5.0, target=7.0, status="met")
    other = targeted(shown, "FW002")
    assert (other.row["target"], other.row["status"]) == (None, "no_target")
    assert other.value == shown.value
    assert targeted(shown, None).row["target"] is None
    assert targeted(shown, PUBLISHED_ITEM) is shown
    assert of_all_items(APPROVAL, None).baseline is None
    assert of_all_items(APPROVAL, PUBLISHED_ITEM).baseline == APPROVAL.baseline
    rate = CATALOGUE["on_time_approval_rate"]
    assert of_all_items(rate, None) is rate


def test_a_cell_of_the_grid_says_what_its_bar_says() -> None:
    lines = [
        StageLine("all", "", False, [StageCell("4 h", "n 9", amount=4.0)], is_whole=True),
        StageLine("x < y", "?department=x", True, [StageCell("8 h", amount=8.0, is_worst=True)]),
    ]
    shown = markup(stage_grid(lines, head="who", columns=[("closed", "from reported")], label="l"))
    assert "--share:50.0%" in shown
    assert "--share:100.0%" in shown
    assert "x &lt; y" in shown
    assert 'class="is-chosen"' in shown
    assert shown.count('<th scope="row">') == len(lines)


def test_steps_of_applications_say_who_left_where() -> None:
    steps = [
        FunnelStep("submitted", "10", "", 1.0),
        FunnelStep("decided", "8", "80%", 0.8, ("2 ×",)),
    ]
    shown = markup(html.Div(application_funnel(steps)))
    assert "width:80.00%" in shown
    assert shown.count("services-step-branch") == 1


def test_the_worst_part_is_the_one_that_most_points_are_missing_from() -> None:
    def part(kpi_id: str, missing: float | None) -> Part:
        return Part(CATALOGUE[kpi_id], None, 0.5, None, missing)

    score = figure_of(CATALOGUE["department_score"], 90.0)
    card = Card("a", "A", score, "A", (part("rework_rate", 1.0), part("satisfaction_rate", 2.0)))
    assert card.worst is not None
    assert card.worst.kpi.kpi_id == "satisfaction_rate"
    assert Card("a", "A", score, None, (part("rework_rate", None),)).worst is None
