"""Numbers as people read them: unit, precision and grouping by KPI and language."""

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dashboards.i18n import Lang, text
from warehouse.catalogue import Kpi

DECIMALS = {
    "percent": 1,
    "minutes": 1,
    "hours": 1,
    "days": 1,
    "cases": 0,
    "cases_per_1000": 2,
    "documents": 1,
    "points": 0,
    "score": 1,
    "index": 2,
}
ALL = 100
MOST_DECIMALS = 4
DIGITS = 12
"""Of a number that a reader could ever mean; what is behind them comes from binary arithmetic."""


def number(value: float | None, decimals: int = 0) -> str:
    """A number with groups of three digits, and a true minus sign.

    A half is rounded up in the decimal a reader would write, whatever the binary one behind it.

    >>> number(-1234.5, 1), number(23.95, 1), number(-0.04, 1)
    ('−1,234.5', '24.0', '0.0')
    """
    if value is None:
        return "—"
    written = Decimal(f"{value:.{DIGITS}g}")
    rounded = written.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{rounded or abs(rounded):,f}".replace("-", "−")


def amount(value: float | None, kpi: Kpi, *, signed: bool = False) -> str:
    """The figure of a KPI's value without its unit; a rate is in percent."""
    if value is None:
        return "—"
    decimals = DECIMALS[kpi.unit]
    figure = number(value * 100 if kpi.unit == "percent" else value, decimals)
    if kpi.unit == "percent" and value < 1 and not signed:
        # Not all is never shown as all: 0.99972 is 99.97 %.
        while float(figure.replace("−", "-")) == ALL and decimals < MOST_DECIMALS:
            decimals += 1
            figure = number(value * 100, decimals)
    return f"+{figure}" if signed and not figure.startswith("−") else figure


def unit(kpi: Kpi, lang: Lang) -> str:
    """The unit that stands after the figure."""
    return text(f"unit.{kpi.unit}", lang)


def value(amount_: float | None, kpi: Kpi, lang: Lang) -> str:
    """Figure and unit together; nothing to count is said in words, never as zero."""
    if amount_ is None:
        return text("value.none", lang)
    return _joined(amount(amount_, kpi), unit(kpi, lang))


def missing(row: Mapping[str, Any], lang: Lang, *, in_a_sentence: bool = False) -> str:
    """Why an answer's row has no value, in words."""
    reason = "none"
    if row["is_suppressed"]:
        reason = "suppressed"
    elif is_not_delivered(row):
        reason = "not_delivered"
    return text(f"value.{reason}{'.note' if in_a_sentence else ''}", lang)


def is_not_delivered(row: Mapping[str, Any]) -> bool:
    """Whether every row is excluded: the sources do not deliver what the KPI needs."""
    return (
        row["value"] is None
        and not row["denominator"]
        and not row["not_yet_due_count"]
        and bool(row["excluded_count"])
    )


def change(difference: float, kpi: Kpi, lang: Lang) -> str:
    """A difference of two values; of two rates in percentage points."""
    name = text("unit.percentage_points", lang) if kpi.unit == "percent" else unit(kpi, lang)
    return _joined(amount(difference, kpi, signed=True), name)


def interval(low: float | None, high: float | None, kpi: Kpi) -> str:
    """Both ends of an interval without a unit."""
    return "—" if low is None or high is None else f"{amount(low, kpi)} – {amount(high, kpi)}"


def day(value_: date | None, lang: Lang) -> str:
    """A day in full.

    >>> day(date(2026, 11, 5), Lang.ZH), day(date(2026, 11, 5), Lang.EN)
    ('2026年11月5日', '5 Nov 2026')
    """
    if value_ is None:
        return "—"
    if lang is Lang.ZH:
        return f"{value_.year}年{value_.month}月{value_.day}日"
    return f"{value_.day} {value_:%b %Y}"


def days(first: date, last: date, lang: Lang) -> str:
    """A period by its first and last day."""
    return f"{day(first, lang)} – {day(last, lang)}" if first != last else day(first, lang)


def moment(value_: datetime | None, zone: tzinfo, lang: Lang) -> str:
    """A time in the county's zone, to the minute."""
    if value_ is None:
        return "—"
    local = value_.astimezone(zone)
    return f"{day(local.date(), lang)} {local:%H:%M}"


def _joined(figure: str, unit_: str) -> str:
    return f"{figure}{unit_}" if unit_ == "%" else f"{figure} {unit_}".rstrip()
