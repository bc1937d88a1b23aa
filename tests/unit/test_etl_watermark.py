"""Watermarks: what the ledger says is read back, and their order."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from etl.extraction.address import scrubbed
from etl.extraction.records import fingerprint, flat
from etl.extraction.watermark import Watermark, parse, watermark_of
from warehouse.errors import InputError

ZONE = ZoneInfo("Asia/Shanghai")
LOCAL = datetime(2024, 5, 6, 14, 3)  # noqa: DTZ001 - a database's time without a zone
MOMENT = datetime(2024, 5, 6, 6, 3, 0, 250000, tzinfo=UTC)


@pytest.mark.parametrize("value", [LOCAL, MOMENT, date(2024, 5, 6), 12, Decimal("12.5"), "A-12"])
def test_what_is_written_is_read_back(value: Any) -> None:
    mark = Watermark(value)
    assert parse(mark.kind, str(mark)) == mark


@pytest.mark.parametrize(
    ("value", "seconds", "earlier"),
    [
        (MOMENT, 60, MOMENT.replace(minute=2)),
        (date(2024, 5, 6), 600, date(2024, 5, 5)),
        (date(2024, 5, 6), 0, date(2024, 5, 6)),
        (100, 10, 90),
        ("A-12", 10, "A-12"),
    ],
)
def test_behind_a_watermark(value: Any, seconds: float, earlier: Any) -> None:
    assert Watermark(value).back(seconds) == Watermark(earlier)


def test_a_text_is_a_time_only_where_the_source_has_no_types() -> None:
    text = "2024-05-06 14:03:00"
    assert watermark_of(text, zone=ZONE, has_types=True) == Watermark(text)
    found = watermark_of(text, zone=ZONE, has_types=False)
    assert found == Watermark(datetime(2024, 5, 6, 6, 3, tzinfo=UTC))


def test_watermarks_of_two_kinds_are_not_compared() -> None:
    with pytest.raises(InputError, match="two kinds"):
        max(Watermark(1), Watermark("1"))


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_no_watermark(value: Any) -> None:
    assert watermark_of(value, zone=ZONE, has_types=False) is None


def test_a_future_time_counts_as_now() -> None:
    late = Watermark(LOCAL.replace(year=2099))
    now = datetime(2024, 5, 6, 6, 0, tzinfo=UTC)
    assert late.not_after(now, zone=ZONE) == Watermark(LOCAL.replace(minute=0))


def test_a_print_is_of_the_fields_that_matter_and_of_the_key() -> None:
    record = {"a": 1, "b": MOMENT, "c": "x"}
    same = fingerprint({**record, "c": "y"}, fields=["a", "b"], key=b"k")
    assert fingerprint(record, fields=["a", "b"], key=b"k") == same
    assert fingerprint(record, fields=["a", "b"], key=b"other") != same
    assert fingerprint({**record, "a": 2}, fields=["a", "b"], key=b"k") != same


def test_nested_fields_are_joined_by_dots() -> None:
    assert flat({"a": {"b": {"c": 1}, "d": [1, 2]}, "e": None}) == {
        "a.b.c": 1,
        "a.d": "[1, 2]",
        "e": None,
    }


@pytest.mark.parametrize("part", ["user", "p@ss", "p%40ss", "10.0.0.5", "5432", "k3y"])
def test_no_part_of_an_address_stays_in_a_message(part: str) -> None:
    address = "https://user:p%40ss@10.0.0.5:5432/v1?token=k3y"
    assert part not in scrubbed(f"no answer from {part} at {address}", address)
