"""The address and the state it stands for."""

from datetime import date

import pytest

from dashboards.i18n import Lang
from dashboards.periods import Days, days_of
from dashboards.view import Known, Preset, View
from warehouse.errors import UsageError

KNOWN = Known(
    counties=("430181", "boston"),
    kpis=("resolution_rate", "open_backlog"),
    default_county="430181",
    default_kpis={"430181": "resolution_rate", "boston": "open_backlog"},
)
AS_OF, FIRST = date(2026, 11, 15), date(2023, 11, 3)


def parse(query: str) -> View:
    return View.parse(query, known=KNOWN)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "lang=en",
        "county=boston&kpi=resolution_rate&theme=dark",
        "from=2026-01-05&to=2026-02-01&area=430181001000",
        "period=this-year&department=urban_management&receipt=open_backlog&role=excluded",
        "at=2026-06-23T03:25&alert=430181:town:430181002000:noise:2026-11-03",
    ],
)
def test_an_address_comes_back_as_it_was(query: str) -> None:
    assert parse(parse(query).to_query()) == parse(query)
    assert set(parse(query).to_query().split("&")) == set(query.split("&"))


def test_defaults_are_left_out_of_the_address() -> None:
    assert parse("lang=zh&county=430181&kpi=resolution_rate&period=last-3-months").to_query() == ""


@pytest.mark.parametrize(
    ("query", "named", "allowed"),
    [
        ("kpi=nope", 'kpi "nope"', "open_backlog"),
        ("county=bostn", 'county "bostn"', "boston"),
        ("period=tomorrow", 'period "tomorrow"', "last-month"),
        ("level=street", 'level "street"', "community"),
        ("from=2026-13-01&to=2026-12-01", 'from "2026-13-01"', "YYYY-MM-DD"),
        ("from=2026-02-01&to=2026-01-01", "from=2026-02-01", "to=2026-01-01"),
        ("from=2026-02-01", "custom", "to="),
        ("at=2026-06-23", 'at "2026-06-23"', "YYYY-MM-DDTHH:MM"),
        ("at=2026-06-23T03:25Z", "T03:25Z", "YYYY-MM-DDTHH:MM"),
        ("at=1899-12-31T00:00", "1899-12-31", "1900-01-01"),
    ],
)
def test_an_unknown_value_is_an_error_that_names_the_known_ones(
    query: str, named: str, allowed: str
) -> None:
    with pytest.raises(UsageError) as error:
        parse(query)
    assert named in str(error.value)
    assert allowed in str(error.value)


def test_parameters_of_other_pages_are_left_out_of_account() -> None:
    assert parse("zoom=7") == parse("")


def test_a_named_period_drops_the_days_of_a_custom_one() -> None:
    view = parse("from=2026-01-05&to=2026-02-01").with_(period=Preset.ALL)
    assert view.to_query() == "period=all"


def test_another_county_drops_the_area_of_this_one() -> None:
    assert parse("area=430181001000").with_(county="boston").area == ""


def test_a_link_keeps_the_language() -> None:
    assert parse("lang=en").href("/map", kpi="open_backlog") == "/map?kpi=open_backlog&lang=en"
    assert parse("").lang is Lang.ZH


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("period=this-month", date(2026, 11, 1), AS_OF),
        ("period=last-month", date(2026, 10, 1), date(2026, 10, 31)),
        ("", date(2026, 8, 1), date(2026, 10, 31)),
        ("period=last-12-months", date(2025, 11, 1), date(2026, 10, 31)),
        ("period=this-year", date(2026, 1, 1), AS_OF),
        ("period=all", FIRST, AS_OF),
        ("from=2025-02-03&to=2025-02-09", date(2025, 2, 3), date(2025, 2, 9)),
    ],
)
def test_a_period_is_of_the_as_of_day_not_of_the_clock(query: str, first: date, last: date) -> None:
    assert days_of(parse(query), as_of=AS_OF, first=FIRST) == Days(first, last)


def test_the_last_month_of_january_is_december() -> None:
    days = days_of(parse("period=last-month"), as_of=date(2026, 1, 9), first=FIRST)
    assert days == Days(date(2025, 12, 1), date(2025, 12, 31))


def test_each_county_shows_first_what_it_delivers() -> None:
    assert parse("county=boston").kpi == "open_backlog"
    assert parse(parse("").with_(county="boston").to_query()).kpi == "open_backlog"
