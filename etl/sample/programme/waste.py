"""Inspections of what households drop where they should sort it."""

from collections.abc import Iterator

import numpy as np
import polars as pl
from scipy.special import ndtri

from etl.sample.boundaries import SampleCounty
from etl.sample.programme.chance import day_of, even, moving, progress
from etl.sample.programme.council import communities_of, waste_decisions
from etl.sample.programme.mess import correct, spoiled
from etl.sample.programme.table import Table
from etl.sample.programme.writing import numbers, times, written
from etl.sample.timeline import AS_OF, DAY, HOUR, START

ACCURACY_BEFORE, ACCURACY_AFTER = 0.30, 0.85
RAMP_DAYS = 240
COMMUNITY_SPREAD, INSPECTION_SPREAD = 0.03, 0.06
MISSED_SHARE = 0.03


def waste_inspections(county: SampleCounty, *, seed: int) -> Iterator[Table]:
    """One inspection a week in every community; sorting gets better once its council decided."""
    rng = np.random.default_rng([seed, 20])
    codes = communities_of(county)
    decided = waste_decisions(county, seed=seed)
    weeks = int((AS_OF - START) // (7 * DAY))
    week = np.repeat(np.arange(weeks), len(codes))
    community = np.tile(np.arange(len(codes)), weeks)
    kept = rng.random(len(week)) >= MISSED_SHARE
    week, community = week[kept], community[kept]
    evening = rng.random(len(week)) < 0.4
    hour = np.where(evening, 18.5, 7.0) + 2.5 * rng.random(len(week))
    weekday = (community * 3 + rng.integers(0, 2, len(week))) % 7
    inspected_at = np.floor(START + (7 * week + weekday) * DAY + hour * HOUR)
    order = np.argsort(inspected_at, kind="stable")
    inspected_at, community = inspected_at[order], community[order]
    accuracy = moving(
        ACCURACY_BEFORE,
        ACCURACY_AFTER,
        progress(day_of(inspected_at), start=decided[community], ramp_days=RAMP_DAYS),
    )
    habit = rng.normal(0, COMMUNITY_SPREAD, len(codes))
    habit -= habit.mean()
    chance = INSPECTION_SPREAD * ndtri(np.clip(even(len(order), rng), 1e-6, 1 - 1e-6))
    drops = rng.integers(20, 81, len(order))
    correct_drops = np.round(drops * (accuracy + habit[community] + chance))
    frame = pl.DataFrame(
        {
            "inspection_number": numbers("LJ", inspected_at),
            "community_code": codes.gather(community),
            "inspected_at": times(inspected_at),
            "inspected_drop_count": drops,
            "correct_drop_count": np.clip(correct_drops, 0, drops).astype(np.int64),
            "updated_at": written(inspected_at, rng),
        }
    ).with_columns(
        site_code=pl.col("community_code")
        + "T"
        + pl.lit(pl.Series(rng.integers(1, 6, len(order)))).cast(pl.String).str.zfill(2)
    )
    first, second, corrected = correct(frame, {"correct_drop_count": pl.lit(0)}, rng)
    first, planted = spoiled(
        first,
        "inspection_number",
        {
            "more_correct_than_inspected": {
                "correct_drop_count": 10 * pl.col("inspected_drop_count")
            },
            "not_a_date:inspected_at": {},
        },
        rng,
    )
    yield Table.of("waste_inspections", first, planted)
    yield Table.of("waste_inspections", second, corrected=corrected)
