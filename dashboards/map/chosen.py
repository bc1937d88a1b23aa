"""Sums of a set of areas chosen by hand. A KPI is asked anew of all their rows together: a mean of
the areas' values would weigh a grid with two cases like one with two hundred."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboards.context import Context
from dashboards.map.areas import level_areas
from dashboards.map.asked import OF_KPIS, Asked
from dashboards.map.card import VALUE_PARTS
from dashboards.map.detail import OPEN
from dashboards.map.risk import at_level, risk_of
from dashboards.scope import facts_of
from warehouse.catalogue import Kpi
from warehouse.errors import UsageError, unknown_value
from warehouse.query.protection import FEWEST

MOST_AREAS = 5_000


def chosen(context: Context, asked: Asked, codes: Sequence[str]) -> dict[str, Any]:
    """The set's KPI, residents, area, cases open, and cases expected where the mode foretells.

    Raises:
        UsageError: no area or too many; one that is not there; a KPI about persons, since the
            difference of two sets would tell of the few in one of them but not the other.
    """
    areas = _areas(context, asked, codes)
    kpi = asked.kpi if asked.mode in OF_KPIS else context.kpis[asked.coverage]
    told: dict[str, Any] = {
        "count": areas.height,
        "area_km2": areas["area_km2"].sum(),
        "population": _residents(areas),
        "kpi": None,
    }
    if asked.mode in OF_KPIS or asked.mode in ("gap", "bivariate"):
        refuse_persons(kpi)
        where: dict[str, str | tuple[str, ...]] = {str(asked.level): tuple(areas["area_code"])}
        row = context.ask(asked.about(where, kpi_id=kpi.kpi_id)).row(0, named=True)
        told |= {"kpi": kpi.kpi_id, **{name: row[name] for name in VALUE_PARTS}}
    told["open"] = _open(context, asked, areas)
    if asked.mode in ("risk", "bivariate"):
        risk = risk_of(context, asked.county.code, family=asked.family, horizon=asked.horizon)
        rows = at_level(context, asked, risk).join(areas, on="area_code", how="semi")
        told["expected"] = rows["expected_cases"].sum()
    return told


def refuse_persons(kpi: Kpi) -> None:
    """Refuse a KPI about persons.

    Raises:
        UsageError: it is one.
    """
    if any(fact.is_in_people_file for fact in facts_of(kpi)):
        raise UsageError(
            f"{kpi.name.zh}:涉及个人的指标不按自选区域计算,以免由两次选择之差推出个人 / "
            f"{kpi.name.en}: KPIs about persons are not computed for sets chosen by hand, as the "
            "difference of two of them could tell of a person"
        )


def _areas(context: Context, asked: Asked, codes: Sequence[str]) -> pl.DataFrame:
    wanted = list(dict.fromkeys(codes))
    if not 0 < len(wanted) <= MOST_AREAS:
        raise UsageError(
            f"选择了 {len(wanted)} 个区域 / areas chosen; 可用 / allowed: 1 – {MOST_AREAS}"
        )
    known = level_areas(context, asked.county.code, asked.level)
    areas = known.filter(pl.col("area_code").is_in(wanted))
    if areas.height < len(wanted):
        missing = sorted(set(wanted) - set(areas["area_code"]))
        raise UsageError(unknown_value(asked.level, missing[0], known["area_code"]))
    return areas


def _residents(areas: pl.DataFrame) -> int | None:
    """Residents together; null where an area's are not known, or so few that they are not shown."""
    few = (areas["population"] > 0) & (areas["population"] < FEWEST)
    if areas["population"].null_count() or few.any():
        return None
    return int(areas["population"].sum())


def _open(context: Context, asked: Asked, areas: pl.DataFrame) -> dict[str, int]:
    query = OPEN.format(column=f"{asked.level}_code").replace(
        f"{asked.level}_code = ?", f"list_contains(?, {asked.level}_code)"
    )
    row = context.published.sql(query, [asked.county.code, areas["area_code"].to_list()])
    return row.select("open_count", "overdue_count").row(0, named=True)
