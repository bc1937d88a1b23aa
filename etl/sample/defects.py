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


def plant(
    frame: pl.DataFrame, *, spare: Bools, rng: np.random.Generator
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Spoil about one row in a thousand, each in one way, at least one in each way.

    Args:
        frame: cases; `reported_at` and the other times as local time stamps.
        spare: rows to leave alone.

    Returns:
        The frame with `reported_at` as text, and the number of rows spoiled in each way.
    """
    can_close_early = frame["closed_at"].is_not_null().to_numpy()
    has_point = frame["longitude"].is_not_null().to_numpy()
    candidates = rng.permutation(np.flatnonzero(can_close_early & has_point & ~spare))
    each = max(1, round(len(frame) * DEFECT_SHARE / len(KINDS)))
    chosen = dict(zip(KINDS, np.split(candidates[: each * len(KINDS)], len(KINDS)), strict=True))
    flags = pl.DataFrame(
        {kind: np.isin(np.arange(len(frame)), rows) for kind, rows in chosen.items()}
    )
    early = pl.lit(pl.Series(rng.integers(1, 49, len(frame))))
    elsewhere = pl.col("point_outside_county")
    spoiled = pl.concat([frame, flags], how="horizontal").with_columns(
        closed_at=pl.when("closed_before_reported")
        .then(pl.col("reported_at") - pl.duration(hours=early))
        .otherwise("closed_at"),
        category_code=pl.when("unknown_category_code")
        .then(pl.lit(UNKNOWN_CATEGORY))
        .otherwise("category_code"),
        reported_at=pl.when("not_a_date:reported_at")
        .then(pl.lit(IMPOSSIBLE_TIME))
        .otherwise(pl.col("reported_at").dt.strftime(TIME_FORMAT)),
        longitude=pl.when(elsewhere).then(POINT_ELSEWHERE[0]).otherwise("longitude"),
        latitude=pl.when(elsewhere).then(POINT_ELSEWHERE[1]).otherwise("latitude"),
    )
    return spoiled.drop(KINDS), {kind: len(rows) for kind, rows in chosen.items()}
