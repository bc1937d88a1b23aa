"""Which public services reach whom, from when to when."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from etl.sample.names import identity_numbers
from etl.sample.programme.chance import day_of, even
from etl.sample.programme.mess import BAD_CHECK, correct, spoiled
from etl.sample.programme.residents import YEAR, Roster
from etl.sample.programme.table import Table
from etl.sample.programme.writing import coded, dates, times
from etl.sample.timeline import AS_OF, DAY, HOUR, PROGRAMME_START, START, seconds_of
from etl.sample.types import Floats, Ints

COVERED_BEFORE = 0.85
"""Share of the residents whom at least one service in scope reached before the programme."""
RAMP_DAYS = 300
SOON_DAYS = 6
"""Who was born or moved in is covered within so many days, then and now."""
# Beside the one that reaches everybody covered; the last is not in scope.
SHARES = {
    "medical_insurance": 0.93,
    "pension_insurance": 0.72,
    "health_record": 0.88,
    "family_doctor": 0.46,
    "legal_aid": 0.012,
}
SERVICES = tuple(SHARES)
MEDICAL, PENSION, RECORD, DOCTOR, LEGAL_AID = range(5)
FIRST_IS_MEDICAL = 0.85
LAPSE_SHARE = 0.05
PEOPLE_PER_PART = 120_000


def service_coverage(roster: Roster, *, seed: int) -> Iterator[Table]:
    """Spells of cover of everybody, some people at a time."""
    rng = np.random.default_rng([seed, 29])
    count = len(roster.site)
    # In an order by chance: neighbours and families do not share their luck.
    luck = np.empty(count)
    luck[rng.permutation(count)] = even(count, rng)
    for first in range(0, count, PEOPLE_PER_PART):
        person = np.arange(first, min(first + PEOPLE_PER_PART, count))
        frame = _tell(roster, *_draw(roster, person, luck[person], rng), rng)
        frame, later, corrected = correct(frame, {"covered_to_date": pl.lit(None)}, rng)
        shifted = pl.col("covered_from_date").dt.offset_by("1d")
        frame, planted = spoiled(
            frame,
            None,
            {
                "ended_before_it_began": {
                    "covered_to_date": pl.col("covered_from_date").dt.offset_by("-60d"),
                    "covered_from_date": shifted,
                },
                "invalid_identity_number:id_number": {"id_number": BAD_CHECK},
                "unknown_resident": {"id_number": pl.lit(_nobody())},
            },
            rng,
            share=0.0003,
        )
        yield Table.of("service_coverage", frame, planted)
        yield Table.of("service_coverage", later, corrected=corrected)


def _nobody() -> str:
    """A valid number of a person older than everybody in the sample."""
    return str(identity_numbers(pl.Series([date(1911, 3, 1)]), np.array([True]))[0])


def _draw(
    roster: Roster, person: Ints, luck: Floats, rng: np.random.Generator
) -> tuple[Ints, Ints, Floats, Floats]:
    """Person, service, first and last day of each spell; an infinite last day is still."""
    count = len(person)
    since, to = roster.since[person], roster.to[person]
    soon = since + rng.integers(0, SOON_DAYS, count) * DAY
    long_ago = START - rng.uniform(0.1, 8, count) * YEAR
    waiting = np.clip((luck - COVERED_BEFORE) / (1 - COVERED_BEFORE), 0, 1)
    reached = seconds_of(PROGRAMME_START) + waiting * RAMP_DAYS * DAY
    anchor = np.maximum(soon, np.where(luck < COVERED_BEFORE, long_ago, reached))
    anchor = day_of(anchor)
    first_service = np.where(rng.random(count) < FIRST_IS_MEDICAL, MEDICAL, RECORD)
    age = roster.age(person, np.maximum(anchor, START))
    parts = [(person, first_service, anchor, to)]
    for service, share in enumerate(SHARES.values()):
        has = (rng.random(count) < share) & (service != first_service)
        has &= (service != PENSION) | (age >= 16)
        own = np.flatnonzero(has)
        if service == LEGAL_AID:
            begun = START + rng.random(len(own)) * (AS_OF - START)
            kept = (begun > since[own]) & (begun + 60 * DAY < to[own])
            own, begun = own[kept], day_of(begun[kept])
            parts.append((person[own], np.full(len(own), service), begun, begun + 60 * DAY))
            continue
        begun = day_of(anchor[own] + rng.exponential(200, len(own)) * DAY)
        lapsed = rng.random(len(own)) < LAPSE_SHARE
        lapse = day_of(begun + rng.uniform(90, 800, len(own)) * DAY)
        lapsed &= lapse < to[own]
        ended = np.where(lapsed, lapse, to[own])
        parts.append((person[own], np.full(len(own), service), begun, ended))
        back = np.flatnonzero(lapsed)
        again = day_of(lapse[back] + rng.uniform(20, 200, len(back)) * DAY)
        parts.append((person[own[back]], np.full(len(back), service), again, to[own[back]]))
    who, what, begun, ended = (np.concatenate(values) for values in zip(*parts, strict=True))
    kept = (begun <= AS_OF) & (begun <= ended)
    order = np.flatnonzero(kept)[np.lexsort((begun[kept], who[kept]))]
    return who[order], what[order], begun[order], ended[order]


def _tell(
    roster: Roster, who: Ints, what: Ints, begun: Floats, ended: Floats, rng: np.random.Generator
) -> pl.DataFrame:
    is_over = ended <= AS_OF
    changed = np.where(is_over, ended, begun) + DAY + rng.uniform(8, 18, len(who)) * HOUR
    return pl.DataFrame(
        {
            "id_number": roster.residents["id_number"].gather(who),
            "service_code": coded(SHARES, what),
            "covered_from_date": dates(begun),
            "covered_to_date": dates(np.where(is_over, ended, np.nan)),
            "updated_at": times(np.minimum(changed, AS_OF)),
        }
    )
