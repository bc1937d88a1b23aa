"""Volunteers, what they do, and the points they earn and redeem."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from etl.sample.programme.chance import choose, day_of, moving, progress, repeat_each
from etl.sample.programme.mess import BAD_CHECK, correct, spoiled
from etl.sample.programme.residents import YEAR, Roster
from etl.sample.programme.table import Table
from etl.sample.programme.writing import coded, dates, numbers, times
from etl.sample.timeline import AS_OF, DAY, HOUR, PROGRAMME_START, START, seconds_of
from etl.sample.types import Floats, Ints

SHARE = 0.05
"""Share of the adults who ever registered."""
LEAST_VOLUNTEERS = 120
SERVICES_PER_YEAR_BEFORE, SERVICES_PER_YEAR_AFTER, ZEAL_SPREAD = 3.0, 6.5, 0.8
LEAVES_PER_YEAR = 0.04
POINTS_PER_HOUR = 10
SERVICES_PER_REDEMPTION = 8
KINDS = {
    "patrol": 0.24, "care": 0.26, "environment": 0.24, "mediation": 0.06, "publicity": 0.16,
    "emergency": 0.04,
}  # fmt: skip
ROWS_PER_PART = 500_000


def volunteers(roster: Roster, *, seed: int) -> Iterator[Table]:
    """The register, then services and redemptions in order of time."""
    rng = np.random.default_rng([seed, 30])
    person, since, left = _register(roster, rng)
    number = "ZY" + pl.Series(np.arange(1, len(person) + 1)).cast(pl.String).str.zfill(7)
    own = roster.residents[person]
    is_over = left <= AS_OF
    changed = np.where(is_over, left, since) + DAY + rng.uniform(8, 18, len(person)) * HOUR
    frame = pl.DataFrame(
        {
            "volunteer_number": number,
            "volunteer_name": own["resident_name"],
            "id_number": own["id_number"],
            "phone": own["phone"],
            "community_code": own["community_code"],
            "registered_date": dates(since),
            "left_date": dates(np.where(is_over, left, np.nan)),
            "updated_at": times(np.minimum(changed, AS_OF)),
        }
    )
    first, second, corrected = correct(frame, {"phone": pl.lit(None)}, rng)
    first, planted = spoiled(
        first,
        "volunteer_number",
        {
            "left_before_registered": {"left_date": pl.col("registered_date").dt.offset_by("-10d")},
            "invalid_identity_number:id_number": {"id_number": BAD_CHECK},
        },
        rng,
    )
    yield Table.of("volunteers", first, planted)
    yield Table.of("volunteers", second, corrected=corrected)
    yield from _services(own["community_code"], number, since, left, rng)


def _register(roster: Roster, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
    """Person, first day, and first day no longer registered, in order of the first day."""
    age = roster.age(np.arange(len(roster.site)), np.full(len(roster.site), START))
    adults = np.flatnonzero((age >= 18) & (age < 72))
    count = min(len(adults), max(LEAST_VOLUNTEERS, round(len(adults) * SHARE)))
    person = rng.permutation(adults)[:count]
    programme = seconds_of(PROGRAMME_START)
    luck = rng.random(count)
    since = np.where(
        luck < 0.45,
        START - rng.uniform(0, 4, count) * YEAR,
        np.where(
            luck < 0.6,
            START + rng.random(count) * (programme - START),
            programme + rng.beta(1, 1.6, count) * (AS_OF - programme),
        ),
    )
    since = day_of(np.maximum(since, roster.since[person] + DAY))
    left = day_of(np.maximum(since, START) + rng.exponential(1 / LEAVES_PER_YEAR, count) * YEAR)
    left = np.minimum(left, roster.to[person] + DAY)
    kept = np.flatnonzero((since <= AS_OF) & (since < left))
    order = kept[np.argsort(since[kept], kind="stable")]
    return person[order], since[order], left[order]


def _services(
    community: pl.Series, number: pl.Series, since: Floats, left: Floats, rng: np.random.Generator
) -> Iterator[Table]:
    owner, at, kind, hours, issued, redeemed = _draw(since, left, rng)
    communities = community.unique().sort()
    elsewhere = communities.gather(rng.integers(0, len(communities), len(owner)))
    where = community.gather(owner).zip_with(pl.Series(rng.random(len(owner)) < 0.92), elsewhere)
    is_redemption = kind == len(KINDS)
    kinds = dict.fromkeys([*KINDS, "redemption"])
    for first in range(0, len(owner), ROWS_PER_PART):
        part = slice(first, first + ROWS_PER_PART)
        ended = np.where(is_redemption[part], np.nan, at[part] + hours[part] * HOUR)
        frame = pl.DataFrame(
            {
                "service_number": numbers("FW", at[part], first=first + 1, width=8),
                "volunteer_number": number.gather(owner[part]),
                "service_kind_code": coded(kinds, kind[part]),
                "community_code": where[part],
                "started_at": times(at[part]),
                "ended_at": times(ended),
                "service_hours": pl.Series(hours[part]).fill_nan(None),
                "points_issued": issued[part],
                "points_redeemed": redeemed[part],
                "updated_at": times(
                    np.minimum(
                        np.fmax(at[part], ended) + rng.uniform(600, 3 * DAY, len(ended)), AS_OF
                    )
                ),
            }
        )
        frame, later, corrected = correct(frame, {"community_code": pl.lit(None)}, rng)
        frame, planted = spoiled(
            frame,
            "service_number",
            {
                "unknown_volunteer": {"volunteer_number": pl.lit("ZY9999999")},
                "ended_before_started": {"ended_at": pl.col("started_at").dt.offset_by("-1h")},
            },
            rng,
        )
        yield Table.of("volunteer_services", frame, planted)
        yield Table.of("volunteer_services", later, corrected=corrected)


def _draw(
    since: Floats, left: Floats, rng: np.random.Generator
) -> tuple[Ints, Floats, Ints, Floats, Ints, Ints]:
    """Volunteer, start, kind, hours, points issued and redeemed, in order of time.

    After every eighth service some of the points earned with these eight are redeemed, so that
    nobody ever redeems more than they have.
    """
    begun, ended = np.maximum(since, START), np.minimum(left, AS_OF)
    years = np.maximum(0, ended - begun) / YEAR
    zeal = rng.lognormal(-(ZEAL_SPREAD**2) / 2, ZEAL_SPREAD, len(since))
    # Drawn at the later rate; before the programme some of them did not take place.
    owner, _ = repeat_each(rng.poisson(years * SERVICES_PER_YEAR_AFTER * zeal))
    day = day_of(begun[owner] + rng.random(len(owner)) * (ended - begun)[owner])
    rate = moving(SERVICES_PER_YEAR_BEFORE, SERVICES_PER_YEAR_AFTER, progress(day))
    hours = rng.integers(1, 9, len(owner)) / 2
    at = np.floor(day + rng.uniform(8, 19, len(owner)) * HOUR)
    kept = (rng.random(len(owner)) < rate / SERVICES_PER_YEAR_AFTER) & (
        at + hours * HOUR <= np.minimum(AS_OF, left[owner])
    )
    owner, at, hours = owner[kept], at[kept], hours[kept]
    order = np.lexsort((at, owner))
    owner, at, hours = owner[order], at[order], hours[order]
    issued = (hours * POINTS_PER_HOUR).astype(np.int64)
    kind = choose(KINDS, rng.random(len(owner)))
    first = np.searchsorted(owner, owner)
    turn = np.arange(len(owner)) - first
    last = np.flatnonzero(turn % SERVICES_PER_REDEMPTION == SERVICES_PER_REDEMPTION - 1)
    total = np.cumsum(issued)
    start = last - SERVICES_PER_REDEMPTION + 1
    earned = total[last] - total[start] + issued[start]
    spent = (earned * rng.uniform(0.3, 0.95, len(last)) / 10).astype(np.int64) * 10
    when = day_of(at[last]) + rng.integers(1, 40, len(last)) * DAY
    when = when + np.floor(rng.uniform(9, 17, len(last)) * HOUR)
    redeemable = np.flatnonzero((spent > 0) & (when <= np.minimum(AS_OF, left[owner[last]])))
    none = np.zeros(len(owner), dtype=np.int64)
    count = len(redeemable)
    owner_ = np.concatenate([owner, owner[last[redeemable]]])
    at_ = np.concatenate([at, when[redeemable]])
    by_time = np.argsort(at_, kind="stable")
    return (
        owner_[by_time],
        at_[by_time],
        np.concatenate([kind, np.full(count, len(KINDS))])[by_time],
        np.concatenate([hours, np.full(count, np.nan)])[by_time],
        np.concatenate([issued, np.zeros(count, dtype=np.int64)])[by_time],
        np.concatenate([none, spent[redeemable]])[by_time],
    )
