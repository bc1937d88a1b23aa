"""The rule check: every row against every rule, all reasons of a row together.

Rules come from the contract (types, required, ranges, patterns, allowed values, identity numbers,
rules across columns) and from the source (closed code lists); none is written for one dataset.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from etl.contract import Rule
from etl.identity_number import examine
from etl.parse import typed
from etl.readers import Extract
from etl.readers.extract import ROW
from etl.row_checks import Check, fault_of, row_checks, rule_detail, veil_of
from etl.source import Source
from warehouse.counties import County
from warehouse.plugins import load_plugins

FALLBACK = "is_fallback_point"
SAME_POINT_DEGREES = 5e-7
"""Points closer than this are one: five centimetres, half the last digit publishers write."""

PART_ROWS = 250_000
"""Rows judged at a time."""


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
    checks = list(row_checks(frame, extract=extract, source=source, county=county))
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
        pl.concat_list(rule_detail(rule, frame=landed, spelled=spelled)).alias("details"),
        pl.concat_list(
            rule_detail(rule, frame=landed, spelled=spelled, veil=veil_of(source))
        ).alias("told"),
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
