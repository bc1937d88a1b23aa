"""Control charts by month that mark signals, not noise.

- Shares: p′ chart; counts and events per population: u′ chart, a month's days (and its population)
  being its size, so that a short month is not a drop. Both after Laney (2002, Improved control
  charts for attributes, Quality Engineering 14, 531–537): with z = (p − centre) ÷ σ, σ from the
  month's own size, limits are centre ± 3 σ σ_z, σ_z the mean moving range of z ÷ 1.128, at least 1:
  months do not differ by less than chance. With σ_z = 1 this is the ordinary chart.
- Everything else (medians, means, sums, stocks, scores): XmR chart, centre ± 2.66 × the mean moving
  range.

Centre and limits come from a baseline, the first 12 whole months of a phase, and stay there, so a
later change stays visible. The first phase begins with the records. If the programme's start is
confirmed as a shift (the first 8 months after it all lie on one side of the old centre), a second
phase begins after its transition, whose months are still judged by the old limits. Fewer than 8
months give no limits.

Signals: `beyond_limits`, or `run_of_8` on one side of the centre (the eighth and later ones).

The months are not adjusted for the season: where this month resembles the same month of last year
(`seasonal_correlation` of 0.5 or more), a signal may be the season; look at the change from last
year beside it. Months that are not over, or whose value may still move by more than 1 % of their
rows, are left out.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.analysis.families import family_of
from warehouse.catalogue import Kpi, get_kpi
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query import Question, answer
from warehouse.query.periods import add_months

Numbers = NDArray[np.float64]

BASELINE_MONTHS = 12
TRANSITION_MONTHS = 6
"""First months of a programme, which count neither as before nor as after it."""
RUN = 8
SIGMAS = 3
RANGE_TO_SD = 1.128
"""Mean moving range of independent normal values in standard deviations (d₂ for n = 2)."""
SEASONAL = 0.5
PROVISIONAL_SHARE = 0.01


@dataclass(frozen=True)
class Chart:
    """A control chart.

    Attributes:
        kind: `p`, `u` or `xmr`.
        phase_starts: first month of each phase.
        seasonal_correlation: of months with the same months a year before, each less its phase's
            centre; null with fewer than 24 months.
        rows: one row per month with a value: month; value (per day where the chart is of counts),
            centre, low, high (null where the phase is too short), phase (1, 2), signal.
    """

    kind: str
    phase_starts: tuple[date, ...]
    seasonal_correlation: float | None
    rows: pl.DataFrame


def control_chart(
    published: Published, question: Question, *, programme_start: date | None = None
) -> Chart:
    """The chart of a question without slices, over its whole months.

    Args:
        programme_start: first month that may begin a second phase.

    Raises:
        UsageError: as `answer`; a question with slices.
    """
    months = whole_months(published, question)
    return chart_of(get_kpi(question.kpi_id), months, programme_start=programme_start)


def chart_of(kpi: Kpi, months: pl.DataFrame, *, programme_start: date | None = None) -> Chart:
    """The chart of whole months (`settled_months`)."""
    values, sizes = _values_and_sizes(kpi, months)
    days = list(months["period_start_date"])
    kind = _kind(kpi)
    starts, bases = [0], [BASELINE_MONTHS]
    if programme_start is not None:
        second = sum(day < programme_start for day in days)
        settled = add_months(programme_start, TRANSITION_MONTHS)
        if second and _is_shift(values, second, _centre(values[:second], sizes[:second])):
            starts.append(sum(day < settled for day in days))
            bases = [min(second, BASELINE_MONTHS), BASELINE_MONTHS]
    lines = np.full((4, len(values)), np.nan)
    ends = [*starts[1:], len(values)]
    for number, (first, last, base) in enumerate(zip(starts, ends, bases, strict=True)):
        lines[0, first:last] = number + 1
        lines[1:, first:last] = _limits(values[first:last], sizes[first:last], kind, base)
    phase, centre, low, high = lines
    rows = pl.DataFrame(
        {
            "month": pl.Series(days, dtype=pl.Date),
            "value": values,
            "centre": centre,
            "low": low,
            "high": high,
            "phase": phase.astype(np.int64),
            "signal": pl.Series(_signals(values, centre, low, high, phase), dtype=pl.String),
        }
    ).with_columns(pl.selectors.float().fill_nan(None))
    seasonal = _seasonal_correlation(days, values - centre)
    return Chart(kind, tuple(days[first] for first in starts if days), seasonal, rows)


def whole_months(published: Published, question: Question) -> pl.DataFrame:
    """Answer by month, without what is not over or may still move, and without empty months.

    Raises:
        UsageError: as `answer`; a question with slices.
    """
    if question.slices:
        raise UsageError("--by: 趋势按月,请用 --where / a trend is by month: use --where, not --by")
    rows = answer(published, replace(question, by=("month",)))
    return settled_months(rows, begins_with_records=question.start is None)


def settled_months(rows: pl.DataFrame, *, begins_with_records: bool) -> pl.DataFrame:
    """The same from an answer by month.

    Args:
        begins_with_records: the first month is that of the first record, whatever its first day.
    """
    first, month = pl.col("period_start_date"), pl.col("period_start_date").dt.month_start()
    # Records are taken to cover the month of the first of them, from its first day.
    begins = (first == month) | pl.lit(begins_with_records)
    is_whole = begins & (month.dt.offset_by("1mo") == pl.col("period_end_date"))
    waiting = pl.col("not_yet_due_count").fill_null(0)
    settled = waiting <= PROVISIONAL_SHARE * (pl.col("denominator").fill_null(0) + waiting)
    kept = rows.filter(is_whole & settled & pl.col("value").is_not_null())
    return kept.with_columns(month.alias("period_start_date"))


def _kind(kpi: Kpi) -> str:
    if kpi.kind == "count":
        return "u"
    return {"binomial": "p", "poisson": "u"}.get(family_of(kpi) or "", "xmr")


def _values_and_sizes(kpi: Kpi, months: pl.DataFrame) -> tuple[Numbers, Numbers]:
    """Values, and what each is worth; counts and events per population are per day."""
    value = months["value"].to_numpy()
    days = (months["period_end_date"] - months["period_start_date"]).dt.total_days().to_numpy()
    sizes = months["denominator"].cast(pl.Float64).fill_null(1).to_numpy()
    if kpi.kind == "count":
        return value / days, days.astype(float)
    if kpi.denominator_table:
        return value / days, sizes * days / float(kpi.per or 1)
    return value, sizes if family_of(kpi) else np.ones(len(value))


def _centre(values: Numbers, sizes: Numbers, base: int = BASELINE_MONTHS) -> float:
    """Value of the baseline as a whole."""
    part = slice(0, base)
    return float((values[part] * sizes[part]).sum() / sizes[part].sum())


def _is_shift(values: Numbers, second: int, centre: float) -> bool:
    after = values[second : second + RUN]
    return len(after) == RUN and bool((after > centre).all() or (after < centre).all())


def _limits(values: Numbers, sizes: Numbers, kind: str, base_months: int) -> Numbers:
    """Centre, low and high of each month of a phase, as rows; NaN where it is too short."""
    lines = np.full((3, len(values)), np.nan)
    if min(len(values), base_months) < RUN:
        return lines
    centre = _centre(values, sizes, base_months)
    variance = {"p": centre * (1 - centre), "u": centre}.get(kind, 1.0)
    sd = np.sqrt(variance / sizes) if variance > 0 else np.zeros(len(values))
    base = slice(0, base_months)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(sd[base] > 0, (values[base] - centre) / sd[base], 0.0)
    between = np.abs(np.diff(z)).mean() / RANGE_TO_SD
    spread = SIGMAS * sd * (between if kind == "xmr" else max(between, 1.0))
    floor = -np.inf if kind == "xmr" else 0.0
    ceiling = 1.0 if kind == "p" else np.inf
    lines[0] = centre
    lines[1] = np.maximum(centre - spread, floor)
    lines[2] = np.minimum(centre + spread, ceiling)
    return lines


def _signals(
    values: Numbers, centre: Numbers, low: Numbers, high: Numbers, phase: Numbers
) -> list[str | None]:
    signals: list[str | None] = []
    run, side_before = 0, 0.0
    for number, value in enumerate(values):
        side = float(np.sign(value - centre[number])) if np.isfinite(centre[number]) else 0.0
        is_same = side == side_before and (number == 0 or phase[number] == phase[number - 1])
        run = (run + 1 if is_same else 1) if side else 0
        side_before = side
        if value < low[number] or value > high[number]:
            signals.append("beyond_limits")
        else:
            signals.append("run_of_8" if run >= RUN else None)
    return signals


def _seasonal_correlation(days: list[date], distances: Numbers) -> float | None:
    known = {
        day: distance
        for day, distance in zip(days, distances, strict=True)
        if np.isfinite(distance)
    }
    pairs = [
        (distance, known[last_year])
        for day, distance in known.items()
        if (last_year := add_months(day, -12)) in known
    ]
    if len(known) < 2 * BASELINE_MONTHS or len(pairs) < BASELINE_MONTHS:
        return None
    now, before = np.array(pairs).T
    if now.std() == 0 or before.std() == 0:
        return None
    return float(np.corrcoef(now, before)[0, 1])
