"""EARS C1, C2 and C3: a day against the days just before it.

Hutwagner et al. (2003, The bioterrorism preparedness and response Early Aberration Reporting
System, Journal of Urban Health 80, i89–i96), with the conventions of R's package surveillance
(`earsC`; Salmon, Schumacher and Höhle 2016, Journal of Statistical Software 70/10): a count alarms
when it is above the limit.

- C1: mean + z σ of the `baseline` days before.
- C2: the same with the last two days left out, so that an outbreak does not raise its own limit.
- C3: C2 with what the two days before exceeded theirs by, beyond one σ, taken off the limit.
"""

from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy import stats

Numbers = NDArray[np.float64]
Method = Literal["C1", "C2", "C3"]

BASELINE_DAYS = 7
ALPHA: dict[Method, float] = {"C1": 0.001, "C2": 0.001, "C3": 0.025}
"""Chance of a false alarm a day, were the counts normal: 0.025 is what C3's limit of 2 means."""
GAP_DAYS = 2


def ears_limits(
    counts: NDArray[np.int64] | Numbers,
    method: Method,
    *,
    baseline: int = BASELINE_DAYS,
    least_sd: float = 0.0,
    alpha: float | None = None,
) -> Numbers:
    """The highest count of each day that is no alarm.

    Args:
        counts: days × series, without gaps.
        baseline: days a limit is made from, at least 3.
        least_sd: σ is not taken for less, so that a flat series does not alarm at one more.
        alpha: null for the method's own.

    Returns:
        days × series, NaN for the first days, which have no baseline: `baseline` days of C1, two
        more of C2 and four more of C3.
    """
    values = np.asarray(counts, dtype=np.float64)
    z = float(stats.norm.isf(ALPHA[method] if alpha is None else alpha))
    gap = 0 if method == "C1" else GAP_DAYS
    mean, sd = _baseline(values, baseline, gap, least_sd)
    if method != "C3":
        return np.asarray(mean + z * sd)
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = np.maximum((values - mean) / sd - 1, 0)
    before = np.full_like(values, np.nan)
    before[GAP_DAYS:] = excess[1:-1] + excess[:-GAP_DAYS]
    with np.errstate(invalid="ignore"):
        limits = np.maximum(values + sd * (z - before), 0)
    # A C2 value that is 0 ÷ 0 says nothing, nor does a limit made from it.
    return np.asarray(limits)


def _baseline(values: Numbers, days: int, gap: int, least_sd: float) -> tuple[Numbers, Numbers]:
    """Mean and standard deviation of the days before each day; NaN where there are too few."""
    mean, sd = np.full_like(values, np.nan), np.full_like(values, np.nan)
    if len(values) > days + gap:
        windows = sliding_window_view(values, days, axis=0)[: len(values) - days - gap]
        mean[days + gap :] = windows.mean(axis=-1)
        sd[days + gap :] = np.maximum(windows.std(axis=-1, ddof=1), least_sd)
    return mean, sd
