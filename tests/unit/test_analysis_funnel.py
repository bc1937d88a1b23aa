"""Fair ranking and smoothing: published formulas on figures worked by hand, and their limits."""

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tests.support.marts import COUNTY, ZONE, area, case, marts
from warehouse.analysis.funnel import exact_limit, funnel, limits_of, over_dispersion
from warehouse.analysis.smoothing import posterior, prior_of, smoothed
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query import Question

RATE = "on_time_resolution_rate"
AT = datetime(2026, 10, 5, 9, tzinfo=ZONE)
OCTOBER = {"start": date(2026, 10, 1), "end": date(2026, 11, 1)}
DUE = {"is_due_to_close": True, "is_closed": True}
TOWNS = {"a": (100, 90), "b": (100, 88), "c": (100, 91), "d": (400, 250), "e": (4, 1)}


@pytest.fixture
def county(tmp_path: Path) -> Published:
    """Five towns: three alike, a large one far below, a tiny one lower still."""
    cases = [
        case(f"{town}{number}", AT, town_code=town, is_closed_on_time=number < met, **DUE)
        for town, (due, met) in TOWNS.items()
        for number in range(due)
    ]
    return marts(
        tmp_path, cases=cases, areas=[area("town", town, population=1000) for town in TOWNS]
    )


def test_the_exact_limit_is_interpolated_as_spiegelhalter_does() -> None:
    # Bin(10, ½): F(1) = 0.0107, F(2) = 0.0547, so r = 2 and α = (0.0547 − 0.025) ÷ 0.0439.
    limit = exact_limit(np.array([10.0]), 0.025, centre=0.5, family="binomial")
    assert limit[0] == pytest.approx((2 - 0.6755556) / 10, abs=1e-6)
    # Poisson(3): F(0) = 0.0498, so r = 0 and α = (0.0498 − 0.025) ÷ 0.0498.
    limit = exact_limit(np.array([10.0]), 0.025, centre=0.3, family="poisson")
    assert limit[0] == pytest.approx(-(1 - 0.025 / np.exp(-3)) / 10, abs=1e-9)


@pytest.mark.parametrize("name", ["95", "998"])
@pytest.mark.parametrize("centre", [0.02, 0.5, 0.981])
def test_only_counts_less_likely_than_the_tail_lie_beyond_a_limit(name: str, centre: float) -> None:
    tail = {"95": 0.025, "998": 0.001}[name]
    for size in (3, 13, 60, 400):
        counts = np.arange(size + 1)
        # Counts at the centre: nothing but chance, so the exact limits stay as they are.
        made = limits_of(
            np.array([size * centre]), np.array([float(size)]), centre=centre, family="binomial"
        ).limits
        spread = stats.binom(size, centre)
        above = counts / size > made[f"high_{name}"] + 1e-12
        below = counts / size < made[f"low_{name}"] - 1e-12
        assert (spread.sf(counts[above] - 1) <= tail).all()
        assert (spread.cdf(counts[below]) <= tail).all()


def test_all_of_a_few_is_no_signal() -> None:
    made = limits_of(np.array([13.0]), np.array([13.0]), centre=0.981, family="binomial").limits
    assert made["high_95"][0] == 1


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 5000), min_size=1, max_size=8),
    st.floats(0.01, 0.99),
)
def test_the_wide_limits_hold_the_narrow_ones(sizes: list[int], centre: float) -> None:
    made = limits_of(
        np.round(np.array(sizes) * centre), np.array(sizes, float), centre=centre, family="binomial"
    ).limits
    assert (made["low_998"] <= made["low_95"] + 1e-12).all()
    assert (made["low_95"] <= made["high_95"] + 1e-12).all()
    assert (made["high_998"] >= made["high_95"] - 1e-12).all()


def test_chance_alone_is_not_over_dispersion_and_more_than_chance_is() -> None:
    random = np.random.default_rng(1)
    chance = random.normal(size=40)
    sd = np.full(40, 0.01)
    assert over_dispersion(chance, sd)[1] == 0
    dispersion, between = over_dispersion(5 * chance, sd)
    assert dispersion > 5
    # Five times the chance: τ² = (φ − 1) s², nearly, for equal sizes.
    assert between == pytest.approx((dispersion - 1) * 1e-4, rel=0.05)


def test_a_tiny_town_far_off_is_as_expected_and_a_large_one_is_not(county: Published) -> None:
    made = funnel(county, Question(RATE, COUNTY, by=("town",), **OCTOBER))
    rows = {row["area_code"]: row for row in made.rows.iter_rows(named=True)}
    assert made.centre == 520 / 704
    assert rows["e"]["value"] == 0.25
    assert rows["e"]["judgement"] == "as_expected"
    assert made.is_over_dispersed
    assert made.rows["area_code"][-1] in ("d", "e")


def test_lower_is_better_turns_the_judgement(county: Published) -> None:
    made = funnel(county, Question("cases_per_1000_residents", COUNTY, by=("town",), **OCTOBER))
    assert made.rows["judgement"].null_count() == len(made.rows)
    assert made.rows["area_code"][0] == "d"
    assert made.centre == pytest.approx(704 / 100)


def test_a_median_has_no_funnel(county: Published) -> None:
    with pytest.raises(UsageError, match="quantile"):
        funnel(county, Question("response_time_median", COUNTY, by=("town",), **OCTOBER))
    with pytest.raises(UsageError, match="one dimension"):
        funnel(county, Question(RATE, COUNTY, by=("town", "month"), **OCTOBER))


def test_events_are_smoothed_by_marshall_s_moments() -> None:
    counts, sizes = np.array([10.0, 10.0, 10.0]), np.array([100.0, 200.0, 300.0])
    prior = prior_of(counts, sizes, "poisson")
    # m = 0.05, s² = 1/1800, A = s² − m/200 = 11/36000: C = 11/29, 11/20, 11/17.
    assert prior.mean == pytest.approx(0.05)
    assert prior.size == pytest.approx(0.05 * 36000 / 11)
    value, low, high = posterior(counts, sizes, prior, "poisson")
    assert value == pytest.approx([2 / 29, 0.05, 2 / 51])
    assert (low < value).all()
    assert (value < high).all()


def test_shares_are_smoothed_by_the_likeliest_beta() -> None:
    random = np.random.default_rng(7)
    sizes = random.integers(5, 60, 600).astype(float)
    counts = random.binomial(sizes.astype(int), random.beta(40, 10, 600)).astype(float)
    prior = prior_of(counts, sizes, "binomial")
    assert prior.mean == pytest.approx(0.8, abs=0.02)
    assert prior.size == pytest.approx(50, rel=0.35)

    def likelihood(mean: float, size: float) -> float:
        return float(stats.betabinom.logpmf(counts, sizes, mean * size, (1 - mean) * size).sum())

    best = likelihood(prior.mean, prior.size)
    for mean, size in ((0.99, 1), (1.01, 1), (1, 0.9), (1, 1.1)):
        assert likelihood(prior.mean * mean, prior.size * size) < best


def test_areas_alike_have_the_value_of_all() -> None:
    counts, sizes = np.array([9.0, 18.0, 45.0]), np.array([10.0, 20.0, 50.0])
    for family in ("binomial", "poisson"):
        prior = prior_of(counts, sizes, family)  # type: ignore[arg-type]
        assert prior.size == np.inf
        value, _, _ = posterior(counts, sizes, prior, family)  # type: ignore[arg-type]
        assert value == pytest.approx([0.9, 0.9, 0.9])


def test_a_smoothed_value_lies_between_its_own_and_that_of_all(county: Published) -> None:
    prior, rows = smoothed(county, Question(RATE, COUNTY, by=("town",), **OCTOBER))
    for row in rows.iter_rows(named=True):
        low, high = sorted((row["value"], prior.mean))
        assert low - 1e-12 <= row["smoothed"] <= high + 1e-12
        assert row["smoothed_low"] < row["smoothed"] < row["smoothed_high"]
    shrinkage = dict(rows.select("area_code", "shrinkage").iter_rows())
    assert shrinkage["e"] > shrinkage["a"] > shrinkage["d"]
