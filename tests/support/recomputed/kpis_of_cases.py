"""KPIs of cases and of residents' judgement."""

from datetime import timedelta

import polars as pl

from tests.support.recomputed.registry import recomputes
from tests.support.recomputed.rows import counted, deadline, measured
from tests.support.recomputed.shapes import Duration, PerHead, Rate, Shape, Stock, Sum
from tests.support.recomputed.world import World

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OUT = pl.col("is_void") | pl.col("is_duplicate")
RESPONSE = deadline(
    pl.col("has_response_due"), pl.col("has_response"), pl.col("is_response_passed")
)
RESOLUTION = deadline(
    pl.col("has_resolution_due"), pl.col("has_resolution"), pl.col("is_resolution_passed")
)
NOT_TO_RESOLVE = (
    OUT | pl.col("is_deferred") | ~pl.col("has_resolution_due") | pl.col("is_closed_unknown")
)
FILING = deadline(pl.col("has_filing_due"), pl.col("has_filing"), pl.col("is_filing_passed"))
DISPATCH = deadline(
    pl.col("has_dispatch_due"), pl.col("has_dispatch"), pl.col("is_dispatch_passed")
)
NOT_TO_DISPATCH = (
    OUT
    | pl.col("is_filed_unknown")
    | pl.col("is_dispatched_unknown")
    | ((pl.col("has_filing") | pl.col("has_dispatch")) & ~pl.col("has_dispatch_due"))
)


def _since_report(until: pl.Expr, unit: timedelta) -> pl.Expr:
    elapsed = (until - pl.col("reported_at")).dt.total_microseconds()
    return elapsed / (unit / timedelta(microseconds=1))


def _response_time(world: World, quantile: float | None) -> Shape:
    until = pl.min_horizontal("closed_at", "voided_at", pl.lit(world.landed.now))
    return Duration(
        measured(
            world.cases,
            day="day",
            measure=_since_report(pl.col("first_response_at"), MINUTE),
            watched=pl.when(~pl.col("is_first_response_unknown")).then(
                _since_report(until, MINUTE)
            ),
            waiting=RESPONSE["waiting"],
            left_out=OUT | pl.col("is_first_response_unknown"),
        ),
        quantile,
    )


@recomputes("response_time_median")
def response_time_median(world: World) -> Shape:
    return _response_time(world, 0.5)


@recomputes("response_time_p90")
def response_time_p90(world: World) -> Shape:
    return _response_time(world, 0.9)


@recomputes("response_time_mean")
def response_time_mean(world: World) -> Shape:
    return _response_time(world, None)


@recomputes("on_time_response_rate")
def on_time_response_rate(world: World) -> Shape:
    return Rate(
        counted(
            world.cases,
            day="day",
            met=pl.col("is_response_on_time"),
            due=RESPONSE["due"],
            waiting=RESPONSE["waiting"],
            left_out=OUT | pl.col("is_first_response_unknown") | ~pl.col("has_response_due"),
        )
    )


@recomputes("resolution_rate")
def resolution_rate(world: World) -> Shape:
    met = pl.col("has_resolution")
    return Rate(counted(world.cases, day="day", met=met, **RESOLUTION, left_out=NOT_TO_RESOLVE))


@recomputes("on_time_resolution_rate")
def on_time_resolution_rate(world: World) -> Shape:
    met = pl.col("is_resolution_on_time")
    return Rate(counted(world.cases, day="day", met=met, **RESOLUTION, left_out=NOT_TO_RESOLVE))


@recomputes("resolution_time_median")
def resolution_time_median(world: World) -> Shape:
    until = pl.min_horizontal("voided_at", pl.lit(world.landed.now))
    return Duration(
        measured(
            world.cases,
            day="day",
            measure=_since_report(pl.col("closed_at"), HOUR),
            watched=pl.when(~pl.col("is_closed_unknown")).then(_since_report(until, HOUR)),
            waiting=RESOLUTION["waiting"],
            left_out=OUT | pl.col("is_deferred") | pl.col("is_closed_unknown"),
        ),
        0.5,
    )


@recomputes("filing_rate")
def filing_rate(world: World) -> Shape:
    is_late = pl.col("is_filing_passed") | ~pl.col("has_filing_due")
    settled = pl.col("has_filing") | pl.col("is_void")
    return Rate(
        counted(
            world.cases,
            day="day",
            met=pl.col("has_filing"),
            due=settled | is_late,
            waiting=~settled & ~is_late,
            left_out=pl.col("is_duplicate") | pl.col("is_filed_unknown"),
        )
    )


@recomputes("on_time_filing_rate")
def on_time_filing_rate(world: World) -> Shape:
    return Rate(
        counted(
            world.cases,
            day="day",
            met=pl.col("is_filing_on_time"),
            due=pl.col("has_filing"),
            left_out=OUT | pl.col("is_filed_unknown") | ~pl.col("has_filing_due"),
        )
    )


@recomputes("accurate_filing_rate")
def accurate_filing_rate(world: World) -> Shape:
    return Rate(
        counted(
            world.cases,
            day="day",
            met=~pl.col("is_void"),
            due=pl.col("has_filing"),
            left_out=pl.col("is_duplicate") | pl.col("is_filed_unknown"),
        )
    )


@recomputes("on_time_dispatch_rate")
def on_time_dispatch_rate(world: World) -> Shape:
    met = pl.col("is_dispatch_on_time")
    return Rate(counted(world.cases, day="day", met=met, **DISPATCH, left_out=NOT_TO_DISPATCH))


@recomputes("accurate_dispatch_rate")
def accurate_dispatch_rate(world: World) -> Shape:
    times = pl.col("dispatch_count")
    return Rate(
        counted(
            world.cases,
            day="day",
            met=pl.col("has_dispatch") & (times < 2),
            **DISPATCH,
            left_out=NOT_TO_DISPATCH | (pl.col("has_dispatch") & times.is_null()),
        )
    )


@recomputes("on_time_handling_rate")
def on_time_handling_rate(world: World) -> Shape:
    handled, due = pl.col("handled_at").is_not_null(), pl.col("due_at")
    over = handled | pl.col("has_resolution")
    return Rate(
        counted(
            world.cases,
            day="day",
            met=handled & (pl.col("handled_at") <= due),
            **deadline(pl.col("has_resolution_due"), over, pl.col("is_resolution_passed")),
            left_out=OUT
            | pl.col("is_deferred")
            | ~pl.col("has_resolution_due")
            | pl.col("is_handled_unknown"),
        )
    )


def _of_due_to_close(world: World, count: str) -> Shape:
    """Share with any of a count among cases due to close; left out where nobody counted."""
    return Rate(
        counted(
            world.cases,
            day="day",
            met=pl.col(count) > 0,
            **RESOLUTION,
            left_out=NOT_TO_RESOLVE | pl.col(count).is_null(),
        )
    )


@recomputes("rework_rate")
def rework_rate(world: World) -> Shape:
    return _of_due_to_close(world, "rework_count")


@recomputes("extension_rate")
def extension_rate(world: World) -> Shape:
    return _of_due_to_close(world, "extension_count")


@recomputes("reopened_rate")
def reopened_rate(world: World) -> Shape:
    again, over = pl.col("is_recurred"), pl.col("is_month_over")
    return Rate(
        counted(
            world.cases.with_columns(closed_day=pl.col("closed_at").dt.date()),
            day="closed_day",
            met=again,
            due=over,
            waiting=pl.col("is_month_running"),
            left_out=OUT | pl.col("is_place_unknown"),
        )
    )


@recomputes("false_alarm_rate")
def false_alarm_rate(world: World) -> Shape:
    false, is_alert = pl.col("is_false_alarm"), pl.col("is_alert")
    return Rate(
        counted(
            world.cases.with_columns(closed_day=pl.col("closed_at").dt.date()),
            day="closed_day",
            met=false,
            due=is_alert,
            left_out=is_alert & (OUT | false.is_null()),
        )
    )


def _judgement(world: World, answer: str) -> Shape:
    valid = pl.col("is_valid")
    told = pl.col(answer)
    return Rate(
        counted(
            world.followups,
            day="day",
            met=told,
            due=valid,
            left_out=valid & told.is_null(),
        )
    )


@recomputes("contact_rate")
def contact_rate(world: World) -> Shape:
    return _judgement(world, "is_contacted")


@recomputes("solved_rate")
def solved_rate(world: World) -> Shape:
    return _judgement(world, "is_solved")


@recomputes("satisfaction_rate")
def satisfaction_rate(world: World) -> Shape:
    valid = pl.col("is_valid")
    rows = measured(
        world.followups,
        day="day",
        measure=pl.when(valid).then("weight").fill_null(0.0),
        name="above",
        left_out=valid & pl.col("satisfaction_code").is_null(),
    )
    return Sum(rows.with_columns(below=valid.cast(pl.Int64)))


@recomputes("open_backlog")
def open_backlog(world: World) -> Shape:
    left_out = pl.col("is_duplicate") | pl.col("is_closed_unknown")
    return Stock(world.cases.with_columns(is_left_out=left_out))


@recomputes("cases_per_1000_residents")
def cases_per_1000_residents(world: World) -> Shape:
    return PerHead(world.cases.with_columns(is_left_out=OUT), world.areas.residents, 1000.0)
