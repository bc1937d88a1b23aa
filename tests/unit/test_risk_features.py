"""Features recomputed by their definition, and never from what was not yet known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.risk.assess import expected_by
from geo.risk.backtest import METHODS, backtest
from geo.risk.baselines import Kernels, prior_counts
from geo.risk.features import (
    around,
    decayed,
    features_of,
    last_weeks,
    same_season,
    since_last,
    whole_record,
)
from geo.risk.panel import horizon_sums, neighbour_weights
from tests.support.risk_panels import lattice, noisy_panel


@pytest.fixture(scope="module")
def counts():
    return np.random.default_rng(1).poisson(0.3, (130, 6)).astype(np.float32)


def test_rates_are_what_their_definitions_say(counts):
    for week in (1, 20, 60, 130):
        past = counts[:week]
        assert whole_record(counts)[week] == pytest.approx(past.mean(axis=0), rel=1e-5)
        assert last_weeks(counts, 52)[week] == pytest.approx(past[-52:].mean(axis=0), rel=1e-5)
        ages = week - 1 - np.arange(week)
        weight = 0.5 ** (ages / 8)
        assert decayed(counts, 8)[week] == pytest.approx(weight @ past / weight.sum(), rel=1e-4)
        for grid in range(6):
            happened = np.flatnonzero(past[:, grid])
            age = week - 1 - happened[-1] if len(happened) else np.inf
            assert since_last(counts, 6)[week, grid] == pytest.approx(0.5 ** (age / 6), rel=1e-4)
    assert (whole_record(counts)[0] == 0).all()


def test_the_same_season_is_a_year_before_the_weeks_foretold(counts):
    # Foretold are weeks 120 to 123: a year before, 68 to 71, with two weeks either side.
    assert same_season(counts, 4)[120] == pytest.approx(counts[66:74].mean(axis=0))
    assert same_season(counts, 4)[30] == pytest.approx(counts[:30].mean(axis=0))


def test_neighbours_are_the_nearest_grids_and_never_the_grid_itself():
    places = lattice(9)
    weights = places.near.toarray()
    assert weights.sum(axis=1) == pytest.approx(1)
    assert (weights.diagonal() == 0).all()
    middle = weights[40].reshape(9, 9)
    assert middle[4, 3] == middle[3, 4] > middle[3, 3] > middle[4, 2] > 0
    rates = np.arange(81, dtype=np.float32)[None, :]
    assert around(places.near, rates)[0, 40] == pytest.approx(40, rel=1e-5)


def test_few_grids_or_grids_on_one_point_have_neighbours_too():
    assert neighbour_weights(np.zeros(1), np.zeros(1), 8).nnz == 0
    assert neighbour_weights(np.zeros(3), np.zeros(3), 8).toarray() == pytest.approx(
        (1 - np.eye(3)) / 2
    )


def test_horizon_sums_count_the_weeks_foretold(counts):
    sums = horizon_sums(counts, 4)
    assert len(sums) == 127
    assert sums[10] == pytest.approx(counts[10:14].sum(axis=0))


def changed_from(panel, week, seed):
    """The panel with everything that happened from a week on made anew."""
    rng = np.random.default_rng(seed)

    def anew(values):
        later = values.copy()
        later[week:] = rng.poisson(2.0, values[week:].shape)
        return later

    return replace(
        panel,
        history=anew(panel.history),
        outcomes=anew(panel.outcomes),
        lesser=anew(panel.lesser),
        others=anew(panel.others),
        rain_mm=anew(panel.rain_mm),
    )


@given(week=st.integers(60, 110), seed=st.integers(0, 2**31), weeks=st.sampled_from([1, 4]))
@settings(max_examples=10, deadline=None)
def test_what_happens_from_the_first_day_on_changes_no_forecast(week, seed, weeks):
    panel = noisy_panel(side=5, weeks=112)
    other = changed_from(panel, week, seed)
    for method in METHODS:
        before = expected_by(method, panel.until(week), weeks=weeks)
        after = expected_by(method, other.until(week), weeks=weeks)
        assert np.array_equal(before.expected, after.expected)
    # Nor does a feature of that week, computed within the longer record, as the backtest does.
    one, two = features_of(panel, weeks=weeks), features_of(other, weeks=weeks)
    for name, values in one.grid.items():
        assert np.array_equal(values[week], two.grid[name][week]), name
    for name, values in one.county.items():
        assert values[week] == two.county[name][week], name


@pytest.mark.parametrize(("horizon", "weeks"), [("week", 1), ("month", 4)])
def test_the_backtest_forecasts_as_one_would_have_at_the_time(horizon, weeks, monkeypatch):
    panel = noisy_panel(side=5, weeks=170)
    seen = {}
    from geo.risk import backtest as module  # noqa: PLC0415

    original = module._forecasts

    def spy(*arguments):
        seen["origins"], seen["found"] = arguments[2], original(*arguments)
        return seen["found"]

    monkeypatch.setattr(module, "_forecasts", spy)
    assert backtest(panel, horizon=horizon) is not None
    for place, week in enumerate(seen["origins"]):
        at_the_time = expected_by("score", panel.until(week), weeks=weeks).expected
        assert seen["found"]["score"][place] == pytest.approx(at_the_time, rel=2e-4)


def test_prior_counts_are_last_years_for_as_many_weeks():
    panel = noisy_panel(side=4, weeks=80)
    expected = prior_counts(panel.history, week=70, weeks=4)
    assert expected == pytest.approx(panel.history[18:70].sum(axis=0) * 4 / 52)


def test_a_kernel_keeps_every_case_and_equals_its_definition():
    panel = noisy_panel(side=7, weeks=90)
    kernel = Kernels(panel.places).best(panel.history)
    cases = panel.history if kernel.window_weeks is None else panel.history[-kernel.window_weeks :]
    assert kernel.expected(panel.history, week=90, weeks=4).sum() == pytest.approx(
        cases.sum() * 4 / len(cases), rel=1e-6
    )
    places = panel.places
    distance = np.hypot(places.x_m[:, None] - places.x_m, places.y_m[:, None] - places.y_m)
    dense = np.exp(-0.5 * (distance / kernel.bandwidth_m) ** 2) * places.area_km2[:, None]
    dense[distance > 3 * kernel.bandwidth_m * (1 + 1e-12)] = 0
    assert kernel.spread.toarray() == pytest.approx(dense / dense.sum(axis=0), abs=1e-9)


def test_the_bandwidth_follows_how_far_cases_spread():
    rng = np.random.default_rng(7)
    places = lattice(25)
    centre = np.hypot(places.x_m - 6000, places.y_m - 6000)
    tight = np.where(centre < 400, 4.0, 0.002)
    wide = 0.3 * np.exp(-0.5 * (centre / 3000) ** 2)
    narrow = Kernels(places).best(rng.poisson(tight, (80, 625)).astype(np.float32))
    broad = Kernels(places).best(rng.poisson(wide / 10, (80, 625)).astype(np.float32))
    assert narrow.bandwidth_m < broad.bandwidth_m
