"""What holds for a county in a published version: its days, codes and festivals."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import polars as pl

from warehouse.catalogue import Kpi
from warehouse.catalogue.facts import Fact, load_facts
from warehouse.errors import UsageError, unknown_value
from warehouse.published import Published
from warehouse.query.periods import Period, start_of
from warehouse.query.question import AREA_LEVELS, NO_CODE, OTHER_SLICES

SPELL_KINDS = ("state_rate", "reach_rate")

T = TypeVar("T")


@dataclass(frozen=True)
class CountyFacts:
    """What holds for a county and the rows of a KPI in one published version.

    Attributes:
        first_date: first day, by the KPI's basis, of which there is a row; the as-of day where
            there is none. Of spells: the first day known of what is counted, for registers reach
            back to births.
        spring_festival_dates: days of the Spring Festival in its calendar, none outside China.
        areas: area_level, area_code, the codes of the areas it lies in, population, valid_from_date
            and valid_to_date of every area version.
        codes: dimension the rows have → the codes there are.
    """

    county_code: str
    version: int
    as_of_at: datetime
    as_of_date: date
    first_date: date
    spring_festival_dates: frozenset[date]
    areas: pl.DataFrame
    codes: Mapping[str, frozenset[str]]

    @property
    def known_until(self) -> date:
        """The day after the as-of day."""
        return self.as_of_date + timedelta(days=1)

    @property
    def first_covered(self) -> date:
        """First day the records are taken to cover: of the month of the first row."""
        return start_of("month", self.first_date)

    def festival_share(self, period: Period) -> float:
        """How many Spring Festivals a period holds, a part of one as its share of days."""
        years = Counter(day.year for day in self.spring_festival_dates)
        inside = (day for day in self.spring_festival_dates if period.start <= day < period.end)
        return sum(1 / years[day.year] for day in inside)

    def check_codes(self, filters: Mapping[str, tuple[str, ...]]) -> None:
        """Refuse a code that does not exist.

        Raises:
            UsageError: names the dimension, the code and the ones there are.
        """
        for name, values in filters.items():
            known = self.codes.get(name, frozenset())
            for value in values:
                if value != NO_CODE and value not in known:
                    raise UsageError(unknown_value(name, value, known))


_known: WeakKeyDictionary[Published, dict[tuple[str | None, ...], Any]] = WeakKeyDictionary()
_lock = Lock()


def county_facts(published: Published, county_code: str, kpi: Kpi) -> CountyFacts:
    """Facts about a county and a KPI's rows, from the version's own memory after the first time.

    Raises:
        UsageError: the county is not in this version.
    """
    key = (county_code, kpi.fact, kpi.date, kpi.numerator_fact, kpi.numerator_date)
    return _remembered(published, key, lambda: _read(published, county_code, kpi))


def _remembered(published: Published, key: tuple[str | None, ...], read: Callable[[], T]) -> T:
    with _lock:
        known = _known.setdefault(published, {})
    if key not in known:
        known[key] = read()
    value: T = known[key]
    return value


def rows_of(published: Published, fact: Fact) -> Callable[..., pl.DataFrame]:
    """The way to the rows of a fact: the file that every reader opens, or the one about persons."""
    return published.people_sql if fact.is_in_people_file else published.sql


def _read(published: Published, county_code: str, kpi: Kpi) -> CountyFacts:
    county = _remembered(
        published, ("county", county_code), lambda: _county(published, county_code)
    )
    codes = _remembered(
        published,
        ("codes", county_code, kpi.fact),
        lambda: _codes(published, county_code, kpi.about),
    )
    first = _first_date(published, county_code, kpi, county["as_of_date"])
    return CountyFacts(**county, first_date=first or county["as_of_date"], codes=codes)


def _county(published: Published, county_code: str) -> dict[str, Any]:
    """What does not depend on the KPI, as fields of `CountyFacts`."""
    build = published.sql("select county_code, version, as_of_at, as_of_date from ops.build")
    rows = {row["county_code"]: row for row in build.iter_rows(named=True)}
    if county_code not in rows:
        raise UsageError(unknown_value("county", county_code, rows))
    params = {"county_code": county_code}
    festival = published.sql(
        """
        select calendar_date
        from mart.dim_dates
        where county_code = $county_code and holiday_name = '春节'
        """,
        params,
    )
    areas = published.sql(
        """
        select
            area_level,
            area_code,
            county_code,
            town_code,
            community_code,
            population,
            valid_from_date,
            valid_to_date
        from mart.dim_areas
        where county_code = $county_code
        """,
        params,
    )
    return {
        **rows[county_code],
        "spring_festival_dates": frozenset(festival["calendar_date"]),
        "areas": areas,
    }


def _first_date(published: Published, county_code: str, kpi: Kpi, as_of_date: date) -> date | None:
    """First day there is anything to count of; null where there is not.

    A state is counted from the first reported case on (from the year of the as-of day on, where
    there are no cases), who was reached from the first row that reaches anybody on.
    """
    if kpi.kind not in SPELL_KINDS:
        return _first_day(published, county_code, kpi.about, kpi.date)
    spells = _first_day(published, county_code, kpi.about, "valid_from_date")
    if kpi.numerator_fact:
        first = _first_day(published, county_code, kpi.reaching, kpi.numerator_date)
    else:
        cases = _first_day(published, county_code, load_facts()["fct_cases"], "reported_date")
        first = cases or start_of("year", as_of_date)
    return max(first, spells) if first and spells else None


def _first_day(
    published: Published, county_code: str, fact: Fact, column: str | None
) -> date | None:
    days = rows_of(published, fact)(
        f"select min({column}) as first_date from mart.{fact.name}"
        " where county_code = $county_code",
        {"county_code": county_code},
    )
    first: date | None = days["first_date"].item()
    return first


def _codes(published: Published, county_code: str, fact: Fact) -> dict[str, frozenset[str]]:
    """Codes met in the rows, the county's areas, and for cases every code of the lists."""
    params = {"county_code": county_code}
    columns = {name: fact.column_of(name) for name in (*AREA_LEVELS, *OTHER_SLICES)}
    of_rows = " union all ".join(
        f"select distinct '{name}' as dimension, {column} as code from mart.{fact.name}"
        " where county_code = $county_code"
        for name, column in columns.items()
        if column
    )
    lists = "select area_level as dimension, area_code as code from mart.dim_areas"
    lists += " where county_code = $county_code"
    if fact.department:
        lists += " union all select 'department', department_code from mart.dim_departments"
        lists += " where county_code = $county_code"
    if fact.major_category and not fact.is_in_people_file:
        for name in ("category", "major_category"):
            lists += f" union all select '{name}', {name}_code from mart.dim_categories"
            lists += " where county_code = $county_code"
    frame = pl.concat([rows_of(published, fact)(of_rows, params), published.sql(lists, params)])
    frame = frame.drop_nulls()
    return {
        name: frozenset(frame.filter(pl.col("dimension") == name)["code"])
        for name, column in columns.items()
        if column
    }


def choose_county(published: Published, county_code: str | None) -> str:
    """The county to work in: the one asked for, else the only one, else the sample's.

    Raises:
        UsageError: the county asked for is not in this version, or none is given and there are
            several without a sample among them.
    """
    counties = published.sql("select county_code, is_sample from ops.build order by county_code")
    codes = list(counties["county_code"])
    if county_code is not None:
        if county_code not in codes:
            raise UsageError(unknown_value("county", county_code, codes))
        return county_code
    samples = list(counties.filter(pl.col("is_sample"))["county_code"])
    for choice in (codes, samples):
        if len(choice) == 1:
            return str(choice[0])
    raise UsageError(f"请用 --county 指定县域 / say which county with --county: {', '.join(codes)}")
