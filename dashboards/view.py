"""The state of a page is its address: filters, language, and the receipt that is open."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

from dashboards.i18n import Lang
from warehouse.errors import UsageError, unknown_value

Theme = Literal["light", "dark"]
Level = Literal["county", "town", "community", "grid"]
Unit = Literal["day", "week", "month", "quarter", "year"]
Compared = Literal["previous", "last_year"]

THEMES: tuple[Theme, ...] = ("light", "dark")
LEVELS: tuple[Level, ...] = ("county", "town", "community", "grid")
UNITS: tuple[Unit, ...] = ("day", "week", "month", "quarter", "year")
COMPARED: tuple[Compared, ...] = ("previous", "last_year")
MAP_MODES = ("smoothed", "risk", "hotspots", "gap", "change", "bivariate")
"""What the map shows in place of a KPI as it is."""
CLASSINGS = ("quantile", "natural", "equal", "top", "fixed")
MAP_STEPS = ("3", "4", "5", "6", "7")
HORIZONS = ("week", "month")
EXPOSURES = ("residents", "area", "usual")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days an address may name: a period before or after them can still be counted."""


class Preset(StrEnum):
    """A period by name, resolved against the county's as-of day; `custom` has its two days."""

    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    LAST_3_MONTHS = "last-3-months"
    LAST_12_MONTHS = "last-12-months"
    THIS_YEAR = "this-year"
    ALL = "all"
    CUSTOM = "custom"


DEFAULT_PERIOD = Preset.LAST_3_MONTHS


@dataclass(frozen=True)
class Known:
    """What an address may name: taken from the published version."""

    counties: Collection[str]
    kpis: Collection[str]
    default_county: str
    default_kpis: Mapping[str, str]
    """By county: what its pages show first."""


@dataclass(frozen=True)
class View:
    """One state of a page.

    Attributes:
        start, end: first and last day of a custom period, both included.
        compare: what a change is counted from.
        area: code of the area the page is limited to; empty for the whole county.
        category: of cases, disputes, service items or needs, as the page's rows have them.
        kpis, series, unit, overlay: of the trends: what is drawn, whose lines (`town:code`,
            `department:code`), by which unit of time, and whether last year lies underneath.
        level, card: of the map: level of the areas shown, area whose card is open.
        mode, classes, steps, breaks: of the map: what it shows (`dashboards.map.modes`), how
            values are put into classes, into how many, and the edges typed for fixed ones.
        family, horizon, against, follow, coverage: of its modes: kind of cases, days foretold, what
            hot spots are counted against and over which periods they are followed, and the KPI
            whose gap is shown.
        layers, point: of the map: what lies over it, a point marked on it (longitude, latitude).
        dataset: of the data quality page.
        month: of the reports, `YYYY-MM`.
        at: of the warnings: the minute they are seen at, `YYYY-MM-DDTHH:MM` in the county's time;
            empty for the as-of time.
        alert: of the warnings: the early alert that is open.
        receipt, role, of: the KPI whose receipt is open, the part played by the rows listed, and
            the cell it is about where that is smaller than the page's (`cells.py`).
        theme: what the address says; empty when the reader's own setting decides.
        scheme: what that comes to; no part of the address.
    """

    county: str
    kpi: str
    lang: Lang = Lang.ZH
    theme: Theme | Literal[""] = ""
    period: Preset = DEFAULT_PERIOD
    start: date | None = None
    end: date | None = None
    compare: Compared = "previous"
    area: str = ""
    department: str = ""
    category: str = ""
    kpis: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    unit: Unit | Literal[""] = ""
    overlay: Literal["last_year", ""] = ""
    level: Level | Literal[""] = ""
    card: str = ""
    mode: str = ""
    classes: str = ""
    steps: str = ""
    breaks: str = ""
    family: str = ""
    horizon: str = ""
    against: str = ""
    follow: str = ""
    coverage: str = ""
    layers: str = ""
    point: str = ""
    dataset: str = ""
    month: str = ""
    at: str = ""
    alert: str = ""
    receipt: str = ""
    role: str = ""
    of: str = ""
    scheme: Theme = field(default="light", compare=False)
    defaults: tuple[str, str] = field(default=("", ""), compare=False)

    @classmethod
    def parse(cls, query: str, *, known: Known) -> "View":
        """Read an address's query.

        Unknown names of parameters are left out of account, as other pages may have their own;
        an unknown value of a known one is an error that says which ones there are.

        Raises:
            UsageError: a value that does not exist, or a day that is none.
        """
        given = dict(parse_qsl(query.lstrip("?")))
        start, end = day_of("from", given), day_of("to", given)
        period = Preset(_one_of("period", given, tuple(Preset), DEFAULT_PERIOD.value))
        if start or end:
            period = Preset.CUSTOM
        if period is Preset.CUSTOM and not (start and end):
            raise UsageError('period "custom": 需要起止日期 / needs both from=YYYY-MM-DD and to=…')
        if start and end and start > end:
            raise UsageError(f"from={start} 晚于 / is after to={end}")
        county = _one_of("county", given, known.counties, known.default_county)
        default_kpi = known.default_kpis[county]
        values: dict[str, Any] = {
            "county": county,
            "kpi": _one_of("kpi", given, known.kpis, default_kpi),
            "lang": Lang(_one_of("lang", given, tuple(Lang), Lang.ZH.value)),
            "theme": _one_of("theme", given, THEMES, ""),
            "compare": _one_of("compare", given, COMPARED, "previous"),
            "kpis": _some_of("kpis", given, known.kpis),
            "series": tuple(filter(None, given.get("series", "").split(","))),
            "unit": _one_of("unit", given, UNITS, ""),
            "overlay": _one_of("overlay", given, ("last_year",), ""),
            "level": _one_of("level", given, LEVELS, ""),
            "receipt": _one_of("receipt", given, known.kpis, ""),
            "at": minute_of("at", given),
            "mode": _one_of("mode", given, MAP_MODES, ""),
            "classes": _one_of("classes", given, CLASSINGS, ""),
            "steps": _one_of("steps", given, MAP_STEPS, ""),
            "horizon": _one_of("horizon", given, HORIZONS, ""),
            "against": _one_of("against", given, EXPOSURES, ""),
            "follow": _one_of("follow", given, ("month",), ""),
            "coverage": _one_of("coverage", given, known.kpis, ""),
        }
        values |= {name: given.get(name, "") for name in FREE}
        return cls(
            **values,
            period=period,
            start=start,
            end=end,
            defaults=(known.default_county, default_kpi),
        )

    def with_(self, **changes: Any) -> "View":
        """The same view with some parts changed.

        A named period drops the days of a custom one; another county drops what is within one;
        another KPI drops typed classes, which are in the unit of the one before.
        """
        if changes.get("period", Preset.CUSTOM) is not Preset.CUSTOM:
            changes = {"start": None, "end": None, **changes}
        if "county" in changes:
            changes = dict.fromkeys(WITHIN_A_COUNTY, "") | {"series": ()} | changes
        if self.classes == "fixed" and changes.get("kpi", self.kpi) != self.kpi:
            changes = {"classes": "", "breaks": ""} | changes
        return replace(self, **changes)

    def to_query(self) -> str:
        """The address's query without the question mark; parts at their default are left out."""
        left_out = {
            "county": self.defaults[0],
            "kpi": self.defaults[1],
            "lang": Lang.ZH,
            "period": DEFAULT_PERIOD,
            "compare": "previous",
        }
        names = {"start": "from", "end": "to"}
        pairs = [
            (names.get(part.name, part.name), _written(getattr(self, part.name)))
            for part in fields(self)
            if part.compare
            and getattr(self, part.name)
            and getattr(self, part.name) != left_out.get(part.name)
            and not (part.name == "period" and self.period is Preset.CUSTOM)
        ]
        return urlencode(pairs, safe=":,~;")

    def href(self, path: str = "", **changes: Any) -> str:
        """Address of a page (this one by default) in this view with some parts changed."""
        return f"{path}?{self.with_(**changes).to_query()}"


FREE = (
    "area",
    "department",
    "category",
    "card",
    "breaks",
    "family",
    "layers",
    "point",
    "dataset",
    "month",
    "alert",
    "role",
    "of",
)
"""Parts whose values the county has, or the page itself knows."""

WITHIN_A_COUNTY = (
    "area",
    "card",
    "point",
    "family",
    "level",
    "department",
    "category",
    "dataset",
    "at",
    "alert",
    "receipt",
    "role",
    "of",
)


def _written(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _one_of(name: str, given: dict[str, str], allowed: Collection[str], default: str) -> str:
    value = given.get(name) or default
    if value and value not in allowed:
        raise UsageError(unknown_value(name, value, allowed))
    return value


def _some_of(name: str, given: dict[str, str], allowed: Collection[str]) -> tuple[str, ...]:
    values = dict.fromkeys(filter(None, given.get(name, "").split(",")))
    for value in values:
        if value not in allowed:
            raise UsageError(unknown_value(name, value, allowed))
    return tuple(values)


def day_of(name: str, given: Mapping[str, str]) -> date | None:
    """The day an address gives; null where it gives none.

    Raises:
        UsageError: what stands there is no day, or one outside `FIRST_DAY` to `LAST_DAY`.
    """
    value = given.get(name)
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise UsageError(
            f'{name} "{value}" 不是日期 / is not a day of the form YYYY-MM-DD'
        ) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise UsageError(
            f'{name} "{value}" 超出范围 / is out of range; 可用 / allowed: {FIRST_DAY} … {LAST_DAY}'
        )
    return day


def minute_of(name: str, given: Mapping[str, str]) -> str:
    """The minute an address gives, without a time zone, as it is written; empty where it has none.

    Raises:
        UsageError: what stands there is no minute, or one outside `FIRST_DAY` to `LAST_DAY`.
    """
    value = given.get(name, "")
    if not value:
        return ""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None or "T" not in value:
        raise UsageError(f'{name} "{value}" 不是时刻 / is not a time of the form YYYY-MM-DDTHH:MM')
    if not FIRST_DAY <= moment.date() <= LAST_DAY:
        raise UsageError(
            f'{name} "{value}" 超出范围 / is out of range; 可用 / allowed: {FIRST_DAY} … {LAST_DAY}'
        )
    return f"{moment:%Y-%m-%dT%H:%M}"
