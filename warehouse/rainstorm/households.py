"""The households to tell and to move: by whom, how far each has got, and what is overdue."""

from datetime import datetime, timedelta

import polars as pl

from warehouse.rainstorm.rain import Hours
from warehouse.rainstorm.records import Records

MOVE, CHECK, TELL, WATCH = "move", "check", "tell", "watch"
"""What is to be done: move them; see to it because the rain there is not known; tell them; nothing
yet. The first one is the most urgent."""

STEPS = (MOVE, CHECK, TELL, WATCH)

COUNTED = (
    "household_count",
    "to_move_count",
    "ordered_count",
    "told_count",
    "acknowledged_count",
    "moved_count",
    "overdue_count",
)

MINUTE = timedelta(minutes=1)
MICROSECONDS_PER_MINUTE = 60_000_000


def household_list(
    records: Records,
    hours: Hours,
    exposed: pl.DataFrame,
    towns: pl.DataFrame,
    warnings: pl.DataFrame,
) -> pl.DataFrame:
    """Every household on low ground in a town under a colour, the most urgent first.

    The governing colour of a town is the most severe of those in force, reached and expected. A
    household is to be moved when its exposure is at least what the colour's limit says, or when
    those who told it counted persons to move; to be checked when the rain there is not known. That
    persons are overdue to be moved is said only of those ordered to be. Steps count over all
    warnings of the town since it was last without one.

    Args:
        exposed: what `exposure.exposures` found.
        towns: what `colours.town_states` found.
        warnings: what `colours.in_force` found.

    Returns:
        The columns of `exposed` and: rank_number; colour_code (governing); action_code (`move`,
        `check`, `tell`, `watch`); worker_code (who told it last, else the grid's worker of the day;
        null where there is none); warned_at (issue of the first warning in force at which
        households are told); notified_at, acknowledged_at, moved_at (null when not by the time);
        is_ordered (those who told it counted persons to move); persons_to_move_count and
        persons_moved_count (null before it was told); overdue_step (`told`, `acknowledged`,
        `moved` or null), overdue_minutes.
    """
    governing = towns.join(
        hours.day.thresholds.select("severity_number", "colour_code"), on="severity_number"
    ).select("town_code", "colour_code")
    frame = (
        exposed.with_row_index("exposed_rank")
        .join(governing, on="town_code")
        .join(hours.day.limits, on="colour_code", how="left")
        .join(_actions(records, hours, towns), on="household_key", how="left")
        .join(_first_warned(hours, towns, warnings), on="town_code", how="left")
        .join(hours.day.workers, on="grid_code", how="left")
        .with_columns(
            worker_code=pl.coalesce("told_by_code", "grid_worker_code"),
            is_ordered=(pl.col("persons_to_move_count") > 0).fill_null(value=False),
        )
    )
    order = pl.col("action_code").replace_strict(
        {step: number for number, step in enumerate(STEPS)}, return_dtype=pl.Int64
    )
    return (
        _overdue(_with_action(frame), hours.at)
        # The exposed come ranked; the sort keeps that order within a step.
        .sort(order, "exposed_rank")
        .with_columns(rank_number=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
        .select(
            *("rank_number", "household_key", "action_code", "colour_code", "exposure"),
            *("is_at_least", "town_code", "community_code", "grid_code", "worker_code"),
            *("low_factor", "lower_ratio", "elevation_m", "rain_factor", "rain_mm"),
            *("rain_observed_mm", "rain_forecast_mm", "peak_at", "rain_missing_hours"),
            *("nearest_gauge_code", "nearest_km", "position_method"),
            *("history_factor", "flood_count", "last_flooded_at", "resident_count"),
            *("warned_at", "notified_at", "acknowledged_at", "moved_at", "is_ordered"),
            *("persons_to_move_count", "persons_moved_count", "overdue_step", "overdue_minutes"),
            *("batch_id", "source_row_number"),
        )
    )


def counts_by(households: pl.DataFrame, *codes: str) -> pl.DataFrame:
    """Households by the values of columns, without a household's key or number of persons.

    Returns:
        One row per combination, those with most left to move first: the codes, household_count,
        to_move_count (`move`), ordered_count, told_count, acknowledged_count, moved_count (of
        those to move), overdue_count.
    """
    is_to_move = pl.col("action_code") == MOVE
    return (
        households.group_by(codes)
        .agg(
            household_count=pl.len(),
            to_move_count=is_to_move.sum(),
            ordered_count=pl.col("is_ordered").sum(),
            told_count=pl.col("notified_at").is_not_null().sum(),
            acknowledged_count=pl.col("acknowledged_at").is_not_null().sum(),
            moved_count=(is_to_move & pl.col("moved_at").is_not_null()).sum(),
            overdue_count=pl.col("overdue_step").is_not_null().sum(),
        )
        .with_columns(pl.col(*COUNTED).cast(pl.Int64))
        .sort(
            pl.col("to_move_count") - pl.col("moved_count"),
            *codes,
            descending=[True, *[False] * len(codes)],
            nulls_last=True,
        )
    )


def event_starts(records: Records, hours: Hours, towns: pl.DataFrame) -> dict[str, datetime]:
    """Since when each town has been under warnings without a pause; only towns that are now."""
    issued = records.warnings.filter(pl.col("issued_at") <= hours.at)
    spans: dict[str, list[tuple[datetime, datetime]]] = {code: [] for code in towns["town_code"]}
    for level, town, start, lifted in issued.select(
        "area_level", "town_code", "issued_at", "lifted_at"
    ).iter_rows():
        end = hours.at if lifted is None or lifted > hours.at else lifted
        for code in spans if level == "county" else {town} & spans.keys():
            spans[code].append((start, end))
    starts = {}
    for code, own in spans.items():
        begin = hours.at
        for start, end in sorted(own, key=lambda span: span[1], reverse=True):
            if end < begin:
                break
            begin = min(begin, start)
        if any(end == hours.at for _, end in own):
            starts[code] = begin
    return starts


def _with_action(frame: pl.DataFrame) -> pl.DataFrame:
    is_over = (pl.col("exposure") >= pl.col("least_exposure")).fill_null(value=False)
    is_unknown = pl.col("exposure").is_null() & pl.col("least_exposure").is_not_null()
    return frame.with_columns(
        action_code=pl.when(is_over | pl.col("is_ordered"))
        .then(pl.lit(MOVE))
        .when(is_unknown)
        .then(pl.lit(CHECK))
        .when(pl.col("tell_minutes").is_not_null())
        .then(pl.lit(TELL))
        .otherwise(pl.lit(WATCH))
    )


def _actions(records: Records, hours: Hours, towns: pl.DataFrame) -> pl.DataFrame:
    """How far each household has got: the first time of each step since its town was under
    warnings without a pause. Of several counts of persons to move the highest holds.
    """
    if records.actions is None:
        raise ValueError("read without the file about persons")
    starts = event_starts(records, hours, towns)
    begun = pl.DataFrame(
        {"town_code": list(starts), "event_start_at": list(starts.values())},
        schema={"town_code": pl.String, "event_start_at": pl.Datetime("us", "UTC")},
    )
    happened = {
        name: pl.when(pl.col(name) <= hours.at).then(name)
        for name in ("acknowledged_at", "moved_at")
    }
    is_moved = pl.col("moved_at").is_not_null()
    return (
        records.actions.filter(pl.col("notified_at") <= hours.at)
        .join(begun, on="town_code")
        .filter(pl.col("notified_at") >= pl.col("event_start_at"))
        .with_columns(**happened)
        .sort("notified_at", "warning_id")
        .group_by("household_key", maintain_order=True)
        .agg(
            told_by_code=pl.col("worker_code").drop_nulls().last(),
            notified_at=pl.col("notified_at").min(),
            acknowledged_at=pl.col("acknowledged_at").min(),
            moved_at=pl.col("moved_at").min(),
            ordered_at=pl.col("notified_at").filter(pl.col("persons_to_move_count") > 0).min(),
            persons_to_move_count=pl.col("persons_to_move_count").max(),
            persons_moved_count=pl.when(is_moved).then("moved_count").otherwise(0).max(),
        )
    )


def _first_warned(hours: Hours, towns: pl.DataFrame, warnings: pl.DataFrame) -> pl.DataFrame:
    """Of each town when the first warning in force was issued at which households are told."""
    telling = hours.day.limits.filter(pl.col("tell_minutes").is_not_null()).select("colour_code")
    serious = warnings.join(telling, on="colour_code", how="semi")
    of_county = serious.filter(pl.col("area_level") == "county").select("issued_at")
    everywhere = towns.select("town_code").join(of_county, how="cross")
    own = serious.filter(pl.col("area_level") == "town").select("town_code", "issued_at")
    return (
        pl.concat([own, everywhere]).group_by("town_code").agg(warned_at=pl.col("issued_at").min())
    )


def _overdue(frame: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """overdue_step, the earliest step not done in time, and by how many minutes it is late.

    Moving counts from the telling that ordered it.
    """

    def late(since: str, limit: str) -> pl.Expr:
        elapsed = (pl.lit(at) - pl.col(since)).dt.total_microseconds() / MICROSECONDS_PER_MINUTE
        return elapsed - pl.col(limit)

    steps = (
        ("told", pl.col("notified_at").is_null(), late("warned_at", "tell_minutes")),
        (
            "acknowledged",
            pl.col("notified_at").is_not_null() & pl.col("acknowledged_at").is_null(),
            late("notified_at", "acknowledge_minutes"),
        ),
        (
            "moved",
            pl.col("is_ordered") & pl.col("moved_at").is_null(),
            late("ordered_at", "move_minutes"),
        ),
    )
    step: pl.Expr = pl.lit(None, dtype=pl.String)
    minutes: pl.Expr = pl.lit(None, dtype=pl.Float64)
    for name, is_open, overdue in reversed(steps):
        is_late = is_open & (overdue > 0).fill_null(value=False)
        step = pl.when(is_late).then(pl.lit(name)).otherwise(step)
        minutes = pl.when(is_late).then(overdue).otherwise(minutes)
    return frame.with_columns(overdue_step=step, overdue_minutes=minutes)
