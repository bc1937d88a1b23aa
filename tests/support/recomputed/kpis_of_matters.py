"""KPIs of mediation, one-stop service, councils, rainstorms and volunteers."""

import polars as pl

from tests.support.recomputed.registry import recomputes
from tests.support.recomputed.rows import at_office, counted, deadline, measured
from tests.support.recomputed.shapes import Duration, Rate, Shape, Share, States, Sum
from tests.support.recomputed.world import World

GRID_CENTRE = "grid_centre"
"""Keeps the records of disputes, councils and volunteers."""


@recomputes("mediation_rate")
def mediation_rate(world: World) -> Shape:
    disputes = world.mediation.disputes
    return Rate(
        counted(
            at_office(disputes, GRID_CENTRE),
            day="day",
            met=pl.col("is_mediated"),
            due=pl.col("is_accepted"),
            left_out=pl.col("is_withdrawn") | pl.col("is_mediation_unknown"),
        )
    )


@recomputes("mediation_success_rate")
def mediation_success_rate(world: World) -> Shape:
    return Rate(
        counted(
            at_office(world.mediation.disputes, GRID_CENTRE),
            day="day",
            met=pl.col("is_settled"),
            due=pl.col("is_mediated") & pl.col("is_closed"),
            waiting=pl.col("is_mediated") & ~pl.col("is_closed"),
            left_out=pl.col("is_withdrawn") | pl.col("is_mediation_unknown"),
        )
    )


@recomputes("dispute_resolution_rate")
def dispute_resolution_rate(world: World) -> Shape:
    return Rate(
        counted(
            at_office(world.mediation.disputes, GRID_CENTRE),
            day="day",
            met=pl.col("is_settled"),
            **deadline(pl.col("has_due"), pl.col("is_closed"), pl.col("is_due_passed")),
            left_out=pl.col("is_withdrawn") | ~pl.col("has_due"),
        )
    )


@recomputes("settled_at_level_rate")
def settled_at_level_rate(world: World) -> Shape:
    return Rate(
        counted(
            at_office(world.mediation.steps, GRID_CENTRE),
            day="day",
            met=pl.col("is_settled_here"),
            due=pl.col("is_concluded_here"),
            waiting=pl.col("is_still_here"),
            left_out=pl.col("is_withdrawn_here") | pl.col("is_outcome_unknown"),
        )
    )


@recomputes("agreement_kept_rate")
def agreement_kept_rate(world: World) -> Shape:
    due = pl.col("is_agreement_due")
    return Rate(
        counted(
            at_office(world.mediation.disputes, GRID_CENTRE),
            day="agreement_due_date",
            met=pl.col("is_kept"),
            due=due,
            waiting=pl.col("is_agreement_waiting"),
            left_out=due & pl.col("is_kept_unknown"),
        )
    )


@recomputes("dispute_recurrence_rate")
def dispute_recurrence_rate(world: World) -> Shape:
    settled, again, over = pl.col("is_settled"), pl.col("is_recurrent"), pl.col("is_watch_over")
    disputes = world.mediation.disputes.with_columns(closed_day=pl.col("closed_at").dt.date())
    return Rate(
        counted(
            at_office(disputes, GRID_CENTRE),
            day="closed_day",
            met=again,
            due=settled & (again | over),
            waiting=settled & ~again & ~over,
            passed=over,
            left_out=settled & pl.col("pair").is_null(),
        )
    )


@recomputes("approval_days_median")
def approval_days_median(world: World) -> Shape:
    waiting = pl.col("has_due") & ~pl.col("is_decided") & ~pl.col("is_due_passed")
    return Duration(
        measured(
            world.services.applications,
            day="submitted_day",
            measure=pl.col("approval_days"),
            watched=pl.col("clock_days"),
            waiting=waiting & ~pl.col("is_withdrawn"),
            left_out=pl.col("is_withdrawn"),
        ),
        0.5,
    )


@recomputes("on_time_approval_rate")
def on_time_approval_rate(world: World) -> Shape:
    return Rate(
        counted(
            world.services.applications,
            day="submitted_day",
            met=pl.col("is_decided_on_time"),
            **deadline(pl.col("has_due"), pl.col("is_decided"), pl.col("is_due_passed")),
            left_out=pl.col("is_withdrawn") | ~pl.col("has_due"),
        )
    )


@recomputes("complete_first_time_rate")
def complete_first_time_rate(world: World) -> Shape:
    complete = pl.col("is_complete_first_time")
    return Rate(
        counted(
            world.services.applications,
            day="submitted_day",
            met=complete.fill_null(value=False),
            due=pl.lit(value=True),
            left_out=complete.is_null(),
        )
    )


@recomputes("documents_per_application")
def documents_per_application(world: World) -> Shape:
    return Duration(
        measured(
            world.services.applications,
            day="submitted_day",
            measure=pl.col("documents"),
            left_out=pl.col("documents").is_null(),
        ),
        None,
    )


@recomputes("one_visit_rate")
def one_visit_rate(world: World) -> Shape:
    return Rate(
        counted(
            world.services.applications,
            day="decided_day",
            met=pl.col("visit_count") <= 1,
            due=pl.col("is_decided"),
            left_out=pl.col("is_withdrawn") | pl.col("visit_count").is_null(),
        )
    )


@recomputes("stage_wait_share")
def stage_wait_share(world: World) -> Shape:
    return Share(
        measured(world.services.steps, day="day", measure=pl.col("wall_clock_days"), name="above"),
        "stage",
    )


@recomputes("proposal_adoption_rate")
def proposal_adoption_rate(world: World) -> Shape:
    return Rate(
        counted(
            at_office(world.proposals, GRID_CENTRE),
            day="voted_day",
            met=pl.col("is_adopted"),
            due=pl.col("is_voted"),
            left_out=pl.col("is_withdrawn") | pl.col("decision_code").is_null(),
        )
    )


@recomputes("proposal_completion_rate")
def proposal_completion_rate(world: World) -> Shape:
    adopted = pl.col("is_adopted")
    has_due = adopted & pl.col("has_due")
    return Rate(
        counted(
            at_office(world.proposals, GRID_CENTRE),
            day="voted_day",
            met=pl.col("is_completed"),
            **deadline(has_due, pl.col("is_completed"), pl.col("is_due_passed")),
            left_out=pl.col("is_withdrawn") | (adopted & ~pl.col("has_due")),
        )
    )


@recomputes("turnout_rate")
def turnout_rate(world: World) -> Shape:
    entitled, cast = pl.col("entitled_count"), pl.col("cast_count")
    return Sum(
        measured(
            at_office(world.proposals, GRID_CENTRE),
            day="voted_day",
            measure=cast,
            name="above",
            left_out=pl.col("is_withdrawn") | entitled.is_null() | (pl.col("vote_count") == 0),
        ).with_columns(below=entitled)
    )


@recomputes("publicity_on_time_rate")
def publicity_on_time_rate(world: World) -> Shape:
    decided, publicised = pl.col("is_decided"), pl.col("is_publicised")
    return Rate(
        counted(
            at_office(world.proposals, GRID_CENTRE),
            day="voted_day",
            met=pl.col("is_publicised_on_time"),
            **deadline(decided, publicised, pl.col("is_publicity_passed")),
            left_out=pl.col("is_withdrawn") | pl.col("decision_code").is_null(),
        )
    )


@recomputes("waste_sorting_accuracy_rate")
def waste_sorting_accuracy_rate(world: World) -> Shape:
    inspections = at_office(world.inspections, "urban_management")
    rows = measured(inspections, day="day", measure=pl.col("correct_drop_count"), name="above")
    return Sum(rows.with_columns(below=pl.col("inspected_drop_count")))


def _actions(world: World) -> pl.DataFrame:
    return at_office(world.rain.actions, "emergency")


def _acknowledge_time(world: World, quantile: float) -> Shape:
    minutes, watched = pl.col("acknowledge_minutes"), pl.col("watched_minutes")
    return Duration(
        measured(_actions(world), day="day", measure=minutes, watched=watched), quantile
    )


@recomputes("warning_acknowledged_rate")
def warning_acknowledged_rate(world: World) -> Shape:
    met = pl.col("is_acknowledged")
    return Rate(counted(_actions(world), day="day", met=met, due=pl.lit(value=True)))


@recomputes("acknowledge_time_median")
def acknowledge_time_median(world: World) -> Shape:
    return _acknowledge_time(world, 0.5)


@recomputes("acknowledge_time_p90")
def acknowledge_time_p90(world: World) -> Shape:
    return _acknowledge_time(world, 0.9)


@recomputes("evacuation_rate")
def evacuation_rate(world: World) -> Shape:
    rows = measured(_actions(world), day="day", measure=pl.col("moved_count"), name="above")
    return Sum(rows.with_columns(below=pl.col("persons_to_move_count")))


@recomputes("warning_lead_time_median")
def warning_lead_time_median(world: World) -> Shape:
    return Duration(
        measured(
            at_office(world.rain.warnings, "weather"),
            day="day",
            measure=pl.col("lead_minutes"),
            waiting=pl.col("is_waiting"),
            left_out=pl.col("is_unknown"),
        ),
        0.5,
    )


@recomputes("false_warning_rate")
def false_warning_rate(world: World) -> Shape:
    return Rate(
        counted(
            at_office(world.rain.warnings, "weather"),
            day="day",
            met=pl.col("is_false"),
            due=pl.col("is_reached") | pl.col("is_false"),
            waiting=pl.col("is_waiting"),
            left_out=pl.col("is_unknown"),
        )
    )


@recomputes("volunteer_active_rate")
def volunteer_active_rate(world: World) -> Shape:
    registered = at_office(world.volunteers.registered(world.span.month_ends), GRID_CENTRE)
    met, due = pl.col("is_active"), pl.lit(value=True)
    return States(counted(registered, day="day", met=met, due=due), is_every_day=False)


def _services(world: World, measure: str, left_out: pl.Expr) -> Shape:
    services = at_office(world.volunteers.services, GRID_CENTRE)
    return Sum(
        measured(services, day="day", measure=pl.col(measure), name="above", left_out=left_out)
    )


@recomputes("volunteer_hours")
def volunteer_hours(world: World) -> Shape:
    return _services(world, "hours", pl.col("is_service") & pl.col("hours").is_null())


@recomputes("points_issued")
def points_issued(world: World) -> Shape:
    return _services(world, "points_issued", pl.lit(value=False))


@recomputes("points_redeemed")
def points_redeemed(world: World) -> Shape:
    return _services(world, "points_redeemed", pl.lit(value=False))
