"""KPIs of cases and of residents' judgement."""

import polars as pl

from tests.support.recomputed.registry import recomputes
from tests.support.recomputed.rows import counted, deadline, measured
from tests.support.recomputed.shapes import Duration, PerHead, Rate, Shape, Stock
from tests.support.recomputed.world import World

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


def _response_time(world: World, quantile: float | None) -> Shape:
    minutes = (pl.col("first_response_at") - pl.col("reported_at")).dt.total_microseconds() / 60e6
    return Duration(
        measured(
            world.cases,
            day="day",
            measure=minutes,
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


@recomputes("open_backlog")
def open_backlog(world: World) -> Shape:
    left_out = pl.col("is_duplicate") | pl.col("is_closed_unknown")
    return Stock(world.cases.with_columns(is_left_out=left_out))


@recomputes("cases_per_1000_residents")
def cases_per_1000_residents(world: World) -> Shape:
    return PerHead(world.cases.with_columns(is_left_out=OUT), world.areas.residents, 1000.0)
