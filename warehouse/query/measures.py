"""The SQL of each kind of KPI: its parts per slice and span, and the value made of the parts.

Every identifier comes from the catalogue or from this package; values are always parameters.
"""

from dataclasses import dataclass

from warehouse.catalogue import Kpi

Z = "1.959964"
"""Standard normal quantile of a 95 % interval (kpis rule 12), as written into the SQL."""

PARTS = (
    "numerator",
    "denominator",
    "excluded_count",
    "not_yet_due_count",
    "numerator_due_passed",
    "denominator_due_passed",
    "quantile_value",
    "lower",
    "upper",
    "deviation",
    "unknown_count",
)
"""Columns of every `measured` relation; a kind leaves the ones it has no use for null."""


@dataclass(frozen=True)
class Value:
    """SQL of a value from its parts, null wherever the denominator is empty."""

    value: str
    low: str = "null"
    high: str = "null"
    due_passed: str = "null"


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


def value_of(kpi: Kpi) -> Value:
    """The value of a KPI from the columns of `parts` (numerator, denominator, …)."""
    if kpi.kind == "rate":
        return _rate()
    if kpi.kind == "mean":
        half = f"{Z} * deviation / sqrt(denominator)"
        mean = "numerator / nullif(denominator, 0)"
        return Value(value=mean, low=f"{mean} - {half}", high=f"{mean} + {half}")
    if kpi.kind == "quantile":
        return Value(value="quantile_value", low="lower", high="upper")
    if kpi.kind == "ratio":
        return Value(value=f"numerator * {kpi.per}.0 / nullif(denominator, 0)")
    # Nothing open is zero; nothing known is not.
    return Value(value="case when numerator > 0 or unknown_count = 0 then numerator end")


def _rate() -> Value:
    """Wilson's score interval, which holds for shares of rows."""
    n = "nullif(denominator, 0)"
    share = f"(numerator / {n})"
    square = f"({Z} * {Z})"
    centre = f"({share} + {square} / (2 * {n}))"
    half = f"({Z} * sqrt({share} * (1 - {share}) / {n} + {square} / (4 * {n} * {n})))"
    scale = f"(1 + {square} / {n})"
    return Value(
        value=share,
        low=f"case when denominator > 0 then greatest(0, ({centre} - {half}) / {scale}) end",
        high=f"case when denominator > 0 then least(1, ({centre} + {half}) / {scale}) end",
        due_passed="numerator_due_passed / nullif(denominator_due_passed, 0)",
    )
