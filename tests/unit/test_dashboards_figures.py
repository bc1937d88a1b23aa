"""Charts, by what is in them."""

from datetime import date

import polars as pl

from dashboards.figures.sparkline import points, sparkline
from dashboards.figures.trend import Marks, trend
from dashboards.i18n import Lang
from dashboards.static_files import ASSETS
from dashboards.theme import LIGHT
from warehouse.catalogue import load_catalogue

RATE = load_catalogue()["on_time_resolution_rate"]
COUNT = load_catalogue()["open_backlog"]


def months(
    *values: float | None, provisional: int = 0, target: float | None = 0.95
) -> pl.DataFrame:
    """Months from November 2024 on, the last ones provisional."""
    count = len(values)
    return pl.DataFrame(
        {
            "period_start_date": [
                date(2024 + (10 + n) // 12, (10 + n) % 12 + 1, 1) for n in range(count)
            ],
            "value": values,
            "interval_low": [None if value is None else value - 0.01 for value in values],
            "interval_high": [None if value is None else value + 0.01 for value in values],
            "is_provisional": [n >= count - provisional for n in range(count)],
            "target": [target] * count,
        },
        schema_overrides={"target": pl.Float64()},
    )


def height(values: list[float | None], *, span: float) -> float:
    """How far apart in the picture the highest and the lowest value are."""
    heights = [place[1] for place in points(values, span=span) if place]
    return max(heights) - min(heights)


def test_a_provisional_month_is_drawn_hollow() -> None:
    figure = trend(
        months(0.9, 0.91, provisional=1), kpi=RATE, lang=Lang.ZH, colours=LIGHT, marks=Marks()
    )
    assert figure.data[-1].marker.symbol == ("circle", "circle-open")


def test_a_rate_is_drawn_in_percent_with_its_target_and_baseline() -> None:
    marks = Marks(baseline=0.75, programme_start=date(2024, 12, 1))
    figure = trend(months(0.9, 0.92), kpi=RATE, lang=Lang.EN, colours=LIGHT, marks=marks)
    band, target, baseline, line = figure.data
    assert list(line.y) == [90.0, 92.0]
    assert list(target.y) == [95.0, 95.0]
    assert (baseline.name, list(baseline.y)) == ("Baseline 75.0%", [75.0, 75.0])
    assert band.fill == "toself"
    assert figure.layout.annotations[0].text == "Programme start 2024-12"


def test_a_month_without_a_value_is_a_gap_not_a_zero() -> None:
    figure = trend(months(0.9, None, 0.9), kpi=RATE, lang=Lang.ZH, colours=LIGHT, marks=Marks())
    assert list(figure.data[-1].y) == [90.0, None, 90.0]
    assert len(figure.data[0].x) == 4


def test_without_interval_and_target_only_the_months_are_drawn() -> None:
    plain = months(3.0, 4.0, target=None).with_columns(
        interval_low=pl.lit(None, pl.Float64()), interval_high=pl.lit(None, pl.Float64())
    )
    figure = trend(plain, kpi=COUNT, lang=Lang.ZH, colours=LIGHT, marks=Marks())
    assert len(figure.data) == 1


def test_a_chart_offers_no_server_outside() -> None:
    script = (ASSETS / "charts.js").read_text(encoding="utf-8")
    assert "showSendToCloud: false" in script
    assert 'plotlyServerURL: ""' in script


def test_a_small_wobble_stays_small_in_a_sparkline() -> None:
    assert height([10.0, 11.0], span=10.0) < height([10.0, 11.0], span=0.0) / 5


def test_a_sparkline_breaks_where_a_value_is_missing_and_ends_hollow_while_provisional() -> None:
    svg = sparkline([1.0, 2.0, None, 3.0, 4.0], provisional=[False] * 4 + [True], colours=LIGHT)
    assert svg.count("<polyline") == 2
    assert f'fill="{LIGHT.surface}"' in svg


def test_a_sparkline_of_nothing_is_empty() -> None:
    assert "<polyline" not in sparkline([None, None], provisional=[False, False], colours=LIGHT)
