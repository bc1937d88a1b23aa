"""Fair ranking of areas, departments or grids of different size: the funnel plot.

Spiegelhalter, D. J. (2005), Funnel plots for comparing institutional performance, Statistics in
Medicine 24, 1185–1202. A small area varies more by chance alone: its value is out of the ordinary
only beyond limits that widen as the denominator shrinks.

- Centre θ: the value of the whole question, county or filter, from its own sums.
- Exact limits (his appendix A.1.1): with r the smallest count whose cumulative probability F(r)
  exceeds p, the limit is (r − α) ÷ n, α = (F(r) − p) ÷ (F(r) − F(r − 1)); binomial for shares,
  Poisson for events per population. The upper limit is one count further out, the mirror of the
  lower one, so that only what is less likely than the tail lies beyond it.
- Over-dispersion (his section on additive random effects): real areas differ by more than chance,
  and where many are large nearly all would be "out of control". z-scores are winsorised at 10 %
  on either side; φ is the mean of their squares. Where φ > 1 + 2 √(2 ÷ I) for I areas, a variance
  τ² between areas (DerSimonian–Laird) widens each exact limit at distance d from θ to
  √(d² + (z τ)²).
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from warehouse.analysis.families import Family, needed_family
from warehouse.catalogue import get_kpi
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query import Question, answer

Numbers = NDArray[np.float64]

LIMITS = {"95": 0.025, "998": 0.001}
"""Probability outside on either side, by the name of the limit: 95 % and 99.8 %."""
WINSORISED = 0.1


@dataclass(frozen=True)
class Funnel:
    """A ranking with the limits it was judged by.

    Attributes:
        centre: value of all together, in the KPI's unit.
        dispersion: φ, 1 where areas differ by chance only.
        between_sd: τ, standard deviation between areas beyond chance, in the KPI's unit; 0 where
            `is_over_dispersed` is false.
        rows: one row per slice with a value, the highest z-score first. area_code (or the code of
            the slice asked by); value, numerator, denominator; low_95, high_95, low_998, high_998;
            z_score (distance from the centre in standard deviations); position (`inside` the 95 %
            limits, `above`, `below`); limit (`95` or `998`, the widest one passed; null inside);
            judgement (`better`, `worse`, `as_expected`; null where the KPI has no better side).
    """

    centre: float
    dispersion: float
    is_over_dispersed: bool
    between_sd: float
    rows: pl.DataFrame


def funnel(published: Published, question: Question) -> Funnel:
    """Rank the slices of a question by one dimension, not by time.

    Raises:
        UsageError: as `answer`; a KPI that is no share or ratio to a population; not exactly one
            slice; no value at all.
    """
    whole = answer(published, replace(question, by=())).row(0, named=True)
    return funnel_of(question, answer(published, question), whole["value"])


def funnel_of(question: Question, rows: pl.DataFrame, centre: float | None) -> Funnel:
    """The same from the answer to the question and the value of all.

    Raises:
        UsageError: as `funnel`.
    """
    kpi = get_kpi(question.kpi_id)
    family = needed_family(kpi, "漏斗图 / a funnel ")
    slice_ = only_slice(question)
    rows = rows.filter(pl.col("denominator") > 0, pl.col(slice_).is_not_null())
    if rows.is_empty() or centre is None:
        raise UsageError(f"{kpi.kpi_id}: 无值可排 / there is no value to rank")
    per = float(kpi.per or 1)
    made = limits_of(
        rows["numerator"].to_numpy(),
        rows["denominator"].cast(pl.Float64).to_numpy(),
        centre=centre / per,
        family=family,
    )
    limits = {name: per * value for name, value in made.limits.items()}
    z = pl.Series("z_score", made.z_scores)
    frame = rows.select(slice_, "value", "numerator", "denominator").with_columns(
        *(pl.Series(name, value) for name, value in limits.items()), z
    )
    return Funnel(
        centre=centre,
        dispersion=made.dispersion,
        is_over_dispersed=made.between_variance > 0,
        between_sd=per * float(np.sqrt(made.between_variance)),
        rows=_judged(frame, kpi.better).sort("z_score", slice_, descending=[True, False]),
    )


def only_slice(question: Question) -> str:
    """Column of the one slice that a question is by.

    Raises:
        UsageError: it is by none, by several, or by time.
    """
    if question.time_unit or len(question.slices) != 1:
        raise UsageError("--by: 应为一个非时间维度 / exactly one dimension that is not time")
    level = question.area_level
    return "area_code" if level else f"{question.slices[0]}_code"


@dataclass(frozen=True)
class Limits:
    """Control limits of some slices, per unit of the denominator."""

    limits: dict[str, Numbers]
    z_scores: Numbers
    dispersion: float
    between_variance: float


def limits_of(counts: Numbers, sizes: Numbers, *, centre: float, family: Family) -> Limits:
    """Limits around a centre for each size, and how far each count lies from it."""
    variance = centre * (1 - centre) if family == "binomial" else centre
    sd = np.sqrt(np.maximum(variance, 1e-300) / sizes)
    distances = counts / sizes - centre
    dispersion, between = over_dispersion(distances / sd, sd)
    limits = {}
    for name, tail in LIMITS.items():
        z = stats.norm.isf(tail)
        for side, p in (("low", tail), ("high", 1 - tail)):
            outwards = -1 if side == "low" else 1
            limit = exact_limit(sizes, p, centre=centre, family=family)
            if side == "high":
                # The mirror of the lower limit: a count is beyond it only where as many or more are
                # less likely than the tail. His r itself is not: of 13 at 98 %, 13 are no signal.
                limit = limit + 1 / sizes
            exact = outwards * (limit - centre)
            wide = np.sqrt(np.maximum(exact, 0) ** 2 + z**2 * between) if between else exact
            limits[f"{side}_{name}"] = centre + outwards * wide
    for name, limit in limits.items():
        limits[name] = np.clip(limit, 0, 1 if family == "binomial" else None)
    return Limits(limits, distances / np.sqrt(sd**2 + between), dispersion, between)


def exact_limit(sizes: Numbers, p: float, *, centre: float, family: Family) -> Numbers:
    """The interpolated quantile p of a share (or ratio) for each size."""
    if family == "binomial":
        distribution = stats.binom(sizes, centre)
    else:
        distribution = stats.poisson(sizes * centre)
    count = np.asarray(distribution.ppf(p), dtype=float)
    # The quantile function gives F(r) >= p; his r is the first with F(r) > p.
    count = np.where(distribution.cdf(count) > p, count, count + 1)
    at, before = distribution.cdf(count), distribution.cdf(count - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(at > before, (at - p) / (at - before), 0.0)
    return np.asarray((count - share) / sizes, dtype=float)


def over_dispersion(z_scores: Numbers, sd: Numbers) -> tuple[float, float]:
    """φ of winsorised z-scores and the variance between areas; 0 where φ is within chance."""
    count = len(z_scores)
    low, high = np.quantile(z_scores, [WINSORISED, 1 - WINSORISED])
    dispersion = float(np.mean(np.clip(z_scores, low, high) ** 2))
    if count < 2 or dispersion <= 1 + 2 * np.sqrt(2 / count):
        return dispersion, 0.0
    weights = 1 / sd**2
    between = (count * dispersion - (count - 1)) / (
        weights.sum() - (weights**2).sum() / weights.sum()
    )
    return dispersion, float(max(between, 0.0))


def _judged(frame: pl.DataFrame, better: str) -> pl.DataFrame:
    value = pl.col("value")
    outside = {
        name: (value < pl.col(f"low_{name}")) | (value > pl.col(f"high_{name}")) for name in LIMITS
    }
    position = (
        pl.when(value > pl.col("high_95"))
        .then(pl.lit("above"))
        .when(value < pl.col("low_95"))
        .then(pl.lit("below"))
        .otherwise(pl.lit("inside"))
    )
    limit = pl.when(outside["998"]).then(pl.lit("998")).when(outside["95"]).then(pl.lit("95"))
    good = "above" if better == "higher" else "below"
    judgement = (
        pl.when(position == "inside")
        .then(pl.lit("as_expected"))
        .when(position == good)
        .then(pl.lit("better"))
        .otherwise(pl.lit("worse"))
    )
    if better == "neither":
        judgement = pl.lit(None, pl.String)
    return frame.with_columns(
        position.alias("position"), limit.alias("limit"), judgement.alias("judgement")
    )
