"""Scores, made of other recomputed KPIs."""

from datetime import date

import polars as pl

from tests.support.recomputed.registry import RECOMPUTED, recomputes
from tests.support.recomputed.shapes import Part, Score, Shape
from tests.support.recomputed.world import World

VALUE = pl.col("value")
PLACES = ("town_code", "community_code")
OF_DEPARTMENTS = (*PLACES, "department_code")

TARGETS_FROM = date(2024, 11, 1)
"""Day since which the programme has its targets."""


def _part(world: World, kpi_id: str, weight: float, points: pl.Expr = VALUE) -> Part:
    return Part(RECOMPUTED[kpi_id](world), weight, points)


@recomputes("three_rate_score")
def three_rate_score(world: World) -> Shape:
    return Score(
        [
            _part(world, "contact_rate", 0.1),
            _part(world, "solved_rate", 0.5),
            _part(world, "satisfaction_rate", 0.4),
        ],
        out_of=100,
        slices=OF_DEPARTMENTS,
    )


@recomputes("department_score")
def department_score(world: World) -> Shape:
    return Score(
        [
            _part(world, "on_time_response_rate", 0.2),
            _part(world, "on_time_resolution_rate", 0.4),
            _part(world, "rework_rate", 0.1, 1 - VALUE),
            _part(world, "satisfaction_rate", 0.3),
        ],
        out_of=100,
        slices=OF_DEPARTMENTS,
    )


@recomputes("target_index")
def target_index(world: World) -> Shape:
    at_most = {"response_time_median": 30.0, "approval_days_median": 7.0}
    at_least = {
        "satisfaction_rate": 0.96,
        "dispute_resolution_rate": 0.98,
        "waste_sorting_accuracy_rate": 0.85,
    }
    return Score(
        [
            *(
                _part(world, name, 0.2, pl.when(VALUE > 0).then(most / VALUE))
                for name, most in at_most.items()
            ),
            *(_part(world, name, 0.2, VALUE / least) for name, least in at_least.items()),
        ],
        out_of=1,
        slices=PLACES,
        since=TARGETS_FROM,
    )
