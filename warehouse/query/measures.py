"""The SQL of each kind of KPI: its parts per slice and span.

Every identifier comes from the catalogue or from this package; values are always parameters.
"""

from warehouse.catalogue import Kpi
from warehouse.catalogue.facts import FLAG, NUMBER

Z = 1.959964
"""Standard normal quantile of a 95 % interval (kpis rule 12)."""

SORTED = "sorted_measures"
"""All measures of a slice in order, from which the bounds of a quantile are read."""


def is_excluded(kpi: Kpi) -> str:
    """Condition that leaves a row out."""
    return "(" + (" or ".join(f"facts.{flag}" for flag in kpi.left_out) or "false") + ")"


def _flag(name: str | None) -> str:
    return f"facts.{name}" if name else "false"


def aggregates(kpi: Kpi) -> dict[str, str]:
    """Part → aggregate over `facts`, for every kind but the stock, which moves by day.

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
    elif kpi.kind in ("ratio", "count", "sum"):
        parts["numerator"] = _total(kpi.measure or kpi.numerator, kpi, kept)
        if kpi.kind == "ratio" and kpi.denominator_table is None:
            parts["denominator"] = _total(kpi.denominator, kpi, kept)
    else:
        measured = f"{kept} and facts.{kpi.measure} is not null"
        parts["denominator"] = f"count(*) filter ({measured})"
        if kpi.kind == "mean":
            # Compensated summation: the same total whatever the order of the threads.
            parts["numerator"] = f"fsum(facts.{kpi.measure}) filter ({measured})"
            parts["deviation"] = f"stddev_samp(facts.{kpi.measure}) filter ({measured})"
        else:
            parts |= _quantile_parts(kpi, measured)
    return parts


def added(column: str | None, kpi: Kpi) -> str:
    """What a row adds to a sum: the column, 1 for a flag that is set, else 1."""
    if column is None:
        return "1"
    is_flag = kpi.about.columns[column] == FLAG
    return f"cast(facts.{column} as integer)" if is_flag else f"facts.{column}"


def _total(column: str | None, kpi: Kpi, kept: str) -> str:
    """Sum over the rows kept; the same whatever the order of the threads."""
    if column is not None and kpi.about.columns[column] == NUMBER:
        return f"coalesce(fsum(facts.{column}) filter ({kept}), 0.0)"
    if column is None or kpi.about.columns[column] == FLAG:
        return f"count(*) filter ({kept}{f' and facts.{column}' if column else ''})"
    return f"coalesce(cast(sum(facts.{column}) filter ({kept}) as bigint), 0)"


def _quantile_parts(kpi: Kpi, measured: str) -> dict[str, str]:
    column = f"facts.{kpi.measure}"
    return {
        "quantile_value": (
            f"percentile_cont({kpi.quantile!r}) within group (order by {column})"
            f" filter ({measured})"
        ),
        SORTED: f"list_sort(list({column}) filter ({measured}))",
    }


def ranked_bounds(kpi: Kpi) -> dict[str, str]:
    """Order-statistic interval of a quantile: ranks ⌈np ± z√(np(1−p))⌉ (Bland, 95 %).

    Both bounds are null when either rank falls outside 1…n: half an interval is none.
    """
    p, n = repr(kpi.quantile), "measured.denominator"
    spread = f"{Z} * sqrt({n} * {p} * (1 - {p}))"
    low, high = f"ceil({n} * {p} - {spread})", f"ceil({n} * {p} + {spread})"
    inside = f"{low} >= 1 and {high} <= {n}"
    return {
        "lower": f"case when {inside} then measured.{SORTED}[cast({low} as bigint)] end",
        "upper": f"case when {inside} then measured.{SORTED}[cast({high} as bigint)] end",
    }
