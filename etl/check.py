"""The rule check: every row against every rule, all reasons of a row together.

Rules come from the contract (types, required, ranges, allowed values, rules across columns) and
from the source (closed code lists); none is written for one dataset.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from etl.contract import Column, Rule
from etl.parse import clock_of, text_of, typed
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

MOST_SHOWN = 200
"""Characters of an offending value that a message shows."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One way for a row to be refused: when `fails` is true; `detail` says it with the value."""

    reason: str
    fails: pl.Expr
    detail: pl.Expr


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Rows of a file told apart.

    landed: contract columns in contract order and types, ROW, and for rows at a point FALLBACK.
    refused: ROW, `reasons` and `details` (lists of the same length, in the order of the checks).
    """

    landed: pl.DataFrame
    refused: pl.DataFrame


def judge(extract: Extract, *, source: Source, county: County) -> Judged:
    """Give a file's rows their types and hold them against contract and source.

    Points are taken to CGCS2000 on the way. A row whose key and version stand earlier in the file
    is refused only where it is otherwise sound: a broken first copy does not stop the second.
    """
    zone = ZoneInfo(source.time_zone or county.time_zone)
    # In parts, so that texts, clocks and marks of all rows are never in memory at once.
    slices = list(extract.frame.iter_slices(PART_ROWS)) or [extract.frame]
    parts = [
        _judge_part(
            typed(part, source=source, zone=zone), extract=extract, source=source, county=county
        )
        for part in slices
    ]
    judged = Judged(
        landed=pl.concat([part.landed for part in parts]),
        refused=pl.concat([part.refused for part in parts]),
    )
    for rule in source.contract.rules:
        if rule.kind == "unique":
            judged = _without_repeats(judged, rule=rule, spelled=extract.spelled)
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
    )


def _without_repeats(judged: Judged, *, rule: Rule, spelled: dict[str, str]) -> Judged:
    """Refuse landed rows with the same values of the rule's columns as one above them."""
    landed, columns = judged.landed, list(rule.columns)
    if any(landed[column].n_unique() == landed.height for column in columns):
        return judged
    again = landed.select(pl.struct(columns).is_first_distinct().not_()).to_series()
    refused = landed.filter(again).select(
        ROW,
        pl.concat_list(pl.lit(rule.name)).alias("reasons"),
        pl.concat_list(_rule_detail(rule, frame=landed, spelled=spelled)).alias("details"),
    )
    return Judged(
        landed=landed.filter(~again), refused=pl.concat([judged.refused, refused]).sort(ROW)
    )


def _reasons(
    frame: pl.DataFrame, *, fails: pl.DataFrame, checks: list[Check], is_refused: pl.Series
) -> pl.DataFrame:
    some = [place for place in range(len(checks)) if fails[str(place)].any()]
    if not some:
        return pl.DataFrame(
            schema={ROW: pl.Int64, "reasons": pl.List(pl.String), "details": pl.List(pl.String)}
        )
    refused = frame.with_columns(fails[[str(place) for place in some]]).filter(is_refused)
    reasons = [pl.when(str(place)).then(pl.lit(checks[place].reason)) for place in some]
    details = [pl.when(str(place)).then(checks[place].detail) for place in some]
    return refused.select(
        ROW,
        pl.concat_list(reasons).list.drop_nulls().alias("reasons"),
        pl.concat_list(details).list.drop_nulls().alias("details"),
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
        if extract.has_nul and frame.schema[text] == pl.String:
            yield Check(
                reason=f"nul_byte:{column.name}",
                fails=pl.col(text).str.contains("\0", literal=True),
                detail=pl.lit(f"{label}: 含有 NUL 字节 / has a NUL byte in it"),
            )
    for rule in source.contract.rules:
        if rule.is_judged_on_load and rule.kind != "unique":
            yield _rule_check(rule, frame=frame, spelled=extract.spelled, county=county)


def _label(column: str, spelled: dict[str, str]) -> str:
    """A column as the file spells it, with the contract's name."""
    given = spelled.get(column, column)
    return f"{given} ({column})" if given != column else column


def _said(label: str, text: pl.Expr, rest: str) -> pl.Expr:
    shown = pl.coalesce(text.cast(pl.String).str.slice(0, MOST_SHOWN), pl.lit(""))
    return pl.concat_str(pl.lit(f'{label}: "'), shown, pl.lit(f'" {rest}'))


def _type_checks(
    column: Column, *, text: str, label: str, source: Source, county: County
) -> Iterator[Check]:
    """Texts that are not of the column's type."""
    given, value = pl.col(text), pl.col(column.name)
    formats = ", ".join(source.date_formats)
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
        yield Check(
            reason=f"impossible_local_time:{column.name}",
            fails=clock.is_not_null() & value.is_null(),
            detail=_said(
                label, given, f"在 {zone} 不存在 / does not exist in {zone}: clocks skipped it"
            ),
        )
    yield Check(
        reason=f"not_a_{kind}:{column.name}",
        fails=given.is_not_null() & read.is_null(),
        detail=_said(label, given, rest),
    )


def _value_checks(column: Column, *, text: str, label: str, source: Source) -> Iterator[Check]:
    """Missing, out of range, not on the list."""
    value = pl.col(column.name)
    if column.is_required:
        yield Check(
            reason=f"missing:{column.name}",
            fails=pl.col(text).is_null(),
            detail=pl.lit(f"{label}: 必填,为空 / is required and empty"),
        )
    if column.minimum is not None or column.maximum is not None:
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        yield Check(
            reason=f"out_of_range:{column.name}",
            fails=(value < low) | (value > high),
            detail=_said(label, pl.col(text), f"不在 / is not within {low:g} … {high:g}"),
        )
    allowed = _allowed(column, source=source)
    if allowed is not None:
        rest = unknown_value("", "", allowed, most=20).partition('""')[2].strip()
        yield Check(
            reason=f"unknown_{column.name}",
            fails=value.is_in(list(allowed)).not_(),
            detail=_said(label, value, rest),
        )


def _allowed(column: Column, *, source: Source) -> tuple[str, ...] | None:
    codes = source.codes.get(column.name)
    if codes is not None and codes.allowed != "open":
        return codes.allowed
    return column.allowed


def _rule_check(
    rule: Rule, *, frame: pl.DataFrame, spelled: dict[str, str], county: County
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
        reason=rule.name, fails=fails, detail=_rule_detail(rule, frame=frame, spelled=spelled)
    )


def _rule_detail(rule: Rule, *, frame: pl.DataFrame, spelled: dict[str, str]) -> pl.Expr:
    parts = [pl.lit(f"{rule.description}: ")]
    for place, name in enumerate(rule.columns):
        text = text_of(name) if text_of(name) in frame.columns else name
        shown = pl.coalesce(pl.col(text).cast(pl.String).str.slice(0, MOST_SHOWN), pl.lit("—"))
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
