"""Values of all areas of a level, as the map paints them: numbers by feature, classes, doubts."""

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dashboards.context import Context
from dashboards.map.areas import level_areas
from dashboards.map.asked import Asked
from dashboards.map.breaks import class_of, quantile_breaks
from dashboards.numbers_text import DECIMALS
from warehouse.catalogue import Kpi

FEW = 5
"""With fewer rows than this behind it, a value says little about an area."""

WIDE_POINTS = 0.2
"""Width of a share's 95 % interval from which on it says little; for the other kinds of value
that is the value itself."""

NONE_DUE = 1
"""Flag: nothing was due, so there is no value."""
UNKNOWN = 2
"""Flag: the records lack what the value needs (a milestone, the population)."""
UNCERTAIN = 4
"""Flag: so few rows, or so wide an interval, that the value says little."""
PROVISIONAL = 8
"""Flag: cases are still to come in, so the value is too good."""

INTERVALS = ("rate", "quantile", "mean")
"""Kinds of KPI whose values carry an interval."""


@dataclass(frozen=True)
class Shading:
    """One map's values. Arrays are indexed by feature id; place 0 belongs to no area.

    Attributes:
        values: as `warehouse.query.answer` gives them, in 32 bits; NaN where there is none.
        denominators: rows behind each value; 0 where there are none or the KPI has none.
        flags: sum of `NONE_DUE`, `UNKNOWN`, `UNCERTAIN`, `PROVISIONAL`.
        breaks: inner class breaks in the unit of `values`.
    """

    values: NDArray[np.float64]
    denominators: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    breaks: tuple[float, ...]
    first: str
    last: str
    unplaced: int

    def legend(self, kpi: Kpi) -> dict[str, Any]:
        """All but the values: what the legend says, and per feature the flags and denominators."""
        classes = class_of(self.values[1:], self.breaks)
        shown = self.values[~np.isnan(self.values)]
        return {
            "kpi": kpi.kpi_id,
            "breaks": list(self.breaks),
            "counts": [int((classes == k).sum()) for k in range(len(self.breaks) + 1)],
            "low": float(shown.min()) if shown.size else None,
            "high": float(shown.max()) if shown.size else None,
            "none_due": int((self.flags & NONE_DUE > 0).sum()),
            "unknown": int((self.flags & UNKNOWN > 0).sum()),
            "uncertain": int((self.flags & UNCERTAIN > 0).sum()),
            "provisional": int((self.flags & PROVISIONAL > 0).sum()),
            "unplaced": self.unplaced,
            "from": self.first,
            "to": self.last,
            "flags": _text(self.flags),
            "denominators": _text(self.denominators.astype("<u4")),
        }


def shade(context: Context, asked: Asked) -> Shading:
    """Ask for every area's value and lay the answer out by feature."""
    answer = context.ask(asked.question)
    areas = level_areas(context, asked.county.code, asked.level)
    rows = areas.select("area_code", "feature_id").join(answer, on="area_code", how="left")
    return lay_out(rows, kpi=asked.kpi, unplaced=_unplaced(answer))


def lay_out(rows: pl.DataFrame, *, kpi: Kpi, unplaced: int) -> Shading:
    """Arrays by feature from one row per area.

    Args:
        rows: `feature_id` and the columns of an answer; null where an area has no row in it.
        unplaced: cases that belong to no area.
    """
    length = int(rows["feature_id"].max() or 0) + 1  # type: ignore[arg-type]
    places = rows["feature_id"].to_numpy()
    values = np.full(length, np.nan, dtype=np.float64)
    values[places] = rows["value"].to_numpy()
    denominators = np.zeros(length, dtype=np.uint32)
    denominators[places] = rows["denominator"].fill_null(0).to_numpy()
    breaks = _breaks(rows["value"].drop_nulls().to_numpy(), kpi)
    flags = np.zeros(length, dtype=np.uint8)
    flags[places] = rows.select(_flags(kpi)).to_series().to_numpy()
    return Shading(
        values=values,
        denominators=denominators,
        flags=flags,
        breaks=breaks,
        first=str(rows["period_start_date"].min() or ""),
        last=str(rows["period_end_date"].dt.offset_by("-1d").max() or ""),
        unplaced=unplaced,
    )


def _breaks(values: NDArray[np.float64], kpi: Kpi) -> tuple[float, ...]:
    scale = 100.0 if kpi.unit == "percent" else 1.0
    digits = DECIMALS[kpi.unit] + 3
    return tuple(round(b / scale, digits) for b in quantile_breaks(values * scale))


def _flags(kpi: Kpi) -> pl.Expr:
    has_value = pl.col("value").is_not_null()
    empty = pl.col("denominator").fill_null(0) == 0
    unknown = ~has_value & empty & (pl.col("excluded_count").fill_null(0) > 0)
    if kpi.kind in ("ratio", "stock"):
        unknown = ~has_value
    uncertain = pl.lit(False)
    if kpi.kind in INTERVALS:
        width = pl.col("interval_high") - pl.col("interval_low")
        widest = pl.lit(WIDE_POINTS) if kpi.kind == "rate" else pl.col("value")
        few = pl.col("denominator") < FEW
        uncertain = has_value & (few | width.is_null() | (width > widest).fill_null(False))
    provisional = has_value & pl.col("is_provisional").fill_null(False)
    return (
        (unknown.cast(pl.UInt8) * UNKNOWN)
        + ((~has_value & ~unknown).cast(pl.UInt8) * NONE_DUE)
        + (uncertain.cast(pl.UInt8) * UNCERTAIN)
        + (provisional.cast(pl.UInt8) * PROVISIONAL)
    ).cast(pl.UInt8)


def _unplaced(answer: pl.DataFrame) -> int:
    without = answer.filter(pl.col("area_code").is_null())
    counted = without["denominator"].fill_null(0) + without["not_yet_due_count"].fill_null(0)
    return int(counted.sum())


def _text(array: NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode()
