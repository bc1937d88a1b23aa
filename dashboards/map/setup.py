"""What the page needs before it can draw: texts, choices, the view of its address, the tiles."""

from datetime import date
from typing import Any

from dashboards import numbers_text
from dashboards.context import Context
from dashboards.i18n import Lang, catalogue, text
from dashboards.map.areas import outline
from dashboards.map.asked import COVERAGES
from dashboards.map.tile_files import current_tiles
from dashboards.periods import Days, days_of, first_of_month
from dashboards.scope import Scope
from dashboards.view import DEFAULT_PERIOD, Preset, View
from warehouse.analysis.families import family_of
from warehouse.case_kinds import ALL, FAMILIES

TEXTS = tuple(
    f"{name}."
    for name in (
        "map",
        "filter",
        "value",
        "tile",
        "status",
        "change",
        "unit",
        "period",
        "sample",
        "receipt",
        "compare",
        "export",
    )
)
MOST_MONTHS = 36
"""Most single months offered."""


def setup(context: Context, query: str) -> dict[str, Any]:
    """Everything about an address but values and shapes.

    Raises:
        UsageError: the address names something that does not exist.
    """
    view = View.parse(query, known=context.known)
    county = context.county(view.county)
    build = context.builds[view.county]
    scope = Scope(view, context)
    first = scope.first_date
    box, sides_m = outline(context, view.county)
    return {
        "version": context.published.version,
        "lang": view.lang.value,
        "county": {
            "code": county.code,
            "name": county.name.zh if view.lang is Lang.ZH else county.name.en,
            "is_sample": build.is_sample,
            "as_of": str(build.as_of_date),
            "extent": county.extent,
            "box": box or county.extent,
        },
        "levels": [
            {
                "level": level.level,
                "name": level.name.zh if view.lang is Lang.ZH else level.name.en,
                "side_m": sides_m.get(level.level),
            }
            for level in county.levels
        ],
        "kpis": [_kpi(context, kpi_id, view.lang) for kpi_id in context.map_kpis],
        "coverages": [
            {"id": kpi_id, "name": getattr(context.kpis[kpi_id].name, view.lang.value)}
            for kpi_id in COVERAGES
        ],
        "families": _families(context, county.code),
        "defaults": {
            "county": context.known.default_county,
            "kpi": context.known.default_kpis[view.county],
            "period": DEFAULT_PERIOD.value,
        },
        "departments": [
            {"code": code, "name": names[0 if view.lang is Lang.ZH else 1]}
            for code, names in scope.departments.items()
        ],
        "periods": _presets(view, as_of=build.as_of_date, first=first),
        "months": _months(as_of=build.as_of_date, first=first, lang=view.lang),
        "tiles": current_tiles(context.services.settings, county=county.code),
        "texts": {
            key: value
            for key, value in catalogue(view.lang).items()
            if key.startswith(TEXTS) or key in ("loading", "page.map")
        },
    }


def _families(context: Context, county: str) -> list[dict[str, str]]:
    """Kinds of cases that the county's categories have, all kinds first."""
    rows = context.sql(
        "select distinct category_family from mart.dim_categories"
        " where county_code = ? and category_family is not null order by 1",
        county,
    )
    return [
        {"id": code, "zh": FAMILIES[code].zh, "en": FAMILIES[code].en}
        if code in FAMILIES
        else {"id": code, "zh": code, "en": code}
        for code in (ALL, *rows["category_family"])
    ]


def _kpi(context: Context, kpi_id: str, lang: Lang) -> dict[str, Any]:
    kpi = context.kpis[kpi_id]
    return {
        "id": kpi_id,
        "name": getattr(kpi.name, lang.value),
        "question": getattr(kpi.question, lang.value),
        "kind": kpi.kind,
        "unit": numbers_text.unit(kpi, lang),
        "decimals": numbers_text.DECIMALS[kpi.unit],
        "is_share": kpi.unit == "percent",
        "better": kpi.better,
        "can_smooth": family_of(kpi) is not None,
    }


def _presets(view: View, *, as_of: date, first: date) -> list[dict[str, str]]:
    return [
        _period(
            preset.value,
            text(f"period.{preset.value}", view.lang),
            days_of(view.with_(period=preset), as_of=as_of, first=first),
        )
        for preset in Preset
        if preset is not Preset.CUSTOM
    ]


def _months(*, as_of: date, first: date, lang: Lang) -> list[dict[str, str]]:
    """Whole months from the newest back, the as-of day's own cut at that day."""
    months = []
    for back in range(MOST_MONTHS):
        start = first_of_month(as_of, back=back)
        if start < first_of_month(first):
            break
        last = as_of if back == 0 else first_of_month(as_of, back=back - 1)
        if back:
            last = date.fromordinal(last.toordinal() - 1)
        label = f"{start.year}年{start.month}月" if lang is Lang.ZH else f"{start:%b %Y}"
        months.append(_period(f"{start:%Y-%m}", label, Days(start, last)))
    return months


def _period(key: str, label: str, days: Days) -> dict[str, str]:
    return {"key": key, "label": label, "from": str(days.first), "to": str(days.last)}
