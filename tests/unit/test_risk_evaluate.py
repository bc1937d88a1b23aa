"""Hit rate, PAI, PEI, calibration and stability against examples worked by hand."""

import numpy as np
import pytest
from statsmodels.api import GLM, families

from geo.risk.evaluate import (
    SHARES,
    calibration,
    calibration_slope,
    hits,
    named,
    overlap,
    ratio,
    resampled,
)


def hits_at(expected, cases, weight, share):
    """Cases hit at one share, which are those of the parts named."""
    found = hits(expected, cases, weight, (share,))[0]
    assert found == pytest.approx(named(expected, weight, share) @ cases)
    return found


def test_the_densest_grids_are_named_first_and_the_last_one_in_part():
    # Ten km² in all, so 20 % is 2 km²: grid 1 whole (density 4), half of grid 0 (density 2).
    expected = np.array([4.0, 4.0, 2.0, 0.5])
    area = np.array([2.0, 1.0, 3.0, 4.0])
    assert named(expected, area, 0.20) == pytest.approx([0.5, 1.0, 0.0, 0.0])
    # Cases 6, 2, 1, 1: hit 2 + half of 6.
    assert hits_at(expected, np.array([6.0, 2.0, 1.0, 1.0]), area, 0.20) == pytest.approx(5.0)


def test_grids_forecast_alike_share_what_is_left_whatever_their_order():
    expected = np.array([1.0, 1.0, 1.0, 1.0, 5.0])
    area = np.ones(5)
    cases = np.array([3.0, 0.0, 0.0, 1.0, 2.0])
    assert named(expected, area, 0.40) == pytest.approx([0.25, 0.25, 0.25, 0.25, 1.0])
    for order in (np.arange(5), np.array([3, 1, 4, 0, 2])):
        assert hits_at(expected[order], cases[order], area, 0.40) == pytest.approx(3.0)


def test_a_forecast_that_says_nothing_hits_its_share():
    rng = np.random.default_rng(3)
    area, cases = rng.gamma(2, 1, 50), rng.poisson(1.0, 50).astype(float)
    for share in SHARES:
        # By area the cases of each km² count alike only where cases go with area: use cases = area.
        assert hits_at(area, area, area, share) == pytest.approx(share * area.sum())
        assert hits_at(np.zeros(50), cases, np.ones(50), share) == pytest.approx(
            share * cases.sum()
        )


def test_pai_and_pei_of_a_worked_example():
    # A hundred grids of 1 km², ten cases: five in one grid, five in five others. Named at 5 %: the
    # grid of five and four empty ones. Hit rate 5/10, PAI 0.5/0.05 = 10; the best choice has 9.
    cases = np.zeros(100)
    cases[:6] = [5, 1, 1, 1, 1, 1]
    expected = np.zeros(100)
    expected[[0, 50, 51, 52, 53]] = 1.0
    area = np.ones(100)
    hit = hits_at(expected, cases, area, 0.05)
    best = hits_at(cases, cases, area, 0.05)
    once = np.ones((1, 1))
    pai = ratio(np.array([hit]), np.array([10.0]), once, factor=1 / 0.05)
    pei = ratio(np.array([hit]), np.array([best]), once)
    assert (hit, best) == pytest.approx((5.0, 9.0))
    assert (pai.value, pei.value) == pytest.approx((10.0, 5 / 9))


def test_a_grid_where_nobody_lives_costs_no_residents_and_an_unknown_one_is_never_named():
    expected = np.array([1.0, 2.0, 3.0, 0.0])
    residents = np.array([0.0, 100.0, np.nan, 0.0])
    assert named(expected, residents, 0.10) == pytest.approx([1.0, 0.1, 0.0, 0.0])


def test_the_share_named_is_met_exactly():
    rng = np.random.default_rng(5)
    for _ in range(50):
        area = rng.gamma(1, 1, 30)
        expected = rng.integers(0, 4, 30).astype(float)
        for share in SHARES:
            assert named(expected, area, share) @ area == pytest.approx(share * area.sum())


def test_no_choice_of_the_same_area_hits_more_than_the_best():
    rng = np.random.default_rng(6)
    for _ in range(50):
        area, cases = rng.gamma(1, 1, 25), rng.poisson(0.7, 25).astype(float)
        best = hits_at(cases, cases, area, 0.2)
        assert all(hits_at(rng.random(25), cases, area, 0.2) <= best + 1e-9 for _ in range(5))


def test_overlap_is_the_share_of_the_area_named_again():
    area = np.array([1.0, 2.0, 4.0])
    assert overlap(np.array([1.0, 1.0, 0.0]), np.array([0.0, 1.0, 0.5]), area) == pytest.approx(
        2 / 3
    )
    assert overlap(np.zeros(3), np.zeros(3), area) == 1.0


def test_the_interval_holds_the_ratio_and_is_that_of_the_blocks():
    times = resampled(26, block=4)
    assert times.sum(axis=1) == pytest.approx(26)
    rng = np.random.default_rng(1)
    cases = rng.poisson(40, 26).astype(float)
    found = rng.binomial(cases.astype(int), 0.4).astype(float)
    interval = ratio(found, cases, times)
    assert interval.low < interval.value < interval.high
    # The usual binomial standard error, to within what 26 windows tell.
    width = 2 * 1.96 * np.sqrt(0.4 * 0.6 / cases.sum())
    assert interval.high - interval.low == pytest.approx(width, rel=0.5)
    assert np.array_equal(times, resampled(26, block=4))


def test_without_cases_there_is_no_rate():
    assert ratio(np.zeros(8), np.zeros(8), resampled(8, block=2)).value is None


def test_two_windows_give_a_rate_and_no_interval():
    interval = ratio(np.array([2.0, 3.0]), np.array([4.0, 6.0]), resampled(2, block=4))
    assert (interval.value, interval.low, interval.high) == (0.5, None, None)


def test_the_slope_of_the_calibration_is_that_of_a_poisson_regression():
    rng = np.random.default_rng(2)
    expected = rng.gamma(0.5, 0.4, 4000) + 1e-4
    cases = rng.poisson(0.8 * expected**0.7).astype(float)
    columns = np.column_stack([np.ones(4000), np.log(expected)])
    reference = GLM(cases, columns, family=families.Poisson()).fit().params[1]
    assert calibration_slope(expected, cases) == pytest.approx(reference, abs=1e-8)
    assert calibration_slope(np.full(50, 0.1), np.ones(50)) is None


def test_each_group_of_the_calibration_holds_a_tenth_of_what_was_expected():
    rng = np.random.default_rng(4)
    expected = rng.gamma(0.3, 1.0, 5000)
    cases = rng.poisson(expected).astype(float)
    groups = calibration(expected, cases)
    assert [one for one, _ in groups] == pytest.approx([expected.sum() / 10] * 10, rel=0.05)
    assert sum(happened for _, happened in groups) == cases.sum()
