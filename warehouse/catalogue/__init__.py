"""The KPI catalogue: each number defined once; labels, pages and documents derive from it."""

from warehouse.catalogue.frames import catalogue_frames
from warehouse.catalogue.load import get_kpi, load_catalogue, load_caveats, programme_start
from warehouse.catalogue.model import Baseline, Kpi, Target, Text

__all__ = [
    "Baseline",
    "Kpi",
    "Target",
    "Text",
    "catalogue_frames",
    "get_kpi",
    "load_catalogue",
    "load_caveats",
    "programme_start",
]
