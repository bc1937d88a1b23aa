"""EARS and Farrington give R's figures: package surveillance, made by surveillance_reference.R.

Tolerance: 1e-9 of the value (the file has twelve digits); alarms and whole limits are equal.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from warehouse.alerts.ears import ears_limits
from warehouse.alerts.farrington import FarringtonOptions, farrington_limits
from warehouse.alerts.poisson_glm import fit

REFERENCE = json.loads(
    (Path(__file__).parents[1] / "fixtures/alerts/surveillance.json").read_text(encoding="utf-8")
)
CLOSE = {"rtol": 1e-9, "atol": 1e-10, "equal_nan": True}


def numbers(values):
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def flags(values):
    return [value is True for value in values]


def name_of(case):
    given = [f"{name}={value}" for name, value in dict(case["options"] or {}).items()]
    return "-".join([case["series"], case.get("method", ""), *given])


@pytest.mark.parametrize("case", REFERENCE["ears"], ids=name_of)
def test_ears_gives_the_limits_of_surveillance(case):
    given = dict(case["options"] or {})
    counts = np.array(REFERENCE["series"][case["series"]])[:, None]
    limits = ears_limits(
        counts,
        case["method"],
        baseline=given.get("baseline", 7),
        least_sd=given.get("minSigma", 0),
        alpha=given.get("alpha"),
    )[:, 0]
    first = case["first"] - 1
    assert np.isnan(limits[:first]).all()
    np.testing.assert_allclose(limits[first:], numbers(case["upper"]), **CLOSE)
    assert list(counts[first:, 0] > limits[first:]) == flags(case["is_alarm"])


def options_of(given):
    return FarringtonOptions(
        years=given["b"],
        half_width=given["w"],
        periods=given["noPeriods"],
        recent_left_out=given["pastWeeksNotIncluded"],
        has_trend=given["trend"],
        trend_alpha=given["pThresholdTrend"],
        is_reweighted=given["reweight"],
        reweight_above=given["weightsThreshold"],
        threshold=given["thresholdMethod"],
        power=given["powertrans"],
        alpha=given["alpha"],
        least_cases=given["limit54"][0],
        least_weeks=given["limit54"][1],
    )


@pytest.mark.parametrize("case", REFERENCE["farrington"], ids=name_of)
def test_farrington_gives_the_figures_of_surveillance(case):
    population = np.array(REFERENCE["population"], dtype=float)
    weeks = range(case["first"] - 1, case["first"] - 1 + len(case["upper"]))
    found = [
        farrington_limits(
            np.array(REFERENCE["series"][case["series"]])[:, None],
            week,
            options_of(case["options"]),
            population=population if case["options"]["populationOffset"] else None,
        )
        for week in weeks
    ]
    for figure in ("expected", "upper", "dispersion", "trend", "p_value"):
        ours = [getattr(one, figure)[0] for one in found]
        np.testing.assert_allclose(ours, numbers(case[figure]), err_msg=figure, **CLOSE)
    assert [bool(one.is_alarm[0]) for one in found] == flags(case["is_alarm"])


def test_series_fitted_together_are_those_fitted_alone():
    names = ("overdispersed", "growing", "rare", "large")
    counts = np.array([REFERENCE["series"][name] for name in names]).T
    options = FarringtonOptions()
    together = farrington_limits(counts, 440, options)
    for number in range(len(names)):
        alone = farrington_limits(counts[:, [number]], 440, options)
        for figure in ("expected", "upper", "dispersion", "p_value"):
            np.testing.assert_allclose(
                getattr(together, figure)[number], getattr(alone, figure)[0], rtol=1e-10
            )


def test_the_regression_is_that_of_statsmodels():
    rng = np.random.default_rng(4)
    design = np.column_stack([np.ones(200), rng.normal(size=200), np.arange(200) / 100])
    offset = rng.normal(scale=0.3, size=200)
    weights = rng.uniform(0.2, 2, size=200)
    counts = rng.poisson(np.exp(design @ [1.0, 0.4, -0.3] + offset)).astype(float)
    ours = fit(design, counts[:, None], offset=offset[:, None], prior_weights=weights[:, None])
    model = sm.GLM(
        counts, design, family=sm.families.Poisson(), offset=offset, var_weights=weights
    ).fit(tol=1e-12)
    assert ours.is_converged.all()
    np.testing.assert_allclose(ours.coefficients[:, 0], model.params, rtol=1e-7)
    np.testing.assert_allclose(ours.means[:, 0], model.mu, rtol=1e-7)
    np.testing.assert_allclose(
        np.sqrt(np.diag(ours.covariance[0])), model.bse / np.sqrt(model.scale), rtol=1e-5
    )


def test_a_series_without_a_case_is_not_judged():
    counts = np.zeros((470, 1), dtype=np.int64)
    found = farrington_limits(counts, 440, FarringtonOptions())
    assert np.isnan(found.upper[0])
    assert not found.is_alarm[0]


def test_a_baseline_that_starts_before_the_records_is_refused():
    with pytest.raises(ValueError, match="5 years"):
        farrington_limits(np.ones((200, 1), dtype=np.int64), 199, FarringtonOptions())
