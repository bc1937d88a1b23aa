"""Identity numbers against the standard's own table, python-stdnum and the calendar."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from etl.identity_number import (
    DIGITS_LOST,
    FIFTEEN_DIGITS,
    NO_BIRTH_DATE,
    PART_ROWS,
    SOUND,
    WRONG_CHECK,
    WRONG_SHAPE,
    birth_month_date,
    examine,
    sex_code,
)
from tests.support.persons import id_number

TODAY = date(2026, 11, 22)
DAYS = st.dates(date(1900, 1, 1), TODAY)


def faults(*numbers: str | None) -> list[int]:
    return examine(pl.Series(numbers, dtype=pl.String), today=TODAY).faults.to_list()


@given(day=DAYS, sequence=st.integers(1, 999))
def test_every_number_with_its_check_character_is_sound(day: date, sequence: int) -> None:
    number = id_number(day.strftime("%Y%m%d"), sequence)
    assert ric.calc_check_digit(number) == number[-1]
    assert faults(number) == [SOUND]


@given(
    day=DAYS,
    sequence=st.integers(1, 999),
    place=st.integers(0, 17),
    other=st.sampled_from("0123456789X"),
)
def test_one_wrong_character_is_found(day: date, sequence: int, place: int, other: str) -> None:
    number = id_number(day.strftime("%Y%m%d"), sequence)
    changed = number[:place] + other + number[place + 1 :]
    is_same = changed == number
    assert (faults(changed) == [SOUND]) == is_same


def plain(number: str) -> bool:
    """The standard, written as a loop over the characters of one number."""
    if len(number) != 18 or not all("0" <= one <= "9" for one in number[:17]):
        return False
    if number[17] not in "0123456789X":
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    if not date(1900, 1, 1) <= born <= TODAY:
        return False
    total = 10 if number[17] == "X" else int(number[17])
    for place, digit in enumerate(number[:17]):
        total += int(digit) * (2 ** (17 - place) % 11)
    return total % 11 == 1


@given(st.lists(st.text("0129X:/ 年é", min_size=16, max_size=19), min_size=1, max_size=20))
def test_any_text_is_judged_as_a_plain_loop_judges_it(numbers: list[str]) -> None:
    tidy = examine(pl.Series(numbers, dtype=pl.String), today=TODAY)
    assert [one == SOUND for one in tidy.faults] == [plain(one) for one in tidy.numbers]


def test_more_numbers_than_one_part_keep_their_order() -> None:
    days = [(date(1950, 1, 1) + timedelta(days=n)).strftime("%Y%m%d") for n in range(200)]
    good = [id_number(day, n % 99 + 1) for n, day in enumerate(days)]
    bad = [number[:17] + ("0" if number[17] != "0" else "1") for number in good]
    numbers = [*good, *bad] * (2 * PART_ROWS // 400 + 1)
    expected = [*[SOUND] * 200, *[WRONG_CHECK] * 200] * (2 * PART_ROWS // 400 + 1)
    assert len(numbers) > 2 * PART_ROWS
    assert faults(*numbers) == expected


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (id_number("20240229", 5), SOUND),
        (id_number("19000101", 5), SOUND),
        (id_number("20261122", 5), SOUND),
        (id_number("20230229", 5), NO_BIRTH_DATE),
        (id_number("19000229", 5), NO_BIRTH_DATE),
        (id_number("18991231", 5), NO_BIRTH_DATE),
        (id_number("20261123", 5), NO_BIRTH_DATE),
        (id_number("19701301", 5), NO_BIRTH_DATE),
        (id_number("19700100", 5), NO_BIRTH_DATE),
        (id_number("19700431", 5), NO_BIRTH_DATE),
        ("990001530412021", FIFTEEN_DIGITS),
        ("", WRONG_SHAPE),
        ("99000119530412021", WRONG_SHAPE),
        ("不是号码不是号", WRONG_SHAPE),
        ("99000119530412021:", WRONG_SHAPE),
        ("9.9000119530412E+17", DIGITS_LOST),
        ("9.9000119530412e17", DIGITS_LOST),
        ("990001195304121000.0", DIGITS_LOST),
        ("990001195304121000", DIGITS_LOST),
        (None, SOUND),
    ],
)
def test_what_is_wrong_is_told_apart(number: str | None, fault: int) -> None:
    assert faults(number) == [fault]


def test_ruined_numbers_that_fit_by_chance_fall_with_the_others_of_their_file() -> None:
    by_chance = "990001195304120000"
    assert plain(by_chance)
    ruined = [f"99000119530412{n}000" for n in (1, 2)]
    assert faults(by_chance) == [SOUND]
    assert faults(by_chance, ruined[0]) == [SOUND, DIGITS_LOST]
    assert faults(by_chance, *ruined, id_number("19700101", 7)) == [*[DIGITS_LOST] * 3, SOUND]


def test_width_case_and_spaces_are_put_right() -> None:
    number = next(one for n in range(50) if (one := id_number("19700101", n))[-1] == "X")
    wide = "".join(chr(ord(one) + 0xFEE0) for one in number)
    spelled = [number, number.lower(), f" {number[:6]}\u3000{number[6:]}\u00a0", wide, wide.lower()]
    examined = examine(pl.Series(spelled), today=TODAY)
    assert examined.numbers.to_list() == [number] * 5
    assert examined.faults.to_list() == [SOUND] * 5


def test_month_of_birth_and_sex_are_read_from_the_number() -> None:
    frame = pl.DataFrame({"n": [id_number("19530412", 22), id_number("20240229", 112), None]})
    read = frame.select(b=birth_month_date(pl.col("n")), s=sex_code(pl.col("n")))
    assert read.rows() == [(date(1953, 4, 1), "female"), (date(2024, 2, 1), "female"), (None, None)]
    male = frame.head(1).select(sex_code(pl.lit(id_number("19530412", 3))))
    assert male.item() == "male"
