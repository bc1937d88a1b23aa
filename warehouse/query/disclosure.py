"""Suppression of small cells of KPIs about persons (kpis rule 8).

Any question may be asked after any other, so whether a value is shown depends on its cell (area,
category, major category) and its period alone, and is decided once per published version:

- A cell is safe in a period when nobody is in it or at least 5 persons are, among all rows with a
  part in the value and among those of the denominator. Unsafe cells are hidden, and with them
  smaller cells until no hidden unsafe one can be worked out (`protection`): first the areas inside
  an area, then the categories of the county, then parts of an area × categories, county to grid.
- What is inside a hidden cell is hidden. So are rows without an area or a category, areas that
  moved or that no list has, and the two kinds of category crossed within anything smaller than the
  county.
- Periods of a rate add up, so a difference of two periods is one too. A year is shown or not;
  within a shown year all quarters of a cell are shown or none, within a shown quarter all months,
  within a shown month all days. Any other period is made of the largest such parts, each of which
  must be shown.
- A state is shown on the last day of a month and on the as-of day, a reach of whole months,
  quarters, years or all there is; each of them is decided by itself, for they do not add up.
- Several codes of one dimension are shown when each of them is; of a reach, never.

With rows hidden, that a row is there must tell nothing: every code of the county has a row in a
slice by category, and the rows without a code have none.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import product
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary, proxy

import polars as pl

from warehouse.catalogue import Kpi
from warehouse.published import Published
from warehouse.query.county import CountyFacts
from warehouse.query.periods import Period, buckets, shift, start_of
from warehouse.query.person_counts import person_counts
from warehouse.query.prepare import BACKS, Prepared
from warehouse.query.question import AREA_LEVELS, NO_CODE, AreaLevel, TimeUnit
from warehouse.query.scope import area_filters
from warehouse.query.shown_cells import BELOW_COUNTY, Path, ShownCells

SUPPRESSED = "suppressed"
"""Status of a value that is not shown."""

TOGETHER: Mapping[TimeUnit, tuple[TimeUnit, TimeUnit | None]] = {
    "year": ("year", None),
    "quarter": ("year", "year"),
    "month": ("quarter", "quarter"),
    "day": ("month", "month"),
}
"""Unit → the stretch in which all of them are shown or none, and the longer unit decided first."""

FINER: Mapping[TimeUnit, TimeUnit] = {"year": "quarter", "quarter": "month", "month": "day"}

COMPARED = (
    "value",
    "numerator",
    "denominator",
    "excluded_count",
    "not_yet_due_count",
    "interval_low",
    "interval_high",
)
"""What an answer says of a period it is compared with; all of it is hidden where the cell is."""

HIDDEN_COLUMNS = (*COMPARED, "value_due_passed")

CATEGORIES = ("category", "major_category")


class Disclosure:
    """What may be shown of the persons that a KPI counts, in one county and version."""

    def __init__(self, published: Published, kpi: Kpi, facts: CountyFacts) -> None:
        """Decide nothing yet: each stretch of time is decided when it is asked for."""
        # What a version remembers must not keep it open once nothing else refers to it.
        self._published: Published = proxy(published)
        self._kpi = kpi
        self._facts = facts
        self._decided: dict[tuple[str, Period], ShownCells] = {}
        self._counted: dict[TimeUnit, pl.DataFrame] = {}

    def deciding(self, period: Period) -> list[ShownCells] | None:
        """The decisions that a period needs, all of which must show a cell; null: never shown."""
        known = Period(period.start, min(period.end, self._facts.known_until))
        if self._kpi.kind == "rate":
            return list(dict.fromkeys(self._parts_of("year", self._covered(known))))
        if self._kpi.kind == "state_rate" and self._is_end_of_month(known):
            return [self._of_period(Period(known.last_day, known.end))]
        if self._kpi.kind == "reach_rate" and self._is_calendar(known):
            return [self._of_period(known)]
        return None

    def _parts_of(self, unit: TimeUnit, period: Period) -> Iterator[ShownCells]:
        """Decisions about the largest whole units that a period of covered days is made of."""
        if period.start >= period.end:
            return
        for bucket in buckets(period, unit):
            first = start_of(unit, bucket.period.start)
            whole = self._covered(Period(first, shift(unit, first, 1)))
            if bucket.period == whole:
                yield self._of_units(unit, first)
            else:
                yield from self._parts_of(FINER[unit], bucket.period)

    def _of_units(self, unit: TimeUnit, day: date) -> ShownCells:
        """The decision about all units of the stretch that holds a day."""
        stretch, longer = TOGETHER[unit]
        first = start_of(stretch, day)
        whole = self._covered(Period(first, shift(stretch, first, 1)))
        if (unit, whole) not in self._decided:
            within = self._of_units(longer, day) if longer else None
            self._decided[unit, whole] = ShownCells(self._counts(unit, whole), self.paths, within)
        return self._decided[unit, whole]

    def _counts(self, unit: TimeUnit, whole: Period) -> pl.DataFrame:
        """Persons by unit of a stretch; read at once for all there are, but for days."""
        if unit == "day":
            return self._read([bucket.period for bucket in buckets(whole, unit)])
        everything = Period(self._facts.first_covered, self._facts.known_until)
        periods = [bucket.period for bucket in buckets(everything, unit)]
        if unit not in self._counted:
            self._counted[unit] = self._read(periods)
        inside = [number for number, period in enumerate(periods) if whole.start <= period.start]
        number = pl.col("period_number") - inside[0]
        count = sum(period.start < whole.end for period in periods[inside[0] :])
        counts = self._counted[unit].filter(number >= 0, number < count)
        return counts.with_columns(number.alias("period_number"))

    def _read(self, periods: list[Period]) -> pl.DataFrame:
        return person_counts(self._published, self._kpi, self._facts.county_code, periods)

    def _of_period(self, period: Period) -> ShownCells:
        """The decision about one period that is no part of others."""
        if ("alone", period) not in self._decided:
            self._decided["alone", period] = ShownCells(self._read([period]), self.paths)
        return self._decided["alone", period]

    def _covered(self, period: Period) -> Period:
        facts = self._facts
        return Period(max(period.start, facts.first_covered), min(period.end, facts.known_until))

    def _is_end_of_month(self, known: Period) -> bool:
        return known.end.day == 1 or known.end == self._facts.known_until

    def _is_calendar(self, known: Period) -> bool:
        """A month, quarter or year, or from the first row on, as far as it is known."""
        first_row = min(self._facts.first_date, self._facts.as_of_date)
        if known == Period(first_row, self._facts.known_until):
            return True
        units: tuple[TimeUnit, ...] = ("month", "quarter", "year")
        return any(
            known.start in (first, first_row)
            and known.end == min(shift(unit, first, 1), self._facts.known_until)
            for unit in units
            for first in (start_of(unit, known.start),)
        )

    @cached_property
    def paths(self) -> Mapping[tuple[str, str], Path | None]:
        """Area level and code → the areas it lies in and itself; null where that changed."""
        found: dict[tuple[str, str], Path | None] = {}
        for area in self._facts.areas.iter_rows(named=True):
            level, code = area["area_level"], area["area_code"]
            if level in BELOW_COUNTY:
                above = BELOW_COUNTY[: BELOW_COUNTY.index(level)]
                path = (*(area[f"{name}_code"] for name in above), code)
                found[level, code] = path if found.get((level, code), path) == path else None
        return found


_known: WeakKeyDictionary[Published, dict[tuple[Any, ...], Disclosure]] = WeakKeyDictionary()
_lock = Lock()


def disclosure(published: Published, kpi: Kpi, facts: CountyFacts) -> Disclosure:
    """What was decided about the rows a KPI counts, from the version's own memory."""
    counted = (kpi.fact, kpi.kind, kpi.date, kpi.denominator, kpi.not_yet_due, kpi.left_out)
    key = (facts.county_code, facts.first_date, *counted)
    with _lock:
        known = _known.setdefault(published, {})
        return known.setdefault(key, Disclosure(published, kpi, facts))


def suppressed(published: Published, frame: pl.DataFrame, prepared: Prepared) -> pl.DataFrame:
    """An answer about persons with nulls where it is not to be shown; any other as it is."""
    if not prepared.kpi.is_personal:
        return frame
    rule = disclosure(published, prepared.kpi, prepared.facts)
    frame = _without_rows_that_tell(frame, prepared, rule)
    asked = _Asked(prepared, rule)
    is_hidden = asked.hidden(frame, "period_start_date", "period_end_date")
    frame = frame.with_columns(
        *(pl.when(~is_hidden).then(pl.col(name)).alias(name) for name in HIDDEN_COLUMNS),
        is_provisional=pl.col("is_provisional") & ~is_hidden,
        status=pl.when(is_hidden).then(pl.lit(SUPPRESSED)).otherwise("status"),
        is_suppressed=is_hidden,
    )
    for back in BACKS if prepared.question.compare else ():
        is_hidden = asked.hidden(frame, f"{back}_start_date", f"{back}_end_date")
        names = [f"{back}_{name}" for name in HIDDEN_COLUMNS if f"{back}_{name}" in frame.columns]
        frame = frame.with_columns(
            pl.when(~is_hidden).then(pl.col(name)).alias(name) for name in names
        )
    return frame


def _without_rows_that_tell(
    frame: pl.DataFrame, prepared: Prepared, rule: Disclosure
) -> pl.DataFrame:
    """Without the rows of no code, or of an area of no list, which are there only with persons."""
    level = prepared.question.area_level
    if level in BELOW_COUNTY:
        known = [code for of_level, code in rule.paths if of_level == level]
        frame = frame.filter(pl.col("area_code").is_in(known))
    sliced = [f"{name}_code" for name in CATEGORIES if name in prepared.question.slices]
    return frame.drop_nulls(sliced) if sliced else frame


class _Asked:
    """The cells that the rows of an answer are made of."""

    def __init__(self, prepared: Prepared, rule: Disclosure) -> None:
        self._question = prepared.question
        self._is_reach = prepared.kpi.kind == "reach_rate"
        self._rule = rule
        filters = prepared.question.filters
        self._is_never_shown = any(NO_CODE in codes for codes in filters.values())
        self._level: AreaLevel = prepared.question.area_level or "county"
        depth = AREA_LEVELS.index(self._level)
        below = [
            (name, codes)
            for name, codes in area_filters(prepared.question).items()
            if AREA_LEVELS.index(name) > depth
        ]
        self._smaller = below[-1] if below else None

    def hidden(self, frame: pl.DataFrame, start: str, end: str) -> pl.Series:
        """Whether each row is hidden, for the period in two of its columns."""
        keys = ("area_code", "category_code", "major_category_code")
        deciding: dict[Period, list[ShownCells] | None] = {}
        found = []
        for first, until, area, *codes in frame.select(start, end, *keys).iter_rows():
            period = Period(first, until)
            if period not in deciding:
                deciding[period] = self._rule.deciding(period)
            found.append(not self._is_shown(area, codes, deciding[period]))
        return pl.Series(found, dtype=pl.Boolean)

    def _is_shown(
        self, area: str | None, codes: list[str | None], deciding: list[ShownCells] | None
    ) -> bool:
        if deciding is None or self._is_never_shown:
            return False
        cells = list(product(self._areas(area), *self._choices(codes)))
        if not cells or (self._is_reach and len(cells) > 1):
            return False
        return all(
            shown.shows(level, code, category, major_category)
            for shown in deciding
            for (level, code), category, major_category in cells
        )

    def _areas(self, area: str | None) -> list[tuple[str, str | None]]:
        """Level and code of the areas that a row is the sum of."""
        if self._smaller is None:
            return [(self._level, area)]
        level, codes = self._smaller
        if self._level == "county":
            return [(level, code) for code in codes]
        paths = self._rule.paths
        return [(level, code) for code in codes if area in (paths.get((level, code)) or ())]

    def _choices(
        self, codes: list[str | None]
    ) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
        """Codes of each kind of category that a row is the sum of; null for all there are."""
        filters = self._question.filters
        category, major_category = (
            (code,) if name in self._question.slices else filters.get(name, (None,))
            for name, code in zip(CATEGORIES, codes, strict=True)
        )
        return category, major_category
