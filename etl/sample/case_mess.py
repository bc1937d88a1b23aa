"""How cases arrive: some spoiled, some late, some corrected, and for one week none at all."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.sample.case_kinds import CASE_KINDS, SILENT_DATASET, Dataset
from etl.sample.defects import KINDS, TEXT_KINDS, plant
from etl.sample.programme.mess import CORRECTION_DAYS, correct
from etl.sample.rhythm import SILENCE
from etl.sample.timeline import AS_OF, DAY, MINUTE, seconds_of
from etl.sample.types import Bools, Floats

CATCHING_UP = 60 * MINUTE
"""What was to be written during the silence is written within this time after it."""

OLDER_VERSION = {
    "checked_at": pl.lit(None),
    "closed_at": pl.lit(None),
    "severity_code": pl.lit("general"),
}
"""What the first delivery of a corrected case says: its end was entered later."""


@dataclass(frozen=True)
class Delivered:
    """Cases as the export shows them.

    `first`: the first delivery. `second`: records that come later, some of them again.
    `corrected`: records of the second delivery that replace others.
    `planted`: spoiled rows of the first by the name of the reason.
    `is_spoiled`: of the rows as they were given.
    """

    first: pl.DataFrame
    second: pl.DataFrame
    corrected: int
    planted: dict[str, int]
    is_spoiled: Bools


def deliver(
    frame: pl.DataFrame, dataset: Dataset, *, spare: Bools, rng: np.random.Generator
) -> Delivered:
    """Spoil some of the cases and hold back others for a second delivery.

    Args:
        spare: rows to deliver soundly and at once, since others point at them.
    """
    kinds = KINDS if CASE_KINDS[dataset].is_text else TEXT_KINDS
    frame, planted, is_spoiled = plant(frame, kinds=kinds, spare=spare, rng=rng)
    may = ~spare & ~is_spoiled
    if dataset == SILENT_DATASET:
        updated = _seconds(frame["updated_at"])
        begin, end = silent_seconds()
        may &= (updated < begin - (CORRECTION_DAYS + 1) * DAY) | (updated > end + DAY)
    first, second, corrected = correct(frame, OLDER_VERSION, rng, may=may)
    return Delivered(first, second, corrected, planted, is_spoiled)


def after_silence(updated: Floats, dataset: Dataset) -> Floats:
    """When changes are written: those of the silent week right after it."""
    if dataset != SILENT_DATASET:
        return updated
    begin, end = silent_seconds()
    late = end + np.floor((updated - begin) / (end - begin) * CATCHING_UP)
    return np.where((updated >= begin) & (updated < end), late, updated)


def silent_seconds() -> tuple[float, float]:
    """Begin and end of the silent week."""
    return seconds_of(SILENCE[0]), min(seconds_of(SILENCE[1]) + DAY, AS_OF)


def _seconds(times: pl.Series) -> Floats:
    return np.asarray(times.cast(pl.Datetime("us")).cast(pl.Int64).to_numpy() / 1_000_000)
