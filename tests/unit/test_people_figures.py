"""Charts of the roll, by what is in them."""

from datetime import date

import polars as pl

from dashboards.data.people_counts import Moves
from dashboards.figures.people import days_of, moves_chart, stock
from dashboards.i18n import Lang
from dashboards.theme import LIGHT

ALONE = Moves(date(2026, 9, 1), date(2026, 9, 30), 12, 6)
TOGETHER = Moves(date(2026, 10, 1), date(2026, 11, 15), 10, 8)


def test_months_taken_together_have_the_height_of_their_mean_and_are_hatched() -> None:
    figure = moves_chart([ALONE, TOGETHER], lang=Lang.ZH, colours=LIGHT)
    joined, left, net = figure.data
    assert list(joined.y) == [12, 5]
    assert list(left.y) == [-6, -4]
    assert list(net.y) == [6, 1]
    assert list(joined.marker.pattern.shape) == ["", "/"]
    assert joined.width[1] > joined.width[0]


def test_a_bar_says_its_days_and_its_whole_numbers() -> None:
    figure = moves_chart([ALONE, TOGETHER], lang=Lang.EN, colours=LIGHT)
    assert days_of(ALONE) == "2026-09"
    assert "2026-10 – 2026-11-15" in figure.data[0].text[1]
    assert "joined <b>10</b>, left <b>8</b>" in figure.data[0].text[1]


def test_a_month_that_is_not_shown_leaves_a_gap_in_the_roll() -> None:
    months = pl.DataFrame(
        {
            "period_start_date": [date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)],
            "denominator": [100.0, None, 110.0],
        }
    )
    figure = stock(months, lang=Lang.ZH, colours=LIGHT)
    assert list(figure.data[0].y) == [100.0, None, 110.0]
    low, high = figure.layout.yaxis.range
    # Ten of a hundred must not look like half of them.
    assert high - low >= 20
