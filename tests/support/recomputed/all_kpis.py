"""Every recomputation there is: `RECOMPUTED`."""

from tests.support.recomputed import (
    kpis_of_cases,
    kpis_of_matters,
    kpis_of_people,
    kpis_of_scores,
)
from tests.support.recomputed.registry import RECOMPUTED

__all__ = ["RECOMPUTED", "kpis_of_cases", "kpis_of_matters", "kpis_of_people", "kpis_of_scores"]
