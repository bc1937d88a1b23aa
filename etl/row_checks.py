"""The checks of a source's rows, as column expressions: where each fails, and what is said of it.

None is written for one dataset: they come from the columns and rules of the contract and from the
closed code lists of the source.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
import polars as pl

from etl.contract import Column, Rule
from etl.dates import EXAMPLES
from etl.identity_number import DIGITS_LOST, FAULTS, SOUND
from etl.masking import NUMBERS
from etl.parse import EXPONENT, clock_of, is_code, text_of
from etl.readers import Extract
from etl.source import Source
from warehouse.counties import County
from warehouse.errors import unknown_value

FEWEST_PHONE_DIGITS, MOST_PHONE_DIGITS = 5, 20
"""Short numbers and numbers with a country and an extension are phones too."""

MOST_SHOWN = 200
"""Characters of an offending value that a message shows."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One way for a row to be refused: when `fails` is true.

    `detail` says it with the value, for the quarantine. `told` says it for a terminal: what is or
    may be about a person is left out.
    """

    reason: str
    fails: pl.Expr
    detail: pl.Expr
    told: pl.Expr


def row_checks(
    frame: pl.DataFrame, *, extract: Extract, source: Source, county: County
) -> Iterator[Check]:
    """Every check of a working frame (see `etl.parse`) but those across rows."""
    for column in source.contract.columns:
        label = _label(column.name, extract.spelled)
        text = text_of(column.name) if text_of(column.name) in frame.columns else column.name
        if text in frame.columns and frame.schema[text] != pl.Null:
            yield from _type_checks(column, text=text, label=label, source=source, county=county)
        yield from _value_checks(column, text=text, label=label, source=source)
        if column.personal_data and frame[column.name].null_count() < frame.height:
            yield from _personal_checks(column, frame=frame, label=label, source=source)
        if extract.has_nul and frame.schema[text] == pl.String:
            said = pl.lit(f"{label}: 含有 NUL 字节 / has a NUL byte in it")
            yield Check(
                reason=f"nul_byte:{column.name}",
                fails=pl.col(text).str.contains("\0", literal=True),
                detail=said,
                told=said,
            )
    for rule in source.contract.rules:
        if rule.is_judged_on_load and rule.kind != "unique":
            yield _rule_check(
                rule, frame=frame, source=source, spelled=extract.spelled, county=county
            )


def _label(column: str, spelled: dict[str, str]) -> str:
    """A column as the file spells it, with the contract's name."""
    given = spelled.get(column, column)
    return f"{given} ({column})" if given != column else column


Veil = Callable[[pl.Expr, str], pl.Expr]
"""Hides of a column's values what must not be seen on a terminal."""


def veil_of(source: Source) -> Veil:
    """Values as a terminal may show them.

    Of a dataset with personal data no value of a personal column is shown, and of the others only
    what cannot be one in the wrong place: a single character, or ASCII without an identity or
    phone number in it.
    """
    personal = {column.name for column in source.contract.columns if column.personal_data}

    def veil(text: pl.Expr, column: str) -> pl.Expr:
        if not personal:
            return text
        hidden = pl.format("〔{} 字符 / characters〕", text.str.len_chars())
        if column in personal:
            return hidden
        is_plain = (text.str.contains(r"^[\x20-\x7E]*$") & text.str.contains(NUMBERS).not_()) | (
            text.str.len_chars() == 1
        )
        return pl.when(is_plain).then(text).otherwise(hidden)

    return veil


def _check(
    column: Column,
    *,
    reason: str,
    fails: pl.Expr,
    label: str,
    value: pl.Expr,
    rest: str,
    veil: Veil,
) -> Check:
    """A check whose message shows one value."""
    text = value.cast(pl.String)
    return Check(
        reason=f"{reason}:{column.name}",
        fails=fails,
        detail=_said(label, text, rest),
        told=_said(label, veil(text, column.name), rest),
    )


def _said(label: str, text: pl.Expr, rest: str) -> pl.Expr:
    shown = pl.coalesce(text.str.slice(0, MOST_SHOWN), pl.lit(""))
    return pl.concat_str(pl.lit(f'{label}: "'), shown, pl.lit(f'" {rest}'))


def _type_checks(
    column: Column, *, text: str, label: str, source: Source, county: County
) -> Iterator[Check]:
    """Texts that are not of the column's type."""
    given, value = pl.col(text), pl.col(column.name)
    formats = ", ".join(source.date_formats) or EXAMPLES
    match column.logical_type:
        case "string" | "geometry":
            return
        case "integer" | "number":
            kind, rest = "number", "不是数 / is not a number"
            if column.logical_type == "integer":
                rest = "不是整数 / is not a whole number"
        case "date" | "timestamp":
            kind, rest = "date", f"不是日期 / is not a date of format {formats}"
        case "boolean":
            kind, rest = "boolean", "不是是非 / is neither true nor false"
    if text == column.name:
        return
    read = value
    if column.logical_type == "timestamp" and not any("%z" in one for one in source.date_formats):
        clock = pl.col(clock_of(column.name))
        read = clock
        zone = source.time_zone or county.time_zone
        yield _check(
            column,
            reason="impossible_local_time",
            fails=clock.is_not_null() & value.is_null(),
            label=label,
            value=given,
            rest=f"在 {zone} 不存在 / does not exist in {zone}: clocks skipped it",
            veil=veil_of(source),
        )
    yield _check(
        column,
        reason=f"not_a_{kind}",
        fails=given.is_not_null() & read.is_null(),
        label=label,
        value=given,
        rest=rest,
        veil=veil_of(source),
    )


def _value_checks(column: Column, *, text: str, label: str, source: Source) -> Iterator[Check]:
    """Missing, out of range, of another shape, not on the list."""
    value = pl.col(column.name)
    check = partial(_check, column, label=label, veil=veil_of(source))
    if column.is_required:
        said = pl.lit(f"{label}: 必填,为空 / is required and empty")
        yield Check(
            reason=f"missing:{column.name}", fails=pl.col(text).is_null(), detail=said, told=said
        )
    if column.minimum is not None or column.maximum is not None:
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        yield check(
            reason="out_of_range",
            fails=(value < low) | (value > high),
            value=pl.col(text),
            rest=f"不在 / is not within {low:g} … {high:g}",
        )
    if column.pattern is not None:
        yield check(
            reason="wrong_pattern",
            fails=value.str.contains(f"^(?:{column.pattern})$").not_(),
            value=value,
            rest=f"格式不符 / does not match {column.pattern}",
        )
    allowed = _allowed(column, source=source)
    if allowed is None and is_code(column):
        yield check(
            reason="digits_lost",
            fails=value.str.contains(EXPONENT),
            value=value,
            rest=FAULTS[DIGITS_LOST],
        )
    if allowed is not None:
        rest = unknown_value("", "", allowed, most=20).partition('""')[2].strip()
        unknown = check(
            reason="unknown", fails=value.is_in(list(allowed)).not_(), value=value, rest=rest
        )
        yield replace(unknown, reason=f"unknown_{column.name}")


def _personal_checks(
    column: Column, *, frame: pl.DataFrame, label: str, source: Source
) -> Iterator[Check]:
    """Identity numbers that are none, and phones without as many digits as any phone has."""
    check = partial(_check, column, label=label, value=pl.col(column.name), veil=veil_of(source))
    if column.personal_data == "id_number" and fault_of(column.name) in frame.columns:
        fault = pl.col(fault_of(column.name))
        yield check(reason="digits_lost", fails=fault == DIGITS_LOST, rest=FAULTS[DIGITS_LOST])
        # One reason for all other faults; the message says which.
        invalid = check(
            reason="invalid_identity_number",
            fails=fault.is_in([SOUND, DIGITS_LOST]).not_(),
            rest="",
        )
        which = fault.replace_strict(FAULTS, default="", return_dtype=pl.String)
        yield replace(
            invalid,
            detail=pl.concat_str(invalid.detail, which),
            told=pl.concat_str(invalid.told, which),
        )
    if column.personal_data == "phone":
        digits = pl.col(column.name).str.replace_all(r"[^0-9]", "").str.len_bytes()
        yield check(
            reason="invalid_phone",
            fails=digits.is_between(FEWEST_PHONE_DIGITS, MOST_PHONE_DIGITS).not_(),
            rest="不是电话号码 / is not a phone number",
        )


def fault_of(column: str) -> str:
    """Name under which the working frame keeps what is wrong with an identity number."""
    return f"fault {column}"


def _allowed(column: Column, *, source: Source) -> tuple[str, ...] | None:
    codes = source.codes.get(column.name)
    if codes is not None and codes.allowed != "open":
        return codes.allowed
    return column.allowed


def _rule_check(
    rule: Rule, *, frame: pl.DataFrame, source: Source, spelled: dict[str, str], county: County
) -> Check:
    values = [pl.col(name) for name in rule.columns]
    match rule.kind:
        case "order":
            fails = pl.any_horizontal(later < earlier for earlier, later in pairwise(values))
        case "together":
            texts = [
                text_of(name) if text_of(name) in frame.columns else name for name in rule.columns
            ]
            given = [pl.col(text).is_not_null() for text in texts]
            fails = pl.any_horizontal(given) & pl.all_horizontal(given).not_()
        case "only_when":
            column, value = rule.when or ("", "")
            is_met = (pl.col(column).cast(pl.String) == value).fill_null(False)
            fails = is_met.not_() & pl.any_horizontal(one.is_not_null() for one in values)
        case "needed_when":
            column, value = rule.when or ("", "")
            is_met = (pl.col(column).cast(pl.String) == value).fill_null(False)
            fails = is_met & pl.any_horizontal(one.is_null() for one in values)
        case _:
            west, south, east, north = county.extent
            longitude, latitude = values
            fails = (
                longitude.is_between(west, east).not_() | latitude.is_between(south, north).not_()
            )
    return Check(
        reason=rule.name,
        fails=fails,
        detail=rule_detail(rule, frame=frame, spelled=spelled),
        told=rule_detail(rule, frame=frame, spelled=spelled, veil=veil_of(source)),
    )


def rule_detail(
    rule: Rule, *, frame: pl.DataFrame, spelled: dict[str, str], veil: Veil | None = None
) -> pl.Expr:
    """The values of a rule's columns, as the file has them where they were read from text."""
    parts = [pl.lit(f"{rule.description}: ")]
    for place, name in enumerate(rule.columns):
        text = text_of(name) if text_of(name) in frame.columns else name
        value = pl.col(text).cast(pl.String)
        if veil is not None:
            value = veil(value, name)
        shown = pl.coalesce(value.str.slice(0, MOST_SHOWN), pl.lit("—"))
        parts += [pl.lit(f"{', ' if place else ''}{_label(name, spelled)} "), shown]
    return pl.concat_str(parts)
