"""Applications at the one-stop window and their steps through the departments."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import ndtri

from etl.sample.boundaries import SampleCounty
from etl.sample.programme.chance import YEARS, choose, even, moving, progress
from etl.sample.programme.mess import BAD_CHECK, correct, spoiled
from etl.sample.programme.residents import Roster, codes_on
from etl.sample.programme.service_items import ALLOWANCE, ITEMS, REVIEWERS
from etl.sample.programme.table import Table
from etl.sample.programme.writing import (
    coded,
    in_office_hours,
    numbers,
    only,
    so_far,
    times,
    written,
)
from etl.sample.timeline import AS_OF, DAY, PROGRAMME_START, START, seconds_of
from etl.sample.types import Bools, Floats, Ints

PER_RESIDENT_AND_YEAR = 0.01
ALLOWANCE_SHARE = 0.25
LEAST_ALLOWANCES_PER_YEAR, LEAST_OTHERS_PER_YEAR = 90, 260
ALLOWANCE_DAYS_BEFORE, ALLOWANCE_DAYS_AFTER, DAYS_SPREAD = 30.3, 7.0, 0.22
PUBLICITY_DAYS = 7
DOCUMENTS_BEFORE, DOCUMENTS_AFTER = 12, 3

DECISIONS = {"approved": 0.88, "rejected": 0.09, "withdrawn": 0.03}
APPROVED, REJECTED, WITHDRAWN = range(3)
CHANNELS = ("window", "online", "agent")
KINDS = ("general", "over_60", "disabled")
DISABLED_SHARE = 0.04

# Places of an application's steps, in the order in which they begin.
STAGES = (
    "check", "supplement", "distribution", "review", "review", "review", "review", "publicity",
    "payment",
)  # fmt: skip
CHECK, SUPPLEMENT, DISTRIBUTION, FIRST_REVIEW, PUBLICITY, PAYMENT = 0, 1, 2, 3, 7, 8
MOST_REVIEWS = PUBLICITY - FIRST_REVIEW
OUTCOMES = ("passed", "returned", "rejected")


@dataclass(frozen=True)
class _Applications:
    """Who applies for what and what comes of it, in order of time."""

    submitted_at: Floats
    item: Ints
    person: Ints
    kind: Ints
    decision: Ints
    is_complete: Bools


@dataclass(frozen=True)
class _Course:
    """Times of each application and, application × place, of its steps; NaN is never."""

    accepted_at: Floats
    decided_at: Floats
    paid_at: Floats
    started_at: Floats
    ended_at: Floats
    department: Ints


def service_applications(county: SampleCounty, roster: Roster, *, seed: int) -> Iterator[Table]:
    """Applications, then their steps."""
    rng = np.random.default_rng([seed, 24])
    drawn = _draw(county, roster, rng)
    course = _course(drawn, rng)
    submitted = so_far(in_office_hours(drawn.submitted_at))
    number = numbers("BJ", submitted)
    frame = _tell(county, roster, drawn, course, number, submitted, rng)
    first, second, corrected = correct(frame, {"channel_code": pl.lit(None)}, rng)
    first, planted = spoiled(
        first,
        "application_number",
        {
            "decided_before_accepted": {"decided_at": pl.col("accepted_at").dt.offset_by("-2d")},
            "accepted_before_submitted": {
                "accepted_at": pl.col("submitted_at").dt.offset_by("-1d")
            },
            "invalid_identity_number:id_number": {"id_number": BAD_CHECK},
            "not_a_date:submitted_at": {},
        },
        rng,
    )
    yield Table.of("service_applications", first, planted)
    yield Table.of("service_applications", second, corrected=corrected)
    yield from _steps(drawn, course, number, rng)


def _draw(county: SampleCounty, roster: Roster, rng: np.random.Generator) -> _Applications:
    per_year = len(roster.site) * PER_RESIDENT_AND_YEAR
    allowances = max(per_year * ALLOWANCE_SHARE, LEAST_ALLOWANCES_PER_YEAR)
    others = max(per_year * (1 - ALLOWANCE_SHARE), LEAST_OTHERS_PER_YEAR)
    count = round((allowances + others) * YEARS)
    submitted = START + np.sort(rng.random(count)) * (AS_OF - START)
    submitted = submitted[so_far(in_office_hours(submitted)) > 0]
    count = len(submitted)
    is_allowance = even(count, rng) < allowances / (allowances + others)
    weights = {code: item.weight for code, item in ITEMS.items() if code != ALLOWANCE}
    item = np.where(is_allowance, 0, 1 + choose(weights, rng.random(count)))
    people = county.grids["population"].to_numpy()[county.sites].astype(float)
    site = np.searchsorted(np.cumsum(people / people.sum())[:-1], rng.random(count))
    person = roster.pick(site, submitted, rng)
    for_disabled = np.array([one.is_for_disabled for one in ITEMS.values()])[item]
    is_disabled = for_disabled | (rng.random(count) < DISABLED_SHARE)
    is_old = roster.age(person, submitted) >= 60
    share = progress(submitted)
    return _Applications(
        submitted_at=submitted,
        item=item,
        person=person,
        kind=np.where(is_disabled, 2, np.where(is_old, 1, 0)),
        decision=choose(DECISIONS, rng.random(count)),
        is_complete=even(count, rng) < moving(0.56, 0.93, share),
    )


def _net_days(drawn: _Applications, rng: np.random.Generator) -> Floats:
    """Days on the clock: from acceptance to the decision without supplement and publicity."""
    share = progress(drawn.submitted_at)
    is_allowance = drawn.item == 0
    usual = moving(ALLOWANCE_DAYS_BEFORE, ALLOWANCE_DAYS_AFTER, share)
    limit = np.array([one.limit_days for one in ITEMS.values()])[drawn.item]
    usual = np.where(is_allowance, usual, limit * moving(1.05, 0.45, share))
    luck = np.empty(len(usual))
    for own in (is_allowance, ~is_allowance):
        luck[own] = even(int(own.sum()), rng)
    return np.asarray(usual * np.exp(DAYS_SPREAD * ndtri(np.clip(luck, 1e-4, 1 - 1e-4))))


def _course(drawn: _Applications, rng: np.random.Generator) -> _Course:
    count = len(drawn.item)
    share = progress(drawn.submitted_at)
    shape = (count, len(STAGES))
    start, end = np.full(shape, np.nan), np.full(shape, np.nan)
    accepted = drawn.submitted_at + rng.uniform(0.02, 0.4, count) * moving(2.0, 0.5, share) * DAY
    start[:, CHECK], end[:, CHECK] = drawn.submitted_at, accepted
    waits = ~drawn.is_complete
    wait = np.where(waits, rng.uniform(1.5, 10, count), 0) * DAY
    start[waits, SUPPLEMENT] = accepted[waits]
    end[waits, SUPPLEMENT] = (accepted + wait)[waits]
    net = _net_days(drawn, rng) * DAY
    distributed = accepted + wait + net * moving(0.10, 0.01, share)
    start[:, DISTRIBUTION], end[:, DISTRIBUTION] = accepted + wait, distributed
    reviewed = distributed + 0.8 * net
    _review(drawn, start, end, distributed, reviewed, rng)
    is_public = (drawn.item == 0) & (drawn.decision == APPROVED)
    publicity = np.where(is_public, PUBLICITY_DAYS, 0) * DAY
    start[is_public, PUBLICITY] = reviewed[is_public]
    end[is_public, PUBLICITY] = (reviewed + publicity)[is_public]
    decided = accepted + wait + net + publicity
    decided = np.where(drawn.decision == WITHDRAWN, accepted + wait + 0.6 * net, decided)
    pays = np.array([one.is_paid for one in ITEMS.values()])[drawn.item]
    pays &= drawn.decision == APPROVED
    paid = decided + rng.uniform(0.2, 1, count) * moving(25, 8, share) * DAY
    start[pays, PAYMENT], end[pays, PAYMENT] = decided[pays], paid[pays]
    # A withdrawal overtakes what has not ended by then.
    withdrawn = (drawn.decision == WITHDRAWN)[:, None]
    start[withdrawn & (start > decided[:, None])] = np.nan
    end[withdrawn & (end > decided[:, None])] = np.nan
    return _Course(
        accepted_at=so_far(in_office_hours(accepted)),
        decided_at=so_far(in_office_hours(decided)),
        paid_at=np.where(pays, so_far(in_office_hours(paid)), np.nan),
        started_at=so_far(in_office_hours(start)),
        ended_at=so_far(in_office_hours(end)),
        department=_departments(drawn, rng),
    )


def _review(
    drawn: _Applications,
    start: Floats,
    end: Floats,
    begun: Floats,
    reviewed: Floats,
    rng: np.random.Generator,
) -> None:
    """Departments review one after the other; since the programme at once, more and more."""
    count = len(begun)
    own = np.where(drawn.item == 0, 3 + (rng.random(count) < 0.4), 1 + rng.integers(0, 3, count))
    at_once = even(count, rng) < moving(0.08, 1, progress(drawn.submitted_at))
    span = (reviewed - begun)[:, None]
    place = np.arange(MOST_REVIEWS)[None, :]
    reviews = place < own[:, None]
    part = np.where(reviews, rng.uniform(0.5, 1.5, reviews.shape), 0)
    after = np.cumsum(part, axis=1) / part.sum(axis=1, keepdims=True)
    before = np.concatenate([np.zeros((count, 1)), after[:, :-1]], axis=1)
    slowest = place == (np.arange(count) % own)[:, None]
    alone = np.where(slowest, 1, rng.uniform(0.25, 0.95, reviews.shape))
    parallel = at_once[:, None]
    first = np.where(parallel, 0.0, before)
    last = np.where(parallel, alone, after)
    columns = slice(FIRST_REVIEW, FIRST_REVIEW + MOST_REVIEWS)
    start[:, columns] = np.where(reviews, begun[:, None] + first * span, np.nan)
    end[:, columns] = np.where(reviews, begun[:, None] + last * span, np.nan)


def _departments(drawn: _Applications, rng: np.random.Generator) -> Ints:
    """Row number in `REVIEWERS` of each step's department.

    The first to review are civil affairs for the old, the federation for the disabled, the item's
    own department for others.
    """
    names = list(REVIEWERS)
    lead = np.array([names.index(one.department) for one in ITEMS.values()])[drawn.item]
    routed = np.where(drawn.kind == 2, names.index("disabled_federation"), lead)
    routed = np.where(drawn.kind == 1, names.index("civil_affairs"), routed)
    department = np.repeat(lead[:, None], len(STAGES), axis=1)
    department[:, DISTRIBUTION] = names.index("town_office")
    department[:, FIRST_REVIEW] = routed
    others = np.argsort(rng.random((len(lead), len(names))) + np.eye(len(names))[routed], axis=1)
    department[:, FIRST_REVIEW + 1 : PUBLICITY] = others[:, : MOST_REVIEWS - 1]
    return np.asarray(department)


def _tell(
    county: SampleCounty,
    roster: Roster,
    drawn: _Applications,
    course: _Course,
    number: pl.Series,
    submitted: Floats,
    rng: np.random.Generator,
) -> pl.DataFrame:
    count = len(number)
    share = progress(drawn.submitted_at)
    is_new = course.accepted_at >= seconds_of(PROGRAMME_START)
    documents = np.array([one.documents for one in ITEMS.values()])[drawn.item]
    documents = np.where(is_new, np.maximum(1, np.round(documents * 0.6)), documents)
    allowance = np.where(is_new, DOCUMENTS_AFTER, DOCUMENTS_BEFORE)
    documents = np.where(drawn.item == 0, allowance, documents).astype(np.int64)
    luck = rng.random(count)
    shares = np.column_stack([moving(0.82, 0.38, share), moving(0.92, 0.80, share)])
    channel = (luck[:, None] >= shares).sum(axis=1)
    visits = np.where(channel == 0, 1, 0) + (~drawn.is_complete & (rng.random(count) < 0.8))
    visits = visits + rng.poisson(moving(0.9, 0.05, share))
    own = roster.residents[drawn.person]
    has_due = (rng.random(count) < 0.2) & (drawn.item != 0)
    limit = np.array([one.limit_days for one in ITEMS.values()])[drawn.item]
    due = course.accepted_at + np.ceil(limit * 7 / 5) * DAY
    last = np.fmax.reduce([submitted, course.accepted_at, course.decided_at, course.paid_at])
    is_decided = ~np.isnan(course.decided_at)
    return pl.DataFrame(
        {
            "application_number": number,
            "item_code": coded(dict.fromkeys(ITEMS), drawn.item),
            "applicant_name": own["resident_name"],
            "id_number": own["id_number"],
            "phone": own["phone"],
            "address": own["address"],
            "applicant_kind_code": pl.Series(KINDS).gather(drawn.kind),
            "channel_code": pl.Series(CHANNELS).gather(channel),
            **codes_on(county, roster.site[drawn.person], submitted).to_dict(),
            "document_count": documents,
            "is_complete_first_time": drawn.is_complete,
            "visit_count": visits.astype(np.int64),
            "submitted_at": times(submitted),
            "accepted_at": times(course.accepted_at),
            "decided_at": times(course.decided_at),
            "paid_at": times(course.paid_at),
            "due_at": times(np.where(has_due, due, np.nan)),
            "decision_code": coded(DECISIONS, drawn.decision, known=is_decided),
            "updated_at": written(last, rng),
        }
    )


def _steps(
    drawn: _Applications, course: _Course, number: pl.Series, rng: np.random.Generator
) -> Iterator[Table]:
    happened = ~np.isnan(course.started_at)
    owner, place = np.nonzero(happened)
    started, ended = course.started_at[owner, place], course.ended_at[owner, place]
    is_review = (place >= FIRST_REVIEW) & (place < PUBLICITY)
    outcome = np.where((place == CHECK) & ~drawn.is_complete[owner], 1, 0)
    refuses = (drawn.decision[owner] == REJECTED) & is_review & (place == FIRST_REVIEW)
    outcome = np.where(refuses, 2, outcome)
    frame = pl.DataFrame(
        {
            "application_number": number.gather(owner),
            "step_number": np.cumsum(happened, axis=1)[owner, place],
            "stage_code": pl.Series(STAGES).gather(place),
            "department_code": pl.Series(list(REVIEWERS)).gather(course.department[owner, place]),
            "started_at": times(started),
            "ended_at": times(ended),
            "outcome_code": only(pl.Series(OUTCOMES).gather(outcome), ~np.isnan(ended)),
            "updated_at": written(np.fmax(started, ended), rng),
        }
    )
    first, second, corrected = correct(frame, {"outcome_code": pl.lit(None)}, rng)
    first, planted = spoiled(
        first,
        "application_number",
        {
            "unknown_application": {},
            "ended_before_started": {"ended_at": pl.col("started_at").dt.offset_by("-5h")},
        },
        rng,
    )
    yield Table.of("service_approval_steps", first, planted)
    yield Table.of("service_approval_steps", second, corrected=corrected)
