"""KPIs of coverage: grid workers, files, visits, follow-ups and public services."""

import polars as pl

from tests.support.recomputed.registry import recomputes
from tests.support.recomputed.rows import at_office, counted
from tests.support.recomputed.shapes import Rate, Reach, Shape, States
from tests.support.recomputed.world import World

ALWAYS = pl.lit(value=True)


def _worker_days(world: World, met: str, left_out: pl.Expr) -> Shape:
    rows = at_office(world.worker_days, "grid_centre")
    counted_rows = counted(rows, day="day", met=pl.col(met), due=ALWAYS, left_out=left_out)
    return States(counted_rows, is_every_day=True)


@recomputes("grid_worker_coverage_rate")
def grid_worker_coverage_rate(world: World) -> Shape:
    return _worker_days(world, "has_worker", pl.lit(value=False))


@recomputes("party_worker_coverage_rate")
def party_worker_coverage_rate(world: World) -> Shape:
    return _worker_days(world, "has_party_worker", pl.col("is_party_unknown"))


@recomputes("file_rate")
def file_rate(world: World) -> Shape:
    rows = world.people.persons_on_roll(world.span.month_ends)
    return States(counted(rows, day="day", met=pl.col("has_file"), due=ALWAYS), is_every_day=False)


@recomputes("visit_coverage_rate")
def visit_coverage_rate(world: World) -> Shape:
    on_roll = world.people.persons_on_roll(world.span.days)
    seen = world.people.visits().filter(pl.col("outcome_code") == "seen")
    return Reach(
        on_roll, on_roll.join(seen.select("person_key", "day").unique(), on=["person_key", "day"])
    )


def _obligations(world: World, met: pl.Expr) -> Shape:
    due = pl.col("is_due")
    rows = world.people.obligations
    return Rate(counted(rows, day="day", met=met, due=due, waiting=~due))


@recomputes("on_time_visit_rate")
def on_time_visit_rate(world: World) -> Shape:
    return _obligations(world, pl.col("is_seen"))


@recomputes("unreachable_rate")
def unreachable_rate(world: World) -> Shape:
    return _obligations(world, ~pl.col("is_seen") & (pl.col("visit_count") > 0))


@recomputes("smi_followup_rate")
def smi_followup_rate(world: World) -> Shape:
    judged = pl.col("is_managed").is_not_null()
    return States(
        counted(
            world.people.patients(world.span.month_ends),
            day="day",
            met=pl.col("is_managed"),
            due=judged,
            waiting=~judged,
        ),
        is_every_day=False,
    )


@recomputes("public_service_coverage_rate")
def public_service_coverage_rate(world: World) -> Shape:
    rows = world.people.coverage(world.span.month_ends)
    return States(
        counted(rows, day="day", met=pl.col("is_covered"), due=ALWAYS), is_every_day=False
    )
