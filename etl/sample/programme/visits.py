"""Visits to those on the roll: as often as their need asks, and more reliably every year."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from etl.sample.boundaries import SampleCounty
from etl.sample.programme.chance import choose, even, moving, progress, repeat_each
from etl.sample.programme.mess import correct, spoiled
from etl.sample.programme.residents import Roster, codes_on
from etl.sample.programme.special_groups import EVERY_DAYS, Roll
from etl.sample.programme.table import Table
from etl.sample.programme.writing import coded, numbers, times
from etl.sample.timeline import AS_OF, DAY, HOUR
from etl.sample.types import Floats, Ints

MET_BEFORE, MET_AFTER = 0.80, 0.965
IN_VAIN = {"none": 0.45, "not_home": 0.37, "refused": 0.15, "moved": 0.03}
"""What happens where an obligation is not met."""
EXTRA_SHARE = 0.04
"""Share of the obligations met after somebody had been there in vain."""
ROWS_PER_PART = 500_000
NOTES = ("身体状况良好,用药正常", "家中用电用气安全", "已提醒按时服药", "生活物资充足,情绪稳定")
NOTE_SHARE = 0.15


def special_group_visits(
    county: SampleCounty,
    roster: Roster,
    roll: Roll,
    workers: pl.DataFrame | None,
    *,
    seed: int,
) -> Iterator[Table]:
    """All visits in order of time, a part of them at a time."""
    rng = np.random.default_rng([seed, 27])
    person, level, at, outcome = _draw(roll, rng)
    order = np.argsort(at, kind="stable")
    person, level, at, outcome = person[order], level[order], at[order], outcome[order]
    stranger = _stranger(roster, roll)
    for first in range(0, len(at), ROWS_PER_PART):
        part = slice(first, first + ROWS_PER_PART)
        frame = _tell(
            county, roster, workers, person[part], level[part], at[part], outcome[part], first, rng
        )
        frame, later, corrected = correct(frame, {"visit_kind_code": pl.lit("phone")}, rng)
        kinds = {"not_on_the_roll_that_day": {"id_number": pl.lit(stranger)}}
        if first == 0:
            kinds["not_a_date:visited_at"] = {}
        frame, planted = spoiled(frame, "visit_number", kinds, rng, share=0.0003)
        yield Table.of("special_group_visits", frame, planted)
        yield Table.of("special_group_visits", later, corrected=corrected)


def _draw(roll: Roll, rng: np.random.Generator) -> tuple[Ints, Ints, Floats, Ints]:
    """Person, level, time and outcome of the visits; outcome 0 means seen."""
    entries = np.flatnonzero(roll.is_main)
    every = np.array(EVERY_DAYS)[roll.level[entries]] * DAY
    last = np.minimum(roll.to[entries], AS_OF)
    windows = np.floor((last - roll.since[entries]) / every).astype(np.int64) + 1
    own, number = repeat_each(windows)
    begin = roll.since[entries][own] + number * every[own]
    end = np.minimum(begin + every[own], last[own] + DAY)
    count = len(own)
    sunday = (begin / DAY + 3) % 7 >= 6
    daily = every[own] == DAY
    chance = moving(MET_BEFORE, MET_AFTER, progress(begin)) - 0.05 * (sunday & daily)
    # Not all on the same day of the week: earlier in the window, as they are planned.
    day = begin + np.floor((end - begin) / DAY * rng.beta(1.3, 2.2, count)) * DAY
    at = np.floor(day + rng.uniform(8, 18.5, count) * HOUR)
    is_met = even(count, rng) < chance
    why = choose(IN_VAIN, rng.random(count))
    outcome = np.where(is_met, 0, why)
    shown = is_met | (why > 0)
    before = is_met & ~daily & (rng.random(count) < EXTRA_SHARE)
    earlier = np.maximum(begin[before] + 8 * HOUR, at[before] - rng.uniform(1, 3) * DAY)
    rows = np.concatenate([np.flatnonzero(shown), np.flatnonzero(before)])
    times_ = np.concatenate([at[shown], np.minimum(earlier, at[before] - 600)])
    outcomes = np.concatenate([outcome[shown], np.ones(int(before.sum()), dtype=np.int64)])
    kept = times_ <= AS_OF
    entry = entries[own[rows[kept]]]
    return roll.person[entry], roll.level[entry], times_[kept], outcomes[kept]


def _stranger(roster: Roster, roll: Roll) -> str:
    """The number of somebody who lives in the county and never was on the roll."""
    others = np.setdiff1d(np.flatnonzero(np.isinf(roster.to)), roll.person)
    return str(roster.residents["id_number"][int(others[len(others) // 2])])


def _tell(
    county: SampleCounty,
    roster: Roster,
    workers: pl.DataFrame | None,
    person: Ints,
    level: Ints,
    at: Floats,
    outcome: Ints,
    first: int,
    rng: np.random.Generator,
) -> pl.DataFrame:
    count = len(at)
    remote = np.where(level == 0, 0.45, 0.12)
    luck = rng.random(count)
    kind = np.where(luck < remote * 0.15, 2, np.where(luck < remote, 1, 0))
    kind = np.where(outcome > 0, 0, kind)
    noted = rng.random(count) < NOTE_SHARE
    note = np.where(noted & (outcome == 0), rng.integers(0, len(NOTES), count), len(NOTES))
    return pl.DataFrame(
        {
            "visit_number": numbers("ZF", at, first=first + 1, width=8),
            "id_number": roster.residents["id_number"].gather(person),
            "worker_code": workers_of(county, roster.site[person], at, workers),
            "visited_at": times(at),
            "visit_kind_code": pl.Series(["home", "phone", "video"]).gather(kind),
            "outcome_code": coded({"seen": 0, "not_home": 0, "refused": 0, "moved": 0}, outcome),
            "note": pl.Series([*NOTES, None], dtype=pl.String).gather(note),
            "updated_at": times(np.minimum(at + rng.uniform(600, 30 * HOUR, count), AS_OF)),
        }
    )


def workers_of(
    county: SampleCounty, site: Ints, at: Floats, workers: pl.DataFrame | None
) -> pl.Series:
    """Code of the worker of each site at each time; null where there was none or none is known."""
    if workers is None:
        return pl.Series("worker_code", [None], dtype=pl.String).new_from_index(0, len(site))
    asked = codes_on(county, site, at).select("grid_code").with_row_index("row")
    asked = asked.with_columns(day=times(at).cast(pl.Date))
    assigned = workers.select("worker_code", "grid_code", "assigned_from_date", "assigned_to_date")
    return (
        asked.sort("day")
        .join_asof(
            assigned.sort("assigned_from_date"),
            left_on="day",
            right_on="assigned_from_date",
            by="grid_code",
            strategy="backward",
            check_sortedness=False,
        )
        .sort("row")
        .select(
            pl.when(
                pl.col("assigned_to_date").is_null() | (pl.col("day") <= pl.col("assigned_to_date"))
            ).then("worker_code")
        )
        .to_series()
    )
