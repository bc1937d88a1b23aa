"""What is never quite right about records: corrected and late ones, and some to be refused.

Records to be refused are added to the sound ones, under numbers of their own, so that what the
sound records tell stays as calibrated.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from etl.sample.defects import IMPOSSIBLE_TIME, TIME_FORMAT
from etl.sample.programme.writing import seconds_from, times
from etl.sample.timeline import AS_OF, DAY
from etl.sample.types import Bools

CORRECTED_SHARE, LATE_SHARE, SPOILED_SHARE = 0.004, 0.002, 0.0006
CORRECTION_DAYS = 12
LEAST_ROWS = 40
"""Smaller parts are delivered at once and without corrections."""

BAD_CHECK = pl.col("id_number").str.slice(0, 17) + pl.when(
    pl.col("id_number").str.ends_with("0")
).then(pl.lit("1")).otherwise(pl.lit("0"))
"""An identity number whose check character does not fit."""

LOST_DIGITS = pl.format(
    "{}.{}E+17", pl.col("id_number").str.slice(0, 1), pl.col("id_number").str.slice(1, 5)
)
"""An identity number as a spreadsheet shows it that took it for a number."""

Changes = Mapping[str, pl.Expr]


def correct(
    frame: pl.DataFrame, wrong: Changes, rng: np.random.Generator, *, may: Bools | None = None
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Split a dataset into a first delivery and a later one.

    The later one holds some records for the first time and others again, with a later
    `updated_at`; of these the first delivery holds an older version, changed by `wrong`.

    Args:
        frame: records with `updated_at`.
        wrong: expressions by column, of what the older version says instead.
        may: rows that may be corrected.

    Returns:
        Both deliveries, and how many records of the second replace others.
    """
    if len(frame) < LEAST_ROWS:
        return frame, frame.clear(), 0
    updated = seconds_from(frame["updated_at"])
    can = updated < AS_OF - (CORRECTION_DAYS + 1) * DAY
    candidates = rng.permutation(np.flatnonzero(can if may is None else can & may))
    corrected = max(1, round(len(frame) * CORRECTED_SHARE))
    late = max(1, round(len(frame) * LATE_SHARE))
    again, later = np.split(candidates[: corrected + late], [corrected])
    is_again, is_late = (np.isin(np.arange(len(frame)), rows) for rows in (again, later))
    moved = updated + np.where(is_again, rng.uniform(DAY, CORRECTION_DAYS * DAY, len(frame)), 0)
    true = frame.with_columns(times(moved).alias("updated_at"))
    older = pl.lit(pl.Series(is_again))
    first = frame.with_columns(
        pl.when(older).then(value.cast(frame.schema[name])).otherwise(pl.col(name)).alias(name)
        for name, value in wrong.items()
    )
    return first.filter(pl.Series(~is_late)), true.filter(pl.Series(is_again | is_late)), len(again)


def spoiled(
    frame: pl.DataFrame,
    number: str | None,
    kinds: Mapping[str, Changes],
    rng: np.random.Generator,
    *,
    share: float = SPOILED_SHARE,
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Add copies of some records, each wrong in one way and under a number of its own.

    Args:
        frame: records; those copied have a value in every column that the kind changes.
        number: column of the record's number, which the copies get anew; None where the changes
            make another key.
        kinds: expressions by column, by the name of the reason to refuse the record. A reason
            `not_a_date:<column>` needs none: the column becomes text in all records.

    Returns:
        The frame with the copies at its end, and the number of copies by reason.
    """
    each = max(1, round(len(frame) * share / len(kinds)))
    as_text = [reason.split(":")[1] for reason in kinds if reason.startswith("not_a_date:")]
    texts = [pl.col(name).dt.strftime(TIME_FORMAT) for name in as_text]
    parts = [frame.with_columns(texts)]
    planted: dict[str, int] = {}
    for position, (reason, changes) in enumerate(kinds.items()):
        impossible = [name for name in as_text if reason == f"not_a_date:{name}"]
        told = frame.select(pl.int_range(pl.len()).alias(""), *changes).drop_nulls()
        rows = told[""].to_numpy()
        chosen = rng.permutation(rows)[:each]
        own = pl.lit(f"-{position}") + pl.int_range(pl.len()).cast(pl.String)
        copies = (
            frame[chosen]
            .with_columns(
                value.cast(frame.schema[name]).alias(name) for name, value in changes.items()
            )
            .with_columns([] if number is None else pl.col(number) + own)
            .with_columns(texts)
            .with_columns(pl.lit(IMPOSSIBLE_TIME).alias(name) for name in impossible)
        )
        parts.append(copies)
        if len(chosen):
            planted[reason] = len(chosen)
    return pl.concat(parts), planted
