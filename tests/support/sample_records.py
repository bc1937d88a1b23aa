"""The sample's programme records as delivered, and what of them is sound, worked out plainly.

Nothing of the loading takes part: contracts are read, their rules are applied again here.
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache

import polars as pl

from etl.contract import Column, Contract, Rule
from etl.contract_files import get_contract
from etl.sample.boundaries import SampleCounty, make_county
from etl.sample.people import People, make_people
from etl.sample.places import TOWN_OF_SCALE_TOWN
from etl.sample.programme import Table, programme_tables

AS_OF = datetime(2026, 11, 15, 23, 59, 59)  # noqa: DTZ001 - local times, as departments write them
BEFORE = (date(2023, 11, 1), date(2024, 10, 31))
AFTER = (date(2025, 11, 16), date(2026, 11, 15))
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"


@cache
def town(seed: int) -> tuple[SampleCounty, People]:
    """The sample's smallest county and its people."""
    county = make_county(seed, only_town=TOWN_OF_SCALE_TOWN)
    return county, make_people(county, scale="town", seed=seed)


@cache
def programme(seed: int) -> Mapping[str, list[Table]]:
    """All parts of the programme's datasets of a town, by dataset."""
    tables: dict[str, list[Table]] = {}
    for table in programme_tables(*town(seed), seed=seed):
        tables.setdefault(table.dataset, []).append(table)
    return tables


def delivered(seed: int, dataset: str) -> pl.DataFrame:
    """All rows of all parts, with `part`; an impossible time is null and `<column>_text` is not."""
    contract = get_contract(dataset)
    timed = [column.name for column in contract.columns if column.logical_type == "timestamp"]
    parts = []
    for number, table in enumerate(programme(seed)[dataset]):
        texts = [name for name in timed if table.frame.schema[name] == pl.String]
        parts.append(
            table.frame.with_columns(
                *(pl.col(name).alias(f"{name}_text") for name in texts),
                *(pl.col(name).str.to_datetime(TIME_FORMAT, strict=False) for name in texts),
                part=pl.lit(number),
            )
        )
    return pl.concat(parts, how="diagonal_relaxed")


def broken(frame: pl.DataFrame, contract: Contract) -> dict[str, pl.Series]:
    """Rows that a load must refuse, by reason."""
    reasons: dict[str, pl.Expr] = {}
    for column in contract.columns:
        reasons |= _broken_by_column(column, frame)
    for rule in contract.rules:
        if (expression := _broken_by_rule(rule)) is not None:
            reasons[rule.name] = expression
    judged = frame.select(
        value.fill_null(value=False).alias(name) for name, value in reasons.items()
    )
    return {series.name: series for series in judged if series.any()}


def sound(seed: int, dataset: str) -> pl.DataFrame:
    """The latest version of each record that breaks no rule of a load."""
    contract = get_contract(dataset)
    frame = delivered(seed, dataset)
    refused = broken(frame, contract)
    if refused:
        frame = frame.filter(~pl.any_horizontal(*refused.values()))
    return frame.sort("updated_at", "part").unique(contract.key, keep="last", maintain_order=True)


def _broken_by_column(column: Column, frame: pl.DataFrame) -> dict[str, pl.Expr]:
    value = pl.col(column.name)
    reasons = {}
    if f"{column.name}_text" in frame.columns:
        reasons["not_a_date"] = value.is_null() & pl.col(f"{column.name}_text").is_not_null()
    elif column.is_required:
        reasons["missing"] = value.is_null()
    if column.minimum is not None:
        reasons["out_of_range"] = value < column.minimum
    if column.maximum is not None:
        reasons["out_of_range"] = reasons.get("out_of_range", pl.lit(False)) | (
            value > column.maximum
        )
    if column.allowed:
        reasons["unknown_code"] = ~value.is_in(column.allowed)
    if column.personal_data == "id_number":
        lost = value.str.contains(r"E\+17$")
        reasons["digits_lost"] = lost
        reasons["invalid_identity_number"] = ~lost & ~_has_valid_check(value)
    return {f"{reason}:{column.name}": found for reason, found in reasons.items()}


def _has_valid_check(value: pl.Expr) -> pl.Expr:
    """ISO 7064 MOD 11-2: the weighted digits and the check character leave 1 of 11."""
    digits = [value.str.slice(place, 1).cast(pl.Int64, strict=False) for place in range(17)]
    last = value.str.slice(17, 1)
    check = pl.when(last == "X").then(10).otherwise(last.cast(pl.Int64, strict=False))
    total = pl.sum_horizontal(
        *(digit * (2 ** (17 - place) % 11) for place, digit in enumerate(digits)), check
    )
    return (value.str.len_chars() == 18) & (total % 11 == 1)


def _broken_by_rule(rule: Rule) -> pl.Expr | None:
    columns = [pl.col(name) for name in rule.columns]
    if rule.kind == "order":
        return columns[0] > columns[1]
    if rule.kind == "together":
        return columns[0].is_null() != columns[1].is_null()
    if rule.kind == "only_when":
        assert rule.when is not None
        name, value = rule.when
        holds = (pl.col(name).cast(pl.String) == value).fill_null(value=False)
        return pl.any_horizontal(one.is_not_null() for one in columns) & ~holds
    if rule.kind == "needed_when":
        assert rule.when is not None
        name, value = rule.when
        holds = (pl.col(name).cast(pl.String) == value).fill_null(value=False)
        return pl.any_horizontal(one.is_null() for one in columns) & holds
    if rule.kind == "unique":
        return pl.struct("part", *rule.columns).is_first_distinct().not_()
    return None
