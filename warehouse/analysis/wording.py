"""Figures, days and names of codes as sentences need them, in Chinese and English."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from warehouse.catalogue import Kpi, Text, load_catalogue
from warehouse.published import Published

DECIMALS = {"percent": 1, "minutes": 1, "hours": 1, "days": 1, "documents": 1, "score": 1}
DECIMALS |= {"cases_per_1000": 2, "index": 2}
DIGITS = 12
"""Of a number that a reader could ever mean; what is behind them comes from binary arithmetic."""
UNITS: dict[str, Text] = {
    "minutes": Text(zh="分钟", en="minutes"),
    "hours": Text(zh="小时", en="hours"),
    "days": Text(zh="天", en="days"),
    "cases": Text(zh="件", en="cases"),
    "cases_per_1000": Text(zh="件/千人", en="per 1,000 residents"),
    "documents": Text(zh="份", en="documents"),
    "points": Text(zh="分", en="points"),
    "score": Text(zh="分", en="points of 100"),
}
PERCENTAGE_POINTS = Text(zh="个百分点", en="percentage points")
WITHOUT_CODE = Text(zh="(无代码)", en="(no code)")
NAMES = {
    "department_code": ("dim_departments", "department_code", "department_name"),
    "category_code": ("dim_categories", "category_code", "category_name"),
    "major_category_code": ("dim_categories", "major_category_code", "major_category_name"),
}


def decimals_of(kpi: Kpi) -> int:
    """Decimals that a value is shown with."""
    return DECIMALS.get(kpi.unit, 0)


def scale_of(kpi: Kpi) -> float:
    """What a value is multiplied with before it is shown: a share is shown in percent."""
    return 100.0 if kpi.unit == "percent" else 1.0


def figure(value: float, kpi: Kpi, *, signed: bool = False, more: int = 0) -> str:
    """A value without its unit, with a true minus sign; `more` decimals where it is a slope."""
    # A half is rounded up in the decimal a reader would write, as pages do: a sentence and the
    # figure beside it must not differ.
    written = Decimal(f"{value * scale_of(kpi):.{DIGITS}g}")
    places = Decimal(1).scaleb(-decimals_of(kpi) - more)
    shown = written.quantize(places, rounding=ROUND_HALF_UP)
    return f"{shown or abs(shown):{'+' if signed else ''},f}".replace("-", "−")


def value(amount: float, kpi: Kpi, *, more: int = 0) -> Text:
    """A value with its unit."""
    number = figure(amount, kpi, more=more)
    if kpi.unit == "percent":
        return Text(zh=f"{number} %", en=f"{number} %")
    unit = UNITS.get(kpi.unit)
    return Text(zh=f"{number} {unit.zh}", en=f"{number} {unit.en}") if unit else _same(number)


def difference(amount: float, kpi: Kpi, *, more: int = 0) -> Text:
    """A signed difference with its unit; of two shares in percentage points."""
    number = figure(amount, kpi, signed=True, more=more)
    unit = PERCENTAGE_POINTS if kpi.unit == "percent" else UNITS.get(kpi.unit)
    return Text(zh=f"{number} {unit.zh}", en=f"{number} {unit.en}") if unit else _same(number)


def interval(low: float, high: float, kpi: Kpi, *, more: int = 0) -> str:
    """Both ends of an interval of a difference."""
    ends = (figure(end, kpi, signed=True, more=more) for end in (low, high))
    return " … ".join(ends)


def month(day: date) -> str:
    """A month as 2024-11."""
    return f"{day:%Y-%m}"


def days(start: date, end: date) -> str:
    """First and last day of a period whose end is exclusive."""
    return f"{start} – {end - timedelta(days=1)}"


def names_of(published: Published, county_code: str, column: str) -> dict[str | None, Text]:
    """Name of every code in a column of an answer; a code without a name is its own."""
    names: dict[str | None, Text] = {None: WITHOUT_CODE}
    if column == "part_id":
        return names | {kpi.kpi_id: kpi.name for kpi in load_catalogue().values()}
    if column == "area_code":
        query = "select area_code, area_name, area_name from mart.dim_areas"
    elif column in NAMES:
        table, code, name = NAMES[column]
        query = f"select distinct {code}, {name}, {name}_en from mart.{table}"
    else:
        query = (
            "select code, code_name, code_name_en from mart.dim_codes where code_list = 'channels'"
        )
        return names | _named(published.sql(query).iter_rows())
    query += " where county_code = $county_code"
    return names | _named(published.sql(query, {"county_code": county_code}).iter_rows())


def _named(rows: object) -> dict[str | None, Text]:
    named: dict[str | None, Text] = {}
    for code, zh, en in rows:  # type: ignore[attr-defined]
        named[code] = Text(zh=zh or code, en=en or zh or code)
    return named


def _same(text: str) -> Text:
    return Text(zh=text, en=text)
