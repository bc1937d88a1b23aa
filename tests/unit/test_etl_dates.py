"""Dates as people write them: what is read, and what could mean two days and is not."""

from datetime import UTC, datetime

import polars as pl
import pytest

from etl.dates import read_common, serials_as_text


def _clock(text: str) -> str | None:
    value = read_common(pl.Series([text]))["clock"].item()
    return value.isoformat(sep=" ") if isinstance(value, datetime) else None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2023-05-06 14:03:00", "2023-05-06 14:03:00"),
        ("2023/5/6 14:3", "2023-05-06 14:03:00"),
        ("2023.5.6", "2023-05-06 00:00:00"),
        ("2023年5月6日", "2023-05-06 00:00:00"),
        ("2023年5月6日14时3分", "2023-05-06 14:03:00"),
        ("2023 年 05 月 06 日 14时03分07秒", "2023-05-06 14:03:07"),
        ("2023年5月6日 14时", "2023-05-06 14:00:00"),
        ("2023/5/6 星期六 14:03", "2023-05-06 14:03:00"),
        ("2023年5月6日(周六) 下午2:03", "2023-05-06 14:03:00"),
        ("23-5-6 下午2:03", "2023-05-06 14:03:00"),
        ("23-5-6 上午12:03", "2023-05-06 00:03:00"),
        ("2023-5-6 下午12:03", "2023-05-06 12:03:00"),
        ("2023-5-6 下午14:03", "2023-05-06 14:03:00"),
        ("2023-5-6 2:03 pm", "2023-05-06 14:03:00"),
        ("2023-05-06T14:03:00", "2023-05-06 14:03:00"),
        ("2023-05-06 14:03:07.25", "2023-05-06 14:03:07.250000"),
        ("20230506", "2023-05-06 00:00:00"),
        ("202305061403", "2023-05-06 14:03:00"),
        ("20230506140300", "2023-05-06 14:03:00"),
        ("20230506 140300", "2023-05-06 14:03:00"),
        ("20230506T140300", "2023-05-06 14:03:00"),
        ("69-1-2", "2069-01-02 00:00:00"),
        ("70-1-2", "1970-01-02 00:00:00"),
        ("2024-2-29", "2024-02-29 00:00:00"),
    ],
)
def test_forms_of_the_field_are_read(text: str, clock: str) -> None:
    assert _clock(text) == clock


@pytest.mark.parametrize(
    "text",
    [
        "5/6/2023",
        "06-05-2023",
        "2023/5-6",
        "2023-5",
        "2023",
        "45052",
        "2023-13-06",
        "2023-02-29",
        "2023-05-06 24:00",
        "2023-05-06 上午14:03",
        "2023-05-06 14:60",
        "2023-5-6 14:3:2:1",
        "昨天",
        "123-5-6",
        "2023056",
    ],
)
def test_what_means_two_days_or_none_is_not_guessed(text: str) -> None:
    assert _clock(text) is None


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2023-05-06T14:03:00+08:00", 6),
        ("2023-05-06T14:03:00Z", 14),
        ("2023-05-06 14:03:00.5+0800", 6),
        ("2023-05-06T14:03:00-05:00", 19),
    ],
)
def test_an_offset_makes_an_instant(text: str, hour: int) -> None:
    moment = read_common(pl.Series([text]))["moment"].item()
    assert (moment.hour, moment.tzinfo) == (hour, moment.tzinfo)
    assert moment.astimezone(UTC).hour == hour


def test_rows_stay_in_order_with_their_nulls() -> None:
    texts = pl.Series(["2023年5月6日", None, "x", "2022/1/1", "2023年5月6日"])
    assert [one and one.year for one in read_common(texts)["clock"]] == [
        2023,
        None,
        None,
        2022,
        2023,
    ]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("45052", "2023-05-06 00:00:00"),
        ("45052.5854166667", "2023-05-06 14:03:00"),
        ("2023", "2023"),
        ("20230506", "20230506"),
        ("99999", "99999"),
    ],
)
def test_a_workbook_s_day_numbers(text: str, moment: str) -> None:
    shown = pl.select(serials_as_text(pl.lit(text))).item()
    assert shown.removesuffix(".000") == moment
