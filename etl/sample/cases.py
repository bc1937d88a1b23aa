"""Cases of the sample, chunk by chunk, and the defects planted among them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.sample.boundaries import FIRST_DAY_AFTER_SPLIT, SampleCounty
from etl.sample.defects import plant
from etl.sample.points import Ground
from etl.sample.rhythm import PROFILES, Dataset, Rhythm, make_rhythm, pick
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

NUMBER_PREFIX: dict[Dataset, str] = {"grid_events": "WG", "city_cases": "CG"}
CHANNELS: dict[Dataset, dict[str, float]] = {
    "grid_events": {
        "grid_worker": 0.62, "hotline_12345": 0.16, "app": 0.14, "camera": 0.04, "patrol": 0.04,
    },
    "city_cases": {
        "patrol": 0.38, "hotline_12345": 0.27, "camera": 0.15, "app": 0.14, "grid_worker": 0.06,
    },
}  # fmt: skip

# Columns as the department's export heads them, in its order.
HEADERS = {
    "case_number": "案件编号",
    "category_code": "事件类别",
    "major_category_code": "事件大类",
    "department_code": "承办部门",
    "channel_code": "来源渠道",
    "grid_code": "网格编码",
    "community_code": "社区编码",
    "town_code": "街道编码",
    "longitude": "经度",
    "latitude": "纬度",
    "reported_at": "上报时间",
    "accepted_at": "受理时间",
    "filed_at": "立案时间",
    "dispatched_at": "派遣时间",
    "first_response_at": "到场时间",
    "handled_at": "处置时间",
    "checked_at": "核查时间",
    "closed_at": "结案时间",
    "due_at": "办理时限",
    "response_due_at": "响应时限",
    "voided_at": "作废时间",
    "suspended_at": "挂账时间",
    "resumed_at": "恢复时间",
    "deferred_at": "缓办时间",
    "duplicate_of_number": "重复案件编号",
    "severity_code": "严重程度",
    "rework_count": "返工次数",
    "dispatch_count": "派遣次数",
    "extension_count": "延期次数",
    "updated_at": "更新时间",
}


@dataclass(frozen=True)
class Chunk:
    """Cases of some consecutive days as the export shows them, and what was planted in them."""

    frame: pl.DataFrame
    planted: dict[str, int]


@dataclass(frozen=True)
class Draw:
    """What, where and when, in order of the report; `original` is a row number or −1."""

    reported_at: Floats
    category: Ints
    site: Ints
    original: Ints


def make_cases(
    county: SampleCounty, ground: Ground, dataset: Dataset, *, count: int, seed: int
) -> Iterator[Chunk]:
    """Yield exactly `count` cases of a dataset, in order of time, at most about
    `CASES_PER_CHUNK` at once.
    """
    rhythm = make_rhythm(county, dataset, seed)
    habits = TownHabits.draw(len(county.places.towns), seed)
    stream = np.random.default_rng([seed, 4, len(dataset)])
    per_day = stream.multinomial(count, rhythm.day_weights)
    chunk_of_day = (np.cumsum(per_day) - 1) // CASES_PER_CHUNK
    first_number = 1
    for chunk in np.unique(chunk_of_day):
        days = np.flatnonzero(chunk_of_day == chunk)
        rng = np.random.default_rng([seed, 5, len(dataset), int(chunk)])
        draw = _draw(rhythm, days, per_day[days], rng)
        yield _tell(county, ground, rhythm, habits, draw, dataset, first_number, rng)
        first_number += len(draw.category)


def _draw(rhythm: Rhythm, days: Ints, per_day: Ints, rng: np.random.Generator) -> Draw:
    """Draw the cases of some days; the last of them repeat others of the same place and kind."""
    count = int(per_day.sum())
    repeats = round(count * DUPLICATE_SHARE)
    day = np.repeat(days, per_day)
    profiles = rhythm.categories["day_profile"].to_list()
    profile = np.array([PROFILES.index(name) for name in profiles])
    category = pick(rhythm.category_of_day, day, rng)
    site = pick(rhythm.site_of_category, category, rng)
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
    original[repeat] = first
    order = np.argsort(reported, kind="stable")
    place = np.empty(count, dtype=np.int64)
    place[order] = np.arange(count)
    original = np.where(original >= 0, place[original], -1)[order]
    return Draw(reported[order], category[order], site[order], original)


def _tell(
    county: SampleCounty,
    ground: Ground,
    rhythm: Rhythm,
    habits: TownHabits,
    draw: Draw,
    dataset: Dataset,
    first_number: int,
    rng: np.random.Generator,
) -> Chunk:
    """Write down the drawn cases."""
    is_duplicate = draw.original >= 0
    kinds = rhythm.categories
    town_codes = county.places.towns["town_code"].to_list()
    town_of_site = np.array([town_codes.index(code) for code in county.grids["town_code"]])
    terms = Terms(
        reported_at=draw.reported_at,
        town=town_of_site[county.sites][draw.site],
        response_factor=kinds["response_factor"].to_numpy()[draw.category].copy(),
        response_limit_minutes=kinds["response_limit_minutes"].to_numpy()[draw.category],
        close_limit_hours=kinds["close_limit_hours"].to_numpy()[draw.category],
        is_duplicate=is_duplicate,
    )
    life = live(terms, habits, rng)
    points = ground.draw(draw.site, rhythm.hot[draw.category, draw.site], rng)
    frame = pl.DataFrame(
        [
            _numbers(draw, dataset, first_number).alias("case_number"),
            *_codes(kinds, draw, dataset, rng),
            *_place(county, draw, points, rng),
            *_times(life, dataset),
        ]
    )
    frame = frame.with_columns(
        duplicate_of_number=pl.when(pl.lit(pl.Series(is_duplicate))).then(
            pl.col("case_number").gather(np.maximum(draw.original, 0))
        ),
        severity_code=_severity(kinds, draw, rng),
        rework_count=pl.Series(life.rework_count),
        dispatch_count=pl.Series(life.dispatch_count),
        extension_count=pl.Series(life.extension_count),
        updated_at=_stamp(_updated(life, rng)),
    ).select(*HEADERS)
    is_original = np.zeros(len(frame), dtype=bool)
    is_original[draw.original[is_duplicate]] = True
    frame, planted = plant(frame, spare=is_original | is_duplicate, rng=rng)
    return Chunk(frame=frame.rename(HEADERS), planted=planted)


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
            pl.lit(NUMBER_PREFIX[dataset])
            + pl.col("day").dt.strftime("%Y%m%d")
            + pl.col("running").cast(pl.String).str.zfill(8)
        )
        .to_series()
    )


def _codes(
    kinds: pl.DataFrame, draw: Draw, dataset: Dataset, rng: np.random.Generator
) -> list[pl.Series]:
    count = len(draw.category)
    category = kinds["category_code"].gather(draw.category)
    department = kinds["department_code"].gather(draw.category)
    elsewhere = pl.Series(["town_office"]).new_from_index(0, count)
    names, shares = zip(*CHANNELS[dataset].items(), strict=True)
    channel = np.searchsorted(np.cumsum(shares)[:-1], rng.random(count), side="right")
    return [
        category,
        category.str.slice(0, 8).alias("major_category_code"),
        department.zip_with(pl.Series(rng.random(count) > 0.08), elsewhere),
        pl.Series("channel_code", names).gather(channel),
    ]


def _place(
    county: SampleCounty, draw: Draw, points: Floats, rng: np.random.Generator
) -> list[pl.Series]:
    """Codes valid on the reported day, and the point; some reports lack the one or the other."""
    count = len(draw.site)
    split = draw.reported_at >= seconds_of(FIRST_DAY_AFTER_SPLIT)
    version = np.where(split, county.sites[draw.site], county.before_split[draw.site])
    luck = rng.random(count)
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
    located = pl.Series(~no_place & ~grid_only)
    return [
        *codes,
        *(
            pl.select(pl.when(located).then(pl.Series(points[:, axis])).alias(name)).to_series()
            for axis, name in enumerate(("longitude", "latitude"))
        ),
    ]


def _times(life: Life, dataset: Dataset) -> list[pl.Series]:
    """Milestones and deadlines; the grid centre's export has no deadlines."""
    never = np.full(len(life.due_at), np.nan)
    has_deadlines = dataset == "city_cases"
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
