"""What follows from a warning: households told and moved, floods, and users at their pages."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl
import shapely

from etl.sample.boundaries import SampleCounty
from etl.sample.people import People
from etl.sample.programme.chance import moving, progress, repeat_each
from etl.sample.programme.mess import correct, spoiled
from etl.sample.programme.rain import (
    TOLD_STORM_DAY,
    TOLD_STORM_TOWN,
    Weather,
    hour_end,
    window_sums,
)
from etl.sample.programme.residents import codes_on
from etl.sample.programme.table import Table
from etl.sample.programme.warnings import ORANGE, RED, THRESHOLDS, Spells, Warnings, spells
from etl.sample.programme.writing import numbers, only, seconds_from, so_far, times, written
from etl.sample.timeline import AS_OF, DAY, HOUR, MINUTE, seconds_of
from etl.sample.types import Floats, Ints

TOLD_HOUSEHOLDS = 10
"""Households in low ground that were moved in time before the storm that is told of."""
TOLD_FLOODS = 3
"""Earlier storms in which the grids of these households were flooded, as history tells."""
TO_MOVE_SHARE = {ORANGE: 0.35, RED: 0.85}
ACKNOWLEDGED_BEFORE, ACKNOWLEDGED_AFTER = 0.86, 0.98
ACKNOWLEDGE_MINUTES_BEFORE, ACKNOWLEDGE_MINUTES_AFTER, SPREAD = 9.0, 3.5, 0.7
MOVED_BEFORE, MOVED_AFTER = 0.78, 0.97
PARTLY_SHARE = 0.05

FLOODS_SINCE = date(2023, 1, 1)
FLOODS_PER_SITE_AND_SUMMER = 0.5
FLOODS_PER_EVENT = 1.3
FLOOD_NOTES = ("低洼路段积水,车辆绕行", "沟渠漫溢,已抽排", "庭院进水,已清理", "涵洞积水,临时封闭")
USERS = ("U001", "U002", "U003", "U004")
MOST_ACTIONS = 300


def warning_actions(
    county: SampleCounty,
    people: People,
    weather: Weather,
    warnings: Warnings,
    workers: pl.DataFrame | None,
    *,
    seed: int,
) -> Iterator[Table]:
    """Every household in low ground is told of an orange or red warning for its town."""
    rng = np.random.default_rng([seed, 37])
    told = np.flatnonzero(np.isin(warnings.colour, list(TO_MOVE_SHARE)))
    households = people.households.filter("is_low_ground").sort("town_code", "elevation_m")
    counts = pl.DataFrame({"town_code": weather.codes}).join(
        households.group_by("town_code").len(), on="town_code", how="left", maintain_order="left"
    )
    first_of = households["town_code"].search_sorted(pl.Series(weather.codes)).to_numpy()
    count_of = counts["len"].fill_null(0).to_numpy().astype(np.int64)
    owner, place = repeat_each(count_of[warnings.town[told]])
    warning = told[owner]
    house = first_of[warnings.town[warning]] + place
    lived = _lived_in(households, house, warnings.issued_at[warning])
    warning, house = warning[lived], house[lived]
    frame = _tell(county, households, warnings, warning, house, workers, rng)
    first, second, corrected = correct(frame, {"acknowledged_at": pl.lit(None)}, rng)
    nobody = pl.lit("HH99999999")
    first, planted = spoiled(
        first,
        None,
        {
            "acknowledged_before_notified": {
                "acknowledged_at": pl.col("notified_at").dt.offset_by("-10m"),
                "household_code": nobody,
            },
            "more_moved_than_to_move": {
                "moved_count": pl.col("persons_to_move_count") + 3,
                "household_code": nobody,
            },
            "unknown_warning": {"warning_number": pl.col("warning_number") + "X"},
        },
        rng,
    )
    yield Table.of("warning_actions", first, planted)
    if len(second):
        yield Table.of("warning_actions", second, corrected=corrected)


def _lived_in(households: pl.DataFrame, house: Ints, at: Floats) -> Ints:
    """Rows whose household lived there at the time."""
    since = seconds_from(households["valid_from_date"])[house]
    to = seconds_from(households["valid_to_date"])[house]
    return np.flatnonzero((since <= at) & ~(to + DAY <= at))


def _tell(
    county: SampleCounty,
    households: pl.DataFrame,
    warnings: Warnings,
    warning: Ints,
    house: Ints,
    workers: pl.DataFrame | None,
    rng: np.random.Generator,
) -> pl.DataFrame:
    count = len(warning)
    issued, colour = warnings.issued_at[warning], warnings.colour[warning]
    share = progress(issued)
    # A household that has left by today counted some when it was there.
    persons = np.maximum(households["resident_count"].to_numpy()[house], 1)
    lot = np.where(colour == RED, TO_MOVE_SHARE[RED], TO_MOVE_SHARE[ORANGE])
    is_told = warnings.is_told[warning]
    # Of the storm that is told of, the ten lowest households are to be moved.
    to_move = np.where(
        is_told, (colour == RED) & (_place_in(warning) < TOLD_HOUSEHOLDS), rng.random(count) < lot
    )
    notified = issued + rng.uniform(1, 14, count) * MINUTE
    wait = moving(ACKNOWLEDGE_MINUTES_BEFORE, ACKNOWLEDGE_MINUTES_AFTER, share)
    answered = notified + wait * np.exp(SPREAD * rng.standard_normal(count)) * MINUTE
    answers = rng.random(count) < moving(ACKNOWLEDGED_BEFORE, ACKNOWLEDGED_AFTER, share)
    answered = np.where(answers | is_told, answered, np.nan)
    answered = np.where(is_told, notified + rng.uniform(2, 8, count) * MINUTE, answered)
    moves = to_move & (is_told | (rng.random(count) < moving(MOVED_BEFORE, MOVED_AFTER, share)))
    moved = notified + rng.uniform(18, 75, count) * MINUTE
    moved = np.where(is_told, notified + rng.uniform(20, 55, count) * MINUTE, moved)
    moved = np.where(moves, so_far(moved), np.nan)
    partly = (rng.random(count) < PARTLY_SHARE) & ~is_told & (persons > 1)
    in_need = np.where(to_move, persons, 0)
    moved_count = np.where(partly, persons - 1, persons)
    happened = ~np.isnan(moved)
    answered, notified = so_far(answered), so_far(notified)
    return pl.DataFrame(
        {
            "warning_number": warnings.number.gather(warning),
            "household_code": households["household_code"].gather(house),
            "worker_code": _standing_workers(
                county, households["site"].to_numpy()[house].astype(np.int64), issued, workers
            ),
            "persons_to_move_count": in_need.astype(np.int64),
            "notified_at": times(notified),
            "acknowledged_at": times(answered),
            "moved_at": times(moved),
            "moved_count": only(pl.Series(moved_count.astype(np.int64)), happened),
            "updated_at": written(np.fmax.reduce([notified, answered, moved]), rng),
        }
    ).filter(pl.col("notified_at").is_not_null())


def _standing_workers(
    county: SampleCounty, site: Ints, at: Floats, workers: pl.DataFrame | None
) -> pl.Series:
    """Code of the worker that stands for the grid of each site at each time, who goes from house to
    house: of several a full-time one, then the lowest code; null where there is none.
    """
    if workers is None:
        return pl.Series("worker_code", [None], dtype=pl.String).new_from_index(0, len(site))
    asked = codes_on(county, site, at).select("grid_code", day=times(at).cast(pl.Date))
    last = pl.col("assigned_to_date")
    standing = (
        asked.unique()
        .join(workers, on="grid_code")
        .filter(
            pl.col("assigned_from_date") <= pl.col("day"), last.is_null() | (pl.col("day") <= last)
        )
        .sort(pl.col("role_code") != "full_time", "worker_code")
        .unique(["grid_code", "day"], keep="first", maintain_order=True)
    )
    return asked.join(standing, on=["grid_code", "day"], how="left", maintain_order="left")[
        "worker_code"
    ]


def _place_in(warning: Ints) -> Ints:
    """Number from 0 of each row among those of its warning."""
    return np.asarray(np.arange(len(warning)) - np.searchsorted(warning, warning))


def flood_history(
    county: SampleCounty, people: People, weather: Weather, *, seed: int
) -> Iterator[Table]:
    """Floods of low places: of the summer before the period, and of the storms in it."""
    rng = np.random.default_rng([seed, 38])
    low = people.households.filter("is_low_ground")
    sites = low["site"].unique().sort().to_numpy().astype(np.int64)
    hours, least = THRESHOLDS["orange"]
    events = spells(window_sums(weather.rain, hours), least)
    town_of = county.grids["town_code"].gather(county.sites[sites]).to_numpy()
    old, _ = repeat_each(rng.poisson(FLOODS_PER_SITE_AND_SUMMER, len(sites)))
    summer = seconds_of(FLOODS_SINCE) + rng.uniform(100, 240, len(old)) * DAY
    site, at, rain = [sites[old]], [summer], [rng.uniform(50, 95, len(old))]
    for town, first, peak in zip(events.town, events.first, events.peak_mm, strict=True):
        own = sites[town_of == weather.codes[town]]
        chosen = rng.permutation(own)[: rng.poisson(FLOODS_PER_EVENT * (peak / least) ** 2)]
        site.append(chosen)
        at.append(hour_end(np.full(len(chosen), first)) + rng.uniform(0, 2, len(chosen)) * HOUR)
        rain.append(np.full(len(chosen), peak))
    for chosen, flooded, peak in _told_floods(people, weather, events, site, at):
        site.append(chosen)
        at.append(flooded)
        rain.append(np.full(len(chosen), peak))
    where, when, mm = np.concatenate(site), np.concatenate(at), np.concatenate(rain)
    kept = np.flatnonzero(when <= AS_OF)
    order = kept[np.argsort(when[kept], kind="stable")]
    where, when, mm = where[order], np.floor(when[order]), mm[order]
    points = [shapely.point_on_surface(county.polygons[county.sites[one]]) for one in where]
    depth = np.clip(mm * rng.lognormal(-1.0, 0.4, len(mm)), 5, 180)
    frame = pl.DataFrame(
        {
            "flood_number": numbers("JS", when, width=5),
            **codes_on(county, where, when).to_dict(),
            "longitude": [round(point.x, 6) for point in points],
            "latitude": [round(point.y, 6) for point in points],
            "flooded_at": times(when),
            "depth_cm": np.round(depth, 0),
            "rain_3h_mm": np.round(mm, 1),
            "description": pl.Series(FLOOD_NOTES).gather(rng.integers(0, 4, len(where))),
            "updated_at": written(np.minimum(when + DAY, AS_OF), rng),
        },
        schema_overrides={"longitude": pl.Float64, "latitude": pl.Float64},
    )
    yield Table.of("flood_history", frame)


def _told_floods(
    people: People, weather: Weather, events: Spells, site: list[Ints], at: list[Floats]
) -> Iterator[tuple[Ints, Floats, float]]:
    """Sites, times and rain of floods where the households of the storm that is told of live.

    Their grids were flooded in the storms before it, as far as there were as many; a grid that was
    flooded then anyway is not flooded twice.
    """
    told = seconds_of(TOLD_STORM_DAY)
    low = people.households.filter("is_low_ground").sort("town_code", "elevation_m")
    low = low.filter(pl.col("town_code") == TOLD_STORM_TOWN)
    lived = _lived_in(low, np.arange(len(low)), np.full(len(low), told))
    sites = np.unique(low["site"].to_numpy()[lived[:TOLD_HOUSEHOLDS]].astype(np.int64))
    codes = np.array(weather.codes)[events.town]
    before = (codes == TOLD_STORM_TOWN) & (hour_end(events.last) < told)
    where, when = np.concatenate(site), np.concatenate(at)
    for event in np.flatnonzero(before)[-TOLD_FLOODS:]:
        began = float(hour_end(events.first[event : event + 1])[0])
        then = where[(when >= began) & (when < began + DAY)]
        chosen = np.setdiff1d(sites, then)
        yield chosen, np.full(len(chosen), began + HOUR), float(events.peak_mm[event])


def user_actions(warnings: Warnings, *, seed: int) -> Iterator[Table]:
    """What users did on pages about the last orange and red warnings."""
    rng = np.random.default_rng([seed, 39])
    serious = np.flatnonzero(np.isin(warnings.colour, list(TO_MOVE_SHARE)))[-MOST_ACTIONS // 2 :]
    dispatched = serious[rng.random(len(serious)) < 0.6]
    subject = np.concatenate([serious, dispatched])
    is_dispatch = np.arange(len(subject)) >= len(serious)
    wait = np.where(is_dispatch, rng.uniform(8, 25, len(subject)), rng.uniform(1, 7, len(subject)))
    acted = np.floor(warnings.issued_at[subject] + wait * MINUTE)
    kept = np.flatnonzero(acted <= AS_OF)
    order = kept[np.argsort(acted[kept], kind="stable")]
    subject, acted, is_dispatch = subject[order], acted[order], is_dispatch[order]
    frame = pl.DataFrame(
        {
            "action_number": numbers("CZ", acted, width=5),
            "user_code": pl.Series(USERS).gather(rng.integers(0, len(USERS), len(subject))),
            "action_code": pl.Series(["acknowledged", "dispatched"]).gather(
                is_dispatch.astype(np.int64)
            ),
            "subject_kind_code": pl.Series(["warning"]).new_from_index(0, len(subject)),
            "subject_number": warnings.number.gather(subject),
            "acted_at": times(acted),
            "reason_code": None,
            "silenced_until_date": None,
            "worker_code": None,
            "note": pl.Series(["已知悉", "通知网格员上门"]).gather(is_dispatch.astype(np.int64)),
            "updated_at": times(acted),
        },
        schema_overrides={
            "reason_code": pl.String,
            "silenced_until_date": pl.Date,
            "worker_code": pl.String,
        },
    )
    yield Table.of("user_actions", frame)
