"""The areas of the map as a table, in the order of the list beside it: what Excel and CSV have."""

from datetime import date

import numpy as np
import polars as pl

from dashboards.data.tables import Cell, Table
from dashboards.i18n import Lang, text
from dashboards.map.asked import OF_KPIS, RAW, Asked, asked_of
from dashboards.map.breaks import TOP_SHARES
from dashboards.map.files import table
from dashboards.map.modes import shade
from dashboards.map.risk import risk_of
from dashboards.map.shading import Shading
from dashboards.numbers_text import DECIMALS
from dashboards.numbers_text import unit as kpi_unit
from dashboards.scope import Scope
from dashboards.view import Preset
from warehouse.errors import UsageError

PERCENT = 100.0


def map_tables(scope: Scope) -> list[Table]:
    """One row per area inside the one looked into; beside risk, how well it has named. None for a
    KPI that the map does not have.

    Raises:
        UsageError: the version or county cannot show the mode, with the reason.
    """
    view = scope.view
    if (view.mode or RAW) in OF_KPIS and view.kpi not in scope.context.map_kpis:
        return []
    asked = asked_of(scope)
    shading = shade(scope.context, asked)
    if shading.missing:
        raise UsageError(shading.missing)
    tables = [_areas(scope, asked, shading)]
    if asked.mode == "risk":
        tables.append(_proof(scope.view.lang, shading))
    return tables


def shown_scope(scope: Scope) -> Scope:
    """The scope with the days that are shown: of risk, those foretold."""
    if scope.view.mode != "risk":
        return scope
    shading = shade(scope.context, asked_of(scope))
    if shading.missing:
        return scope
    days = {
        "start": date.fromisoformat(shading.first),
        "end": date.fromisoformat(shading.last),
    }
    return Scope(scope.view.with_(period=Preset.CUSTOM, **days), scope.context)


def ordered(rows: pl.DataFrame, asked: Asked, better: str) -> pl.DataFrame:
    """Rows of `files.table`, those to look at first in front, numbered as `rank`.

    Uncertain values come after the certain ones, areas without a class last.
    """
    value = pl.col("value") if better == "higher" else -pl.col("value")
    keys = [pl.col("class_number") == 0]
    if asked.mode == "hotspots":
        keys += [pl.col("class_number"), -pl.col("value")]
    elif asked.mode == "bivariate":
        risk, gap = (pl.col("class_number") - 1) // 3, (pl.col("class_number") - 1) % 3
        keys += [-(risk + gap), -risk, -pl.col("value")]
    else:
        keys += [pl.col("is_uncertain"), value]
    return rows.sort(*keys, "area_code", nulls_last=True).with_row_index("rank", offset=1)


def _areas(scope: Scope, asked: Asked, shading: Shading) -> Table:
    lang = scope.view.lang
    better = scope.context.kpis[asked.kpi.kpi_id].better if asked.mode in OF_KPIS else "lower"
    rows = ordered(table(scope.context, asked, focus=scope.view.area), asked, better)
    is_share = asked.mode == "gap" or (asked.mode in OF_KPIS and asked.kpi.unit == "percent")
    measure = _measure(scope, asked)
    columns: dict[str, list[Cell]] = {
        text("map.table.rank", lang): rows["rank"].to_list(),
        scope.level_name(asked.level): rows["area_name"].to_list(),
        text("map.table.code", lang): rows["area_code"].to_list(),
        text("map.table.around", lang): rows["parent_name"].to_list(),
        text("map.table.residents", lang): rows["population"].to_list(),
        measure: (rows["value"] * (PERCENT if is_share else 1.0)).to_list(),
        text("map.table.class", lang): _class_words(rows, shading, asked, lang),
    }
    if asked.mode in ("raw", "change"):
        columns[text("map.table.uncertain", lang)] = [
            text("map.uncertain" if asked.mode == "raw" else "map.uncertain.change", lang)
            if is_so
            else ""
            for is_so in rows["is_uncertain"]
        ]
    if asked.mode == "risk":
        expected = rows["value"].to_numpy()
        columns[text("map.table.chance", lang)] = (PERCENT * (1 - np.exp(-expected))).tolist()
        columns[text("map.table.reasons", lang)] = _reasons(scope, asked, rows)
    decimals = DECIMALS[asked.kpi.unit] if asked.mode in OF_KPIS else 3
    return Table(
        "areas",
        text(f"map.mode.{asked.mode}", lang),
        list(columns),
        list(zip(*columns.values(), strict=True)),
        note=text(f"map.mode.{asked.mode}.long", lang),
        decimals={measure: decimals, text("map.table.chance", lang): 1},
    )


def _measure(scope: Scope, asked: Asked) -> str:
    lang = scope.view.lang
    if asked.mode in OF_KPIS:
        is_points = asked.mode == "change" and asked.kpi.unit == "percent"
        unit = text("unit.percentage_points", lang) if is_points else kpi_unit(asked.kpi, lang)
        return f"{getattr(asked.kpi.name, lang.value)} ({unit})"
    return text(f"map.table.{asked.mode}", lang)


def _class_words(rows: pl.DataFrame, shading: Shading, asked: Asked, lang: Lang) -> list[Cell]:
    if asked.classing.method == "top" and len(shading.breaks) == len(TOP_SHARES):
        tops = [f"{PERCENT * (1 - share):.0f}" for share in TOP_SHARES]
        names = [text("map.top.rest", lang), *(text("map.top", lang, share=top) for top in tops)]
        return ["" if number == 0 else names[number - 1] for number in rows["class_number"]]
    if not shading.categories:
        return rows["class_code"].to_list()
    return ["" if code is None else text(f"map.class.{code}", lang) for code in rows["class_code"]]


def _reasons(scope: Scope, asked: Asked, rows: pl.DataFrame) -> list[Cell]:
    """Reasons with their shares, in words where the area itself was assessed."""
    risk = risk_of(scope.context, asked.county.code, family=asked.family, horizon=asked.horizon)
    lang = scope.view.lang.value
    if asked.level != risk.level:
        return [""] * rows.height
    told = {
        code: "; ".join(
            f"{one[f'name_{lang}']} {PERCENT * one['share']:.0f}%: {one[f'text_{lang}']}"
            for one in reasons
        )
        for code, reasons in risk.found.rows.select("area_code", "reasons").iter_rows()
    }
    return [told.get(code, "") for code in rows["area_code"]]


def _proof(lang: Lang, shading: Shading) -> Table:
    return Table(
        "proof",
        text("map.proof", lang),
        [text("map.proof", lang)],
        [[getattr(said, lang.value)] for said in shading.said],
        note=text("map.proof.impersonal", lang),
    )
