"""Periods are compared with their like (kpis rule 7)."""

from datetime import date

import pytest

from warehouse.errors import UsageError
from warehouse.query.periods import Bucket, Period, add_months, buckets, compared_with, whole

AS_OF_END = date(2026, 11, 16)


def period(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))


def asked(start: str, end: str) -> Bucket:
    return whole(period(start, end), known_until=AS_OF_END)


@pytest.mark.parametrize(
    ("question", "previous", "last_year"),
    [
        # A complete month goes with the complete month before, whatever their lengths.
        (("2026-03-01", "2026-04-01"), ("2026-02-01", "2026-03-01"), ("2025-03-01", "2025-04-01")),
        (("2024-02-01", "2024-03-01"), ("2024-01-01", "2024-02-01"), ("2023-02-01", "2023-03-01")),
        # The month of the as-of day: its first 15 days against the first 15 of the others.
        (("2026-11-01", "2026-12-01"), ("2026-10-01", "2026-10-16"), ("2025-11-01", "2025-11-16")),
        (("2026-11-01", "2026-11-16"), ("2026-10-01", "2026-10-16"), ("2025-11-01", "2025-11-16")),
        # The quarter so far, 46 days of it.
        (("2026-10-01", "2027-01-01"), ("2026-07-01", "2026-08-16"), ("2025-10-01", "2025-11-16")),
        (("2026-01-01", "2027-01-01"), ("2025-01-01", "2025-11-16"), ("2025-01-01", "2025-11-16")),
        # A week: the same days of the week, also last year.
        (("2026-11-02", "2026-11-09"), ("2026-10-26", "2026-11-02"), ("2025-11-03", "2025-11-10")),
        (("2026-11-10", "2026-11-11"), ("2026-11-09", "2026-11-10"), ("2025-11-10", "2025-11-11")),
        # Any other range: as many days just before.
        (("2026-10-05", "2026-10-15"), ("2026-09-25", "2026-10-05"), ("2025-10-05", "2025-10-15")),
        # Several whole months: as many before.
        (("2026-04-01", "2026-06-01"), ("2026-02-01", "2026-04-01"), ("2025-04-01", "2025-06-01")),
        # 29 February has no like last year: its range ends with the 28th.
        (("2024-02-20", "2024-03-01"), ("2024-02-10", "2024-02-20"), ("2023-02-20", "2023-03-01")),
        (("2024-02-29", "2024-03-01"), ("2024-02-28", "2024-02-29"), ("2023-02-28", "2023-03-01")),
    ],
)
def test_a_period_is_compared_with_its_like(
    question: tuple[str, str], previous: tuple[str, str], last_year: tuple[str, str]
) -> None:
    bucket = asked(*question)
    assert compared_with(bucket, "previous") == period(*previous)
    assert compared_with(bucket, "last_year") == period(*last_year)


def test_an_incomplete_month_longer_than_the_one_before_takes_all_of_that() -> None:
    march = whole(period("2026-03-01", "2026-04-01"), known_until=date(2026, 3, 31))
    assert compared_with(march, "previous") == period("2026-02-01", "2026-03-01")


def test_buckets_are_clipped_at_both_ends() -> None:
    found = [bucket.period for bucket in buckets(period("2026-09-29", "2026-11-16"), "month")]
    assert found == [
        period("2026-09-29", "2026-10-01"),
        period("2026-10-01", "2026-11-01"),
        period("2026-11-01", "2026-11-16"),
    ]


def test_a_bucket_cut_in_front_is_compared_with_the_same_days() -> None:
    first = next(buckets(period("2026-10-20", "2026-11-16"), "month"))
    assert compared_with(first, "previous") == period("2026-09-20", "2026-10-01")


def test_weeks_begin_on_monday() -> None:
    found = [bucket.period.start for bucket in buckets(period("2026-11-04", "2026-11-12"), "week")]
    assert found == [date(2026, 11, 4), date(2026, 11, 9)]


def test_a_month_later_than_the_31st_is_the_last_day() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 2, 29), -12) == date(2023, 2, 28)
    assert add_months(date(2024, 12, 31), -12) == date(2023, 12, 31)
    assert add_months(date(2024, 1, 1), (9999 - 2024) * 12 + 11) == date(9999, 12, 1)


@pytest.mark.parametrize(("day", "count"), [(date(1, 1, 15), -1), (date(9999, 12, 31), 1)])
def test_a_month_that_no_calendar_has_is_an_error_that_names_the_day(day: date, count: int) -> None:
    with pytest.raises(UsageError, match=f"{day} and {count} months is out of range"):
        add_months(day, count)
