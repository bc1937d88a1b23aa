"""Charts of the trends page, by what is in them."""

from datetime import date
from typing import Any

import polars as pl

from dashboards.cells import written
from dashboards.data.tables import Figure
from dashboards.data.trend_days import Holiday, MarkedDays, RainDay
from dashboards.data.trends import KpiTrend, Line, Point, Series
from dashboards.figures.judged_months import control_figure, effect_figure
from dashboards.figures.time_series import Drawing, time_series
from dashboards.i18n import Lang
from dashboards.theme import LIGHT
from warehouse.catalogue import Kpi, load_catalogue
from warehouse.query import Question

KPIS = load_catalogue()
RATE, COUNT = KPIS["on_time_resolution_rate"], KPIS["cases_per_1000_residents"]
MINUTES = KPIS["response_time_median"]
NOTHING = MarkedDays(None, (), ())
DRAWING = Drawing(
    date(2026, 1, 1),
    date(2026, 6, 30),
    "month",
    Lang.ZH,
    LIGHT,
    lambda kpi, point: f"?of={kpi.kpi_id}:{point.start}",
)


def series(key: str, kpi: Kpi, *values: float | None, **marks: Any) -> Series:
    """A line of months from January 2026 on; `marks` are columns of the last month."""
    points = []
    for number, value in enumerate(values):
        start, end = date(2026, number + 1, 1), date(2026, number + 2, 1)
        is_last = number == len(values) - 1
        row = {
            "period_start_date": start,
            "period_end_date": end,
            "value": value,
            "interval_low": None if value is None else value * 0.9,
            "interval_high": None if value is None else value * 1.1,
            "is_provisional": False,
            "is_suppressed": False,
            "target": 0.95 if kpi is RATE else None,
        }
        if is_last:
            row |= {name: mark for name, mark in marks.items() if name in row}
        cell = Question(kpi.kpi_id, "430181", start=start, end=end)
        is_partial = is_last and marks.get("is_partial", False)
        points.append(Point(start, Figure(kpi, row, cell), is_partial))
    return Series(Line(key, key or "全县", None), tuple(points))  # type: ignore[arg-type]


def drawn(*lines: Series, kpi: Kpi = RATE, **more: Any) -> Any:
    arguments = {"baseline": None, "marked": NOTHING, "drawing": DRAWING, **more}
    return time_series(KpiTrend(kpi, lines), **arguments)


def test_one_line_has_its_interval_and_target() -> None:
    band, target, line = drawn(series("", RATE, 0.9, 0.92)).data
    assert (band.name, target.name) == ("95% 区间", "目标 95.0%")
    assert list(line.y) == [90.0, 92.0]
    assert line.customdata[0] == "?of=on_time_resolution_rate:2026-01-01"


def test_a_gap_breaks_the_line_and_its_band() -> None:
    band, _, line = drawn(series("", RATE, 0.9, None, 0.9)).data
    assert list(line.y) == [90.0, None, 90.0]
    assert list(band.x).count(None) == 1


def test_lines_side_by_side_differ_by_more_than_colour() -> None:
    lines = [series(f"town:{number}", RATE, 0.9, 0.8) for number in range(8)]
    traces = drawn(*lines, series("", RATE, 0.9, 0.8)).data[1:]
    looks = {(trace.marker.symbol[0], trace.line.dash) for trace in traces}
    assert len(looks) == len(traces) == 9
    assert all(trace.showlegend for trace in traces)


def test_a_count_of_half_a_month_is_no_fall() -> None:
    line, cut = drawn(series("", COUNT, 5.0, 5.1, 2.4, is_partial=True), kpi=COUNT).data[-2:]
    assert list(line.y) == [5.0, 5.1, None]
    assert list(cut.y) == [2.4]
    assert cut.name == "不足一个单位"


def test_a_rate_of_half_a_month_stays_in_its_line() -> None:
    figure = drawn(series("", RATE, 0.9, 0.8, is_partial=True))
    assert list(figure.data[-1].y) == [90.0, 80.0]
    assert "仅 28 天" in figure.data[-1].text[-1]


def test_what_is_not_shown_is_marked_with_the_word() -> None:
    figure = drawn(series("", RATE, 0.9, None, is_suppressed=True))
    assert figure.data[-1].name == "为保护个人不显示"
    assert list(figure.data[-1].x) == [date(2026, 2, 1)]


def test_a_baseline_far_off_does_not_press_the_line_flat() -> None:
    near = drawn(series("", MINUTES, 21.0, 40.0), kpi=MINUTES, baseline=50.0)
    far = drawn(series("", MINUTES, 21.0, 22.0), kpi=MINUTES, baseline=120.0)
    assert [list(one.y) for one in near.data if one.name == "基线 50.0 分钟"] == [[50.0, 50.0]]
    assert [list(one.y) for one in far.data if one.name == "基线 120.0 分钟(在图外)"] == [
        [None, None]
    ]


def test_days_that_may_explain_are_marked() -> None:
    marked = MarkedDays(
        date(2026, 3, 1),
        (Holiday(date(2026, 2, 15), date(2026, 2, 23), "春节"),),
        (RainDay(date(2026, 5, 4), 3, "黄色"),),
    )
    figure = drawn(series("", RATE, 0.9, 0.8), marked=marked)
    assert [trace.name for trace in figure.data[-2:]] == ["法定节假日", "暴雨预警日"]
    assert "黄色" in figure.data[-1].text[0]
    assert [note.text for note in figure.layout.annotations] == ["春节", "项目启动 2026-03"]
    assert [shape.type for shape in figure.layout.shapes] == ["rect", "line"]


def test_last_year_lies_underneath_with_one_entry_in_the_legend() -> None:
    line = series("town:1", RATE, 0.9, 0.8)
    other = series("town:2", RATE, 0.9, 0.8)
    both = [Series(one.line, one.points, one.points) for one in (line, other)]
    traces = [trace for trace in drawn(*both).data if trace.name == "上年同期"]
    assert [trace.showlegend for trace in traces] == [True, False]


def months(**columns: list[Any]) -> pl.DataFrame:
    """Months from January 2026 on, with March missing."""
    days = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 4, 1)]
    return pl.DataFrame({"month": days, "value": [0.9, 0.8, 0.5], **columns})


def test_signals_are_marked_and_missing_months_are_gaps() -> None:
    rows = months(
        centre=[0.85] * 3,
        low=[0.7] * 3,
        high=[1.0] * 3,
        phase=[1, 1, 1],
        signal=[None, None, "beyond_limits"],
    )
    figure = control_figure(
        rows,
        kpi=RATE,
        phase_starts=(date(2026, 1, 1),),
        start=None,
        lang=Lang.ZH,
        colours=LIGHT,
        link=str,
    )
    limits, centre, line, signal = figure.data
    assert (limits.name, centre.name, signal.name) == ("控制限", "中线", "超出控制限")
    assert list(line.y) == [90.0, 80.0, None, 50.0]
    assert list(signal.x) == [date(2026, 4, 1)]


def test_without_a_fit_only_the_months_and_the_start_are_drawn() -> None:
    asked = {"kpi": RATE, "start": date(2026, 2, 1), "lang": Lang.EN, "colours": LIGHT}
    plain = effect_figure(months(), change=date(2026, 4, 1), link=str, **asked)
    assert len(plain.data) == 1
    fitted = months(fitted=[0.9, None, 0.5], counterfactual=[0.9, None, 0.9])
    judged = effect_figure(fitted, change=date(2026, 4, 1), link=str, **asked)
    assert [trace.name for trace in judged.data[:2]] == ["Had the earlier trend gone on", "Fitted"]


def test_the_cell_of_a_point_is_its_own_period() -> None:
    [point] = series("", RATE, 0.9).points
    assert written(point.figure.cell).startswith("2026-01-01~2026-01-31")
