"""KPI → how it is recomputed."""

from collections.abc import Callable
from typing import TypeVar

from tests.support.recomputed.shapes import Shape
from tests.support.recomputed.world import World

Recomputation = Callable[[World], Shape]

RECOMPUTED: dict[str, Recomputation] = {}
"""Filled by the modules `kpis_of_…`; `all_kpis` imports them."""

_Found = TypeVar("_Found", bound=Recomputation)


def recomputes(kpi_id: str) -> Callable[[_Found], _Found]:
    """Mark a function as the recomputation of a KPI."""

    def keep(function: _Found) -> _Found:
        assert kpi_id not in RECOMPUTED, kpi_id
        RECOMPUTED[kpi_id] = function
        return function

    return keep
