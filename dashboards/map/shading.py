"""Values of all areas of a level, as the map paints them: numbers by feature, classes, doubts."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dashboards.map.breaks import FIXED, QUINTILES, Classing, class_of
from dashboards.numbers_text import DECIMALS
from warehouse.catalogue import Kpi, Text

Numbers = NDArray[np.float64]

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

NO_CLASS = 255
"""Class of what has no value."""

INTERVALS = ("rate", "quantile", "mean")
"""Kinds of KPI whose values carry an interval."""


@dataclass(frozen=True)
class Shading:
    """One map's values. Arrays are indexed by feature id; place 0 belongs to no area.

    Attributes:
        values: in the measure's unit (of a KPI: as `warehouse.query.answer` gives them); NaN where
            there is none.
        denominators: rows behind each value; 0 where there are none or the measure has none.
        flags: sum of `NONE_DUE`, `UNKNOWN`, `UNCERTAIN`, `PROVISIONAL`.
        breaks: inner class breaks in the unit of `values`; empty where `categories` are painted.
        unplaced: cases that belong to no area.
        categories: what is painted in place of classes, by name; `classes` are their places.
        classes: by feature; `NO_CLASS` where there is none. Of the breaks unless given.
        extra: more figures of each area, for what is said of it.
        said: sentences about the whole map.
        facts: figures about the whole map.
        missing: why there is nothing to show.
    """

    values: Numbers
    denominators: NDArray[np.uint32]
    flags: NDArray[np.uint8]
    breaks: tuple[float, ...]
    first: str
    last: str
    unplaced: int = 0
    categories: tuple[str, ...] = ()
    given_classes: NDArray[np.uint8] | None = None
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    said: tuple[Text, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    missing: str = ""

    @property
    def classes(self) -> NDArray[np.uint8]:
        """Class of each feature."""
        if self.given_classes is not None:
            return self.given_classes
        found = class_of(self.values, self.breaks)
        return np.where(found < 0, NO_CLASS, found).astype(np.uint8)

    def legend(self) -> dict[str, Any]:
        """All but the values: what the legend says, and per feature the other arrays."""
        classes = self.classes
        shown = self.values[~np.isnan(self.values)]
        count = len(self.categories) or len(self.breaks) + 1
        return {
            "breaks": list(self.breaks),
            "categories": list(self.categories),
            "counts": [int((classes[1:] == k).sum()) for k in range(count)],
            "low": float(shown.min()) if shown.size else None,
            "high": float(shown.max()) if shown.size else None,
            "none_due": int((self.flags & NONE_DUE > 0).sum()),
            "unknown": int((self.flags & UNKNOWN > 0).sum()),
            "uncertain": int((self.flags & UNCERTAIN > 0).sum()),
            "provisional": int((self.flags & PROVISIONAL > 0).sum()),
            "unplaced": self.unplaced,
            "from": self.first,
            "to": self.last,
            "said": [{"zh": text.zh, "en": text.en} for text in self.said],
            "facts": dict(self.facts),
            "missing": self.missing,
            "flags": _text(self.flags),
            "classes": _text(classes),
            "denominators": _text(self.denominators.astype("<u4")),
            "extra": {name: [of.dtype.str[1:], _text(of)] for name, of in self.extra.items()},
        }


def by_feature(
    rows: pl.DataFrame, column: str, *, dtype: str = "<f4", fill: float = np.nan
) -> NDArray[Any]:
    """A column of one row per area as an array by `feature_id`; null as `fill`."""
    made = np.full(length_of(rows), fill, dtype=np.dtype(dtype))
    made[rows["feature_id"].to_numpy()] = rows[column].fill_null(fill).to_numpy()
    return made


def length_of(rows: pl.DataFrame) -> int:
    """Length of the arrays that some areas need."""
    return int(rows["feature_id"].max() or 0) + 1  # type: ignore[arg-type]


def nothing(areas: pl.DataFrame, missing: str) -> Shading:
    """A map on which nothing is shown, and why."""
    length = length_of(areas)
    return Shading(
        values=np.full(length, np.nan),
        denominators=np.zeros(length, dtype=np.uint32),
        flags=np.zeros(length, dtype=np.uint8),
        breaks=(),
        first="",
        last="",
        missing=missing,
    )


def lay_out(
    rows: pl.DataFrame,
    *,
    kpi: Kpi,
    unplaced: int,
    classing: Classing = QUINTILES,
) -> Shading:
    """Arrays by feature from one row per area.

    Args:
        rows: `feature_id` and the columns of an answer; null where an area has no row in it.
        unplaced: cases that belong to no area.
    """
    length = length_of(rows)
    places = rows["feature_id"].to_numpy()
    values = np.full(length, np.nan, dtype=np.float64)
    values[places] = rows["value"].to_numpy()
    denominators = np.zeros(length, dtype=np.uint32)
    denominators[places] = rows["denominator"].fill_null(0).to_numpy()
    shown = rows["value"].drop_nulls().to_numpy()
    breaks = kpi_breaks(shown, kpi, classing)
    flags = np.zeros(length, dtype=np.uint8)
    flags[places] = rows.select(flags_of(kpi)).to_series().to_numpy()
    return Shading(
        values=values,
        denominators=denominators,
        flags=flags,
        breaks=breaks,
        first=str(rows["period_start_date"].min() or ""),
        last=str(rows["period_end_date"].dt.offset_by("-1d").max() or ""),
        unplaced=unplaced,
    )


def kpi_breaks(values: Numbers, kpi: Kpi, classing: Classing) -> tuple[float, ...]:
    """Class breaks of a KPI's values, round in the unit they are shown in, or as typed in it."""
    found = classing.breaks(values, scale=100.0 if kpi.unit == "percent" else 1.0)
    if classing.method == FIXED:
        return found
    digits = DECIMALS[kpi.unit] + 3
    return tuple(round(edge, digits) for edge in found)


def flags_of(kpi: Kpi) -> pl.Expr:
    """Flags of the rows of an answer."""
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


def unplaced_of(answer: pl.DataFrame) -> int:
    """Cases of an answer that belong to no area."""
    without = answer.filter(pl.col("area_code").is_null())
    counted = without["denominator"].fill_null(0) + without["not_yet_due_count"].fill_null(0)
    return int(counted.sum())


def _text(array: NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode()
