"""Cases of the sample, chunk by chunk."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.contract_files import get_contract
from etl.sample.boundaries import FIRST_DAY_AFTER_SPLIT, SampleCounty
from etl.sample.case_kinds import CASE_KINDS, Dataset
from etl.sample.case_mess import Delivered, after_silence, deliver
from etl.sample.devices import device_columns, wearer_columns
from etl.sample.echoes import NOISE_TOLD_TO_POLICE, Echoes, draw_echoes
from etl.sample.people import People
from etl.sample.points import Ground
from etl.sample.reporters import Reporters, Words, report_columns
from etl.sample.rhythm import PROFILES, Rhythm, make_rhythm, pick
from etl.sample.timeline import (
    AS_OF,
    DAY,
    HOUR,
    MILESTONES,
    MINUTE,
    START,
    Life,
    Terms,
    TownHabits,
    live,
    seconds_of,
)
from etl.sample.types import Bools, Floats, Ints

CASES_PER_CHUNK = 500_000
DUPLICATE_SHARE = 0.02
DUPLICATE_WITHIN_HOURS = 6

POINT_ONLY_SHARE = 0.03
NO_PLACE_SHARE = 0.01
GRID_ONLY_SHARE = 0.006
FALLBACK_POINT = (113.6433, 28.1637)
"""What urban management's system writes where it knows no place."""
WRONG_POINT_SHARE = 0.003
WRONG_POINT_SHIFT = (0.0052, -0.0031)
"""Degrees, 600 m: as if a point of one datum were written as one of another."""


@dataclass(frozen=True)
class World:
    """What the cases of every dataset happen in."""

    county: SampleCounty
    ground: Ground
    reporters: Reporters
    habits: TownHabits
    seed: int

    @classmethod
    def of(cls, county: SampleCounty, people: People, seed: int) -> "World":
        """Make ready to draw cases."""
        return cls(
            county=county,
            ground=Ground.of(county),
            reporters=Reporters.of(county, people, seed),
            habits=TownHabits.draw(len(county.places.towns), seed),
            seed=seed,
        )


@dataclass(frozen=True)
class Chunk:
    """Cases of some consecutive days.

    `delivered`: as the export shows them. `sound`: without the spoiled ones, as they truly are.
    `echoes`: those that somebody also tells the police.
    """

    delivered: Delivered
    sound: pl.DataFrame
    echoes: Echoes


@dataclass(frozen=True)
class Draw:
    """What, where and when, in order of the report.

    `original` is the row that a case repeats, or −1; `point` is NaN where it is still to be drawn;
    `reporter` is a row of the world's reporters.
    """

    reported_at: Floats
    category: Ints
    site: Ints
    original: Ints
    point: Floats
    reporter: Ints

    @property
    def is_echo(self) -> Bools:
        """Cases that another department knows too, whose place is given."""
        return np.asarray(~np.isnan(self.point[:, 0]))


def make_cases(
    world: World, dataset: Dataset, *, count: int, echoes: Echoes | None = None
) -> Iterator[Chunk]:
    """Yield exactly `count` cases of a dataset, in order of time, at most about
    `CASES_PER_CHUNK` at once.

    Args:
        echoes: events of another department that are to be among them.
    """
    told = echoes or Echoes.none()
    rhythm = make_rhythm(world.county, dataset, world.seed)
    stream = CASE_KINDS[dataset].stream
    per_day = np.random.default_rng([world.seed, 4, stream]).multinomial(
        count - len(told.site), rhythm.day_weights
    )
    chunk_of_day = np.maximum(np.cumsum(per_day) - 1, 0) // CASES_PER_CHUNK
    first_number = 1
    for chunk in np.unique(chunk_of_day):
        days = np.flatnonzero(chunk_of_day == chunk)
        rng = np.random.default_rng([world.seed, 5, stream, int(chunk)])
        here = told.between(START + days[0] * DAY, START + (days[-1] + 1) * DAY)
        draw = _draw(world, rhythm, dataset, days, per_day[days], here, rng)
        yield _tell(world, rhythm, draw, dataset, first_number, rng)
        first_number += len(draw.category)


def _draw(
    world: World,
    rhythm: Rhythm,
    dataset: Dataset,
    days: Ints,
    per_day: Ints,
    echoes: Echoes,
    rng: np.random.Generator,
) -> Draw:
    """Draw the cases of some days; a few repeat others of the same place and kind."""
    count = int(per_day.sum())
    repeats = round(count * DUPLICATE_SHARE)
    day = np.repeat(days, per_day)
    profiles = rhythm.categories["day_profile"].to_list()
    profile = np.array([PROFILES.index(name) for name in profiles])
    category = pick(rhythm.category_of_day, day, rng)
    site = pick(rhythm.site_of_category, category, rng)
    reporter = world.reporters.at(site, rng)
    if dataset == "wristband_alerts":
        reporter = rng.choice(world.reporters.wearers, count)
        site = world.reporters.people["site"].to_numpy()[reporter]
    hour = pick(rhythm.hour_of_profile, 2 * profile[category] + rhythm.is_day_off[day], rng)
    reported = START + day * DAY + hour * HOUR + np.floor(rng.random(count) * HOUR)
    original = np.full(count, -1, dtype=np.int64)
    end = START + (days[-1] + 1) * DAY
    early = np.flatnonzero(reported < end - DUPLICATE_WITHIN_HOURS * HOUR)
    chosen = rng.permutation(len(early))[: 2 * repeats]
    repeat, first = early[chosen[:repeats]], early[chosen[repeats : 2 * repeats]]
    gap = np.floor(rng.uniform(5 * MINUTE, DUPLICATE_WITHIN_HOURS * HOUR - 1, len(first)))
    reported[repeat] = reported[first] + gap
    category[repeat], site[repeat] = category[first], site[first]
    if dataset == "wristband_alerts":
        reporter[repeat] = reporter[first]
    original[repeat] = first
    noise = rhythm.categories["category_code"].to_list().index
    added = len(echoes.site)
    reported = np.concatenate([reported, echoes.reported_at])
    order = np.argsort(reported, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    original = np.where(original >= 0, place[original], -1)
    told = noise(NOISE_TOLD_TO_POLICE) if added else 0
    return Draw(
        reported_at=reported[order],
        category=np.concatenate([category, np.full(added, told)])[order],
        site=np.concatenate([site, echoes.site])[order],
        original=np.concatenate([original, np.full(added, -1)])[order],
        point=np.concatenate([np.full((count, 2), np.nan), echoes.point])[order],
        reporter=np.concatenate([reporter, world.reporters.at(echoes.site, rng)])[order],
    )


def _tell(
    world: World,
    rhythm: Rhythm,
    draw: Draw,
    dataset: Dataset,
    first_number: int,
    rng: np.random.Generator,
) -> Chunk:
    """Write down the drawn cases."""
    county, kinds = world.county, rhythm.categories
    is_duplicate = draw.original >= 0
    town_codes = county.places.towns["town_code"].to_list()
    town_of_site = np.array([town_codes.index(code) for code in county.grids["town_code"]])
    terms = Terms(
        reported_at=draw.reported_at,
        town=town_of_site[county.sites][draw.site],
        response_factor=kinds["response_factor"].to_numpy()[draw.category].copy(),
        response_limit_minutes=kinds["response_limit_minutes"].to_numpy()[draw.category],
        close_limit_hours=kinds["close_limit_hours"].to_numpy()[draw.category],
        is_duplicate=is_duplicate,
        dataset_factor=CASE_KINDS[dataset].response_factor,
    )
    life = live(terms, world.habits, rng)
    drawn = world.ground.draw(draw.site, rhythm.hot[draw.category, draw.site], rng)
    points = np.where(draw.is_echo[:, None], draw.point, drawn)
    codes = _codes(kinds, draw, dataset, rng)
    frame = pl.DataFrame(
        [
            _numbers(draw, dataset, first_number).alias("case_number"),
            *codes,
            *_place(county, draw, points, dataset, rng),
            *_times(life, dataset),
            *_own_columns(world, draw, codes[0], life, dataset, rng),
            *report_columns(
                world.reporters,
                Words.of(kinds["category_code"]),
                reporter=draw.reporter,
                category=draw.category,
                site=draw.site,
                channel=codes[-1],
                rng=rng,
            ),
        ]
    )
    updated = after_silence(_updated(life, rng), dataset)
    frame = frame.with_columns(
        duplicate_of_number=pl.when(pl.lit(pl.Series(is_duplicate))).then(
            pl.col("case_number").gather(np.maximum(draw.original, 0))
        ),
        severity_code=_severity(kinds, draw, rng),
        rework_count=pl.Series(life.rework_count),
        dispatch_count=pl.Series(life.dispatch_count),
        extension_count=pl.Series(life.extension_count),
        updated_at=_stamp(updated),
    ).select(get_contract(dataset).column_names)
    is_original = np.zeros(len(frame), dtype=bool)
    is_original[draw.original[is_duplicate]] = True
    echoes = draw_echoes(frame, draw.site, county, spare=is_duplicate, rng=rng)
    spare = is_original | is_duplicate | draw.is_echo | np.isin(np.arange(len(frame)), echoes.row)
    delivered = deliver(frame, dataset, spare=spare, rng=rng)
    return Chunk(delivered, frame.filter(pl.Series(~delivered.is_spoiled)), echoes)


def _own_columns(
    world: World,
    draw: Draw,
    category_code: pl.Series,
    life: Life,
    dataset: Dataset,
    rng: np.random.Generator,
) -> list[pl.Series]:
    """Columns that only this dataset has."""
    is_closed = ~np.isnan(life.times["closed_at"])
    match dataset:
        case "device_alerts":
            return device_columns(
                category_code,
                site=draw.site,
                original=draw.original,
                reported_at=draw.reported_at,
                is_closed=is_closed,
                rng=rng,
            )
        case "wristband_alerts":
            return wearer_columns(
                category_code,
                id_number=world.reporters.people["id_number"].gather(draw.reporter),
                wearer=draw.reporter,
                is_closed=is_closed,
                rng=rng,
            )
        case _:
            return []


def _numbers(draw: Draw, dataset: Dataset, first_number: int) -> pl.Series:
    """Department, day and a running number: `WG2025070100012345`."""
    count = len(draw.category)
    return (
        pl.DataFrame(
            {
                "day": _stamp(draw.reported_at),
                "running": pl.int_range(first_number, first_number + count, eager=True),
            }
        )
        .select(
            pl.lit(CASE_KINDS[dataset].prefix)
            + pl.col("day").dt.strftime("%Y%m%d")
            + pl.col("running").cast(pl.String).str.zfill(8)
        )
        .to_series()
    )


def _codes(
    kinds: pl.DataFrame, draw: Draw, dataset: Dataset, rng: np.random.Generator
) -> list[pl.Series]:
    kind = CASE_KINDS[dataset]
    count = len(draw.category)
    category = kinds["category_code"].gather(draw.category)
    department = kinds["department_code"].gather(draw.category)
    elsewhere = pl.Series(["town_office"]).new_from_index(0, count)
    names, shares = zip(*kind.channels.items(), strict=True)
    channel = np.searchsorted(np.cumsum(shares)[:-1], rng.random(count), side="right")
    is_own = pl.Series(rng.random(count) >= kind.other_department_share)
    return [
        category,
        category.str.slice(0, 8).alias("major_category_code"),
        department.zip_with(is_own, elsewhere),
        pl.Series("channel_code", names).gather(channel),
    ]


def _place(
    county: SampleCounty, draw: Draw, points: Floats, dataset: Dataset, rng: np.random.Generator
) -> list[pl.Series]:
    """Codes valid on the reported day, and the point; some reports lack the one or the other."""
    count = len(draw.site)
    split = draw.reported_at >= seconds_of(FIRST_DAY_AFTER_SPLIT)
    version = np.where(split, county.sites[draw.site], county.before_split[draw.site])
    luck = np.where(draw.is_echo, 0.5, rng.random(count))
    point_only = luck < POINT_ONLY_SHARE
    no_place = ~point_only & (luck < POINT_ONLY_SHARE + NO_PLACE_SHARE)
    grid_only = luck > 1 - GRID_ONLY_SHARE
    half = rng.random(count) < 0.5
    shown: dict[str, Bools] = {
        "grid_code": ~point_only & ~no_place,
        "community_code": ~point_only & ~(no_place & half),
        "town_code": ~(point_only & half) & ~(no_place & half),
    }
    codes = [
        pl.select(
            pl.when(pl.Series(flags)).then(county.grids[name].gather(version)).alias(name)
        ).to_series()
        for name, flags in shown.items()
    ]
    located = ~no_place & ~grid_only
    if dataset == "grid_events":
        is_wrong = shown["grid_code"] & ~draw.is_echo & (rng.random(count) < WRONG_POINT_SHARE)
        points = np.round(points + is_wrong[:, None] * np.array(WRONG_POINT_SHIFT), 6)
    if dataset == "city_cases":
        at_fallback = no_place & (rng.random(count) < 0.5)
        points = np.where(at_fallback[:, None], FALLBACK_POINT, points)
        located |= at_fallback
    return [
        *codes,
        *(
            pl.select(
                pl.when(pl.Series(located)).then(pl.Series(points[:, axis])).alias(name)
            ).to_series()
            for axis, name in enumerate(("longitude", "latitude"))
        ),
    ]


def _times(life: Life, dataset: Dataset) -> list[pl.Series]:
    """Milestones and deadlines, which most exports do not have."""
    never = np.full(len(life.due_at), np.nan)
    has_deadlines = CASE_KINDS[dataset].has_deadlines
    return [
        *(_stamp(life.times[name]).alias(name) for name in MILESTONES),
        _stamp(life.due_at if has_deadlines else never).alias("due_at"),
        _stamp(life.response_due_at if has_deadlines else never).alias("response_due_at"),
    ]


def _updated(life: Life, rng: np.random.Generator) -> Floats:
    """The last thing that happened and up to two minutes for writing it down."""
    last = np.fmax.reduce([life.times[name] for name in MILESTONES])
    return np.asarray(np.minimum(AS_OF, last + np.floor(rng.uniform(0, 120, len(last)))))


def _severity(kinds: pl.DataFrame, draw: Draw, rng: np.random.Generator) -> pl.Series:
    serious = kinds["serious_share"].to_numpy()[draw.category]
    luck = rng.random(len(serious))
    level = (luck < serious).astype(np.int64) + (luck < serious * 0.15)
    return pl.Series(["general", "serious", "critical"]).gather(level)


def _stamp(seconds: Floats) -> pl.Series:
    """Local times; NaN becomes null."""
    whole = pl.Series(seconds).fill_nan(None).cast(pl.Int64)
    return (whole * 1_000_000).cast(pl.Datetime("us"))
