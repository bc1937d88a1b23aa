"""Who is on the roll of special groups, since when and until when, and in what need."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.sample.boundaries import SampleCounty
from etl.sample.programme.chance import choose, day_of, moving, progress
from etl.sample.programme.mess import LOST_DIGITS, correct, spoiled
from etl.sample.programme.residents import YEAR, Roster, codes_on
from etl.sample.programme.table import Table
from etl.sample.programme.writing import coded, dates, only, times
from etl.sample.timeline import AS_OF, DAY, HOUR, START
from etl.sample.types import Bools, Floats, Ints

SHARE = 0.024
LEAST_MEMBERS = 150
FROM_THE_FIRST = 0.82
"""Share of the members who came on the roll in its first month, when it was drawn up."""
FIRST_MONTH_DAYS = 28
LEVELS = {"daily": 0.05, "weekly": 0.25, "monthly": 0.70}
EVERY_DAYS = (1, 7, 30)
SECOND_GROUP_SHARE = 0.08
CHANGES_PER_YEAR, RECOVERIES_PER_YEAR = 0.12, 0.04

# Ages from and to, and the share of the members.
GROUPS = {
    "elderly_living_alone": (65, 110, 0.42),
    "disabled": (8, 90, 0.21),
    "left_behind_child": (2, 14, 0.12),
    "severe_mental_illness": (18, 75, 0.06),
    "extreme_poverty": (55, 95, 0.05),
    "minimum_allowance": (20, 90, 0.14),
}
SEVERE_MENTAL_ILLNESS = list(GROUPS).index("severe_mental_illness")
NOTES = {
    "elderly_living_alone": ("高血压,能自理", "听力下降,腿脚不便", "身体尚好", "慢阻肺,需提醒服药"),
    "disabled": ("肢体二级", "视力三级", "听力二级,能手语", "智力三级"),
    "left_behind_child": ("随祖父母生活,在校", "父母在外务工", "学习正常"),
    "severe_mental_illness": ("规律服药,病情稳定", "偶有波动,家属看护"),
    "extreme_poverty": ("分散供养", "部分失能,需照料"),
    "minimum_allowance": ("因病致贫", "主要劳力缺失", "身体尚好"),
}


@dataclass(frozen=True)
class Roll:
    """One entry per person, group and spell; `since` and `to` (last day) are starts of days.

    `to` is infinite for who is on the roll still. `is_main`: of two entries of a person for the
    same days, the one that the visits follow.
    """

    person: Ints
    group: Ints
    level: Ints
    since: Floats
    to: Floats
    reason: Ints
    is_main: Bools


def draw_roll(roster: Roster, *, seed: int) -> Roll:
    """Members and what changes: levels, recoveries, moves and deaths."""
    rng = np.random.default_rng([seed, 25])
    person, group = _members(roster, rng)
    count = len(person)
    early = rng.random(count) < FROM_THE_FIRST
    since = START + np.where(
        early, rng.uniform(0, FIRST_MONTH_DAYS, count) * DAY, rng.random(count) * (AS_OF - START)
    )
    since = day_of(np.maximum(since, roster.since[person] + 20 * DAY))
    left = roster.to[person]
    recovery = day_of(since + rng.exponential(1 / RECOVERIES_PER_YEAR, count) * YEAR)
    recovers = (group != 0) & (recovery < left) & (recovery < AS_OF - DAY) & (recovery > since)
    to = np.where(recovers, recovery, left)
    died = (roster.residents["leave_reason_code"] == "died").fill_null(value=False).to_numpy()
    reason = np.where(recovers, 2, np.where(np.isinf(to), -1, np.where(died[person], 1, 0)))
    kept = np.flatnonzero((since < np.minimum(to, AS_OF) - 2 * DAY) & (since <= AS_OF))
    person, group, since, to, reason = (
        person[kept], group[kept], since[kept], to[kept], reason[kept],
    )  # fmt: skip
    return _with_second_groups(_with_changes(person, group, since, to, reason, rng), rng)


def _members(roster: Roster, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Residents of fitting age, each in one group; living alone means alone in the household."""
    living = np.flatnonzero(roster.to > START + 60 * DAY)
    wanted = max(len(living) * SHARE, LEAST_MEMBERS)
    age = roster.age(np.arange(len(roster.site)), np.full(len(roster.site), START))
    alone = (roster.residents.select(pl.len().over("household_code")).to_series() == 1).to_numpy()
    taken = np.zeros(len(age), dtype=bool)
    people: list[Ints] = []
    groups: list[Ints] = []
    for number, (youngest, oldest, share) in enumerate(GROUPS.values()):
        fits = (age >= youngest) & (age < oldest) & ~taken
        if number == 0:
            fits &= alone
        candidates = living[fits[living]]
        chosen = rng.permutation(candidates)[: round(wanted * share)]
        taken[chosen] = True
        people.append(chosen)
        groups.append(np.full(len(chosen), number))
    return np.concatenate(people), np.concatenate(groups)


def _with_changes(
    person: Ints, group: Ints, since: Floats, to: Floats, reason: Ints, rng: np.random.Generator
) -> Roll:
    """Some come to be visited more or less often: one entry ends, another begins the next day."""
    count = len(person)
    level = choose(LEVELS, rng.random(count))
    end = np.minimum(to, AS_OF)
    moved = day_of(since + rng.exponential(1 / CHANGES_PER_YEAR, count) * YEAR)
    changes = (moved > since + 10 * DAY) & (moved < end - 10 * DAY)
    skips = rng.random(count) < np.array([0.4, 0.25, 0.9])[level]
    other = (level + 1 + skips) % 3
    first_to = np.where(changes, moved, to)
    first_reason = np.where(changes, 3, reason)
    again = np.flatnonzero(changes)
    return Roll(
        person=np.concatenate([person, person[again]]),
        group=np.concatenate([group, group[again]]),
        level=np.concatenate([level, other[again]]),
        since=np.concatenate([since, moved[again] + DAY]),
        to=np.concatenate([first_to, to[again]]),
        reason=np.concatenate([first_reason, reason[again]]),
        is_main=np.ones(count + len(again), dtype=bool),
    )


def _with_second_groups(roll: Roll, rng: np.random.Generator) -> Roll:
    """Some are in a second group for the same days, in the same need."""
    people = np.unique(roll.person)
    chosen = people[rng.random(len(people)) < SECOND_GROUP_SHARE]
    disabled, allowance = list(GROUPS).index("disabled"), list(GROUPS).index("minimum_allowance")
    also = np.flatnonzero(np.isin(roll.person, chosen) & (roll.group != allowance))
    second = np.where(roll.group[also] == disabled, allowance, disabled)
    return Roll(
        person=np.concatenate([roll.person, roll.person[also]]),
        group=np.concatenate([roll.group, second]),
        level=np.concatenate([roll.level, roll.level[also]]),
        since=np.concatenate([roll.since, roll.since[also]]),
        to=np.concatenate([roll.to, roll.to[also]]),
        reason=np.concatenate([roll.reason, roll.reason[also]]),
        is_main=np.concatenate([roll.is_main, np.zeros(len(also), dtype=bool)]),
    )


def special_group_roll(
    county: SampleCounty, roster: Roster, roll: Roll, *, seed: int
) -> Iterator[Table]:
    """The roll as it is kept."""
    rng = np.random.default_rng([seed, 26])
    count = len(roll.person)
    is_over = roll.to <= AS_OF
    own = roster.residents[roll.person]
    site = roster.site[roll.person]
    told = np.where(is_over, roll.to, AS_OF)
    contact = roster.residents[roster.pick(site, roll.since, rng)]
    group = coded(dict.fromkeys(GROUPS), roll.group)
    notes = pl.DataFrame({"group": list(NOTES), "notes": list(NOTES.values())})
    note = pl.DataFrame({"group": group}).join(
        notes, on="group", how="left", maintain_order="left"
    )["notes"]
    note = note.list.get(pl.Series(rng.integers(0, 9, count)) % note.list.len())
    names_contact = pl.Series(rng.random(count) < 0.15)
    changed = np.where(is_over, roll.to, roll.since) + DAY + rng.uniform(8, 18, count) * HOUR
    frame = pl.DataFrame(
        {
            "id_number": own["id_number"],
            "person_name": own["resident_name"],
            "phone": own["phone"],
            "address": own["address"],
            "group_code": group,
            "need_level_code": coded(LEVELS, roll.level),
            **codes_on(county, site, told).to_dict(),
            "roll_from_date": dates(roll.since),
            "roll_to_date": dates(np.where(is_over, roll.to, np.nan)),
            "end_reason_code": only(
                pl.Series(["moved", "died", "recovered", "changed"]).gather(
                    np.maximum(roll.reason, 0)
                ),
                is_over,
            ),
            "has_file": rng.random(count) < moving(0.84, 0.995, progress(told)),
            "contact_name": contact["resident_name"],
            "contact_phone": contact["phone"],
            "health_note": note.zip_with(
                ~names_contact, note + ",急事联系" + contact["phone"].fill_null("邻居")
            ),
            "updated_at": times(np.minimum(changed, AS_OF)),
        }
    ).sort("roll_from_date", "id_number", "group_code")
    first, second, corrected = correct(frame, {"health_note": pl.lit(None)}, rng)
    shifted = pl.col("roll_from_date").dt.offset_by("1d")
    first, planted = spoiled(
        first,
        None,
        {
            "ended_before_it_began": {
                "roll_to_date": pl.col("roll_from_date").dt.offset_by("-30d"),
                "roll_from_date": shifted,
                "end_reason_code": pl.lit("recovered"),
            },
            "digits_lost:id_number": {"id_number": LOST_DIGITS},
        },
        rng,
    )
    yield Table.of("special_group_roll", first, planted)
    yield Table.of("special_group_roll", second, corrected=corrected)
