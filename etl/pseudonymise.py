"""Rows about persons taken apart: pseudonyms for landing, clear values for the vault.

Everything about which column becomes what is in the contract (`Column.landed`); a dataset without
personal data passes through untouched.
"""

from dataclasses import dataclass

import polars as pl
import polars_hash  # noqa: F401 - registers the expressions `chash`

from etl.contract import Column, Contract
from etl.identity_number import birth_month_date, sex_code, tidied
from etl.masking import ADDRESS, ID_NUMBER, NAME, PHONE, mask_numbers, mask_own
from etl.parse import POLARS_TYPES
from etl.readers.extract import ROW
from warehouse.keys import Keys

KEY_LENGTH = 32
"""Hex digits of a pseudonym: 128 bits, so that no two of a billion persons share one."""

_OWN_MASKS = {"address": ADDRESS, "name": NAME, "id_number": ID_NUMBER, "phone": PHONE}
"""Classes that free text is searched for, an address first: it may have a name in it."""


@dataclass(frozen=True, kw_only=True)
class Apart:
    """Rows of a batch told apart, in the order they came.

    landed: what may be written: the contract's landed columns, and what loading added to the rows.
    clear: for the vault, only rows that name somebody: ROW, the landed key, every pseudonym, and
        the clear values by their contract names; of free text only what masking changed. None of
        a dataset without personal data or without anybody named.
    """

    landed: pl.DataFrame
    clear: pl.DataFrame | None


def pseudonymise(rows: pl.DataFrame, *, contract: Contract, keys: Keys | None) -> Apart:
    """Take the rows of a batch apart.

    Args:
        rows: contract columns and ROW, identity numbers sound and tidy.
        keys: needed where the contract has personal data.
    """
    if not contract.has_personal_data:
        return Apart(landed=rows, clear=None)
    assert keys is not None, "personal data without a key"
    masked = {
        column.name: _masked(rows, column.name, contract=contract)
        for column in contract.columns
        if column.personal_data == "free_text"
    }
    others = [name for name in rows.columns if name not in contract.column_names]
    kept = [
        expression
        for column in contract.columns
        for expression in _landed(column, masked=masked, key=keys.pseudonyms)
    ]
    landed = rows.select(*kept, *others)
    return Apart(landed=landed, clear=_clear(rows, landed, masked=masked, contract=contract))


def person_key(number: pl.Expr, *, key: bytes) -> pl.Expr:
    """Pseudonym of a tidy identity number: the same in every dataset."""
    return _keyed("person:", number, key=key)


def household_key(code: pl.Expr, *, key: bytes) -> pl.Expr:
    """Pseudonym of a household's code, spaces and width of its characters left aside."""
    return _keyed("household:", code.map_batches(tidied, return_dtype=pl.String), key=key)


def _keyed(kind: str, value: pl.Expr, *, key: bytes) -> pl.Expr:
    """HMAC-SHA256, keyed with the hex text of the key, of the kind and the value."""
    hashed: pl.Expr = (pl.lit(kind) + value).chash.hmac_sha256(key=key.hex())  # type: ignore[attr-defined]
    return hashed.str.slice(0, KEY_LENGTH)


def _landed(column: Column, *, masked: dict[str, pl.Series], key: bytes) -> list[pl.Expr]:
    """Expressions for what `column.landed` names, in its order."""
    value = pl.col(column.name)
    match column.personal_data:
        case None:
            return [value]
        case "free_text":
            return [pl.lit(masked[column.name]).alias(column.name)]
        case "household":
            return [household_key(value, key=key).alias(column.landed[0].name)]
        case "id_number":
            derived = {"birth_month_date": birth_month_date, "sex_code": sex_code}
            return [
                person_key(value, key=key).alias(column.landed[0].name),
                *(
                    derived[kind](value).cast(POLARS_TYPES[landed.logical_type]).alias(landed.name)
                    for kind, landed in zip(column.derives, column.landed[1:], strict=True)
                ),
            ]
        case _:
            return []


def _masked(rows: pl.DataFrame, name: str, *, contract: Contract) -> pl.Series:
    own = [
        (column.name, mask)
        for kind, mask in _OWN_MASKS.items()
        for column in contract.columns
        if column.personal_data == kind
    ]
    if rows[name].null_count() == rows.height:
        return rows[name]
    return mask_numbers(mask_own(rows, name, own=own)).alias(name)


def _clear(
    rows: pl.DataFrame, landed: pl.DataFrame, *, masked: dict[str, pl.Series], contract: Contract
) -> pl.DataFrame | None:
    personal = [column for column in contract.columns if column.personal_data]
    given = [one for one in personal if rows[one.name].null_count() < rows.height]
    if not given:
        return None
    values = [
        rows[one.name]
        if one.personal_data != "free_text"
        else rows.select(
            pl.when(pl.col(one.name) != masked[one.name]).then(pl.col(one.name))
        ).to_series()
        for one in personal
    ]
    clear = pl.DataFrame(values)
    names = [
        landed.name
        for one in personal
        if one.personal_data in PSEUDONYMS
        for landed in one.landed[:1]
    ]
    beside = [
        name for name in dict.fromkeys((*contract.landed_key, *names)) if name not in clear.columns
    ]
    kept = landed.select(ROW, *beside).hstack(clear)
    kept = kept.filter(pl.any_horizontal(pl.col(clear.columns).is_not_null()))
    return kept if kept.height else None


PSEUDONYMS = {"id_number": person_key, "household": household_key}
"""Classes whose landed column is a keyed hash, and what computes it."""
