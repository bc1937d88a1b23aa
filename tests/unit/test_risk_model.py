"""The additive score: the solver against references, known weights found again, parts that add."""

import numpy as np
import pytest
from scipy.optimize import minimize

from geo.risk.features import Features, around, features_of, last_weeks
from geo.risk.inputs import FEATURES
from geo.risk.model import (
    LEVEL,
    Design,
    NothingToFitError,
    design_of,
    fit,
    forecast,
    nonnegative_poisson,
)
from geo.risk.panel import horizon_sums
from geo.risk.reasons import NAMES, WORDS, facts_of, reasons_of
from tests.support.risk_panels import lattice, noisy_panel, panel_of


def drawn_rows(rng, *, count=3000, weights=(0.3, 0.0, 1.2)):
    """Features of observations and their cases."""
    features = rng.gamma(0.7, 1.0, (count, len(weights)))
    cases = rng.poisson(features @ np.array(weights)).astype(float)
    return features, cases


def test_the_solver_finds_what_a_general_one_finds():
    rng = np.random.default_rng(1)
    features, cases = drawn_rows(rng)
    held = cases > 0
    totals = features.sum(axis=0)
    found = nonnegative_poisson(features[held], cases[held], totals, prior_cases=0.5)

    scale = cases.sum() / totals
    mass = cases.sum() + 0.5 * 3

    def loss(weights):
        rates = (features[held] * scale) @ weights
        return mass * weights.sum() - cases[held] @ np.log(rates) - 0.5 * np.log(weights).sum()

    reference = minimize(
        loss, np.full(3, 1 / 3), bounds=[(1e-9, None)] * 3, method="L-BFGS-B",
        options={"ftol": 1e-14, "gtol": 1e-10, "maxiter": 5000},
    )  # fmt: skip
    assert found / scale == pytest.approx(reference.x, abs=1e-4)
    assert loss(found / scale) <= reference.fun + 1e-9


def test_the_solution_is_a_fixed_point_of_expectation_maximisation():
    rng = np.random.default_rng(2)
    features, cases = drawn_rows(rng)
    held, totals = cases > 0, features.sum(axis=0)
    found = nonnegative_poisson(features[held], cases[held], totals)
    scale = cases.sum() / totals
    weights = found / scale
    parts = features[held] * scale * weights
    responsible = (parts / parts.sum(axis=1, keepdims=True) * cases[held][:, None]).sum(axis=0)
    assert weights == pytest.approx((responsible + 0.5) / (cases.sum() + 1.5), abs=1e-6)


def test_with_enough_cases_the_weights_are_found_again():
    rng = np.random.default_rng(3)
    features, cases = drawn_rows(rng, count=200_000)
    held = cases > 0
    found = nonnegative_poisson(features[held], cases[held], features.sum(axis=0))
    assert found == pytest.approx([0.3, 0.0, 1.2], abs=0.02)


def test_a_feature_that_is_nowhere_gets_nothing():
    rows = np.array([[1.0, 0.0], [2.0, 0.0]])
    found = nonnegative_poisson(rows, np.array([1.0, 2.0]), np.array([10.0, 0.0]))
    assert found[1] == 0
    assert found[0] == pytest.approx(0.3)


def test_a_self_exciting_process_gives_its_weights_back():
    """Cases that follow a background, one's own past year and one's neighbours'."""
    rng = np.random.default_rng(4)
    places = lattice(20)
    weeks = 200
    history = np.zeros((weeks, len(places)), dtype=np.float32)
    history[:52] = rng.poisson(rng.gamma(0.5, 0.3, len(places)), (52, len(places)))
    true = {"even": 0.02, "own_year": 0.5, "near_year": 0.35}
    for week in range(52, weeks):
        own = history[week - 52 : week].mean(axis=0)
        rate = 0.02 + 0.5 * own + 0.35 * (places.near @ own)
        history[week] = rng.poisson(rate)
    own_year = last_weeks(history, 52)
    features = Features(
        grid={
            "even": np.ones_like(own_year),
            "own_year": own_year,
            "near_all": around(places.near, own_year),
        },
        county={},
        rain=None,
    )
    weights = fit(design_of(features, history, weeks=1), week=weeks)
    found = np.array([weights.grid[name] for name in features.grid]) * weights.county[LEVEL]
    assert found == pytest.approx(list(true.values()), abs=0.06)
    assert found[0] == pytest.approx(0.02, abs=0.008)


@pytest.mark.parametrize("weeks", [1, 4])
def test_parts_are_never_negative_and_add_up(weeks):
    panel = noisy_panel()
    features = features_of(panel, weeks=weeks)
    weights = fit(design_of(features, panel.history, weeks=weeks), week=panel.week_count)
    found = forecast(weights, features, week=panel.week_count)
    assert all((part >= 0).all() for part in found.parts.values())
    assert sum(found.parts.values()) == pytest.approx(found.expected)
    assert set(found.parts) <= set(NAMES) == set(WORDS)
    told = reasons_of(found, facts_of(panel, has_severity=True))
    shares = np.array([sum(reason.share for reason in of_grid) for of_grid in told])
    assert ((shares > 0.9) & (shares < 1 + 1e-9)).all()
    for of_grid in told:
        assert [reason.share for reason in of_grid] == sorted(
            (reason.share for reason in of_grid), reverse=True
        )


def test_what_is_expected_is_the_product_that_was_fitted():
    """Splitting off what season, trend and holidays have in common changes no forecast."""
    panel = noisy_panel()
    features = features_of(panel, weeks=1)
    design = design_of(features, panel.history, weeks=1)
    weights = fit(design, week=panel.week_count)
    for week in (60, 90, panel.week_count):
        base = sum(weight * features.grid[name][week] for name, weight in weights.grid.items())
        factor = weights.county[LEVEL] + weights.county["rain"] * features.rain[week]
        for name, values in design.factors.items():
            factor = factor + weights.county[name] * values[week]
        assert forecast(weights, features, week=week).expected == pytest.approx(base * factor)


def test_the_learnt_weeks_are_foretold_in_sum():
    panel = noisy_panel()
    features = features_of(panel, weeks=1)
    weights = fit(design_of(features, panel.history, weeks=1), week=panel.week_count)
    learnt = range(min(52, panel.week_count // 3), panel.week_count)
    total = sum(forecast(weights, features, week=week).expected.sum() for week in learnt)
    assert total == pytest.approx(panel.history[learnt.start :].sum(), rel=0.01)


def test_a_fit_costs_what_the_cases_cost_and_equals_the_fit_on_every_grid_week():
    """Grid-weeks without cases enter through their sums: the same as listing them one by one."""
    panel = noisy_panel(side=5, weeks=70)
    features = features_of(panel, weeks=1)
    design = design_of(features, panel.history, weeks=1)
    ahead = horizon_sums(panel.history, 1)
    week, grid = np.indices(ahead.shape).reshape(2, -1)
    values = np.column_stack([features.grid[name][week, grid] for name in design.names])
    everywhere = Design(
        names=design.names,
        week=week,
        cases=ahead[week, grid],
        values=values.astype(float),
        sums=design.sums,
        factors=design.factors,
        rain=features.rain[week, grid].astype(float),
        rain_sums=design.rain_sums,
        weeks=1,
    )
    short, long = fit(design, week=70), fit(everywhere, week=70)
    assert list(short.grid.values()) == pytest.approx(list(long.grid.values()), abs=1e-9)
    assert list(short.county.values()) == pytest.approx(list(long.county.values()), abs=1e-9)


def test_every_computed_feature_is_a_declared_one():
    features = features_of(noisy_panel(), weeks=4)
    declared = {feature.feature_id for feature in FEATURES}
    computed = {*features.grid, *features.county, "rain"}
    assert computed == declared
    assert {feature.reason for feature in FEATURES} == set(NAMES)


def test_without_a_case_there_is_nothing_to_fit():
    panel = panel_of(lattice(3), np.zeros((30, 9)))
    features = features_of(panel, weeks=1)
    with pytest.raises(NothingToFitError, match="no cases"):
        fit(design_of(features, panel.history, weeks=1), week=30)
