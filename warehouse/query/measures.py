"""The SQL of each kind of KPI: its parts per slice and span.

Every identifier comes from the catalogue or from this package; values are always parameters.
"""

from warehouse.catalogue import Kpi

Z = 1.959964
"""Standard normal quantile of a 95 % interval (kpis rule 12)."""


def is_excluded(kpi: Kpi) -> str:
    """Condition that leaves a row out."""
    return "(" + " or ".join(f"cases.{flag}" for flag in kpi.excluded) + ")"


def _flag(name: str | None) -> str:
    return f"cases.{name}" if name else "false"


def _sorted(kpi: Kpi) -> str:
    measured = f"not {is_excluded(kpi)} and cases.{kpi.measure} is not null"
    return f"list(cases.{kpi.measure} order by cases.{kpi.measure}) filter ({measured})"


def aggregates(kpi: Kpi) -> dict[str, str]:
    """Part → aggregate over `cases`, for every kind but the stock, which moves by day.

    A case counts once: excluded before all else, then not yet due, then in the denominator.
    """
    kept = f"not {is_excluded(kpi)}"
    parts = {
        "excluded_count": f"count(*) filter ({is_excluded(kpi)})",
        "not_yet_due_count": f"count(*) filter ({kept} and {_flag(kpi.not_yet_due)})",
    }
    if kpi.kind == "rate":
        due = f"{kept} and {_flag(kpi.denominator)}"
        met = f"{due} and {_flag(kpi.numerator)}"
        parts["numerator"] = f"count(*) filter ({met})"
        parts["denominator"] = f"count(*) filter ({due})"
        if kpi.due_passed:
            passed = _flag(kpi.due_passed)
            parts["numerator_due_passed"] = f"count(*) filter ({met} and {passed})"
            parts["denominator_due_passed"] = f"count(*) filter ({due} and {passed})"
    elif kpi.kind == "ratio":
        parts["numerator"] = f"count(*) filter ({kept})"
    else:
        measured = f"{kept} and cases.{kpi.measure} is not null"
        parts["denominator"] = f"count(*) filter ({measured})"
        if kpi.kind == "mean":
            # Compensated summation: the same total whatever the order of the threads.
            parts["numerator"] = f"fsum(cases.{kpi.measure}) filter ({measured})"
            parts["deviation"] = f"stddev_samp(cases.{kpi.measure}) filter ({measured})"
        else:
            parts |= _quantile_parts(kpi, measured)
    return parts


def _quantile_parts(kpi: Kpi, measured: str) -> dict[str, str]:
    """Value and order-statistic interval: ranks ⌈np ± z√(np(1−p))⌉ (Bland, 95 %).

    Both bounds are null when either rank falls outside 1…n: half an interval is none.
    """
    p = repr(kpi.quantile)
    n = f"(count(*) filter ({measured}))"
    spread = f"{Z} * sqrt({n} * {p} * (1 - {p}))"
    low = f"ceil({n} * {p} - {spread})"
    high = f"ceil({n} * {p} + {spread})"
    inside = f"{low} >= 1 and {high} <= {n}"
    column = f"cases.{kpi.measure}"
    return {
        "quantile_value": (
            f"percentile_cont({p}) within group (order by {column}) filter ({measured})"
        ),
        "lower": f"case when {inside} then ({_sorted(kpi)})[cast({low} as bigint)] end",
        "upper": f"case when {inside} then ({_sorted(kpi)})[cast({high} as bigint)] end",
    }
