"""From the parts of a value to the value: one row per slice and period, whole columns at once."""

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.catalogue import Kpi
from warehouse.catalogue.model import Kind
from warehouse.query.measures import Z

Numbers = NDArray[np.float64]
Made = dict[str, Numbers]


def with_values(parts: pl.DataFrame, kpi: Kpi) -> pl.DataFrame:
    """Add `value`, `interval_low`, `interval_high` and `value_due_passed`.

    Null wherever the denominator is empty or not known, and where the kind has no such thing.
    Division is numpy's, correctly rounded for a column of one row as for any other.
    """
    columns = {
        name: parts[name].cast(pl.Float64).to_numpy()
        for name, kind in parts.schema.items()
        if kind.is_numeric()
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        made = MAKERS[kpi.kind](columns, kpi)
    return parts.hstack(
        [
            pl.Series(name, made.get(name, [None] * len(parts)), pl.Float64, nan_to_null=True)
            for name in ("value", "interval_low", "interval_high", "value_due_passed")
        ]
    )


def status_of(kpi: Kpi) -> pl.Expr:
    """How `value` stands to `target`: met, missed, no_target or no_value."""
    value, target = pl.col("value"), pl.col("target")
    is_met = value <= target if kpi.better == "lower" else value >= target
    return (
        pl.when(value.is_null())
        .then(pl.lit("no_value"))
        .when(target.is_null())
        .then(pl.lit("no_target"))
        .when(is_met)
        .then(pl.lit("met"))
        .otherwise(pl.lit("missed"))
        .alias("status")
    )


def _over(numerator: Numbers, denominator: Numbers) -> Numbers:
    return np.where(denominator > 0, numerator / denominator, np.nan)


def wilson(numerator: Numbers, denominator: Numbers) -> Made:
    """Shares with Wilson's 95 % interval: value, interval_low, interval_high; NaN of none."""
    n = denominator
    share = _over(numerator, n)
    scale = 1 + Z * Z / n
    centre = (share + Z * Z / (2 * n)) / scale
    half = Z * np.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / scale
    return {
        "value": share,
        # At a share of none or all one end is the share itself, which sums in binary may miss.
        "interval_low": np.maximum(np.minimum(centre - half, share), 0.0),
        "interval_high": np.minimum(np.maximum(centre + half, share), 1.0),
    }


def _rate(columns: Mapping[str, Numbers], kpi: Kpi) -> Made:
    """Wilson's interval, which holds for shares of rows."""
    made = wilson(columns["numerator"], columns["denominator"])
    if kpi.due_passed:
        passed = columns["numerator_due_passed"], columns["denominator_due_passed"]
        made["value_due_passed"] = _over(*passed)
    return made


def _mean(columns: Mapping[str, Numbers], _: Kpi) -> Made:
    n = columns["denominator"]
    mean = _over(columns["numerator"], n)
    half = Z * columns["deviation"] / np.sqrt(n)
    return {"value": mean, "interval_low": mean - half, "interval_high": mean + half}


def _quantile(columns: Mapping[str, Numbers], _: Kpi) -> Made:
    return {
        "value": columns["quantile_value"],
        "interval_low": columns["lower"],
        "interval_high": columns["upper"],
    }


def _ratio(columns: Mapping[str, Numbers], kpi: Kpi) -> Made:
    return {"value": _over(columns["numerator"] * float(kpi.per or 1), columns["denominator"])}


def _total(columns: Mapping[str, Numbers], _: Kpi) -> Made:
    return {"value": columns["numerator"]}


def _stock(columns: Mapping[str, Numbers], _: Kpi) -> Made:
    """Nothing open is zero; nothing known is not."""
    is_known = (columns["numerator"] > 0) | (columns["unknown_count"] == 0)
    return {"value": np.where(is_known, columns["numerator"], np.nan)}


def _state_rate(columns: Mapping[str, Numbers], kpi: Kpi) -> Made:
    """The days of one grid are no independent rows: no interval where every day counts."""
    if kpi.counted == "last_day":
        return _rate(columns, kpi)
    return _ratio(columns, kpi)


MAKERS: Mapping[Kind, Callable[[Mapping[str, Numbers], Kpi], Made]] = {
    "rate": _rate,
    "mean": _mean,
    "quantile": _quantile,
    "ratio": _ratio,
    "count": _total,
    "sum": _total,
    "stock": _stock,
    "state_rate": _state_rate,
    "reach_rate": _rate,
    "share": _ratio,
}
