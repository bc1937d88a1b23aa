"""The SQL of each kind of KPI: its parts per slice and span.

Every identifier comes from the catalogue or from this package; values are always parameters.
"""

from warehouse.catalogue import Kpi
from warehouse.catalogue.facts import FLAG, NUMBER

Z = 1.959964
"""Standard normal quantile of a 95 % interval (kpis rule 12)."""

GRID = 2.0**60
"""Doubles are added up as whole numbers of 1/GRID; 128 bits hold sums up to 1e20."""

SORTED = "sorted_measures"
"""All measures of a slice in order, from which the bounds of a quantile are read."""


def is_excluded(kpi: Kpi) -> str:
    """Condition that leaves a row out."""
    return "(" + (" or ".join(f"facts.{flag}" for flag in kpi.left_out) or "false") + ")"


def _flag(name: str | None) -> str:
    return f"facts.{name}" if name else "false"


def aggregates(kpi: Kpi) -> dict[str, str]:
    """Part → aggregate over `facts`, for the kinds whose rows happen on a day.

    A row counts once: excluded before all else, then not yet due, then in the denominator.
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
    elif kpi.kind in ("ratio", "count", "sum", "share"):
        parts["numerator"] = _total(kpi.measure or kpi.numerator, kpi, kept)
        if kpi.kind == "ratio" and kpi.denominator_table is None:
            parts["denominator"] = _total(kpi.denominator, kpi, kept)
    else:
        measured = f"{kept} and facts.{kpi.measure} is not null"
        parts["denominator"] = f"count(*) filter ({measured})"
        if kpi.kind == "mean":
            parts["numerator"] = _exact_sum(f"facts.{kpi.measure}", measured)
            parts["deviation"] = f"stddev_samp(facts.{kpi.measure}) filter ({measured})"
        else:
            measure = f"cast(facts.{kpi.measure} as double)"
            parts[SORTED] = f"list_sort(list({measure}) filter ({measured}))"
    return parts


def added(column: str | None, kpi: Kpi) -> str:
    """What a row adds to a sum: the column, 1 for a flag that is set, else 1."""
    if column is None:
        return "1"
    is_flag = kpi.about.columns[column] == FLAG
    return f"cast(facts.{column} as integer)" if is_flag else f"facts.{column}"


def _total(column: str | None, kpi: Kpi, kept: str) -> str:
    """Sum over the rows kept."""
    if column is not None and kpi.about.columns[column] == NUMBER:
        return f"coalesce({_exact_sum(f'facts.{column}', kept)}, 0.0)"
    if column is None or kpi.about.columns[column] == FLAG:
        return f"count(*) filter ({kept}{f' and facts.{column}' if column else ''})"
    return f"coalesce(cast(sum(facts.{column}) filter ({kept}) as bigint), 0)"


def _exact_sum(number: str, condition: str) -> str:
    """Sum of doubles, the same whatever the order of the threads: whole numbers of 1/GRID add up.

    A number of at least 0.004 is itself a whole number of them; a smaller one is right to 1e-18.
    """
    whole = f"sum(cast({number} * {GRID!r} as hugeint)) filter ({condition})"
    return f"cast({whole} as double) / {GRID!r}"


def read_from_sorted(kpi: Kpi, *, of: str) -> dict[str, str]:
    """Parts of a quantile that are read from the measures of a slice in order.

    The interval goes by order statistics: ranks ⌈np ± z√(np(1−p))⌉ (Bland, 95 %). Both bounds are
    null when either rank falls outside 1…n: half an interval is none.

    Args:
        kpi: of kind quantile.
        of: end of the names of its columns.
    """
    p, n, measures = repr(kpi.quantile), f"denominator{of}", f"{SORTED}{of}"
    spread = f"{Z} * sqrt({n} * {p} * (1 - {p}))"
    low, high = f"ceil({n} * {p} - {spread})", f"ceil({n} * {p} + {spread})"
    inside = f"{low} >= 1 and {high} <= {n}"
    return {
        "quantile_value": f"list_aggregate({measures}, 'quantile_cont', {p})",
        "lower": f"case when {inside} then {measures}[cast({low} as bigint)] end",
        "upper": f"case when {inside} then {measures}[cast({high} as bigint)] end",
    }
