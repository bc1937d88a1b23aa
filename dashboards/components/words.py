"""Names and sentences as they stand on several pages."""

from dashboards.i18n import Lang, text
from warehouse.catalogue import Kpi


def kpi_name(kpi: Kpi, lang: Lang) -> str:
    """A KPI's name in a language."""
    return kpi.name.zh if lang is Lang.ZH else kpi.name.en


def lacking_words(lacks: str | None, lang: Lang) -> str:
    """Why a KPI's rows cannot be limited by a filter (`Scope.lacks`); all areas are one filter."""
    name = lacks if lacks in ("department", "category") else "area"
    return text("value.lacks.note", lang, filter=text(f"filter.{name}", lang).lower())


def by_level_title(kpi: Kpi, level: str, lang: Lang) -> str:
    """Title of a KPI by a level of areas, or by departments or categories."""
    return f"{kpi_name(kpi, lang)} · {text('section.ranking', lang, level=level.lower())}"
