"""Pictures and signals of the wall screen."""

import re
from datetime import date, timedelta

import polars as pl

from dashboards.data.overview import Tile
from dashboards.data.tables import Figure
from dashboards.data.wall import Flow, signals
from dashboards.figures.wall import control_svg, days_svg, funnel_svg
from dashboards.theme import DARK
from warehouse.analysis.funnel import funnel_of
from warehouse.analysis.trends import Chart
from warehouse.catalogue import load_catalogue
from warehouse.query import Question

KPIS = load_catalogue()
RATE = KPIS["on_time_resolution_rate"]
AS_OF = date(2026, 11, 15)


def chart(value: float, signal: str | None, *, month: date = date(2026, 10, 1)) -> Chart:
    rows = pl.DataFrame(
        {
            "month": [date(2026, 9, 1), month],
            "value": [0.9, value],
            "centre": [0.9, 0.9],
            "low": [0.85, 0.85],
            "high": [0.95, 0.95],
            "phase": [1, 1],
            "signal": pl.Series([None, signal], dtype=pl.String),
        }
    )
    return Chart("p", (date(2026, 9, 1),), None, rows)


def tile(kpi_id: str, made: Chart) -> Tile:
    kpi = KPIS[kpi_id]
    figure = Figure(kpi, {"value": 0.9}, Question(kpi_id, "430181"))
    return Tile(kpi, figure, None, None, chart=made)


def test_signals_put_what_got_worse_first() -> None:
    found = signals(
        [
            tile("on_time_resolution_rate", chart(0.99, "beyond_limits")),
            tile("rework_rate", chart(0.93, "run_of_8")),
            tile("rework_rate", chart(0.99, "beyond_limits")),
            tile("resolution_rate", chart(0.9, None)),
        ],
        as_of=AS_OF,
    )
    assert [(one.tile.kpi.kpi_id, one.kind, one.is_better) for one in found] == [
        ("rework_rate", "beyond_limits", False),
        ("rework_rate", "run_of_8", False),
        ("on_time_resolution_rate", "beyond_limits", True),
    ]


def test_a_signal_of_long_ago_is_none_of_now() -> None:
    old = chart(0.5, "beyond_limits", month=date(2026, 7, 1))
    assert signals([tile("resolution_rate", old)], as_of=AS_OF) == []


def test_a_kpi_without_a_better_side_is_not_judged() -> None:
    made = tile("cases_per_1000_residents", chart(0.99, "beyond_limits"))
    assert [one.is_better for one in signals([made], as_of=AS_OF)] == [None]


def test_flows_add_up() -> None:
    assert sum([Flow(1, 2, 3, 4), Flow(1, 1, 1, 1)], Flow()) == Flow(2, 3, 4, 5)


def test_months_are_drawn_with_limits_target_and_signals() -> None:
    svg = control_svg(
        chart(0.99, "beyond_limits"),
        target=0.95,
        programme_start=date(2026, 10, 1),
        colours=DARK,
    )
    assert svg.count("<rect") == 2
    assert DARK.target in svg
    assert svg.count(DARK.baseline) == 1
    assert svg.count(f'fill="{DARK.fair}"') == 1
    assert "2026-09" in svg
    assert "2026-10" in svg


def test_a_chart_without_limits_is_a_line() -> None:
    made = chart(0.9, None)
    rows = made.rows.with_columns(
        pl.lit(None, pl.Float64).alias(name) for name in ("low", "high", "centre")
    )
    bare = Chart("p", (), None, rows)
    svg = control_svg(bare, target=None, programme_start=None, colours=DARK)
    assert svg.count("<rect") == 0
    assert svg.count("<polyline") == 1


def test_the_funnel_names_who_lies_outside() -> None:
    codes = [f"4301811{number:02d}000" for number in range(12)]
    rows = pl.DataFrame(
        {
            "area_code": codes,
            "value": [*([0.9] * 11), 0.5],
            "numerator": [*([900.0] * 11), 500.0],
            "denominator": [1000.0] * 12,
        }
    )
    question = Question(RATE.kpi_id, "430181", by=("town",))
    names = {code: f"<{number}>" for number, code in enumerate(codes)}
    found = funnel_of(question, rows, 0.9)
    svg = funnel_svg(found, kpi=RATE, names=names, size_label="n", colours=DARK)
    assert "&lt;11&gt;" in svg
    assert "&lt;0&gt;" not in svg


def test_the_axis_of_a_rate_is_in_percent() -> None:
    rows = pl.DataFrame(
        {
            "area_code": ["a", "b", "c"],
            "value": [0.9, 0.8, 0.85],
            "numerator": [900.0, 1600.0, 2550.0],
            "denominator": [1000.0, 2000.0, 3000.0],
        }
    )
    found = funnel_of(Question(RATE.kpi_id, "430181", by=("town",)), rows, 0.85)
    svg = funnel_svg(found, kpi=RATE, names={}, size_label="n", colours=DARK)
    assert re.search(r">[0-9.]+%</text>", svg)
    assert not re.search(r">[0-9.]+\.0</text>", svg)


def test_days_without_a_case_have_no_bar() -> None:
    days = pl.DataFrame(
        {
            "day": [AS_OF - timedelta(days=1), AS_OF],
            "new_count": [0, 4],
            "closed_count": [0, 0],
        }
    )
    svg = days_svg(days, colours=DARK)
    assert 'height="0.0"' in svg
    assert "11-15" in svg
