"""Classes as the legend of the page names them (`assets/map/legend.mjs`), and why there is none."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from dashboards import numbers_text
from dashboards.context import Context
from dashboards.data.tables import Cell
from dashboards.i18n import Lang, text
from dashboards.map.asked import OF_KPIS, Asked
from dashboards.map.breaks import FIXED, TOP_SHARES
from dashboards.map.shading import NO_CLASS, NONE_DUE, Shading
from dashboards.numbers_text import DECIMALS

PERCENT = 100.0
SMALL = 0.095
"""Below it an edge has three decimals: with fewer, such edges look alike."""
OWN_DECIMALS = {"gap": 1}
"""Of the figures of modes that show no KPI; the others have two."""
REASONS = {
    "not_judged": "map.not_judged",
    "suppressed": "value.suppressed",
    "none_due": "value.none",
    "not_delivered": "value.not_delivered",
}


def why_without(asked: Asked, shading: Shading, places: np.ndarray) -> list[str | None]:
    """Of each feature one of `REASONS`, null where it has a class; as on screen (`tip.mjs`)."""

    def reason(flag: int) -> str:
        if asked.mode in ("hotspots", "risk"):
            return "not_judged"
        if shading.facts.get("suppressed"):
            return "suppressed"
        return "none_due" if flag & NONE_DUE else "not_delivered"

    pairs = zip(shading.classes[places], shading.flags[places], strict=True)
    return [reason(int(flag)) if place == NO_CLASS else None for place, flag in pairs]


@dataclass(frozen=True)
class ClassWords:
    """The names of the classes of one map."""

    context: Context
    asked: Asked
    shading: Shading
    lang: Lang

    def all(self) -> list[str]:
        """In the order of the classes."""
        if self.shading.categories:
            return [text(f"map.class.{code}", self.lang) for code in self.shading.categories]
        return [self._range(place) for place in range(len(self.shading.breaks) + 1)]

    def of(self, numbers: pl.Series) -> list[Cell]:
        """Of class numbers from 1; empty for 0, which is none."""
        names = ["", *self.all()]
        return [names[number] for number in numbers]

    def _range(self, place: int) -> str:
        breaks = self.shading.breaks
        if self._begins_with_no_gap and place < 2:
            return self._first_of_gap(place)
        if not breaks:
            return self._of_all()
        top = self._top(place)
        if place == 0:
            return f"{top}< {self._edge(breaks[0])}"
        low = self._edge(breaks[place - 1])
        is_last = place == len(breaks)
        if is_last and self._highest() == breaks[-1] and not self._is_fixed:
            return f"{top}{low}"
        if is_last or top:
            return f"{top}≥ {low}"
        return f"{low} – {self._edge(breaks[place])}"

    @property
    def _is_fixed(self) -> bool:
        return self.asked.classing.method == FIXED

    @property
    def _is_share(self) -> bool:
        is_rate = self.asked.mode in OF_KPIS and self.asked.kpi.unit == "percent"
        return is_rate or self.asked.mode == "gap"

    @property
    def _decimals(self) -> int:
        if self.asked.mode in OF_KPIS:
            return DECIMALS[self.asked.kpi.unit]
        return OWN_DECIMALS.get(self.asked.mode, 2)

    @property
    def _begins_with_no_gap(self) -> bool:
        has_none = self._is_fixed or self._lowest() == 0
        return self.asked.mode == "gap" and has_none and bool(self.shading.breaks)

    def _first_of_gap(self, place: int) -> str:
        if place == 0:
            return text("map.gap.none", self.lang)
        has_more = len(self.shading.breaks) > 1
        return f"< {self._edge(self.shading.breaks[1])}" if has_more else "> 0"

    def _top(self, place: int) -> str:
        is_top = self.asked.mode == "risk" and self.asked.classing.method == "top"
        if not is_top or len(self.shading.breaks) != len(TOP_SHARES):
            return ""
        if place == 0:
            return text("map.top.rest", self.lang) + " "
        share = f"{PERCENT * (1 - TOP_SHARES[place - 1]):.0f}"
        return text("map.top", self.lang, share=share) + " "

    def _of_all(self) -> str:
        low, high = self._lowest(), self._highest()
        if low is None or high is None:
            return "—"
        first, last = self._figure(low), self._figure(high)
        return first if first == last else f"{first} – {last}"

    def _lowest(self) -> float | None:
        shown = self.shading.values[~np.isnan(self.shading.values)]
        return float(shown.min()) if shown.size else None

    def _highest(self) -> float | None:
        shown = self.shading.values[~np.isnan(self.shading.values)]
        return float(shown.max()) if shown.size else None

    def _figure(self, value: float) -> str:
        is_signed = self.asked.mode == "change"
        if self.asked.mode in OF_KPIS:
            written = numbers_text.amount(value, self.asked.kpi, signed=is_signed)
            # What is nothing when rounded has no direction.
            return (
                written if any(digit in written for digit in "123456789") else written.lstrip("+")
            )
        return numbers_text.number(value * (PERCENT if self._is_share else 1), self._decimals)

    def _edge(self, value: float) -> str:
        """With as many decimals as tell it from the others; a typed one as it was typed."""
        shown = round(value * (PERCENT if self._is_share else 1), 9)
        decimals = 0 if float(f"{shown:.3f}").is_integer() else max(1, self._decimals)
        if self._is_fixed:
            decimals = len(f"{shown:.9f}".rstrip("0").partition(".")[2])
        elif 0 < abs(shown) < SMALL:
            decimals = 3
        sign = "+" if self.asked.mode == "change" and value > 0 else ""
        return sign + numbers_text.number(shown, decimals)
