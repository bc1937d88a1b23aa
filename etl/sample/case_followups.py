"""Calls to those who reported a case, after it is closed: were they content?"""

import numpy as np
import polars as pl

from etl.sample.case_kinds import Dataset
from etl.sample.programme.chance import even, progress
from etl.sample.timeline import AS_OF, DAY, HOUR, PROGRAMME_START, seconds_of
from etl.sample.types import Floats, Ints

FOLLOWED_UP: dict[Dataset, str] = {
    "grid_events": "W",
    "city_cases": "C",
    "police_incidents": "J",
}
"""Datasets whose reporters are called, and the letter of the calls' numbers."""

CALL_SHARE = 0.3
"""Share of the closed cases with a phone that are followed up."""
VALID_SHARE = 0.82
RAMP_FROM_DAYS, RAMP_DAYS = 15, 270

# Satisfied in full, basically, not: the rate counts the second at 0.9 and is 82 %, then 96 %.
BEFORE = (0.64, 0.20, 0.16)
AFTER = (0.87, 0.10, 0.03)
ANSWERS = ("satisfied", "basically_satisfied", "dissatisfied")
CONTACTED = (0.99, 0.96, 0.72)
SOLVED = (0.985, 0.93, 0.22)

COMMENTS = {
    "satisfied": ("处理很快,满意", "上门及时,态度好", "问题解决了,谢谢"),
    "basically_satisfied": ("处理了,就是慢了些", "基本解决,希望以后注意"),
    "dissatisfied": ("问题还在,没有解决", "没有人联系过", "处理完又反复"),
}
COMMENT_SHARE = 0.3
CALL_BACK_SHARE = 0.3
"""Share of the comments that ask for a call back and say to which number."""


def case_followups(
    sound: pl.DataFrame, dataset: Dataset, *, first_number: int, rng: np.random.Generator
) -> pl.DataFrame:
    """The calls about some cases, in order of time, with the contract's columns."""
    asked = sound.filter(
        pl.col("closed_at").is_not_null()
        & pl.col("reporter_phone").is_not_null()
        & pl.col("voided_at").is_null()
        & pl.col("duplicate_of_number").is_null()
    ).select("case_number", "closed_at", phone="reporter_phone")
    chosen = np.sort(rng.permutation(len(asked))[: round(len(asked) * CALL_SHARE)])
    asked = asked[chosen]
    closed = asked["closed_at"].cast(pl.Int64).to_numpy() / 1_000_000
    called = _in_office_hours(closed + rng.uniform(2 * HOUR, 4 * DAY, len(asked)), rng)
    calls = asked.with_columns(called=pl.Series(called)).filter(pl.col("called") < AS_OF - HOUR)
    calls = calls.sort("called", "case_number")
    called = calls["called"].to_numpy()
    count = len(calls)
    is_valid = even(count, rng) < VALID_SHARE
    answer = np.full(count, -1, dtype=np.int64)
    answer[is_valid] = _answers(called[is_valid], rng)
    is_contacted, is_solved = (
        rng.random(count) < np.array(shares)[answer] for shares in (CONTACTED, SOLVED)
    )
    valid = pl.lit(pl.Series(is_valid))
    letter = FOLLOWED_UP[dataset]
    return calls.with_columns(
        answer=pl.Series(ANSWERS).gather(np.maximum(answer, 0)),
        at=pl.from_epoch(pl.col("called").cast(pl.Int64), time_unit="s").dt.cast_time_unit("us"),
        running=pl.int_range(first_number, first_number + count, eager=True),
        comment=_comments(answer, rng),
        calls_back=pl.Series(rng.random(count) < CALL_BACK_SHARE),
        after=pl.Series(rng.integers(30, 400, count)),
    ).select(
        followup_number=pl.lit(f"HF{letter}")
        + pl.col("at").dt.strftime("%Y%m%d")
        + pl.col("running").cast(pl.String).str.zfill(7),
        subject_dataset=pl.lit(dataset),
        subject_number="case_number",
        phone="phone",
        called_at="at",
        is_valid=valid,
        is_contacted=pl.when(valid).then(pl.lit(pl.Series(is_contacted))),
        is_solved=pl.when(valid).then(pl.lit(pl.Series(is_solved))),
        satisfaction_code=pl.when(valid).then("answer"),
        comment=pl.when(valid & pl.col("calls_back"))
        .then(pl.format("{},请回电{}", "comment", "phone"))
        .when(valid)
        .then("comment"),
        updated_at=pl.col("at") + pl.duration(seconds="after"),
    )


def _answers(called: Floats, rng: np.random.Generator) -> Ints:
    """Answers whose shares hold in every stretch of calls, on their way from before to after."""
    start = seconds_of(PROGRAMME_START) + RAMP_FROM_DAYS * DAY
    share = progress(called, start=np.full(len(called), start), ramp_days=RAMP_DAYS)[:, None]
    edges = np.cumsum(np.array(BEFORE) * (1 - share) + np.array(AFTER) * share, axis=1)
    luck = even(len(called), rng)
    return np.asarray((luck[:, None] >= edges[:, :2]).sum(axis=1))


def _comments(answer: Ints, rng: np.random.Generator) -> pl.Series:
    """What some of them add."""
    said = np.full(len(answer), -1, dtype=np.int64)
    texts: list[str | None] = []
    for number, name in enumerate(ANSWERS):
        own = np.flatnonzero(answer == number)
        said[own] = len(texts) + rng.integers(0, len(COMMENTS[name]), len(own))
        texts += COMMENTS[name]
    said[rng.random(len(answer)) >= COMMENT_SHARE] = -1
    texts.append(None)
    return pl.Series(texts, dtype=pl.String).gather(np.where(said < 0, len(texts) - 1, said))


def _in_office_hours(seconds: Floats, rng: np.random.Generator) -> Floats:
    """The same day between nine and six; the next one where that is before."""
    moved = np.floor(seconds / DAY) * DAY + rng.uniform(9 * HOUR, 18 * HOUR, len(seconds))
    return np.floor(np.where(moved < seconds, moved + DAY, moved))
