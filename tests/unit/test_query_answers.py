"""Answers over a handful of rows: every rule of a value is one test."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.support.marts import COUNTY, ZONE, area, case, marts
from warehouse.errors import UsageError
from warehouse.query import COLUMNS, COMPARISON_COLUMNS, Question, answer, rows_behind

RATE = "on_time_resolution_rate"
OCTOBER = {"start": date(2026, 10, 1), "end": date(2026, 11, 1)}
ON_TIME = {"is_due_to_close": True, "is_closed": True, "is_closed_on_time": True}
LATE = {"is_due_to_close": True, "is_closed": True, "is_due_passed": True}
OVERDUE = {"is_due_to_close": True, "is_overdue": True, "is_due_passed": True}
WAITING = {"is_not_yet_due": True}


def at(day: int, hour: int = 9, minute: int = 0, *, month: int = 10, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def ask(folder: Path, cases: list[dict[str, Any]], kpi_id: str = RATE, **rest: Any) -> pl.DataFrame:
    of_question = {name: rest.pop(name) for name in ("by", "where", "compare") if name in rest}
    days = {name: rest.pop(name) for name in ("start", "end") if name in rest} or OCTOBER
    return answer(
        marts(folder, cases=cases, **rest), Question(kpi_id, COUNTY, **days, **of_question)
    )


def one(
    folder: Path, cases: list[dict[str, Any]], kpi_id: str = RATE, **rest: Any
) -> dict[str, Any]:
    frame = ask(folder, cases, kpi_id, **rest)
    assert len(frame) == 1
    return frame.row(0, named=True)


def test_a_rate_counts_overdue_against_it_and_waiting_not_at_all(tmp_path: Path) -> None:
    cases = [case("a", at(1), **ON_TIME), case("b", at(2), **LATE), case("c", at(3), **OVERDUE)]
    cases += [case("d", at(4), **WAITING), case("e", at(5), is_void=True, **OVERDUE)]
    row = one(tmp_path, cases)
    assert (row["numerator"], row["denominator"]) == (1, 3)
    assert row["value"] == 1 / 3
    assert (row["excluded_count"], row["not_yet_due_count"]) == (1, 1)
    assert row["is_provisional"]
    assert row["value_due_passed"] == 0.0


def test_a_case_with_two_flags_of_exclusion_is_excluded_once(tmp_path: Path) -> None:
    row = one(tmp_path, [case("a", at(1), is_void=True, is_duplicate=True, is_not_yet_due=True)])
    assert (row["excluded_count"], row["not_yet_due_count"]) == (1, 0)


def test_nothing_due_is_no_value(tmp_path: Path) -> None:
    row = one(tmp_path, [case("a", at(1), **WAITING)])
    assert row["value"] is None
    assert (row["denominator"], row["status"]) == (0, "no_value")
    assert row["interval_low"] is None


def test_the_interval_of_a_rate_is_wilson_s(tmp_path: Path) -> None:
    cases = [case(str(n), at(1), **(ON_TIME if n < 8 else LATE)) for n in range(10)]
    row = one(tmp_path, cases)
    # Wilson 1927 for 8 of 10, as any table of it gives.
    assert row["interval_low"] == pytest.approx(0.490162, abs=1e-6)
    assert row["interval_high"] == pytest.approx(0.943318, abs=1e-6)


def test_all_or_none_on_time_keeps_the_interval_between_0_and_1(tmp_path: Path) -> None:
    row = one(tmp_path, [case(str(n), at(1), **ON_TIME) for n in range(5)])
    assert row["interval_high"] == 1
    assert 0.5 < row["interval_low"] < 1


def test_a_case_reported_at_midnight_belongs_to_the_new_day(tmp_path: Path) -> None:
    cases = [case("a", at(1, 0, 0, month=11), **ON_TIME), case("b", at(31, 23, 59), **LATE)]
    october = one(tmp_path, cases)
    assert (october["numerator"], october["denominator"]) == (0, 1)


def test_every_valid_area_appears_and_no_area_only_when_there_is_such_a_case(
    tmp_path: Path,
) -> None:
    areas = [
        area("town", "A"),
        area("town", "B"),
        area("town", "gone", valid_to_date=date(2026, 10, 1)),
    ]
    cases = [case("a", at(1), town_code="A", **ON_TIME)]
    located = ask(tmp_path, cases, by=("town",), areas=areas)
    assert located["area_code"].to_list() == ["A", "B"]
    assert located["value"].to_list() == [1.0, None]
    assert located["area_level"].to_list() == ["town", "town"]
    (tmp_path / "second").mkdir()
    cases.append(case("b", at(2), **LATE))
    with_unknown = ask(tmp_path / "second", cases, by=("town",), areas=areas)
    assert with_unknown["area_code"].to_list() == ["A", "B", None]


def test_sums_over_areas_and_departments_are_the_whole(tmp_path: Path) -> None:
    cases = [
        case(
            str(n),
            at(1 + n % 28),
            town_code=("A", "B", None)[n % 3],
            department_code=("x", "y")[n % 2],
            **(ON_TIME, LATE, OVERDUE, WAITING)[n % 4],
        )
        for n in range(60)
    ]
    published = marts(tmp_path, cases=cases, areas=[area("town", "A"), area("town", "B")])
    whole = answer(published, Question(RATE, COUNTY, **OCTOBER))
    sliced = answer(published, Question(RATE, COUNTY, by=("town", "department", "week"), **OCTOBER))
    for part in ("numerator", "denominator", "excluded_count", "not_yet_due_count"):
        assert sliced[part].sum() == whole[part].item()


def test_an_empty_month_has_its_row(tmp_path: Path) -> None:
    cases = [case("a", at(1, month=8), **ON_TIME), case("b", at(2), **ON_TIME)]
    frame = ask(tmp_path, cases, by=("month",), start=date(2026, 8, 1), end=date(2026, 11, 1))
    assert frame["period_start_date"].to_list() == [date(2026, month, 1) for month in (8, 9, 10)]
    assert frame["value"].to_list() == [1.0, None, 1.0]


def test_a_period_ends_with_the_as_of_day(tmp_path: Path) -> None:
    frame = ask(
        tmp_path, [case("a", at(1))], by=("month",), start=date(2026, 10, 1), end=date(2027, 1, 1)
    )
    assert frame["period_end_date"].to_list() == [date(2026, 11, 1), date(2026, 11, 16)]


def test_the_default_period_is_all_there_is(tmp_path: Path) -> None:
    published = marts(tmp_path, cases=[case("a", at(3, month=9), **ON_TIME)])
    row = answer(published, Question(RATE, COUNTY)).row(0, named=True)
    assert (row["period_start_date"], row["period_end_date"]) == (
        date(2026, 9, 3),
        date(2026, 11, 16),
    )


def test_quantiles_interpolate_and_their_interval_is_by_ranks(tmp_path: Path) -> None:
    cases = [case(str(n), at(1), response_minutes=float(n)) for n in range(1, 101)]
    cases.append(case("none", at(1), is_response_not_yet_due=True))
    row = one(tmp_path, cases, "response_time_median")
    assert (row["value"], row["denominator"], row["numerator"]) == (50.5, 100, None)
    # Ranks ceil(50 -+ 9.79982): the 41st and the 60th.
    assert (row["interval_low"], row["interval_high"]) == (41.0, 60.0)
    assert row["not_yet_due_count"] == 1


def test_an_interval_that_would_leave_the_sample_is_none(tmp_path: Path) -> None:
    row = one(
        tmp_path,
        [case(str(n), at(1), response_minutes=float(n)) for n in range(10)],
        "response_time_p90",
    )
    assert row["value"] == pytest.approx(8.1)
    assert (row["interval_low"], row["interval_high"]) == (None, None)


def test_a_mean_is_the_sum_over_the_count(tmp_path: Path) -> None:
    cases = [
        case(str(n), at(1), response_minutes=minutes)
        for n, minutes in enumerate((10.0, 20.0, 60.0))
    ]
    row = one(tmp_path, cases, "response_time_mean")
    assert (row["numerator"], row["denominator"], row["value"]) == (90.0, 3, 30.0)
    half = 1.959964 * (700.0**0.5) / 3**0.5
    assert row["interval_low"] == pytest.approx(30 - half, abs=1e-9)
    assert row["interval_high"] == pytest.approx(30 + half, abs=1e-9)


def test_cases_of_a_source_without_first_response_are_unknown_not_late(tmp_path: Path) -> None:
    row = one(tmp_path, [case("a", at(1), is_response_unknown=True)], "response_time_median")
    assert (row["value"], row["denominator"], row["excluded_count"]) == (None, 0, 1)


def test_the_backlog_is_what_is_open_at_the_end_of_the_last_day(tmp_path: Path) -> None:
    cases = [
        case("before", at(5, month=9)),
        case("closed on the last day", at(1), closed_at=at(31, 23, 59), is_closed=True),
        case("closed next day", at(1), closed_at=at(1, 0, 0, month=11), is_closed=True),
        case("void within", at(2), voided_at=at(3), is_void=True),
        case("void later", at(2), voided_at=at(3, month=11), is_void=True),
        case("reported after", at(1, month=11)),
        case("duplicate", at(6), is_duplicate=True),
    ]
    row = one(tmp_path, cases, "open_backlog")
    assert (row["value"], row["numerator"], row["denominator"]) == (3.0, 3.0, None)
    assert row["excluded_count"] == 1


def test_the_backlog_by_day_and_town_carries_on(tmp_path: Path) -> None:
    cases = [
        case("a", at(1), town_code="A", closed_at=at(3), is_closed=True),
        case("b", at(2), town_code="B"),
    ]
    frame = ask(
        tmp_path,
        cases,
        "open_backlog",
        by=("town", "day"),
        areas=[area("town", "A"), area("town", "B")],
        start=date(2026, 10, 1),
        end=date(2026, 10, 5),
    )
    assert frame.filter(area_code="A")["value"].to_list() == [1, 1, 0, 0]
    assert frame.filter(area_code="B")["value"].to_list() == [0, 1, 1, 1]


def test_cases_per_1000_take_the_population_at_the_period_s_end(tmp_path: Path) -> None:
    split = date(2026, 10, 15)
    areas = [
        area("town", "A", population=2000, valid_to_date=split),
        area("town", "A", population=4000, valid_from_date=split),
        area("town", "empty", population=0),
        area("town", "unknown", population=None),
    ]
    cases = [case(str(n), at(1 + n), town_code="A") for n in range(8)]
    cases += [case("e", at(1), town_code="empty"), case("u", at(1), town_code="unknown")]
    frame = ask(tmp_path, cases, "cases_per_1000_residents", by=("town",), areas=areas)
    assert frame["area_code"].to_list() == ["A", "empty", "unknown"]
    assert frame["value"].to_list() == [2.0, None, None]
    assert frame["denominator"].to_list() == [4000, 0, None]
    assert frame["interval_low"].null_count() == 3


def test_cases_per_1000_of_a_department_are_per_resident_of_the_county(tmp_path: Path) -> None:
    cases = [case(str(n), at(1), department_code="x" if n else "y") for n in range(6)]
    frame = ask(tmp_path, cases, "cases_per_1000_residents", by=("department",))
    assert frame["denominator"].to_list() == [100_000, 100_000]
    assert frame["value"].to_list() == [0.05, 0.01]


def test_cases_per_1000_of_a_filtered_town_are_per_resident_of_it(tmp_path: Path) -> None:
    row = one(
        tmp_path,
        [case("a", at(1), town_code="A"), case("b", at(1), town_code="B")],
        "cases_per_1000_residents",
        areas=[area("town", "A", population=500), area("town", "B", population=100)],
        where={"town": "A"},
    )
    assert (row["value"], row["area_code"], row["area_level"]) == (2.0, "A", "town")


def test_the_target_in_force_decides_the_status(tmp_path: Path) -> None:
    cases = [case(str(n), at(1), **(ON_TIME if n < 95 else LATE)) for n in range(100)]
    cases += [case(f"before {n}", at(1, year=2024), **LATE) for n in range(3)]
    published = marts(tmp_path, cases=cases)
    met = answer(published, Question(RATE, COUNTY, **OCTOBER)).row(0, named=True)
    assert (met["target"], met["value"], met["status"]) == (0.95, 0.95, "met")
    earlier = Question(RATE, COUNTY, start=date(2024, 10, 1), end=date(2024, 11, 1))
    before = answer(published, earlier).row(0, named=True)
    assert (before["target"], before["status"]) == (None, "no_target")


def test_lower_is_better_for_a_response_time(tmp_path: Path) -> None:
    row = one(tmp_path, [case("a", at(1), response_minutes=31.0)], "response_time_median")
    assert (row["target"], row["status"]) == (30.0, "missed")


def test_a_month_is_compared_with_the_one_before_and_last_year_s(tmp_path: Path) -> None:
    cases = [case("now", at(1), **ON_TIME), case("then", at(1, month=9), **LATE)]
    cases += [case("year", at(2, year=2025), **ON_TIME), case("start", at(1, month=1, year=2025))]
    row = one(tmp_path, cases, compare=True)
    assert (row["value"], row["previous_value"], row["last_year_value"]) == (1.0, 0.0, 1.0)
    assert row["previous_start_date"] == date(2026, 9, 1)
    assert row["last_year_end_date"] == date(2025, 11, 1)
    assert row["comparison_caveat"] is None


def test_a_time_before_the_records_is_unknown_not_zero(tmp_path: Path) -> None:
    row = one(tmp_path, [case("now", at(1), **ON_TIME)], "open_backlog", compare=True)
    assert (row["value"], row["previous_value"], row["last_year_value"]) == (1.0, None, None)


def test_each_bucket_has_its_own_comparison(tmp_path: Path) -> None:
    cases = [case(f"{month}", at(1, month=month), town_code="A", **ON_TIME) for month in (8, 9, 10)]
    cases.append(case("late", at(2, month=9), town_code="A", **LATE))
    frame = ask(
        tmp_path,
        cases,
        by=("town", "month"),
        compare=True,
        areas=[area("town", "A")],
        start=date(2026, 8, 1),
        end=date(2026, 11, 1),
    )
    assert frame["value"].to_list() == [1.0, 0.5, 1.0]
    assert frame["previous_value"].to_list() == [None, 1.0, 0.5]


def test_last_year_across_a_moved_spring_festival_says_so(tmp_path: Path) -> None:
    days = [date(2025, 1, 28) + timedelta(days=n) for n in range(8)]
    days += [date(2026, 2, 15) + timedelta(days=n) for n in range(9)]
    dates = [{"county_code": COUNTY, "calendar_date": day, "holiday_name": "春节"} for day in days]
    cases = [case("a", at(1, month=2)), case("b", at(1, month=2, year=2025))]
    february = {"start": date(2026, 2, 1), "end": date(2026, 3, 1)}
    row = one(tmp_path, cases, compare=True, dates=dates, **february)
    assert row["comparison_caveat"] == "spring_festival_moved"


def test_columns_keep_their_order_and_types(tmp_path: Path) -> None:
    published = marts(tmp_path, cases=[case("a", at(1), **ON_TIME)])
    for kpi_id in (RATE, "open_backlog", "response_time_mean", "cases_per_1000_residents"):
        plain = answer(published, Question(kpi_id, COUNTY, by=("department", "month")))
        assert dict(plain.schema) == COLUMNS
        compared = answer(published, Question(kpi_id, COUNTY, compare=True))
        assert list(compared.columns) == [*COLUMNS, *COMPARISON_COLUMNS]
        assert dict(compared.schema) == COLUMNS | COMPARISON_COLUMNS


def test_a_filter_takes_several_codes_and_none(tmp_path: Path) -> None:
    cases = [
        case(str(n), at(1), town_code=("A", "B", "C", None)[n % 4], **ON_TIME) for n in range(8)
    ]
    areas = [area("town", code) for code in "ABC"]
    row = one(tmp_path, cases, areas=areas, where={"town": ("A", "none")})
    assert row["denominator"] == 4
    (tmp_path / "second").mkdir()
    nowhere = one(tmp_path / "second", cases, areas=areas, where={"town": "none"})
    assert (nowhere["denominator"], nowhere["area_code"]) == (2, None)


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"where": {"town": "' or true --"}}, r'town "\' or true --" .*allowed: A'),
        ({"where": {"department": "z"}}, r'department "z" .*allowed: x'),
        ({"where": {"case_id": "1"}}, r'--where "case_id"'),
        ({"by": ("town; drop table x",)}, r"--by"),
        ({"by": ("town", "grid")}, r"only one area level"),
        ({"by": ("day", "month")}, r"only one unit of time"),
        ({"start": date(2026, 10, 2), "end": date(2026, 10, 2)}, r"period is empty"),
        ({"start": date(2027, 1, 1), "end": date(2027, 2, 1)}, r"after the as-of day 2026-11-15"),
        ({"kpi_id": "nothing"}, r'kpi "nothing"'),
        ({"county_code": "430182"}, r'county "430182" .*430181'),
    ],
)
def test_a_question_that_cannot_be_asked_says_what_can(
    tmp_path: Path, question: dict[str, Any], message: str
) -> None:
    published = marts(
        tmp_path,
        cases=[case("a", at(1), town_code="A", department_code="x")],
        areas=[area("town", "A")],
    )
    with pytest.raises(UsageError, match=message):
        answer(published, Question(**{"kpi_id": RATE, "county_code": COUNTY, **question}))


CASES_OF_EVERY_KIND = [
    case(
        "1",
        at(1),
        response_minutes=12.0,
        is_due_to_respond=True,
        is_responded_on_time=True,
        **ON_TIME,
    )
    | {"closed_at": at(2), "closed_date": date(2026, 10, 2)},
    case("2", at(2), response_minutes=80.0, is_due_to_respond=True, **LATE)
    | {"closed_at": at(3), "closed_date": date(2026, 10, 3)},
    case("3", at(3), is_due_to_respond=True, **OVERDUE),
    case("4", at(4), is_response_not_yet_due=True, **WAITING),
    case("5", at(5), is_void=True, voided_at=at(6)),
    case("6", at(6), is_duplicate=True, **OVERDUE),
    case("7", at(7), is_without_due=True, is_response_unknown=True),
    case("8", at(1, month=9), response_minutes=5.0, **ON_TIME),
]


@pytest.mark.parametrize(
    "kpi_id",
    [
        RATE,
        "resolution_rate",
        "on_time_response_rate",
        "response_time_median",
        "response_time_mean",
        "open_backlog",
        "cases_per_1000_residents",
    ],
)
def test_the_rows_behind_a_value_add_up_to_its_parts(tmp_path: Path, kpi_id: str) -> None:
    batch = {
        "batch_id": "20261115-0001",
        "source_id": "sample_city_cases",
        "file_name": "cases.csv",
    }
    published = marts(tmp_path, cases=CASES_OF_EVERY_KIND, batches=[batch])
    question = Question(kpi_id, COUNTY, **OCTOBER)
    value = answer(published, question).row(0, named=True)
    rows = rows_behind(published, question)
    count = {role: len(rows.filter(role=role)) for role in rows["role"].unique()}
    assert count.get("excluded", 0) == value["excluded_count"] > 0
    assert count.get("not_yet_due", 0) == value["not_yet_due_count"]
    if kpi_id.endswith("_rate"):
        assert count["numerator"] == value["numerator"]
        assert count["numerator"] + count.get("denominator", 0) == value["denominator"]
    elif kpi_id.startswith("response_time"):
        assert count["denominator"] == value["denominator"]
        measured = rows.filter(role="denominator")["response_minutes"].sum()
        assert value["numerator"] in (None, measured)
    else:
        assert count["numerator"] == value["numerator"]
    assert set(rows["file_name"]) == {"cases.csv"}
    assert rows["source_row_number"].null_count() == 0


def test_a_receipt_comes_in_pages_and_by_role(tmp_path: Path) -> None:
    published = marts(tmp_path, cases=CASES_OF_EVERY_KIND)
    question = Question(RATE, COUNTY, **OCTOBER)
    whole = rows_behind(published, question)
    pages = [rows_behind(published, question, limit=3, offset=start) for start in (0, 3, 6)]
    assert pl.concat(pages).equals(whole)
    assert rows_behind(published, question, role="numerator")["case_id"].to_list() == ["1"]
    with pytest.raises(UsageError, match="by"):
        rows_behind(published, Question(RATE, COUNTY, by=("town",)))


def test_a_longer_holiday_has_not_moved(tmp_path: Path) -> None:
    days = [date(2025, 1, 28) + timedelta(days=n) for n in range(8)]
    days += [date(2026, 2, 15) + timedelta(days=n) for n in range(9)]
    dates = [{"county_code": COUNTY, "calendar_date": day, "holiday_name": "春节"} for day in days]
    cases = [case("a", at(1, month=2)), case("b", at(1, month=1, year=2025))]
    first_quarter = {"start": date(2026, 1, 1), "end": date(2026, 4, 1)}
    row = one(tmp_path, cases, compare=True, dates=dates, **first_quarter)
    assert row["comparison_caveat"] is None


def test_a_backlog_that_was_unknown_then_stays_unknown(tmp_path: Path) -> None:
    cases = [
        case("known", at(1), department_code="x"),
        case("unknown", at(1, month=9), department_code="y", is_closing_unknown=True),
    ]
    frame = ask(tmp_path, cases, "open_backlog", by=("department",), compare=True)
    assert frame["department_code"].to_list() == ["x", "y"]
    assert frame["value"].to_list() == [1.0, None]
    assert frame["previous_value"].to_list() == [0.0, None]
