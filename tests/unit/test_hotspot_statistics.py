"""Statistics of hot spots against `esda`, published results, and plain recomputation."""

import warnings

import numpy as np
import pytest
from esda import G_Local, Moran_Local, Moran_Local_Rate, fdr
from esda.smoothing import assuncao_rate
from libpysal.examples import get_path
from libpysal.io import open as open_example
from libpysal.weights import W
from scipy import sparse, stats

from geo.hotspots.background import (
    Background,
    fit_background,
    moments_of_sums,
    probability_of_as_few,
    probability_of_as_many,
)
from geo.hotspots.statistics import (
    QUADRANTS,
    empirical_bayes_rates,
    getis_ord_star,
    local_moran,
    normal_probability,
)
from geo.hotspots.trend import mann_kendall
from tests.support.planted import Bed, cases, random_bed

TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def bed() -> Bed:
    return random_bed(300)


@pytest.fixture(scope="module")
def counts(bed: Bed) -> np.ndarray:
    rng = np.random.default_rng(5)
    risk = np.ones(bed.count)
    return cases(bed, rng, mean=3, dispersion=0.3, risk=risk).astype(float)


def esda_weights(matrix: sparse.csr_array) -> W:
    rows = range(matrix.shape[0])
    return W(
        {row: matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]].tolist() for row in rows},
        silence_warnings=True,
    )


def example(name: str) -> tuple[np.ndarray, np.ndarray, sparse.csr_array]:
    """SIDS deaths and births of North Carolina 1979-84 and the counties' neighbours: the data that
    Getis and Ord (1992) introduced the statistic with."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = open_example(get_path(f"{name}.gal")).read()
    table = open_example(get_path(f"{name}.dbf"))
    matrix = weights.sparse
    matrix.data[:] = 1.0
    deaths, births = (np.array(table.by_col(column), float) for column in ("SID79", "BIR79"))
    return deaths, births, sparse.csr_array(matrix)


# Rates and Gi*


def test_standardised_rates_equal_esda_and_its_published_values(
    bed: Bed, counts: np.ndarray
) -> None:
    found = empirical_bayes_rates(counts, bed.residents)
    assert found == pytest.approx(assuncao_rate(counts, bed.residents), abs=TOLERANCE)
    cases_of_8 = np.array([30, 25, 25, 15, 33, 21, 30, 20.0])
    exposure_of_8 = np.array([100, 100, 110, 90, 100, 90, 110, 90.0])
    published = [1.03843594, -0.04099089, -0.56250375, -1.73061861]
    assert empirical_bayes_rates(cases_of_8, exposure_of_8)[:4] == pytest.approx(
        published, abs=1e-8
    )


def test_gi_star_equals_esda(bed: Bed, counts: np.ndarray) -> None:
    values = counts / bed.residents
    reference = G_Local(values, esda_weights(bed.matrix), transform="B", star=True, permutations=0)
    found = getis_ord_star(values, bed.matrix)
    assert found == pytest.approx(reference.Zs, abs=TOLERANCE)
    assert normal_probability(np.abs(found)) == pytest.approx(reference.p_norm, abs=TOLERANCE)


def test_gi_star_of_a_published_example() -> None:
    """Six points, neighbours within 15 of each other: values from esda's documentation."""
    points = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=float)
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    matrix = sparse.csr_array(((apart <= 15) & (apart > 0)).astype(float))
    published = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    values = np.array([2, 3, 3.2, 5, 8, 7])
    assert getis_ord_star(values, matrix) == pytest.approx(published, abs=1e-8)


def test_gi_star_on_the_infant_deaths_of_north_carolina() -> None:
    deaths, births, matrix = example("sids2")
    values = deaths / births
    reference = G_Local(values, esda_weights(matrix), transform="B", star=True, permutations=0)
    assert getis_ord_star(values, matrix) == pytest.approx(reference.Zs, abs=TOLERANCE)


def test_periods_are_computed_each_as_if_alone(bed: Bed) -> None:
    rng = np.random.default_rng(2)
    many = rng.poisson(2.0, (bed.count, 4)).astype(float)
    exposure = np.repeat(bed.residents[:, None], 4, axis=1)
    rates = empirical_bayes_rates(many, exposure)
    z = getis_ord_star(rates, bed.matrix)
    for month in range(4):
        alone = empirical_bayes_rates(many[:, month], bed.residents)
        assert rates[:, month] == pytest.approx(alone, abs=TOLERANCE)
        assert z[:, month] == pytest.approx(getis_ord_star(alone, bed.matrix), abs=TOLERANCE)


def test_without_a_case_and_without_a_difference_nothing_stands_out(bed: Bed) -> None:
    nothing = np.zeros(bed.count)
    assert not empirical_bayes_rates(nothing, bed.residents).any()
    assert not getis_ord_star(nothing, bed.matrix).any()
    assert not getis_ord_star(np.full(bed.count, 0.1), bed.matrix).any()


# Local Moran


def test_local_moran_equals_esda(bed: Bed, counts: np.ndarray) -> None:
    reference = Moran_Local_Rate(
        counts, bed.residents, esda_weights(bed.matrix), permutations=999, seed=1, n_jobs=1
    )
    found = local_moran(empirical_bayes_rates(counts, bed.residents), bed.matrix)
    assert found.statistic == pytest.approx(reference.Is, abs=TOLERANCE)
    assert (found.quadrant == reference.q - 1).all()
    # Two sets of 999 draws: the standard deviation of their difference is at most 0.0224.
    difference = found.probability - reference.p_sim
    assert np.abs(difference).max() < 4.5 * 0.0224
    assert abs(difference.mean()) < 0.01


def test_local_moran_of_a_published_example() -> None:
    """De Smith, Goodchild and Longley's ten values: quadrants from esda's documentation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights = open_example(get_path("desmith.gal")).read()
    values = np.array(open_example(get_path("desmith.txt")).by_col("z"), float)
    matrix = sparse.csr_array(weights.sparse)
    matrix.data[:] = 1.0
    found = local_moran(values, matrix)
    assert [int(place) + 1 for place in found.quadrant] == [4, 4, 4, 2, 3, 3, 1, 4, 3, 3]
    assert found.statistic == pytest.approx(
        Moran_Local(values, weights, permutations=0).Is, abs=TOLERANCE
    )
    assert QUADRANTS[int(found.quadrant[6])] == "high_high"


def test_the_same_data_have_the_same_probabilities(bed: Bed, counts: np.ndarray) -> None:
    once, again = (local_moran(counts, bed.matrix).probability for _ in range(2))
    assert (once == again).all()


def test_probabilities_of_local_moran_are_uniform_without_a_pattern(bed: Bed) -> None:
    """One-sided on the nearer side: uniform up to a half."""
    values = np.random.default_rng(8).normal(size=bed.count)
    probability = local_moran(values, bed.matrix).probability
    assert stats.kstest(2 * probability, "uniform").statistic < 0.1


def test_a_grid_without_neighbours_has_no_local_moran() -> None:
    matrix = sparse.csr_array(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=float))
    found = local_moran(np.array([1.0, 2.0, 9.0]), matrix)
    assert np.isnan(found.statistic[2])
    assert np.isnan(found.probability[2])
    assert found.quadrant[2] == -1


def test_false_discoveries_are_controlled_as_esda_does() -> None:
    rng = np.random.default_rng(4)
    probabilities = np.concatenate([rng.uniform(0, 1, 280), rng.uniform(0, 1e-3, 20)])
    adjusted = stats.false_discovery_control(probabilities)
    assert ((adjusted <= 0.05) == (probabilities <= fdr(probabilities, 0.05))).all()


# The background


def test_rate_and_dispersion_are_found_again() -> None:
    bed = random_bed(3000)
    rng = np.random.default_rng(6)
    counts = cases(bed, rng, mean=8, dispersion=0.25, risk=np.ones(bed.count))[:, None]
    exposure = bed.residents[:, None]
    found = fit_background(counts.astype(float), exposure, np.zeros(counts.shape, dtype=bool))
    assert found.rate[0] == pytest.approx(8 / bed.residents.mean(), rel=0.03)
    assert found.dispersion[0] == pytest.approx(0.25, rel=0.2)


def test_what_is_left_out_does_not_count() -> None:
    counts = np.array([[10.0], [10.0], [900.0]])
    exposure = np.array([[100.0], [100.0], [100.0]])
    left_out = np.array([[False], [False], [True]])
    assert fit_background(counts, exposure, left_out) == Background(0.1, 0.0)


@pytest.mark.parametrize("dispersion", [0.0, 0.1, 0.5])
def test_probabilities_of_a_sum_are_those_of_drawn_counts(dispersion: float) -> None:
    """Independent: 400,000 draws of seven unequal grids."""
    means = np.array([0.2, 0.5, 0.5, 1.0, 1.5, 2.0, 0.1])
    rng = np.random.default_rng(9)
    rates = means * (rng.gamma(1 / dispersion, dispersion, (400_000, 7)) if dispersion else 1.0)
    sums = rng.poisson(rates, (400_000, 7)).sum(axis=1)
    background = Background(np.array([1.0]), np.array([dispersion]))
    together = sparse.csr_array(np.ones((1, 7)))
    mean, extra = moments_of_sums(together, means[:, None], background)
    for count in (8, 12, 15):
        observed = np.array([[float(count)]])
        drawn = (sums >= count).mean()
        # The sum is matched in two moments only: near in the body, 15 % at one in a hundred.
        assert probability_of_as_many(observed, mean, extra)[0, 0] == pytest.approx(drawn, rel=0.15)
    few = probability_of_as_few(np.array([[2.0]]), mean, extra)[0, 0]
    assert few == pytest.approx((sums <= 2).mean(), rel=0.15)


def test_without_extra_variance_the_distribution_is_poissons() -> None:
    counts, means = np.array([3.0, 0.0, 5.0]), np.array([1.5, 1.5, 0.0])
    found = probability_of_as_many(counts, means, np.zeros(3))
    assert found[:2] == pytest.approx(stats.poisson.sf([2, -1], 1.5), abs=TOLERANCE)
    assert found[2] == 1.0


# The trend


def test_mann_kendall_of_a_published_example() -> None:
    """Little, "Mann-Kendall by hand" (College of the Holy Cross): S = 54, one tie, Z = 2.9058."""
    series = [12.9, 14.8, 13.2, 15.7, 13.8, 15.6, 12.9, 11.0, 17.3, 15.9, 19.0, 18.3, 20.1, 21.7]
    found = mann_kendall(np.array([series]))
    assert found.score[0] == 54
    assert found.variance[0] == pytest.approx(14 * 13 * 33 / 18 - 2 * 1 * 9 / 18)
    assert found.z[0] == pytest.approx(2.9058, abs=5e-5)
    assert found.probability[0] / 2 == pytest.approx(0.0018, abs=5e-5)


def test_mann_kendall_equals_kendalls_tau_and_a_plain_count() -> None:
    rng = np.random.default_rng(10)
    series = rng.integers(0, 6, (40, 20)).astype(float)
    series[0] = 1.0
    found = mann_kendall(series)
    assert (found.tau[0], found.z[0], found.probability[0]) == (0.0, 0.0, 1.0)
    times = np.arange(20)
    for row in range(1, 40):
        values = series[row]
        score = sum(
            np.sign(values[later] - values[earlier])
            for earlier in times
            for later in times
            if later > earlier
        )
        reference = stats.kendalltau(times, values, method="asymptotic")
        assert found.score[row] == score
        assert found.tau[row] == pytest.approx(reference.statistic, abs=TOLERANCE)
        # scipy draws nothing in: the same variance, without the correction for continuity.
        z = found.score[row] / np.sqrt(found.variance[row])
        assert 2 * stats.norm.sf(abs(z)) == pytest.approx(reference.pvalue, abs=TOLERANCE)
