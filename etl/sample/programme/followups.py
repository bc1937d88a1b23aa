"""Calls to parties of disputes and to applicants, after the matter is closed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from etl.sample.programme.chance import even, progress
from etl.sample.programme.mess import spoiled
from etl.sample.programme.table import Table
from etl.sample.programme.writing import in_waking_hours, numbers, only, seconds_from, times
from etl.sample.timeline import AS_OF, DAY, PROGRAMME_START, seconds_of
from etl.sample.types import Floats, Ints

CALL_SHARE = 0.45
VALID_SHARE = 0.84
RAMP_FROM_DAYS, RAMP_DAYS = 15, 270

# Satisfied in full, basically, not: the rate counts the second at 0.9 and is 82 %, then 96 %.
BEFORE = (0.64, 0.20, 0.16)
AFTER = (0.87, 0.10, 0.03)
ANSWERS = ("satisfied", "basically_satisfied", "dissatisfied")
CONTACTED = (0.99, 0.97, 0.75)
SOLVED = (0.985, 0.93, 0.20)
COMMENTS = {
    "mediation_cases": (("调解员很耐心",), ("结果可以接受",), ("对方没有履行",)),
    "service_applications": (("少跑了路,满意",), ("材料能再少些就好",), ("等得太久",)),
}
COMMENT_SHARE = 0.25
LETTERS = {"mediation_cases": "T", "service_applications": "F"}


@dataclass(frozen=True)
class Closed:
    """Names of a dataset's columns, and its closed records as far as they have gone by."""

    dataset: str
    number: str
    ended_at: str
    id_number: str
    seen: list[pl.DataFrame] = field(default_factory=list)

    def noting(self, tables: Iterable[Table]) -> Iterator[Table]:
        """Pass tables on and keep whom to call about the dataset's closed records."""
        for table in tables:
            if table.dataset == self.dataset:
                columns = {
                    "number": self.number,
                    "ended_at": self.ended_at,
                    "id_number": self.id_number,
                }
                self.seen.append(table.frame.select(**columns).drop_nulls())
            yield table

    def subjects(self) -> pl.DataFrame:
        """`number`, `ended_at` and `id_number` of the sound records, once each."""
        every = pl.concat(self.seen).unique("number", keep="first", maintain_order=True)
        return every.filter(~pl.col("number").str.contains("-", literal=True))


def programme_followups(
    dataset: str, subjects: pl.DataFrame, phones: pl.DataFrame, *, seed: int
) -> Iterator[Table]:
    """Calls about some subjects.

    Args:
        dataset: what is asked about.
        subjects: `number`, `ended_at` and `id_number` of whom to call, closed ones.
        phones: `id_number` and `phone`.
    """
    rng = np.random.default_rng([seed, 31, len(dataset)])
    asked = subjects.join(
        phones.drop_nulls(), on="id_number", how="inner", maintain_order="left"
    ).sort("ended_at", "number")
    asked = asked.filter(pl.Series(rng.random(len(asked)) < CALL_SHARE))
    wait = rng.uniform(0.3, 6, len(asked)) * DAY
    called = np.floor(in_waking_hours(seconds_from(asked["ended_at"]) + wait + DAY))
    kept = np.flatnonzero(called <= AS_OF)
    order = kept[np.argsort(called[kept], kind="stable")]
    asked, called = asked[order], called[order]
    is_valid = even(len(called), rng) < VALID_SHARE
    answer = np.zeros(len(called), dtype=np.int64)
    answer[is_valid] = _answers(called[is_valid], rng)
    said = is_valid & (rng.random(len(called)) < COMMENT_SHARE)
    comments = [one[0] for one in COMMENTS[dataset]]
    frame = pl.DataFrame(
        {
            "followup_number": numbers("HF" + LETTERS[dataset], called),
            "subject_dataset": pl.Series([dataset]).new_from_index(0, len(called)),
            "subject_number": asked["number"],
            "phone": asked["phone"],
            "called_at": times(called),
            "is_valid": is_valid,
            "is_contacted": only(_yes(CONTACTED, answer, rng), is_valid),
            "is_solved": only(_yes(SOLVED, answer, rng), is_valid),
            "satisfaction_code": only(pl.Series(ANSWERS).gather(answer), is_valid),
            "comment": only(pl.Series(comments).gather(answer), said),
            "updated_at": times(np.minimum(called + rng.uniform(30, 400, len(called)), AS_OF)),
        }
    )
    frame, planted = spoiled(
        frame,
        "followup_number",
        {
            "answer_of_a_call_that_does_not_count": {
                "is_valid": pl.lit(False),
                "is_solved": pl.col("is_solved"),
            }
        },
        rng,
    )
    yield Table.of("followups", frame, planted)


def _answers(called: Floats, rng: np.random.Generator) -> Ints:
    """Answers whose shares hold in every stretch of calls, on their way from before to after."""
    start = np.full(len(called), seconds_of(PROGRAMME_START) + RAMP_FROM_DAYS * DAY)
    share = progress(called, start=start, ramp_days=RAMP_DAYS)[:, None]
    edges = np.cumsum(np.array(BEFORE) * (1 - share) + np.array(AFTER) * share, axis=1)
    return np.asarray((even(len(called), rng)[:, None] >= edges[:, :2]).sum(axis=1))


def _yes(shares: tuple[float, ...], answer: Ints, rng: np.random.Generator) -> pl.Series:
    return pl.Series(rng.random(len(answer)) < np.array(shares)[answer])
