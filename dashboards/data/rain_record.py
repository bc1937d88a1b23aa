"""Storms of the record and how good the warnings were, within the page's town."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl

from dashboards.data.rain import Rain, hours_of
from dashboards.data.tables import Figure, figures
from dashboards.periods import ONE_DAY
from dashboards.scope import facts_of
from warehouse.query import Dimension, Question
from warehouse.query.values import wilson

KPIS = ("false_warning_rate", "warning_lead_time_median", "warning_acknowledged_rate")

FIRST_ISSUED = """
    select min(issued_date) as first_date from mart.fct_warnings where county_code = ?
"""

SPELLS = """
    select colour_code, count(*) as spell_count, count(*) filter (is_missed) as missed_count
    from mart.fct_rain_spells
    where county_code = ? and (? = '' or town_code = ?)
    group by grouping sets ((colour_code), ())
"""

COLOURS = """
    select colour_code, max(severity_number) as severity_number
    from mart.dim_rain_thresholds group by colour_code order by severity_number
"""

BEGINNINGS = """
    select town_code, reached_at as began_at from mart.fct_rain_spells where county_code = ?
    union all
    select town_code, issued_at from mart.fct_warnings where county_code = ?
"""


@dataclass(frozen=True)
class Judged:
    """How good the warnings of one colour were, or of all (no colour).

    Attributes:
        figures: of `KPIS` by id, those that there are: nobody is told at the mild colours.
        spell_count: stretches of hours in which a town's threshold was reached, `missed_count` of
            them without such a warning.
        missed: their share with its 95 % interval (Wilson); null of none.
    """

    colour_code: str | None
    figures: dict[str, Figure]
    spell_count: int
    missed_count: int
    missed: tuple[float, float, float] | None


@dataclass(frozen=True)
class Record:
    """Warnings since the first one on record, from the mildest colour on, all of them last."""

    first_date: date
    last_date: date
    judged: list[Judged]

    @property
    def whole(self) -> Judged:
        """All colours together."""
        return self.judged[-1]


def record(rain: Rain) -> Record | None:
    """How good the warnings were, in the page's town; null where none was ever issued."""
    context, county = rain.scope.context, rain.scope.view.county
    first: date | None = context.sql(FIRST_ISSUED, county)["first_date"].item()
    if first is None:
        return None
    last = context.builds[county].as_of_date
    town = rain.town_code or ""
    where: dict[str, str | tuple[str, ...]] = {"town": town} if town else {}

    def question(kpi_id: str, by: tuple[Dimension, ...] = ()) -> Question:
        return Question(
            kpi_id,
            county,
            by=by,
            start=first,
            end=last + ONE_DAY,
            where=where,
        )

    # Whether households acknowledged is known from the file about persons only.
    kpis = [
        kpi_id
        for kpi_id in KPIS
        if context.published.has_people
        or not any(fact.is_in_people_file for fact in facts_of(context.kpis[kpi_id]))
    ]
    asked = [question(kpi_id) for kpi_id in kpis]
    found = figures(context, [*asked, *(question(kpi_id, ("category",)) for kpi_id in kpis)])
    whole, by_colour = found[: len(kpis)], found[len(kpis) :]
    of_colour = [{one.row["category_code"]: one for one in answer} for answer in by_colour]
    spells = {
        code: (spell_count, missed)
        for code, spell_count, missed in context.sql(SPELLS, county, town, town).iter_rows()
    }
    judged = [
        _judged(
            code,
            {
                kpi_id: answer[code]
                for kpi_id, answer in zip(kpis, of_colour, strict=True)
                if code in answer
            },
            spells.get(code, (0, 0)),
        )
        for code in context.sql(COLOURS)["colour_code"]
    ]
    every = _judged(
        None,
        {kpi_id: one for kpi_id, (one,) in zip(kpis, whole, strict=True)},
        spells.get(None, (0, 0)),
    )
    return Record(first, last, [*judged, every])


def _judged(code: str | None, found: dict[str, Figure], spells: tuple[int, int]) -> Judged:
    spell_count, missed_count = spells
    missed = None
    if spell_count:
        made = wilson(np.array([float(missed_count)]), np.array([float(spell_count)]))
        low, value, high = (
            float(made[name][0]) for name in ("interval_low", "value", "interval_high")
        )
        missed = (value, low, high)
    return Judged(code, found, spell_count, missed_count, missed)


@dataclass(frozen=True)
class PastStorm:
    """A storm: its row of `warehouse.rainstorm.storms`, and where its replay begins."""

    row: dict[str, Any]
    first_at: datetime
    is_open: bool


def past_storms(rain: Rain) -> list[PastStorm]:
    """The storms of the record that touched the page's area, the newest first."""
    found = rain.storms.to_dicts()
    if rain.town_code is not None:
        county = rain.scope.view.county
        spans = rain.scope.context.sql(BEGINNINGS, county, county)
        is_own = (pl.col("town_code") == rain.town_code) | pl.col("town_code").is_null()
        begun = spans.filter(is_own)["began_at"].to_list()
        found = [
            row for row in found if any(row["start_at"] <= at <= row["end_at"] for at in begun)
        ]
    return [
        PastStorm(
            row,
            hours_of(row, rain.as_of_at)[0],
            rain.storm is not None and row["start_at"] == rain.storm["start_at"],
        )
        for row in found
    ]
