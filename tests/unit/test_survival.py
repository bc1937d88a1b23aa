"""Kaplan and Meier's estimate against lifelines, and what is said about it."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import qth_survival_times

from tests.support.marts import ZONE, area, case, marts
from warehouse.catalogue import get_kpi
from warehouse.cli import main
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query import Question
from warehouse.query.survival import bias, survival, survival_curve

MEDIAN = Question("response_time_median", "430181")
P90 = Question("response_time_p90", "430181")
REPORTED = datetime(2026, 10, 5, 9, tzinfo=ZONE)

Watched = Sequence[tuple[float, bool]]
"""Minutes, and whether the response came then (else the case was open when last looked at)."""


def rows_of(watched: Watched, *, town: str = "A") -> list[dict[str, object]]:
    return [
        case(
            f"{town}{number}",
            REPORTED,
            response_minutes=minutes if is_reached else None,
            waiting_minutes=None if is_reached else minutes,
            town_code=town,
        )
        for number, (minutes, is_reached) in enumerate(watched)
    ]


def published_with(folder: Path, watched: Watched) -> Published:
    return marts(folder, cases=rows_of(watched))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Every sample in a town of its name."""
    cases = [row for name, watched in SAMPLES.items() for row in rows_of(watched, town=name)]
    towns = [area("town", name) for name in SAMPLES]
    return marts(tmp_path_factory.mktemp("survival"), cases=cases, areas=towns)


def drawn(seed: int, *, size: int = 120, share_open: float = 0.3, step: float = 5.0) -> Watched:
    """Random times on a grid of `step` minutes, so that many are tied."""
    random = np.random.default_rng(seed)
    times = np.ceil(random.exponential(60, size) / step) * step
    return list(zip(times.tolist(), (random.random(size) >= share_open).tolist(), strict=True))


SAMPLES: dict[str, Watched] = {
    "tied": drawn(1),
    "heavily censored": drawn(2, share_open=0.9),
    "untied": drawn(3, step=1e-6),
    "few": drawn(4, size=7),
    "no event": [(10.0, False), (20.0, False), (20.0, False)],
    "all reached": drawn(5, share_open=0.0),
    "one reached": [(30.0, True)],
    "one open": [(30.0, False)],
    "at once": [(0.0, True), (0.0, True), (0.0, False), (4.0, True)],
    "exactly half": [(10.0, True), (20.0, True), (30.0, True), (40.0, True)],
    "open at the time of the last event": [(10.0, True), (20.0, True), (20.0, False)],
}


def fitted(watched: Watched) -> KaplanMeierFitter:
    times, events = zip(*watched, strict=True)
    return KaplanMeierFitter().fit(times, event_observed=events)


def first_time(left: float, survival_function: object) -> float | None:
    """The quantile as lifelines gives it: null instead of infinity."""
    time = float(np.squeeze(qth_survival_times(left, survival_function)))
    return None if math.isinf(time) else time


@pytest.mark.parametrize("name", SAMPLES)
def test_the_survival_function_is_that_of_lifelines(samples: Published, name: str) -> None:
    watched = SAMPLES[name]
    curve = survival_curve(samples, replace(MEDIAN, where={"town": name}))
    table = fitted(watched).event_table
    table = table[(table["observed"] > 0) | (table["censored"] > 0)]
    assert curve["time"].to_list() == table.index.to_list()
    assert curve["events"].to_list() == table["observed"].to_list()
    assert curve["at_risk"].to_list() == table["at_risk"].to_list()
    expected = fitted(watched).survival_function_.loc[table.index, "KM_estimate"]
    assert np.abs(curve["survival"].to_numpy() - expected.to_numpy()).max() <= 1e-9


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize(("question", "left"), [(MEDIAN, 0.5), (P90, 0.1)])
def test_quantiles_and_their_intervals_are_those_of_lifelines(
    samples: Published, name: str, question: Question, left: float
) -> None:
    watched = SAMPLES[name]
    row = survival(samples, replace(question, where={"town": name})).row(0, named=True)
    model = fitted(watched)
    # At the boundary lifelines' own logarithms miss an exact half by the last digit.
    rounded = left + 1e-12
    assert row["km_value"] == first_time(rounded, model.survival_function_)
    bounds = model.confidence_interval_
    assert row["km_interval_low"] == first_time(rounded, bounds.iloc[:, [0]])
    assert row["km_interval_high"] == first_time(rounded, bounds.iloc[:, [1]])
    assert row["reached_count"] == sum(is_reached for _, is_reached in watched)
    assert row["open_count"] == sum(not is_reached for _, is_reached in watched)


def test_an_exact_half_is_reached_and_more_that_are_open_is_none(
    samples: Published, tmp_path: Path
) -> None:
    half = survival(samples, replace(MEDIAN, where={"town": "exactly half"}))
    assert half["km_value"].item() == 20
    assert half["value"].item() == 25
    more = [(10.0, True), (20.0, True), (30.0, False), (40.0, False), (50.0, False)]
    row = survival(published_with(tmp_path, more), MEDIAN).row(0, named=True)
    assert row["km_value"] is None
    assert row["value"] == 15


def test_each_slice_is_estimated_alone_and_rows_left_out_are_counted(tmp_path: Path) -> None:
    samples = {"A": drawn(6, size=60), "B": drawn(7, size=80), None: drawn(8, size=20)}
    cases = [
        case(
            f"{town}{month}{number}",
            datetime(2026, month, 3, 9, tzinfo=ZONE),
            town_code=town,
            response_minutes=minutes if is_reached else None,
            waiting_minutes=None if is_reached else minutes,
        )
        for month in (9, 10)
        for town, watched in samples.items()
        for number, (minutes, is_reached) in enumerate(watched[month - 9 :])
    ]
    cases += [case("neither", REPORTED, town_code="A"), case("v", REPORTED, is_void=True)]
    towns = [area("town", code) for code in "ABC"]
    rows = survival(
        marts(tmp_path, cases=cases, areas=towns),
        Question("response_time_median", "430181", by=("town", "month"), end=date(2026, 11, 1)),
    )
    assert len(rows) == 8
    for row in rows.iter_rows(named=True):
        if row["area_code"] == "C":
            assert (row["km_value"], row["open_count"], row["reached_count"]) == (None, 0, 0)
            continue
        watched = samples[row["area_code"]][row["period_start_date"].month - 9 :]
        assert row["km_value"] == first_time(0.5 + 1e-12, fitted(watched).survival_function_)
        is_october_a = (row["area_code"], row["period_start_date"].month) == ("A", 10)
        assert row["unwatched_count"] == int(is_october_a)
    assert rows["excluded_count"].sum() == 1


def test_the_bias_of_the_closed_only_figure_is_named(tmp_path: Path) -> None:
    watched = [(10.0, True), (20.0, True), (30.0, True), (60.0, True), (50.0, False), (80.0, False)]
    rows = survival(published_with(tmp_path, watched), MEDIAN)
    said = bias(rows, get_kpi("response_time_median"))
    assert rows.select("value", "km_value").row(0) == (25, 30)
    assert "只计已结的 25.0 低估 5.0(分钟):尚有 2 件未结不在其中" in said.zh
    assert "lower by 5.0 minutes because 2 open are not in it" in said.en
    assert "None is open" in bias(rows.with_columns(open_count=pl.lit(0)), get_kpi(P90.kpi_id)).en
    assert "2 open" in bias(rows.with_columns(km_value=None), get_kpi(P90.kpi_id)).en


@pytest.mark.parametrize(
    ("question", "named"),
    [
        (Question("on_time_resolution_rate", "430181"), "observed"),
        (Question("response_time_median", "430181", by=("town",)), "by town"),
    ],
)
def test_what_has_no_curve_is_refused(samples: Published, question: Question, named: str) -> None:
    with pytest.raises(UsageError, match=named):
        survival_curve(samples, question)


def test_the_command_shows_both_figures_and_the_bias(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "published"
    folder.mkdir()
    published_with(folder, SAMPLES["few"])
    (folder / "current").symlink_to("serve_1.duckdb")
    environ = {"GRIDGOV_HOME": str(tmp_path)}
    assert main(["kpi", "response_time_median", "--survival"], environ) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("km_value", "km_interval_low", "open_count"))
    assert "只计已结" in shown
    assert "closed-only" in shown
