"""Which distribution the values of a KPI follow, from its kind."""

from typing import Literal

from warehouse.catalogue import Kpi
from warehouse.errors import UsageError

Family = Literal["binomial", "poisson"]


def family_of(kpi: Kpi) -> Family | None:
    """The distribution of a numerator for a given denominator; null where there is none.

    - binomial: the numerator is a part of the denominator. For a share of weighted rows (0.9 for
      basically satisfied) its variance is the most there can be, so limits are not too narrow.
    - poisson: events per population.
    """
    if kpi.denominator_table:
        return "poisson"
    is_share = kpi.unit == "percent" and kpi.per in (None, 1)
    return "binomial" if is_share and kpi.kind in ("rate", "ratio", "reach_rate") else None


def needed_family(kpi: Kpi, purpose: str) -> Family:
    """The same.

    Raises:
        UsageError: the KPI has no numerator and denominator of such a kind.
    """
    family = family_of(kpi)
    if family is None:
        raise UsageError(
            f"{kpi.kpi_id}: {purpose}只适用于比例和千人比 / is for shares and for ratios to a"
            f" population, not for a {kpi.kind}"
        )
    return family
