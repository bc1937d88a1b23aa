"""Names as they stand on pages."""

from dashboards.i18n import Lang
from warehouse.catalogue import Kpi


def kpi_name(kpi: Kpi, lang: Lang) -> str:
    """A KPI's name in a language."""
    return kpi.name.zh if lang is Lang.ZH else kpi.name.en
