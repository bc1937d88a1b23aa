"""What the map shows by mode, on the generated town: its figures are those of the commands."""

import base64
import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from dashboards.context import Context, Services
from dashboards.map.asked import Asked, parse
from dashboards.map.breaks import Classing
from dashboards.map.modes import shade
from dashboards.map.shading import NO_CLASS, NONE_DUE, UNCERTAIN
from geo.hotspots.reading import find_hot_spots
from geo.risk.assess import assess
from geo.risk.inputs import FEATURES
from geo.risk.read import read_cases
from tests.support.recomputed.county import COUNTY, published_sample
from warehouse.analysis.changes import changes
from warehouse.analysis.smoothing import smoothed
from warehouse.errors import UsageError
from warehouse.query import Question, answer

DAYS = {"from": "2026-08-01", "to": "2026-10-31"}
START, END = date(2026, 8, 1), date(2026, 11, 1)
RATE = "on_time_resolution_rate"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return Services(published_sample(tmp_path_factory, scale="town").settings).open()


def asked(context: Context, **given: str) -> Asked:
    about = {"county": COUNTY, "kpi": RATE, "level": "grid", **DAYS, **given}
    return parse(about, context=context)


def by_code(context: Context, one: Asked) -> pl.DataFrame:
    """Value, class and flag of every area of a map."""
    made = shade(context, one)
    areas = context.sql(
        "select area_code, feature_id from mart.dim_areas where county_code = ? and is_current"
        " and area_level = ? order by 1",
        COUNTY,
        one.level,
    )
    places = areas["feature_id"].to_numpy()
    return areas.with_columns(
        pl.Series("value", made.values[places], nan_to_null=True),
        pl.Series("class", made.classes[places]),
        pl.Series("flag", made.flags[places]),
    )


def test_risk_is_the_assessment_and_a_town_has_the_sum_of_its_grids(context: Context) -> None:
    expected = assess(read_cases(context.published, COUNTY))
    of_grid = dict(expected.rows.select("area_code", "expected_cases").iter_rows())
    shown = by_code(context, asked(context, mode="risk"))
    assert dict(shown.select("area_code", "value").iter_rows()) == of_grid
    towns = by_code(context, asked(context, mode="risk", level="town"))
    assert towns["value"].sum() == pytest.approx(sum(of_grid.values()))


def test_the_reasons_of_an_area_are_its_largest(context: Context) -> None:
    made = shade(context, asked(context, mode="risk"))
    expected = assess(read_cases(context.published, COUNTY)).rows.row(0, named=True)
    place = context.sql(
        "select feature_id from mart.dim_grids where grid_code = ? and is_current",
        expected["area_code"],
    ).item()
    names = [one["id"] for one in made.facts["reasons"]]
    for number, reason in enumerate(expected["reasons"][:2]):
        assert names[made.extra[f"reason_{number}"][place]] == reason["reason"]
        assert made.extra[f"share_{number}"][place] == pytest.approx(reason["share"], rel=1e-5)


def test_risk_says_how_good_it_is_and_what_goes_in(context: Context) -> None:
    made = shade(context, asked(context, mode="risk"))
    facts = made.facts
    assert any("10 %" in text.en for text in made.said)
    assert len(facts["features"]["grid"]) + len(facts["features"]["county"]) == len(FEATURES)
    assert 0 < facts["backtest"]["prior"]["value"] < 1
    json.dumps(made.legend(), allow_nan=False)


def test_hot_spots_are_those_of_the_command(context: Context) -> None:
    found = find_hot_spots(context.published, COUNTY, start=START, end=END)
    shown = by_code(context, asked(context, mode="hotspots"))
    hot = set(found.spots.rows.filter("is_hot_spot")["grid_code"])
    assert set(shown.filter(pl.col("class") == 0)["area_code"]) == hot
    not_judged = set(found.spots.not_judged["grid_code"])
    assert set(shown.filter(pl.col("class") == NO_CLASS)["area_code"]) == not_judged
    assert shown.filter(pl.col("flag") == NONE_DUE).height == len(not_judged)


def test_smoothed_values_are_those_of_the_analysis(context: Context) -> None:
    question = Question(RATE, COUNTY, by=("grid",), start=START, end=END)
    _, rows = smoothed(context.published, question)
    expected = dict(rows.select("area_code", "smoothed").iter_rows())
    shown = by_code(context, asked(context, mode="smoothed"))
    for code, value in shown.select("area_code", "value").iter_rows():
        assert value == expected[code]


def test_a_kpi_that_cannot_be_smoothed_says_so(context: Context) -> None:
    made = shade(context, asked(context, mode="smoothed", kpi="response_time_median"))
    assert "response_time_median" in made.missing
    assert (made.classes[1:] == NO_CLASS).all()


@pytest.mark.parametrize("back", ["previous", "last_year"])
def test_a_change_is_that_of_the_warehouse(context: Context, back: str) -> None:
    question = Question(RATE, COUNTY, by=("town",), start=START, end=END, compare=True)
    rows = changes(answer(context.published, question), context.kpis[RATE])
    expected = dict(
        rows.filter(pl.col("compared_with") == back).select("area_code", "change").iter_rows()
    )
    shown = by_code(context, asked(context, mode="change", level="town", compare=back))
    for code, value, flag in shown.select("area_code", "value", "flag").iter_rows():
        assert value == expected[code]
        assert flag in (0, UNCERTAIN, NONE_DUE)


def test_a_gap_is_what_is_missing_to_the_target(context: Context) -> None:
    question = Question("grid_worker_coverage_rate", COUNTY, by=("grid",), start=START, end=END)
    rows = answer(context.published, question)
    gaps = dict(zip(rows["area_code"], (1 - rows["value"]).clip(0, 1), strict=True))
    shown = by_code(context, asked(context, mode="gap"))
    for code, value in shown.select("area_code", "value").iter_rows():
        assert value == gaps[code]


def test_persons_are_never_counted_by_grid(context: Context) -> None:
    made = shade(context, asked(context, mode="gap", coverage="visit_coverage_rate"))
    assert np.isnan(made.values).all()
    assert made.facts["suppressed"] > 0


def test_pairs_have_thirds_of_risk_and_put_no_gap_first(context: Context) -> None:
    pairs = by_code(context, asked(context, mode="bivariate"))
    gaps = by_code(context, asked(context, mode="gap"))
    both = pairs.join(gaps, on="area_code", suffix="_gap")
    assert both.filter((pl.col("class") % 3 == 0) != (pl.col("value_gap") == 0)).is_empty()
    thirds = (pairs["class"] // 3).value_counts()["count"]
    assert thirds.max() - thirds.min() <= 2  # type: ignore[operator]


def test_classes_can_be_chosen(context: Context) -> None:
    one = asked(context, level="community")
    for classing in ("quantile", "natural", "equal"):
        made = shade(context, replace(one, classing=Classing(classing, 7)))
        counts = made.legend()["counts"]
        assert 1 < len(counts) <= 7
        assert min(counts) > 0


def test_typed_edges_stay_in_every_period_and_on_both_sides_of_a_change(context: Context) -> None:
    fixed = {"classes": "fixed", "breaks": "50,97.5"}
    months = [{"from": f"2026-{month}-01", "to": f"2026-{month}-30"} for month in ("09", "10")]
    for given in (*months, {"mode": "smoothed"}):
        assert shade(context, asked(context, **fixed, **given)).breaks == (0.5, 0.975)
    for compare in ("previous", "last_year"):
        change = asked(context, mode="change", compare=compare, classes="fixed", breaks="2.5,10")
        assert shade(context, change).breaks == (-0.1, -0.025, 0.0, 0.025, 0.1)
    risk = asked(context, mode="risk", classes="fixed", breaks="0.1,5")
    assert shade(context, risk).breaks == (0.1, 5.0)
    # Nothing is foretold to reach five cases: that class is empty and still there.
    assert shade(context, risk).legend()["counts"][2] == 0


def test_typed_edges_of_a_gap_begin_above_no_gap(context: Context) -> None:
    made = shade(context, asked(context, mode="gap", classes="fixed", breaks="30,60"))
    none, *edges = made.breaks
    assert 0 < none < 0.3
    assert edges == [0.3, 0.6]
    values = made.values[~np.isnan(made.values)]
    assert made.legend()["counts"][0] == (values == 0).sum()
    with pytest.raises(UsageError, match="1 … 5"):
        asked(context, mode="gap", classes="fixed", breaks="1,2,3,4,5,6")
    with pytest.raises(UsageError, match="1 … 3"):
        asked(context, mode="change", classes="fixed", breaks="1,2,3,4")


def test_a_legend_is_sent_as_numbers_that_json_knows(context: Context) -> None:
    for mode in ("raw", "smoothed", "risk", "hotspots", "gap", "change", "bivariate"):
        told: dict[str, Any] = json.loads(
            json.dumps(shade(context, asked(context, mode=mode)).legend(), allow_nan=False)
        )
        classes = np.frombuffer(base64.b64decode(told["classes"]), np.uint8)[1:]
        assert [(classes == k).sum() for k in range(len(told["counts"]))] == told["counts"]
