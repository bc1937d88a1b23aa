"""The rule check: every row against every rule, all reasons of a row together.

Rules come from the contract (types, required, ranges, patterns, allowed values, identity numbers,
rules across columns) and from the source (closed code lists); none is written for one dataset.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from etl.contract import Column, Rule
from etl.dates import EXAMPLES
from etl.identity_number import DIGITS_LOST, FAULTS, SOUND, examine
from etl.masking import NUMBERS
from etl.parse import EXPONENT, clock_of, is_code, text_of, typed
from etl.readers import Extract
from etl.readers.extract import ROW
from etl.source import Source
from warehouse.counties import County
from warehouse.errors import unknown_value
from warehouse.plugins import load_plugins

FALLBACK = "is_fallback_point"
SAME_POINT_DEGREES = 5e-7
"""Points closer than this are one: five centimetres, half the last digit publishers write."""

PART_ROWS = 250_000
"""Rows judged at a time."""

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


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Rows of a file told apart.

    landed: contract columns in contract order and types, ROW, and for rows at a point FALLBACK.
    refused: ROW, `reasons`, `details` and `told` (lists of the same length, in the order of the
        checks).
    rules: names of the checks that every row was held against.
    """

    landed: pl.DataFrame
    refused: pl.DataFrame
    rules: tuple[str, ...] = ()


def judge(extract: Extract, *, source: Source, county: County, today: date | None = None) -> Judged:
    """Give a file's rows their types and hold them against contract and source.

    Points are taken to CGCS2000 on the way. A row whose key and version stand earlier in the file
    is refused only where it is otherwise sound: a broken first copy does not stop the second.

    Args:
        today: nobody is born after it; the county's current day when None.
    """
    zone = ZoneInfo(source.time_zone or county.time_zone)
    # In parts, so that texts, clocks and marks of all rows are never in memory at once.
    slices = list(extract.frame.iter_slices(PART_ROWS)) or [extract.frame]
    day = today or datetime.now(UTC).astimezone(zone).date()
    parts = [
        _judge_part(
            _with_identity_numbers(typed(part, source=source, zone=zone), source=source, today=day),
            extract=extract,
            source=source,
            county=county,
        )
        for part in slices
    ]
    judged = Judged(
        landed=pl.concat([part.landed for part in parts]),
        refused=pl.concat([part.refused for part in parts]),
        rules=tuple(dict.fromkeys(name for part in parts for name in part.rules)),
    )
    for rule in source.contract.rules:
        if rule.kind == "unique":
            judged = _without_repeats(judged, rule=rule, source=source, spelled=extract.spelled)
    return judged


def _judge_part(frame: pl.DataFrame, *, extract: Extract, source: Source, county: County) -> Judged:
    frame = _with_points(frame, source=source, county=county)
    checks = list(_checks(frame, extract=extract, source=source, county=county))
    fails = frame.select(
        check.fails.fill_null(False).alias(str(place)) for place, check in enumerate(checks)
    )
    is_refused = fails.select(pl.any_horizontal(pl.all())).to_series()
    flag = [FALLBACK] if source.contract.point else []
    landed = frame.select(*source.contract.column_names, ROW, *flag)
    return Judged(
        landed=landed.filter(~is_refused) if is_refused.any() else landed,
        refused=_reasons(frame, fails=fails, checks=checks, is_refused=is_refused),
        rules=tuple(check.reason for check in checks),
    )


def _without_repeats(
    judged: Judged, *, rule: Rule, source: Source, spelled: dict[str, str]
) -> Judged:
    """Refuse landed rows with the same values of the rule's columns as one above them."""
    judged = replace(judged, rules=(*judged.rules, rule.name))
    landed, columns = judged.landed, list(rule.columns)
    if any(landed[column].n_unique() == landed.height for column in columns):
        return judged
    again = landed.select(pl.struct(columns).is_first_distinct().not_()).to_series()
    refused = landed.filter(again).select(
        ROW,
        pl.concat_list(pl.lit(rule.name)).alias("reasons"),
        pl.concat_list(_rule_detail(rule, frame=landed, spelled=spelled)).alias("details"),
        pl.concat_list(_rule_detail(rule, frame=landed, spelled=spelled, veil=_veil(source))).alias(
            "told"
        ),
    )
    return replace(
        judged,
        landed=landed.filter(~again),
        refused=pl.concat([judged.refused, refused]).sort(ROW),
    )


def _reasons(
    frame: pl.DataFrame, *, fails: pl.DataFrame, checks: list[Check], is_refused: pl.Series
) -> pl.DataFrame:
    some = [place for place in range(len(checks)) if fails[str(place)].any()]
    if not some:
        texts = pl.List(pl.String)
        return pl.DataFrame(
            schema={ROW: pl.Int64, "reasons": texts, "details": texts, "told": texts}
        )
    refused = frame.with_columns(fails[[str(place) for place in some]]).filter(is_refused)
    reasons = [pl.when(str(place)).then(pl.lit(checks[place].reason)) for place in some]
    details = [pl.when(str(place)).then(checks[place].detail) for place in some]
    told = [pl.when(str(place)).then(checks[place].told) for place in some]
    return refused.select(
        ROW,
        pl.concat_list(reasons).list.drop_nulls().alias("reasons"),
        pl.concat_list(details).list.drop_nulls().alias("details"),
        pl.concat_list(told).list.drop_nulls().alias("told"),
    )


def _checks(
    frame: pl.DataFrame, *, extract: Extract, source: Source, county: County
) -> Iterator[Check]:
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


def _veil(source: Source) -> Veil:
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
            veil=_veil(source),
        )
    yield _check(
        column,
        reason=f"not_a_{kind}",
        fails=given.is_not_null() & read.is_null(),
        label=label,
        value=given,
        rest=rest,
        veil=_veil(source),
    )


def _value_checks(column: Column, *, text: str, label: str, source: Source) -> Iterator[Check]:
    """Missing, out of range, of another shape, not on the list."""
    value = pl.col(column.name)
    check = partial(_check, column, label=label, veil=_veil(source))
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
    check = partial(_check, column, label=label, value=pl.col(column.name), veil=_veil(source))
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


def _with_identity_numbers(frame: pl.DataFrame, *, source: Source, today: date) -> pl.DataFrame:
    """Identity numbers tidied, each with its fault beside it."""
    for column in source.contract.columns:
        if column.personal_data == "id_number" and frame[column.name].null_count() < frame.height:
            examined = examine(frame[column.name], today=today)
            frame = frame.with_columns(
                examined.numbers.alias(column.name),
                examined.faults.alias(fault_of(column.name)),
            )
    return frame


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
        case _:
            west, south, east, north = county.extent
            longitude, latitude = values
            fails = (
                longitude.is_between(west, east).not_() | latitude.is_between(south, north).not_()
            )
    return Check(
        reason=rule.name,
        fails=fails,
        detail=_rule_detail(rule, frame=frame, spelled=spelled),
        told=_rule_detail(rule, frame=frame, spelled=spelled, veil=_veil(source)),
    )


def _rule_detail(
    rule: Rule, *, frame: pl.DataFrame, spelled: dict[str, str], veil: Veil | None = None
) -> pl.Expr:
    parts = [pl.lit(f"{rule.description}: ")]
    for place, name in enumerate(rule.columns):
        text = text_of(name) if text_of(name) in frame.columns else name
        value = pl.col(text).cast(pl.String)
        if veil is not None:
            value = veil(value, name)
        shown = pl.coalesce(value.str.slice(0, MOST_SHOWN), pl.lit("—"))
        parts += [pl.lit(f"{', ' if place else ''}{_label(name, spelled)} "), shown]
    return pl.concat_str(parts)


def _with_points(frame: pl.DataFrame, *, source: Source, county: County) -> pl.DataFrame:
    """Points in CGCS2000, and FALLBACK: true on one of the default points of the source."""
    if source.contract.point is None:
        return frame
    longitude, latitude = source.contract.point
    near = [
        ((pl.col(longitude) - point.longitude).abs() < SAME_POINT_DEGREES)
        & ((pl.col(latitude) - point.latitude).abs() < SAME_POINT_DEGREES)
        for point in source.fallback_points
    ]
    flag = pl.any_horizontal(near).fill_null(False) if near else pl.lit(False)
    frame = frame.with_columns(flag.alias(FALLBACK))
    datum = source.datum or county.datum
    if datum == "cgcs2000":
        return frame
    is_point = (pl.col(longitude).abs() <= 180) & (pl.col(latitude).abs() <= 90)
    given = frame.select(
        pl.when(is_point).then(name).cast(pl.Float64).fill_null(np.nan)
        for name in (longitude, latitude)
    )
    to_cgcs2000 = load_plugins("gridgov.datums")["to_cgcs2000"]
    converted = to_cgcs2000(given[longitude].to_numpy(), given[latitude].to_numpy(), datum=datum)
    points = pl.DataFrame({"x": np.asarray(converted[0]), "y": np.asarray(converted[1])}).fill_nan(
        None
    )
    # What is no point stays as it was, for the range check to name.
    return frame.with_columns(
        pl.coalesce(points["x"], pl.col(longitude)).alias(longitude),
        pl.coalesce(points["y"], pl.col(latitude)).alias(latitude),
    )
