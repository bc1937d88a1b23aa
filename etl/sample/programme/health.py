"""Health follow-ups of people with a lasting condition."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from etl.sample.programme.chance import choose, day_of, even, moving, progress, repeat_each
from etl.sample.programme.mess import BAD_CHECK, correct, spoiled
from etl.sample.programme.residents import Roster
from etl.sample.programme.special_groups import SEVERE_MENTAL_ILLNESS, Roll
from etl.sample.programme.table import Table
from etl.sample.programme.writing import coded, dates, numbers, only, times
from etl.sample.timeline import AS_OF, DAY, HOUR, START
from etl.sample.types import Floats, Ints

CONDITIONS = ("smi", "hypertension", "diabetes")
HYPERTENSION_SHARE, DIABETES_SHARE = 0.16, 0.055
"""Shares of the residents over 40 who are looked after for it."""
RISK_LEVELS = {"0": 0.50, "1": 0.24, "2": 0.14, "3": 0.09, "4": 0.02, "5": 0.01}
EVERY_DAYS_BY_RISK = (90, 90, 60, 30, 14, 14)
EVERY_DAYS = 90
DONE_BEFORE, DONE_AFTER = 0.74, 0.955
LATE_SHARE = 0.07
STANDARD_BEFORE, STANDARD_AFTER = 0.72, 0.94
ROWS_PER_PART = 500_000
NOTES = ("血压控制平稳", "已调整用药", "建议复查血糖", "按时服药,病情稳定")


def health_followups(roster: Roster, roll: Roll, *, seed: int) -> Iterator[Table]:
    """Follow-ups due in the period and the next one of everybody, in order of their day."""
    rng = np.random.default_rng([seed, 28])
    person, condition, risk, due = _draw(roster, roll, rng)
    for first in range(0, len(due), ROWS_PER_PART):
        part = slice(first, first + ROWS_PER_PART)
        frame = _tell(roster, person[part], condition[part], risk[part], due[part], first, rng)
        frame, later, corrected = correct(frame, {"is_to_standard": pl.lit(None)}, rng)
        frame, planted = spoiled(
            frame,
            "followup_number",
            {
                "time_of_a_followup_not_done": {
                    "followed_at": pl.col("followed_at"),
                    "outcome_code": pl.lit("lost"),
                },
                "invalid_identity_number:id_number": {"id_number": BAD_CHECK},
            },
            rng,
        )
        yield Table.of("health_followups", frame, planted)
        yield Table.of("health_followups", later, corrected=corrected)


def _draw(roster: Roster, roll: Roll, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Floats]:
    """Person, condition, risk level and day due of each follow-up, in order of the day."""
    ill = np.flatnonzero((roll.group == SEVERE_MENTAL_ILLNESS) & roll.is_main)
    age = roster.age(np.arange(len(roster.site)), np.full(len(roster.site), START))
    older = np.flatnonzero(age >= 40)
    luck = rng.random((2, len(older)))
    pressure, sugar = older[luck[0] < HYPERTENSION_SHARE], older[luck[1] < DIABETES_SHARE]
    person = np.concatenate([roll.person[ill], pressure, sugar])
    condition = np.repeat([0, 1, 2], [len(ill), len(pressure), len(sugar)])
    since = np.concatenate([roll.since[ill], roster.since[pressure], roster.since[sugar]])
    to = np.concatenate([roll.to[ill], roster.to[pressure], roster.to[sugar]])
    risk = choose(RISK_LEVELS, rng.random(len(person)))
    every = np.where(condition == 0, np.array(EVERY_DAYS_BY_RISK)[risk], EVERY_DAYS) * DAY
    since = np.maximum(since, START) + np.floor(rng.random(len(person)) * every / DAY) * DAY
    # Those who stay have their next one, due after the end of the period, on the list.
    end = np.where(np.isinf(to), AS_OF + every, np.minimum(to, AS_OF))
    dues = np.maximum(0, np.floor((end - since) / every)).astype(np.int64)
    own, number = repeat_each(dues)
    due = day_of(since[own] + (number + 1) * every[own])
    order = np.argsort(due, kind="stable")
    own, due = own[order], due[order]
    return person[own], condition[own], risk[own], due


def _tell(
    roster: Roster,
    person: Ints,
    condition: Ints,
    risk: Ints,
    due: Floats,
    first: int,
    rng: np.random.Generator,
) -> pl.DataFrame:
    count = len(due)
    share = progress(due)
    is_done = even(count, rng) < moving(DONE_BEFORE, DONE_AFTER, share)
    is_late = rng.random(count) < LATE_SHARE
    gap = np.where(is_late, rng.integers(1, 15, count), -rng.integers(0, 13, count))
    at = np.floor(due + gap * DAY + rng.uniform(8.5, 17, count) * HOUR)
    # Before the roll began nobody was there to be followed up.
    at = np.where(is_done & (at <= AS_OF) & (at >= START), at, np.nan)
    happened = ~np.isnan(at)
    is_known = happened | (due < AS_OF - 5 * DAY)
    missed = np.where(rng.random(count) < 0.65, 1, 2)
    to_standard = even(count, rng) < moving(STANDARD_BEFORE, STANDARD_AFTER, share)
    note = np.where(rng.random(count) < 0.2, rng.integers(0, len(NOTES), count), len(NOTES))
    last = np.where(happened, at, np.minimum(due + 3 * DAY, AS_OF - DAY))
    return pl.DataFrame(
        {
            "followup_number": numbers("SF", due, first=first + 1, width=8),
            "id_number": roster.residents["id_number"].gather(person),
            "condition_code": coded(dict.fromkeys(CONDITIONS), condition),
            "risk_level_code": coded(RISK_LEVELS, risk, known=condition == 0),
            "due_date": dates(due),
            "followed_at": times(at),
            "outcome_code": coded(
                {"seen": 0, "lost": 0, "refused": 0}, np.where(happened, 0, missed), known=is_known
            ),
            "is_to_standard": only(pl.Series(to_standard), happened),
            "note": only(pl.Series([*NOTES, None], dtype=pl.String).gather(note), happened),
            "updated_at": times(np.minimum(last + rng.uniform(600, 20 * HOUR, count), AS_OF)),
        }
    )
