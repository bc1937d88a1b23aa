"""A few rows that a load must refuse, so that the quarantine of a demonstration is not empty."""

import numpy as np
import polars as pl

from etl.sample.types import Bools

DEFECT_SHARE = 0.001
UNKNOWN_CATEGORY = "4301819999"
POINT_ELSEWHERE = (112.94, 28.23)
IMPOSSIBLE_TIME = "2025-02-30 10:00:00"
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"

# Named as the load names its reasons.
KINDS = (
    "closed_before_reported",
    "not_a_date:reported_at",
    "unknown_category_code",
    "point_outside_county",
)
TEXT_KINDS = tuple(kind for kind in KINDS if not kind.startswith("not_a_date:"))
"""What can be wrong in files that hold times as such."""


def plant(
    frame: pl.DataFrame, *, kinds: tuple[str, ...] = KINDS, spare: Bools, rng: np.random.Generator
) -> tuple[pl.DataFrame, dict[str, int], Bools]:
    """Spoil about one row in a thousand, each in one way, at least one in each way.

    Args:
        frame: cases; `reported_at` and the other times as local time stamps.
        kinds: what to spoil.
        spare: rows to leave alone.

    Returns:
        The frame, with `reported_at` as text if some of them are to be impossible, the number of
        rows spoiled in each way, and which rows they are.
    """
    can_close_early = frame["closed_at"].is_not_null().to_numpy()
    has_point = frame["longitude"].is_not_null().to_numpy()
    candidates = rng.permutation(np.flatnonzero(can_close_early & has_point & ~spare))
    each = max(1, round(len(frame) * DEFECT_SHARE / len(kinds)))
    shares = np.split(candidates[: each * len(kinds)], len(kinds))
    every = np.arange(len(frame))
    chosen = {kind: np.isin(every, rows) for kind, rows in zip(kinds, shares, strict=True)}

    def of(kind: str) -> pl.Expr:
        return pl.lit(pl.Series(chosen[kind]))

    early = pl.lit(pl.Series(rng.integers(1, 49, len(frame))))
    elsewhere = of("point_outside_county")
    spoiled = frame.with_columns(
        closed_at=pl.when(of("closed_before_reported"))
        .then(pl.col("reported_at") - pl.duration(hours=early))
        .otherwise("closed_at"),
        category_code=pl.when(of("unknown_category_code"))
        .then(pl.lit(UNKNOWN_CATEGORY))
        .otherwise("category_code"),
        longitude=pl.when(elsewhere).then(POINT_ELSEWHERE[0]).otherwise("longitude"),
        latitude=pl.when(elsewhere).then(POINT_ELSEWHERE[1]).otherwise("latitude"),
    )
    impossible = "not_a_date:reported_at"
    if impossible in kinds:
        spoiled = spoiled.with_columns(
            reported_at=pl.when(of(impossible))
            .then(pl.lit(IMPOSSIBLE_TIME))
            .otherwise(pl.col("reported_at").dt.strftime(TIME_FORMAT))
        )
    counts = {kind: int(flags.sum()) for kind, flags in chosen.items()}
    return spoiled, counts, np.any(list(chosen.values()), axis=0)
