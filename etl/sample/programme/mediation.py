"""Disputes and their way through the three levels of mediation."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TypeVar

import numpy as np
import polars as pl

from etl.sample.boundaries import SampleCounty
from etl.sample.programme.chance import (
    YEARS,
    choose,
    day_of,
    even,
    moving,
    progress,
    repeat_each,
)
from etl.sample.programme.mess import correct, spoiled
from etl.sample.programme.residents import Roster, codes_on
from etl.sample.programme.table import Table
from etl.sample.programme.writing import (
    coded,
    dates,
    in_waking_hours,
    numbers,
    only,
    so_far,
    times,
    written,
)
from etl.sample.timeline import AS_OF, DAY, HOUR, START
from etl.sample.types import Bools, Floats, Ints

PER_1000_RESIDENTS_AND_YEAR = 1.2
LEAST_PER_YEAR = 420
REPEAT_SHARE = 0.04
SETTLED_BEFORE, SETTLED_AFTER = 0.75, 0.98
DAYS_BEFORE, DAYS_AFTER, DAYS_SPREAD, MOST_DAYS = 11.0, 5.0, 0.55, 27.0

CATEGORIES = {
    "family": 0.20, "neighbour": 0.24, "housing": 0.09, "compensation": 0.08, "contract": 0.05,
    "land": 0.08, "expropriation": 0.03, "labour": 0.06, "village_affairs": 0.03,
    "environment": 0.03, "traffic": 0.04, "medical": 0.01, "property_management": 0.04,
    "other": 0.02,
}  # fmt: skip
TEXTS = {
    "family": "赡养费用分担", "neighbour": "屋檐滴水与通道使用", "housing": "宅基地界线",
    "compensation": "误伤后的赔偿", "contract": "工程尾款", "land": "山林承包边界",
    "expropriation": "青苗补偿", "labour": "工资拖欠", "village_affairs": "集体收益分配",
    "environment": "养殖气味", "traffic": "刮擦事故赔偿", "medical": "就诊费用",
    "property_management": "物业费与停车", "other": "借用物品损坏",
}  # fmt: skip
SOURCES = {"grid_worker": 0.55, "walk_in": 0.25, "hotline": 0.10, "police": 0.07, "court": 0.03}
LEVELS = ("grid", "community", "town")
FIRST_LEVEL = {"grid": 0.72, "community": 0.22, "town": 0.06}
MEDIATORS = ("grid_worker", "committee", "centre")
# What becomes of a dispute that is not settled in time.
OTHERWISE = {"failed": 0.49, "court": 0.468, "withdrawn": 0.012, "settled_late": 0.03}
OUTCOMES = ("settled", "failed", "court", "withdrawn")
SETTLED, FAILED, COURT, WITHDRAWN = range(4)


@dataclass(frozen=True)
class _Disputes:
    """Who and where, in order of the report; `a` and `b` are rows of the roster."""

    reported_at: Floats
    category: Ints
    a: Ints
    b: Ints


@dataclass(frozen=True)
class _Course:
    """How each dispute goes; times may still lie beyond the end of the period."""

    accepted_at: Floats
    days: Floats
    outcome: Ints
    first_level: Ints
    level_count: Ints


T = TypeVar("T", _Disputes, _Course)


def _joined(one: T, other: T, order: Ints) -> T:
    """Both, in the given order of their rows."""
    return type(one)(
        *(
            np.concatenate([getattr(one, field.name), getattr(other, field.name)])[order]
            for field in fields(one)
        )
    )


def mediation(county: SampleCounty, roster: Roster, *, seed: int) -> Iterator[Table]:
    """Disputes, then their steps."""
    rng = np.random.default_rng([seed, 23])
    once = _draw(county, roster, rng)
    first_course = _course(once, rng)
    again = _again(once, first_course, roster, rng)
    order = np.argsort(np.concatenate([once.reported_at, again.reported_at]), kind="stable")
    disputes = _joined(once, again, order)
    course = _joined(first_course, _course(again, rng), order)
    number = numbers("JF", disputes.reported_at)
    steps = _steps(course, number, rng)
    yield from _cases(county, roster, disputes, course, number, steps, rng)
    yield from _deliver_steps(steps, rng)


def _draw(county: SampleCounty, roster: Roster, rng: np.random.Generator) -> _Disputes:
    people = county.grids["population"].to_numpy()[county.sites].astype(float)
    per_year = max(people.sum() / 1000 * PER_1000_RESIDENTS_AND_YEAR, LEAST_PER_YEAR)
    count = round(per_year * YEARS * (1 - REPEAT_SHARE))
    reported = START + np.sort(rng.random(count)) * (AS_OF - DAY - START)
    site = np.searchsorted(np.cumsum(people / people.sum())[:-1], rng.random(count))
    a, b = roster.pick(site, reported, rng), roster.pick(site, reported, rng)
    alone = np.flatnonzero(a == b)
    b[alone] = roster.pick((site[alone] + 1) % len(people), reported[alone], rng)
    return _Disputes(reported, choose(CATEGORIES, rng.random(count)), a, b)


def _again(once: _Disputes, course: _Course, roster: Roster, rng: np.random.Generator) -> _Disputes:
    """Some settled disputes flare up once more within three months."""
    ended = course.accepted_at + course.days * DAY
    settled = np.flatnonzero((course.outcome == SETTLED) & (ended < AS_OF - 90 * DAY))
    count = round(len(once.reported_at) * REPEAT_SHARE / (1 - REPEAT_SHARE))
    likely = moving(1.5, 0.7, progress(ended[settled]))
    chosen = rng.choice(settled, count, replace=False, p=likely / likely.sum())
    back = ended[chosen] + rng.uniform(5, 85, len(chosen)) * DAY
    there = roster.lived(once.a[chosen], back) & roster.lived(once.b[chosen], back)
    order = np.flatnonzero(there)[np.argsort(back[there], kind="stable")]
    first = chosen[order]
    return _Disputes(back[order], once.category[first], once.a[first], once.b[first])


def _course(disputes: _Disputes, rng: np.random.Generator) -> _Course:
    """Outcome, duration and levels of each dispute, in order of time."""
    count = len(disputes.reported_at)
    share = progress(disputes.reported_at)
    settled = even(count, rng) < moving(SETTLED_BEFORE, SETTLED_AFTER, share)
    otherwise = choose(OTHERWISE, rng.random(count))
    late = ~settled & (otherwise == 3)
    outcome = np.where(settled | late, SETTLED, otherwise + 1)
    usual = np.exp(DAYS_SPREAD * rng.standard_normal(count)) * moving(
        DAYS_BEFORE, DAYS_AFTER, share
    )
    days = np.clip(usual, 0.5, MOST_DAYS)
    days = np.where(outcome == FAILED, rng.uniform(24, 120, count), days)
    days = np.where(outcome == COURT, rng.uniform(12, 70, count), days)
    days = np.where(outcome == WITHDRAWN, rng.uniform(0.5, 12, count), days)
    days = np.where(late, rng.uniform(32, 90, count), days)
    first = choose(FIRST_LEVEL, rng.random(count))
    luck = rng.random((2, count))
    up = luck < moving(0.30, 0.16, share)
    climbed = np.where(up[0], 1 + up[1], 0)
    climbed = np.where((outcome == FAILED) | (outcome == COURT), 2, climbed)
    climbed = np.where(outcome == WITHDRAWN, 0, climbed)
    last = np.minimum(first + climbed, 2)
    return _Course(
        accepted_at=disputes.reported_at + rng.uniform(0.1, 4, count) * HOUR,
        days=days,
        outcome=outcome,
        first_level=first,
        level_count=last - first + 1,
    )


@dataclass(frozen=True)
class _Steps:
    """Frame of the steps without what has not happened; `owner` is the dispute's row."""

    frame: pl.DataFrame
    owner: Ints
    started_at: Floats
    ended_at: Floats
    is_first: Bools
    is_last: Bools


def _steps(course: _Course, number: pl.Series, rng: np.random.Generator) -> _Steps:
    owner, place = repeat_each(course.level_count)
    size = course.level_count[owner]
    is_last = place == size - 1
    shift = np.where(is_last, 0, rng.uniform(-0.3, 0.3, len(owner)))
    begun, seconds = course.accepted_at[owner], course.days[owner] * DAY
    ended = np.floor(begun + seconds * (place + 1 + shift) / size)
    before = np.concatenate([[np.nan], ended[:-1]])
    received = np.where(place == 0, begun, before + rng.uniform(120, 1800, len(owner)))
    started = received + (ended - received) * rng.uniform(0.05, 0.4, len(owner))
    received, started, ended = (
        so_far(in_waking_hours(moment)) for moment in (received, started, ended)
    )
    level = course.first_level[owner] + place
    final = np.array(["settled", "failed", "failed", "withdrawn"])[course.outcome[owner]]
    outcome = only(pl.Series(np.where(is_last, final, "escalated")), ~np.isnan(ended))
    happened = ~np.isnan(received)
    frame = pl.DataFrame(
        {
            "mediation_number": number.gather(owner),
            "step_number": place + 1,
            "level_code": pl.Series(LEVELS).gather(level),
            "mediator_kind_code": pl.Series(MEDIATORS).gather(level),
            "level_received_at": times(received),
            "started_at": times(started),
            "ended_at": times(ended),
            "outcome_code": outcome,
            "updated_at": written(np.fmax.reduce([received, started, ended]), rng),
        }
    ).filter(pl.Series(happened))
    return _Steps(
        frame,
        owner[happened],
        started[happened],
        ended[happened],
        (place == 0)[happened],
        is_last[happened],
    )


def _cases(
    county: SampleCounty,
    roster: Roster,
    disputes: _Disputes,
    course: _Course,
    number: pl.Series,
    steps: _Steps,
    rng: np.random.Generator,
) -> Iterator[Table]:
    count = len(number)
    share = progress(disputes.reported_at)
    reported = so_far(in_waking_hours(disputes.reported_at))
    accepted = so_far(in_waking_hours(course.accepted_at))
    mediated, closed = np.full(count, np.nan), np.full(count, np.nan)
    mediated[steps.owner[steps.is_first]] = steps.started_at[steps.is_first]
    closed[steps.owner[steps.is_last]] = steps.ended_at[steps.is_last]
    is_closed = ~np.isnan(closed)
    is_settled = is_closed & (course.outcome == SETTLED)
    promised = is_settled & (rng.random(count) < 0.6)
    promise = day_of(closed) + rng.integers(7, 91, count) * DAY
    asked = promised & (promise + 10 * DAY < AS_OF) & (rng.random(count) < 0.92)
    kept = even(count, rng) < moving(0.90, 0.97, share)
    reaches_town = course.first_level + course.level_count == 3
    own = roster.residents.select("resident_name", "id_number", "phone")
    a, b = own[disputes.a], own[disputes.b]
    category = coded(CATEGORIES, disputes.category)
    has_due = rng.random(count) < 0.35
    last = np.fmax.reduce([reported, accepted, mediated, closed])
    last = np.where(asked, promise + 5 * DAY, last)
    frame = pl.DataFrame(
        {
            "mediation_number": number,
            "dispute_category_code": category,
            "source_code": coded(SOURCES, choose(SOURCES, rng.random(count))),
            **codes_on(county, roster.site[disputes.a], disputes.reported_at).to_dict(),
            "party_a_name": a["resident_name"],
            "party_a_id_number": a["id_number"],
            "party_b_name": b["resident_name"],
            "party_b_id_number": b["id_number"],
            "description": _descriptions(category, a, b, rng),
            "reported_at": times(reported),
            "accepted_at": times(accepted),
            "mediated_at": times(mediated),
            "due_at": times(np.where(has_due, accepted + 30 * DAY, np.nan)),
            "closed_at": times(closed),
            "outcome_code": coded(dict.fromkeys(OUTCOMES), course.outcome, known=is_closed),
            "agreement_kind_code": coded(
                {"oral": 0, "written": 0, "confirmed": 0},
                choose({"oral": 0.35, "written": 0.55, "confirmed": 0.1}, rng.random(count)),
                known=is_settled,
            ),
            "agreement_due_date": only(dates(promise), promised),
            "is_agreement_kept": only(pl.Series(kept), asked),
            "has_psychologist": rng.random(count) < np.where(reaches_town, 0.35, 0.06),
            "has_lawyer": rng.random(count) < np.where(reaches_town, 0.55, 0.10),
            "updated_at": written(last, rng),
        }
    )
    first, second, corrected = correct(frame, {"dispute_category_code": pl.lit("other")}, rng)
    first, planted = spoiled(
        first,
        "mediation_number",
        {
            "closed_before_reported": {"closed_at": pl.col("reported_at").dt.offset_by("-1d")},
            "not_a_date:reported_at": {},
        },
        rng,
    )
    yield Table.of("mediation_cases", first, planted)
    yield Table.of("mediation_cases", second, corrected=corrected)


def _descriptions(
    category: pl.Series, a: pl.DataFrame, b: pl.DataFrame, rng: np.random.Generator
) -> pl.Series:
    """What it is about; some texts name the parties or a phone, as they should not."""
    matter = category.replace_strict(TEXTS, return_dtype=pl.String)
    names = a["resident_name"] + "与" + b["resident_name"] + "因" + matter + "发生争执"
    luck = pl.Series(rng.random(len(category)))
    phone = a["phone"].fill_null("无")
    number = a["id_number"]
    return (
        pl.DataFrame(
            {"luck": luck, "matter": matter, "names": names, "phone": phone, "number": number}
        )
        .select(
            pl.when(pl.col("luck") < 0.25)
            .then(pl.col("names"))
            .when(pl.col("luck") < 0.35)
            .then("双方因" + pl.col("matter") + "发生争执,联系电话" + pl.col("phone"))
            .when(pl.col("luck") < 0.37)
            .then("双方因" + pl.col("matter") + "发生争执,证件号" + pl.col("number"))
            .otherwise("双方因" + pl.col("matter") + "发生争执")
        )
        .to_series()
    )


def _deliver_steps(steps: _Steps, rng: np.random.Generator) -> Iterator[Table]:
    first, second, corrected = correct(steps.frame, {"mediator_kind_code": pl.lit(None)}, rng)
    first, planted = spoiled(
        first,
        "mediation_number",
        {
            "unknown_mediation": {},
            "ended_before_received": {"ended_at": pl.col("level_received_at").dt.offset_by("-3h")},
        },
        rng,
    )
    yield Table.of("mediation_steps", first, planted)
    yield Table.of("mediation_steps", second, corrected=corrected)
