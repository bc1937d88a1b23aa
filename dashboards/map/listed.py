"""The areas of the map as a table, in the order of the list beside it: what Excel and CSV have."""

from datetime import date

import numpy as np
import polars as pl

from dashboards.data.tables import Cell, Table
from dashboards.i18n import Lang, text
from dashboards.map.asked import OF_KPIS, RAW, Asked, asked_of
from dashboards.map.class_words import PERCENT, REASONS, ClassWords
from dashboards.map.files import table
from dashboards.map.modes import shade
from dashboards.map.risk import risk_of
from dashboards.map.shading import Shading
from dashboards.map.told import Told
from dashboards.numbers_text import DECIMALS
from dashboards.numbers_text import unit as kpi_unit
from dashboards.scope import Scope
from dashboards.view import Preset
from warehouse.errors import UsageError


def map_tables(scope: Scope) -> list[Table]:
    """One row per area inside the one looked into; beside risk, how well it has named. None for a
    KPI that the map does not have.

    Raises:
        UsageError: the version or county cannot show the mode, with the reason.
    """
    told = told_of(scope)
    if told is None:
        return []
    asked = told.asked
    shading = shade(scope.context, asked)
    if shading.missing:
        raise UsageError(shading.missing)
    tables = [_areas(scope, asked, shading)]
    if asked.mode == "risk":
        tables.append(_proof(scope.view.lang, shading))
    return tables


def told_of(scope: Scope) -> Told | None:
    """What the map is of, in words; none for a KPI that the map does not have."""
    view = scope.view
    if (view.mode or RAW) in OF_KPIS and view.kpi not in scope.context.map_kpis:
        return None
    return Told(scope.context, asked_of(scope), view.lang)


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

    Uncertain values come after the certain ones, areas without a class last: they have no rank.
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
    placed = rows.sort(*keys, "area_code", nulls_last=True).with_row_index("rank", offset=1)
    return placed.with_columns(pl.when(pl.col("class_number") > 0).then(pl.col("rank")))


def _areas(scope: Scope, asked: Asked, shading: Shading) -> Table:
    lang = scope.view.lang
    better = scope.context.kpis[asked.kpi.kpi_id].better if asked.mode in OF_KPIS else "lower"
    rows = ordered(table(scope.context, asked, focus=scope.view.area), asked, better)
    is_share = asked.mode == "gap" or (asked.mode in OF_KPIS and asked.kpi.unit == "percent")
    told = Told(scope.context, asked, lang)
    measure = _measure(told)
    own = _own_figures(told, rows)
    columns: dict[str, list[Cell]] = {
        text("map.table.rank", lang): rows["rank"].to_list(),
        scope.level_name(asked.level): rows["area_name"].to_list(),
        text("map.table.code", lang): rows["area_code"].to_list(),
        text("map.table.around", lang): rows["parent_name"].to_list(),
        text("map.table.residents", lang): rows["population"].to_list(),
        measure: (rows["value"] * (PERCENT if is_share else 1.0)).to_list(),
        **{heading: cells for heading, (cells, _) in own.items()},
        text("map.table.class", lang): ClassWords(scope.context, asked, shading, lang).of(
            rows["class_number"]
        ),
        text("map.table.uncertain", lang): _remarks(rows, asked, lang),
    }
    if asked.mode == "risk":
        expected = rows["value"].to_numpy()
        columns[text("map.table.chance", lang)] = (PERCENT * (1 - np.exp(-expected))).tolist()
        columns[text("map.table.reasons", lang)] = _reasons(scope, asked, rows)
    decimals = DECIMALS[asked.kpi.unit] if asked.mode in OF_KPIS else 3
    return Table(
        "areas",
        " · ".join([told.mode, *(one for one in told.measured if one != told.mode)]),
        list(columns),
        list(zip(*columns.values(), strict=True)),
        note=text(f"map.mode.{asked.mode}.long", lang),
        decimals={
            measure: decimals,
            text("map.table.chance", lang): 1,
            **{heading: digits for heading, (_, digits) in own.items()},
        },
    )


def _measure(told: Told) -> str:
    """The heading of the values: what they are, of which cases, and their unit."""
    asked, lang = told.asked, told.lang
    if asked.mode in (*OF_KPIS, "gap"):
        is_share = asked.mode == "gap" or asked.kpi.unit == "percent"
        is_points = asked.mode in ("gap", "change") and is_share
        unit = text("unit.percentage_points", lang) if is_points else kpi_unit(asked.kpi, lang)
        return f"{' · '.join(told.measured)} ({unit})"
    return " · ".join([text(f"map.table.{asked.mode}", lang), *told.limits.values()])


def _own_figures(told: Told, rows: pl.DataFrame) -> dict[str, tuple[list[Cell], int]]:
    """More figures of a mode by heading, as they are shown, each with its decimals."""
    asked, lang = told.asked, told.lang
    scale = PERCENT if asked.kpi.unit == "percent" else 1.0
    unit, decimals = kpi_unit(asked.kpi, lang), DECIMALS[asked.kpi.unit]
    of_mode = {
        "change": [("before", unit, scale, decimals), ("now", unit, scale, decimals)],
        "smoothed": [("raw", unit, scale, decimals)],
        "gap": [("covered", "%", PERCENT, 1)],
        "bivariate": [("gap", "", PERCENT, 1)],
    }
    return {
        text(f"map.table.{name}", lang) + (f" ({unit_})" if unit_ else ""): (
            (rows[name] * by).to_list(),
            digits,
        )
        for name, unit_, by, digits in of_mode.get(asked.mode, [])
    }


def _remarks(rows: pl.DataFrame, asked: Asked, lang: Lang) -> list[Cell]:
    """Why an area has no class, or what to mind about its value; as beside the map."""
    uncertain = text("map.uncertain.change" if asked.mode == "change" else "map.uncertain", lang)
    provisional = text("tile.provisional", lang)

    def remark(without: str | None, is_uncertain: bool, is_provisional: bool) -> str:
        if without:
            return text(REASONS[without], lang)
        said = [uncertain] * is_uncertain + [provisional] * is_provisional
        return "; ".join(said)

    columns = rows.select("why_without", "is_uncertain", "is_provisional")
    return [remark(*row) for row in columns.iter_rows()]


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
