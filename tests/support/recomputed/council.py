"""Councils' proposals and votes, and inspections of sorted waste, from landing."""

import polars as pl

from tests.support.recomputed.areas import Areas
from tests.support.recomputed.clock import Calendar
from tests.support.recomputed.landed import Landed, edition, seed

VOTER = {"household": "household_key", "delegate": "delegate_code"}


def proposals(landed: Landed, areas: Areas, calendar: Calendar) -> pl.DataFrame:
    """One row per proposal with its votes, decision, publicity and completion."""
    now, today = landed.now, landed.today
    limits = seed("procedure_limits")
    rows = (
        landed.records("council_proposals", "proposed_at")
        .with_columns(
            *landed.reached("deliberated_at", "voted_at", "publicised_at"),
            completed_date=pl.when(pl.col("completed_date") <= today).then("completed_date"),
        )
        .with_columns(
            proposed_day=pl.col("proposed_at").dt.date(),
            voted_day=pl.col("voted_at").dt.date(),
            procedure_code=pl.lit("council_publicity"),
        )
        .pipe(areas.placed, "proposed_day")
        .pipe(
            edition,
            limits,
            on="procedure_code",
            day="voted_day",
            take=["limit_value", "limit_unit"],
        )
    )
    due = [
        calendar.after_days(voted, float(value), unit) if voted and value else None
        for voted, value, unit in rows.select("voted_at", "limit_value", "limit_unit").iter_rows()
    ]
    voted = pl.col("voted_at").is_not_null()
    decided = voted & pl.col("decision_code").is_in(["adopted", "rejected"])
    publicised = decided & pl.col("publicised_at").is_not_null()
    adopted = voted & (pl.col("decision_code") == "adopted").fill_null(value=False)
    completed = adopted & pl.col("completed_date").is_not_null()
    publicity_passed = (pl.col("publicity_due_at") < now).fill_null(value=False)
    flags = {
        "is_voted": voted,
        "is_decided": decided.fill_null(value=False),
        "is_withdrawn": pl.col("decision_code").eq_missing("withdrawn"),
        "is_adopted": adopted,
        "is_publicised": publicised.fill_null(value=False),
        "is_publicity_passed": publicity_passed,
        "is_publicised_on_time": (
            publicised & (pl.col("publicised_at") <= pl.col("publicity_due_at"))
        ).fill_null(value=False),
        "has_due": pl.col("due_date").is_not_null(),
        "is_completed": completed,
        "is_completed_on_time": (
            completed & (pl.col("completed_date") <= pl.col("due_date"))
        ).fill_null(value=False),
        "is_due_passed": (pl.col("due_date") < today).fill_null(value=False),
    }
    return (
        rows.with_columns(
            pl.Series("publicity_due_at", due, dtype=rows.schema["voted_at"]),
            category_code=pl.col("topic_code"),
        )
        .with_columns(**flags)
        .join(_cast(landed, rows), on="proposal_number", how="left")
        .with_columns(pl.col("vote_count", "cast_count").fill_null(0))
    )


def _cast(landed: Landed, rows: pl.DataFrame) -> pl.DataFrame:
    """Votes by proposal, and those that count: the first of each, cast while voting was open."""
    votes = landed.records("council_votes", "voted_at").join(
        rows.select("proposal_number", "vote_mode_code", ended_at="voted_at"), on="proposal_number"
    )
    voter = pl.coalesce(
        pl.when(pl.col("vote_mode_code") == mode).then(name) for mode, name in VOTER.items()
    )
    in_time = pl.col("ended_at").is_null() | (pl.col("voted_at") <= pl.col("ended_at"))
    known = pl.col("voter").is_not_null()
    return (
        votes.with_columns(voter=voter)
        .sort("voted_at", "vote_number")
        .group_by("proposal_number", maintain_order=True)
        .agg(
            vote_count=pl.len().cast(pl.Int64),
            cast_count=(in_time & known & pl.col("voter").is_first_distinct()).sum().cast(pl.Int64),
        )
    )


def inspections(landed: Landed, areas: Areas) -> pl.DataFrame:
    """One row per inspection of a drop-off point."""
    rows = landed.records("waste_inspections", "inspected_at").with_columns(
        day=pl.col("inspected_at").dt.date()
    )
    return areas.placed(rows, "day")
