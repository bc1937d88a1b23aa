"""The score: an additive intensity whose parts are never negative, so they are shares of it.

    expected cases of a grid = (Σ weight × grid feature) × (level + Σ weight × county feature)

Both brackets are Poisson regressions with identity link and weights ≥ 0, fitted by maximum
a-posteriori, the first for the weeks behind, the second on what the first leaves. Such a sum of a
background, one's own past and one's neighbours' is the discrete form of a self-exciting process
(Mohler et al. 2011, Journal of the American Statistical Association 106:100-108), whose weights
the same likelihood gives. With an identity link a grid-week without cases enters the likelihood
through its sum only (log L = Σ cases × log λ − Σ λ), so a fit costs what the cases cost.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.risk.features import Features
from geo.risk.inputs import COUNTY_FEATURES, GRID_FEATURES
from geo.risk.panel import YEAR_WEEKS, Counts, Floats, horizon_sums

PRIOR_CASES = 0.5
"""Cases that each feature is given beforehand: with few cases no weight is nought or all."""

ROUNDS = 200
TOLERANCE = 1e-13
"""Newton decrement, in shares of all cases, at which the maximum is reached."""
SHORTEST_STEP = 1e-10
"""Below it rounding is all that a step changes."""
LEVEL = "level"
PAIRED = ("season_cosine", "season_sine", "holidays")
"""County features from 0 to 1 that may lower as well as raise: their complement is one too."""


class NothingToFitError(ValueError):
    """No case in the weeks to learn from."""


@dataclass(frozen=True)
class Design:
    """What fits need of a panel, gathered once for any last week.

    Args:
        names: of the grid features, in the order of the columns of `values` and `sums`.
        week: week of each grid-week that was followed by cases.
        cases: those cases.
        values: grid features of those grid-weeks.
        sums: grid features summed over the grids, for every week.
        factors: county features of every week, by name; `rain` is not among them.
        rain: rain of those grid-weeks; null without.
        rain_sums: grid features × rain summed over the grids, for every week.
        weeks: weeks foretold.
    """

    names: tuple[str, ...]
    week: npt.NDArray[np.int64]
    cases: Floats
    values: Floats
    sums: Floats
    factors: Mapping[str, Floats]
    rain: Floats | None
    rain_sums: Floats | None
    weeks: int


@dataclass(frozen=True)
class Weights:
    """A fitted score: weight per grid feature and per county factor (`level` and complements)."""

    grid: Mapping[str, float]
    county: Mapping[str, float]


@dataclass(frozen=True)
class Forecast:
    """Expected cases of each grid and what they are made of.

    Args:
        expected: per grid.
        parts: by reason, per grid, never negative; they add up to `expected`.
    """

    expected: Floats
    parts: Mapping[str, Floats]


def design_of(features: Features, history: Counts, *, weeks: int) -> Design:
    """Gather from features what any fit on their panel needs."""
    names = tuple(features.grid)
    ahead = horizon_sums(history, weeks)
    week, grid = np.nonzero(ahead)
    rain = features.rain
    return Design(
        names=names,
        week=week,
        cases=ahead[week, grid],
        values=_columns(features.grid[name][week, grid] for name in names),
        sums=_columns(values.sum(axis=1, dtype=np.float64) for values in features.grid.values()),
        factors=_factors(features.county),
        rain=None if rain is None else rain[week, grid].astype(np.float64),
        rain_sums=None
        if rain is None
        else _columns(np.einsum("wg,wg->w", values, rain) for values in features.grid.values()),
        weeks=weeks,
    )


def first_learnt_week(week_count: int) -> int:
    """First week to learn from: a year of history behind it, or a third of a short series."""
    return min(YEAR_WEEKS, week_count // 3)


def fit(design: Design, *, week: int) -> Weights:
    """Learn the weights from what was known on the first day of a week.

    Raises:
        NothingToFitError: no case to learn from.
    """
    start, end = first_learnt_week(week), week - design.weeks + 1
    is_learnt = (design.week >= start) & (design.week < end)
    cases, values = design.cases[is_learnt], design.values[is_learnt]
    sums = design.sums[start:end]
    if not cases.sum() > 0:
        raise NothingToFitError(f"no cases in the {max(end - start, 0)} weeks to learn from")
    grid = nonnegative_poisson(values, cases, sums.sum(axis=0))
    expected = sums @ grid
    rows = [np.ones(len(cases)), *(f[design.week[is_learnt]] for f in design.factors.values())]
    totals = [expected.sum(), *(expected @ f[start:end] for f in design.factors.values())]
    names = [LEVEL, *design.factors]
    if design.rain is not None and design.rain_sums is not None:
        names.append("rain")
        rows.append(design.rain[is_learnt])
        totals.append(float((design.rain_sums[start:end] @ grid).sum()))
    base = values @ grid
    county = nonnegative_poisson(base[:, None] * _columns(rows), cases, np.array(totals))
    return Weights(
        grid=dict(zip(design.names, grid.tolist(), strict=True)),
        county=dict(zip(names, county.tolist(), strict=True)),
    )


def forecast(weights: Weights, features: Features, *, week: int) -> Forecast:
    """Expected cases of every grid from a week on."""
    reason_of = {feature.feature_id: feature.reason for feature in GRID_FEATURES}
    reasons_of_county = {feature.feature_id: feature.reason for feature in COUNTY_FEATURES}
    by_reason: dict[str, Floats] = {}
    for name, weight in weights.grid.items():
        part = weight * features.grid[name][week].astype(np.float64)
        reason = reason_of[name]
        by_reason[reason] = by_reason[reason] + part if reason in by_reason else part
    base = np.sum(list(by_reason.values()), axis=0)
    level, raised = _raised(weights.county, features.county, week)
    parts = {reason: level * part for reason, part in by_reason.items()}
    for name, factor in raised.items():
        reason = reasons_of_county[name]
        parts[reason] = parts.get(reason, 0.0) + factor * base
    if features.rain is not None and "rain" in weights.county:
        parts["rain"] = weights.county["rain"] * features.rain[week] * base
    return Forecast(expected=np.sum(list(parts.values()), axis=0), parts=parts)


def nonnegative_poisson(
    rows: Floats, cases: Floats, totals: Floats, *, prior_cases: float = PRIOR_CASES
) -> Floats:
    """Weights ≥ 0 of a Poisson regression with identity link.

    Maximises Σ cases × log(rows · weights) − totals · weights + prior, by Newton steps. Each
    feature is scaled to explain all cases alone; its prior is a gamma distribution of
    `prior_cases` + 1, so the log posterior is strictly concave and has one maximum.

    Args:
        rows: features of the observations that have cases.
        cases: those cases.
        totals: features summed over all observations; a feature that is 0 everywhere gets 0.
        prior_cases: cases given to each feature beforehand.
    """
    total_cases = cases.sum()
    is_used = totals > 0
    scale = total_cases / totals[is_used]
    scaled = rows[:, is_used] * scale
    count = scaled.shape[1]
    mass = total_cases + prior_cases * count
    weights = np.full(count, 1 / count)

    # Sums by einsum and not by BLAS, whose threads wait for one another longer than this takes.
    def rates_of(candidate: Floats) -> Floats:
        return np.asarray(np.einsum("nk,k->n", scaled, candidate))

    def loss(candidate: Floats, rates: Floats) -> float:
        logs = np.sum(cases * np.log(rates)) + prior_cases * np.sum(np.log(candidate))
        return float(mass * np.sum(candidate) - logs)

    rates = rates_of(weights)
    value = loss(weights, rates)
    for _ in range(ROUNDS):
        gradient = mass - np.einsum("nk,n->k", scaled, cases / rates) - prior_cases / weights
        curvature = np.einsum("nj,nk->jk", scaled * (cases / rates**2)[:, None], scaled)
        curvature[np.diag_indices(count)] += prior_cases / weights**2
        step = -np.linalg.solve(curvature, gradient)
        decrement = -float(np.sum(gradient * step))
        if decrement < TOLERANCE * mass:
            break
        shrinking = step < 0
        length = min(1.0, 0.95 * float(np.min(weights[shrinking] / -step[shrinking], initial=2)))
        while length > SHORTEST_STEP:
            candidate = weights + length * step
            rates_there = rates_of(candidate)
            lower = loss(candidate, rates_there)
            if lower <= value - 1e-4 * length * decrement:
                break
            length /= 2
        else:
            break
        weights, rates, value = candidate, rates_there, lower
    fitted = np.zeros(len(totals))
    fitted[is_used] = weights * scale
    return fitted


def _raised(
    weights: Mapping[str, float], county: Mapping[str, Floats], week: int
) -> tuple[float, dict[str, float]]:
    """The level, and how much each county feature raises it in a week.

    What two complements, or a trend and the level, have in common is level: a share is only what
    the time of the year, the trend or the holidays add.
    """
    level, raised = weights[LEVEL], {}
    for name, values in county.items():
        value, weight = float(values[week]), weights[name]
        if name == "trend":
            level += weight * min(value, 1.0)
            raised[name] = weight * max(value - 1.0, 0.0)
            continue
        other = weights[_complement(name)]
        if name == "holidays" and other > weight:
            level += weight * value + other * (1 - value)
            continue
        level += min(weight, other)
        raised[name] = max(weight - other, 0) * value + max(other - weight, 0) * (1 - value)
    return level, raised


def _factors(county: Mapping[str, Floats]) -> dict[str, Floats]:
    factors = dict(county)
    for name in PAIRED:
        if name in county:
            factors[_complement(name)] = 1 - county[name]
    return factors


def _complement(name: str) -> str:
    return f"{name}_else"


def _columns(columns: object) -> Floats:
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])  # type: ignore[attr-defined]
