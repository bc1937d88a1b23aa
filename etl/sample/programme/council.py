"""Residents' councils: what is proposed, deliberated, voted and publicised every month."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.sample.boundaries import SampleCounty
from etl.sample.people import People
from etl.sample.programme.chance import choose, day_of, even, moving, progress, repeat_each
from etl.sample.programme.mess import correct, spoiled
from etl.sample.programme.table import Table
from etl.sample.programme.writing import coded, dates, numbers, only, so_far, times, written
from etl.sample.rhythm import FIRST_DAY, LAST_DAY
from etl.sample.timeline import AS_OF, DAY, HOUR, PROGRAMME_START, START, seconds_of
from etl.sample.types import Bools, Floats, Ints

MONTH_DAYS = 30.4375
PER_MONTH = {"0": 0.10, "1": 0.75, "2": 0.15}
TOPICS = {
    "waste_sorting": 0.16, "parking": 0.18, "road": 0.16, "environment": 0.20,
    "elderly_care": 0.12, "facilities": 0.13, "other": 0.05,
}  # fmt: skip
TITLES = {
    "waste_sorting": ("垃圾分类投放点设置与积分奖励办法", "撤桶并点与定时投放方案"),
    "parking": ("新增路侧停车位方案", "村部停车场错时共享办法"),
    "road": ("背街小巷路面修补", "组级道路路灯安装"),
    "environment": ("屋场环境整治公约", "沟渠清淤与绿化补种"),
    "elderly_care": ("老年助餐点选址", "独居老人结对帮扶办法"),
    "facilities": ("健身器材更新", "文体广场改造"),
    "other": ("村规民约修订", "集体资金使用公开办法"),
}
HOUSEHOLD_MODE_SHARE = 0.22
WITHDRAWN_SHARE = 0.04
WASTE_DECISION_FROM_DAYS, WASTE_DECISION_TO_DAYS = 10, 115
SECOND_VOTE_SHARE = 0.002
ENTITLED_PER_PART = 1_000_000


def communities_of(county: SampleCounty) -> pl.Series:
    """Codes of the communities that have grids, in order."""
    return county.grids[county.sites]["community_code"].unique().sort()


def waste_decisions(county: SampleCounty, *, seed: int) -> Floats:
    """When each community's council decided to sort its waste, in seconds; all after the start."""
    rng = np.random.default_rng([seed, 21])
    count = len(communities_of(county))
    days = rng.integers(WASTE_DECISION_FROM_DAYS, WASTE_DECISION_TO_DAYS, count)
    return np.asarray(seconds_of(PROGRAMME_START) + days * DAY + 20 * HOUR)


@dataclass(frozen=True)
class _Proposals:
    """What becomes of each proposal, in order of time; NaN is never."""

    community: Ints
    topic: Ints
    is_household_mode: Bools
    proposed_at: Floats
    deliberated_at: Floats
    voted_at: Floats
    entitled: Ints
    cast: Ints
    votes_for: Ints
    votes_against: Ints


def council(county: SampleCounty, people: People, *, seed: int) -> Iterator[Table]:
    """Proposals, then their votes."""
    rng = np.random.default_rng([seed, 22])
    codes = communities_of(county)
    households = _households_of(people, codes)
    drawn = _draw(county, np.diff(households.starts), rng, seed)
    frame = _tell(drawn, codes, rng)
    first, second, corrected = correct(frame, {"due_date": pl.lit(None)}, rng)
    first, planted = spoiled(
        first,
        "proposal_number",
        {
            "voted_before_deliberated": {"voted_at": pl.col("deliberated_at").dt.offset_by("-1d")},
            "publicised_before_voted": {"publicised_at": pl.col("voted_at").dt.offset_by("-2d")},
        },
        rng,
    )
    yield Table.of("council_proposals", first, planted)
    yield Table.of("council_proposals", second, corrected=corrected)
    yield from _votes(drawn, frame["proposal_number"], codes, households, rng)


@dataclass(frozen=True)
class _Households:
    """Household codes in order of community; those of community c from starts[c] to starts[c+1]."""

    codes: pl.Series
    starts: Ints


def _households_of(people: People, codes: pl.Series) -> _Households:
    is_there = pl.col("valid_to_date").is_null() & (pl.col("valid_from_date") <= FIRST_DAY)
    listed = people.households.filter(is_there).sort("community_code", "household_code")
    counts = (
        pl.DataFrame({"community_code": codes})
        .join(listed.group_by("community_code").len(), on="community_code", how="left")
        .sort("community_code")["len"]
        .fill_null(0)
    )
    return _Households(
        codes=listed["household_code"],
        starts=np.concatenate([[0], np.cumsum(counts.to_numpy())]).astype(np.int64),
    )


def _draw(
    county: SampleCounty, household_counts: Ints, rng: np.random.Generator, seed: int
) -> _Proposals:
    count = len(household_counts)
    months = int((AS_OF - START) / DAY / MONTH_DAYS) + 1
    per_month = choose(PER_MONTH, rng.random(months * count))
    cell, _ = repeat_each(per_month)
    community, month = cell % count, cell // count
    proposed = START + (month * MONTH_DAYS + rng.uniform(0, 9, len(cell))) * DAY
    proposed = day_of(proposed) + rng.uniform(8.5, 20, len(cell)) * HOUR
    voted_day = proposed + rng.uniform(8, 19, len(cell)) * DAY
    topic = choose(TOPICS, rng.random(len(cell)))
    # One more in each community: the decision to sort the waste.
    decided = waste_decisions(county, seed=seed)
    wait = rng.uniform(12, 20, count) * DAY
    community = np.concatenate([community, np.arange(count)])
    proposed = np.concatenate([proposed, day_of(decided - wait) + 10 * HOUR])
    voted = np.concatenate([day_of(voted_day) + 20 * HOUR, decided])
    topic = np.concatenate([topic, np.zeros(count, dtype=np.int64)])
    is_decision = np.arange(len(community)) >= len(cell)
    kept = np.flatnonzero(proposed <= AS_OF)
    order = kept[np.argsort(proposed[kept], kind="stable")]
    community, topic, is_decision = community[order], topic[order], is_decision[order]
    proposed, voted = proposed[order], voted[order]
    share = progress(proposed)
    size = len(order)
    withdrawn = (rng.random(size) < WITHDRAWN_SHARE) & ~is_decision
    deliberated = day_of(proposed + rng.uniform(0.35, 0.6, size) * (voted - proposed)) + 19 * HOUR
    deliberated = np.where(withdrawn & (rng.random(size) < 0.5), np.nan, deliberated)
    voted = np.where(withdrawn, np.nan, voted)
    is_household = (rng.random(size) < HOUSEHOLD_MODE_SHARE) & (household_counts[community] > 0)
    delegates = rng.integers(15, 36, count)
    entitled = np.where(is_household, household_counts[community], delegates[community])
    turnout = np.where(is_household, moving(0.42, 0.60, share), moving(0.78, 0.92, share))
    cast = rng.binomial(entitled, turnout)
    leaning = np.where(is_decision, 0.86, rng.beta(9, 3.5, size))
    votes_for = rng.binomial(cast, leaning)
    # The decision was adopted: more than half for it, by as few as one.
    votes_for = np.where(is_decision, np.maximum(votes_for, cast // 2 + 1), votes_for)
    cast = np.maximum(cast, votes_for)
    return _Proposals(
        community=community,
        topic=topic,
        is_household_mode=is_household,
        proposed_at=np.floor(proposed),
        deliberated_at=so_far(deliberated),
        voted_at=so_far(voted),
        entitled=entitled,
        cast=cast,
        votes_for=votes_for,
        votes_against=rng.binomial(cast - votes_for, 0.7),
    )


def _tell(drawn: _Proposals, codes: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    size = len(drawn.community)
    share = progress(drawn.proposed_at)
    adopted = (2 * drawn.votes_for > drawn.cast) & ~np.isnan(drawn.voted_at)
    on_time = even(size, rng) < moving(0.72, 0.96, share)
    wait = np.where(on_time, rng.uniform(0.1, 2.5, size), rng.uniform(9, 18, size))
    publicised = so_far(day_of(drawn.voted_at + wait * DAY) + rng.uniform(20.2, 23, size) * HOUR)
    due = day_of(drawn.voted_at) + rng.integers(30, 121, size) * DAY
    done_on_time = even(size, rng) < moving(0.76, 0.93, share)
    slow = np.where(rng.random(size) < 0.25, np.nan, rng.integers(3, 80, size))
    completed = due + np.where(done_on_time, -rng.integers(0, 25, size), slow) * DAY
    completed = np.where(adopted, so_far(completed), np.nan)
    is_withdrawn = np.isnan(drawn.voted_at) & (drawn.proposed_at < AS_OF - 25 * DAY)
    last = np.fmax.reduce(
        [drawn.proposed_at, drawn.deliberated_at, drawn.voted_at, publicised, completed]
    )
    topic = coded(TOPICS, drawn.topic)
    titles = pl.DataFrame({"topic": list(TITLES), "titles": list(TITLES.values())})
    title = pl.DataFrame({"topic": topic}).join(
        titles, on="topic", how="left", maintain_order="left"
    )["titles"]
    decision = pl.select(
        pl.when(pl.Series(~np.isnan(drawn.voted_at)))
        .then(pl.Series(["rejected", "adopted"]).gather(adopted.astype(np.int64)))
        .when(pl.Series(is_withdrawn))
        .then(pl.lit("withdrawn"))
    ).to_series()
    return pl.DataFrame(
        {
            "proposal_number": numbers("YS", drawn.proposed_at, width=6),
            "community_code": codes.gather(drawn.community),
            "topic_code": topic,
            "title": title.list.get(pl.Series(rng.integers(0, 2, size))),
            "is_online": rng.random(size) < moving(0.08, 0.45, share),
            "vote_mode_code": coded(
                {"delegate": 0, "household": 1}, drawn.is_household_mode.astype(np.int64)
            ),
            "entitled_count": drawn.entitled,
            "proposed_at": times(drawn.proposed_at),
            "deliberated_at": times(drawn.deliberated_at),
            "voted_at": times(drawn.voted_at),
            "decision_code": decision,
            "publicised_at": times(publicised),
            "due_date": only(dates(due), adopted),
            "completed_date": dates(completed),
            "updated_at": written(last, rng),
        }
    )


def _votes(
    drawn: _Proposals,
    number: pl.Series,
    codes: pl.Series,
    households: _Households,
    rng: np.random.Generator,
) -> Iterator[Table]:
    """Votes of the proposals voted on, some proposals at a time."""
    voted = np.flatnonzero(~np.isnan(drawn.voted_at))
    part = np.cumsum(drawn.entitled[voted]) // ENTITLED_PER_PART
    first = 1
    for one in np.unique(part):
        frame = _votes_on(drawn, voted[part == one], number, codes, households, rng, first)
        first += len(frame)
        frame, planted = _second_votes(frame, rng)
        copies, more = spoiled(
            frame,
            "vote_number",
            {"unknown_proposal": {"proposal_number": pl.col("proposal_number") + "X"}},
            rng,
            share=0.0003,
        )
        yield Table.of("council_votes", copies, planted | more)


def _votes_on(
    drawn: _Proposals,
    rows: Ints,
    number: pl.Series,
    codes: pl.Series,
    households: _Households,
    rng: np.random.Generator,
    first: int,
) -> pl.DataFrame:
    owner, who = repeat_each(drawn.entitled[rows])
    # Everybody entitled in an order drawn by lot: the first ones vote.
    order = np.lexsort((rng.random(len(owner)), owner))
    who = who[order]
    _, rank = repeat_each(drawn.entitled[rows])
    came = rank < drawn.cast[rows][owner]
    owner, who, rank = rows[owner[came]], who[came], rank[came]
    against = rank - drawn.votes_for[owner] < drawn.votes_against[owner]
    choice = np.where(rank < drawn.votes_for[owner], 0, np.where(against, 1, 2))
    begun, ended = day_of(drawn.deliberated_at[owner]) + DAY, day_of(drawn.voted_at[owner])
    day = day_of(begun + (ended + DAY - begun) * rng.random(len(owner)))
    at = np.floor(day + rng.uniform(8, 20, len(owner)) * HOUR)
    by_time = np.lexsort((at, owner))
    owner, who, choice, at = owner[by_time], who[by_time], choice[by_time], at[by_time]
    mode = drawn.is_household_mode[owner]
    place = np.where(mode, households.starts[drawn.community[owner]] + who, 0)
    delegate = (
        codes.gather(drawn.community[owner]) + "D" + pl.Series(who + 1).cast(pl.String).str.zfill(2)
    )
    return pl.DataFrame(
        {
            "vote_number": numbers("TP", at, first=first, width=8),
            "proposal_number": number.gather(owner),
            "household_code": only(households.codes.gather(place), mode),
            "delegate_code": only(delegate, ~mode),
            "choice_code": coded({"for": 0, "against": 1, "abstain": 2}, choice),
            "voted_at": times(at),
            "updated_at": written(at, rng),
        }
    )


def _second_votes(
    frame: pl.DataFrame, rng: np.random.Generator
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Some vote again, a minute to half an hour later and perhaps otherwise."""
    planted: dict[str, int] = {}
    parts = [frame]
    for column, name in (("household_code", "household"), ("delegate_code", "delegate")):
        told = frame[column].is_not_null() & (frame["voted_at"].dt.date() < LAST_DAY)
        rows = np.flatnonzero(told.to_numpy())
        count = max(1, round(len(rows) * SECOND_VOTE_SHARE)) if len(rows) else 0
        chosen = rng.permutation(rows)[:count]
        wait = pl.lit(pl.Series(rng.integers(60, 1800, count)))
        again = frame[chosen].with_columns(
            pl.col("vote_number") + "B",
            pl.col("voted_at") + pl.duration(seconds=wait),
            pl.col("updated_at") + pl.duration(seconds=wait),
            coded({"for": 0, "against": 1}, rng.integers(0, 2, count)).alias("choice_code"),
        )
        parts.append(again)
        if count:
            planted[f"second_vote_of_the_{name}"] = count
    return pl.concat(parts), planted
