"""Resident identity numbers (GB 11643): 17 digits and a check character, told apart by the column.

Digits 1–6 are a division (not held against a list: old divisions live on in numbers), 7–14 the day
of birth, 15–17 a sequence whose last digit is odd for men, the last a check character by
ISO 7064 MOD 11-2, where 10 is written X.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import polars as pl

SOUND, WRONG_SHAPE, FIFTEEN_DIGITS, NO_BIRTH_DATE, WRONG_CHECK, DIGITS_LOST = range(6)

FAULTS = {
    WRONG_SHAPE: "不是 18 位身份证号 / is not 17 digits and a check character",
    FIFTEEN_DIGITS: "是 15 位旧号,须换成 18 位 / is an old 15-digit number; 18 digits are needed",
    NO_BIRTH_DATE: "出生日期不存在 / has no date of birth from 1900 to today in it",
    WRONG_CHECK: "校验码不符 / does not fit its check character",
    DIGITS_LOST: "被存成数值,末几位已丢失 / was kept as a number: its last digits are lost",
}

Bytes = np.ndarray[Any, np.dtype[np.uint8]]
Bools = np.ndarray[Any, np.dtype[np.bool_]]

FIRST_YEAR = 1900
PART_ROWS = 60_000
"""Numbers looked at a time, so that their digits stay in the processor's cache."""

_LENGTH = 18
_WEIGHTS = tuple(pow(2, _LENGTH - place, 11) for place in range(1, _LENGTH))
_ZERO, _X = ord("0"), ord("X")
_EXPONENT = r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]+$"
_DECIMAL = r"^[0-9]{14,18}\.0*$"

_WIDE = {chr(ord(one) + 0xFEE0): one for one in "0123456789Xx.+Ee"}
_SPACES = r"[\s\u{00A0}\u{200B}\u{3000}\u{FEFF}]"


@dataclass(frozen=True, kw_only=True)
class Examined:
    """A column of identity numbers, row by row; null stays null and is SOUND.

    numbers: with half-width digits, X upper case and no spaces.
    faults: UInt8, one of the constants above.
    """

    numbers: pl.Series
    faults: pl.Series


def examine(texts: pl.Series, *, today: date) -> Examined:
    """Hold every number against the standard."""
    faults = _faults(texts, today=today)
    if not (faults > SOUND).any():
        return Examined(numbers=texts, faults=faults)
    # Only what does not stand as it is needs the slower look.
    again = (faults > SOUND).arg_true()
    tidy = tidied(texts.gather(again))
    found = _faults(tidy, today=today)
    lost = tidy.str.contains(_EXPONENT) | tidy.str.contains(_DECIMAL)
    # A workbook keeps fifteen digits of a number and fills the rest with noughts.
    lost |= tidy.str.contains(r"^[0-9]{15}000$") & (found != NO_BIRTH_DATE)
    fifteen = tidy.str.contains(r"^[0-9]{15}$")
    codes = pl.DataFrame({"found": found, "lost": lost, "fifteen": fifteen}).select(
        pl.when(pl.col("found") == SOUND)
        .then(pl.lit(SOUND))
        .when(pl.col("lost"))
        .then(pl.lit(DIGITS_LOST))
        .when(pl.col("fifteen"))
        .then(pl.lit(FIFTEEN_DIGITS))
        .otherwise(pl.col("found"))
        .cast(pl.UInt8)
    )
    faults = faults.scatter(again, codes.to_series())
    numbers = texts.scatter(again, tidy)
    is_filled = numbers.str.ends_with("000").fill_null(False)
    by_chance = is_filled & (faults == SOUND)
    # One in eleven ruined numbers fits its check character; where most that end so do not fit,
    # none is to be trusted.
    if (is_filled & (faults == DIGITS_LOST)).sum() > by_chance.sum():
        faults = faults.set(by_chance, DIGITS_LOST)
    return Examined(numbers=numbers, faults=faults)


def tidied(texts: pl.Series) -> pl.Series:
    """Half-width, upper case, without spaces; what is then empty stays an empty text."""
    return (
        texts.str.replace_many(list(_WIDE), list(_WIDE.values()))
        .str.replace_all(_SPACES, "")
        .str.to_uppercase()
    )


def birth_month_date(number: pl.Expr) -> pl.Expr:
    """First day of the month of birth in sound numbers."""
    return pl.concat_str(number.str.slice(6, 6), pl.lit("01")).str.to_date("%Y%m%d", strict=False)


def sex_code(number: pl.Expr) -> pl.Expr:
    """`male` or `female` by the seventeenth digit of sound numbers."""
    is_male = number.str.slice(16, 1).is_in(["1", "3", "5", "7", "9"])
    return pl.when(number.is_not_null()).then(
        pl.when(is_male).then(pl.lit("male")).otherwise(pl.lit("female"))
    )


def _faults(texts: pl.Series, *, today: date) -> pl.Series:
    is_long = (texts.str.len_bytes() == _LENGTH).fill_null(False)
    if is_long.all():
        return pl.Series(_faults_of_eighteen(texts, today=today), dtype=pl.UInt8)
    faults = np.where(texts.is_null().to_numpy(), SOUND, WRONG_SHAPE).astype(np.uint8)
    places = is_long.to_numpy()
    faults[places] = _faults_of_eighteen(texts.filter(is_long), today=today)
    return pl.Series(faults, dtype=pl.UInt8)


def _faults_of_eighteen(texts: pl.Series, *, today: date) -> Bytes:
    """Faults of texts that are 18 bytes long."""
    parts = [texts.slice(start, PART_ROWS) for start in range(0, len(texts), PART_ROWS)]
    if len(parts) < 2:
        return _faults_of_part(texts, today=today)
    # The engines below let the interpreter go while they count.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return np.concatenate(list(pool.map(partial(_faults_of_part, today=today), parts)))


def _faults_of_part(texts: pl.Series, *, today: date) -> Bytes:
    if texts.is_empty():
        return np.empty(0, dtype=np.uint8)
    content = texts.str.join("").item().encode()
    rows = np.frombuffer(content, dtype=np.uint8).reshape(-1, _LENGTH)
    # One row per place, so that every step below runs along memory. Below "0" wraps above 9.
    digits = np.ascontiguousarray(rows.T) - np.uint8(_ZERO)
    is_digits = digits[:17].max(axis=0) <= 9
    check = np.where(digits[17] == _X - _ZERO, np.uint8(10), digits[17])
    is_shaped = is_digits & (check <= 10)
    is_shaped &= rows[:, 17] != _ZERO + 10
    total = check.astype(np.uint16)
    for weight, place in zip(_WEIGHTS, digits[:17], strict=True):
        total += place * np.uint16(weight)
    faults = np.where(total % 11 == 1, np.uint8(SOUND), np.uint8(WRONG_CHECK))
    faults[~_has_birth_date(digits, today=today)] = NO_BIRTH_DATE
    faults[~is_shaped] = WRONG_SHAPE
    return faults


def _has_birth_date(digits: Bytes, *, today: date) -> Bools:
    tens = np.uint16(10)
    year = digits[6] * np.uint16(1000) + digits[7] * np.uint16(100) + digits[8] * tens + digits[9]
    month = digits[10] * tens + digits[11]
    day = digits[12] * tens + digits[13]
    is_leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = _DAYS[np.minimum(month, 13)] + (is_leap & (month == 2))
    ordinal = year.astype(np.uint32) * np.uint32(10_000) + month * np.uint16(100) + day
    latest = today.year * 10_000 + today.month * 100 + today.day
    has_date: Bools = (year >= FIRST_YEAR) & (day >= 1) & (day <= longest) & (ordinal <= latest)
    return has_date


_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0], dtype=np.uint16)
