"""Disputes and the levels that took them, from landing."""

from datetime import timedelta

import polars as pl

from tests.support.recomputed.areas import Areas
from tests.support.recomputed.landed import Landed, edition, seed

WATCHED = timedelta(days=90)
RANKS = {"grid": 1, "community": 2, "town": 3}


class Mediation:
    """`disputes` and `steps` as they stand at the as-of time."""

    def __init__(self, landed: Landed, areas: Areas) -> None:
        self.steps = self._steps(landed)
        self.disputes = self._disputes(landed, areas)
        self.steps = self.steps.join(
            self.disputes.select(
                "mediation_number",
                "grid_code",
                "community_code",
                "town_code",
                "category_code",
                "channel_code",
                is_over=pl.col("is_closed"),
            ),
            on="mediation_number",
        )
        self.steps = self._concluded(self.steps)

    @staticmethod
    def _concluded(steps: pl.DataFrame) -> pl.DataFrame:
        """With what came of the dispute at each level."""
        ranked = steps.with_columns(rank=pl.col("level_code").replace_strict(RANKS)).sort(
            "mediation_number", "step_number"
        )
        later = pl.col("rank").reverse().cum_max().reverse().shift(-1).over("mediation_number")
        outcome = pl.col("outcome_code")
        return (
            ranked.with_columns(
                is_higher_later=(later > pl.col("rank")).fill_null(value=False),
            )
            .with_columns(
                is_escalated=outcome.eq_missing("escalated") | pl.col("is_higher_later"),
                is_withdrawn_here=outcome.eq_missing("withdrawn"),
            )
            .with_columns(
                is_settled_here=outcome.eq_missing("settled") & ~pl.col("is_escalated"),
                is_concluded_here=outcome.is_in(["settled", "failed", "escalated"]).fill_null(
                    value=False
                )
                | pl.col("is_escalated"),
            )
            .with_columns(
                is_still_here=~pl.col("is_concluded_here")
                & ~pl.col("is_withdrawn_here")
                & pl.col("ended_at").is_null()
                & ~pl.col("is_over"),
                is_outcome_unknown=~pl.col("is_concluded_here")
                & ~pl.col("is_withdrawn_here")
                & (pl.col("ended_at").is_not_null() | pl.col("is_over")),
            )
        )

    def _steps(self, landed: Landed) -> pl.DataFrame:
        steps = landed.records("mediation_steps", "level_received_at")
        return steps.with_columns(*landed.reached("started_at", "ended_at")).with_columns(
            outcome_code=pl.when(pl.col("ended_at").is_not_null()).then("outcome_code"),
            day=pl.col("level_received_at").dt.date(),
            stage_code=pl.col("level_code"),
        )

    def _disputes(self, landed: Landed, areas: Areas) -> pl.DataFrame:
        now = landed.now
        disputes = landed.records("mediation_cases", "reported_at")
        began = self.steps.group_by("mediation_number").agg(
            first_began=pl.col("started_at").sort_by("step_number").first()
        )
        limits = seed("procedure_limits").filter(pl.col("procedure_code") == "mediation")
        assert limits["limit_unit"].unique().to_list() == ["natural_days"]
        disputes = (
            disputes.with_columns(*landed.reached("accepted_at", "mediated_at", "closed_at"))
            .with_columns(
                day=pl.col("reported_at").dt.date(),
                counted_from=pl.coalesce("accepted_at", "reported_at"),
                procedure_code=pl.lit("mediation"),
                outcome_code=pl.when(pl.col("closed_at").is_not_null()).then("outcome_code"),
            )
            .with_columns(began_day=pl.col("counted_from").dt.date())
            .pipe(areas.placed, "day")
            .pipe(edition, limits, on="procedure_code", day="began_day", take=["limit_value"])
            .join(began, on="mediation_number", how="left")
        )
        limit = pl.duration(days=pl.col("limit_value").cast(pl.Int64))
        disputes = disputes.with_columns(
            mediated_at=pl.coalesce("mediated_at", "first_began"),
            due_at=pl.coalesce("due_at", pl.col("counted_from") + limit),
            category_code=pl.col("dispute_category_code"),
            channel_code=pl.col("source_code"),
            is_accepted=pl.col("accepted_at").is_not_null(),
            is_settled=pl.col("outcome_code").eq_missing("settled"),
            is_withdrawn=pl.col("outcome_code").eq_missing("withdrawn"),
            is_closed=pl.col("closed_at").is_not_null(),
        ).with_columns(
            is_mediated=pl.col("mediated_at").is_not_null(),
            has_due=pl.col("due_at").is_not_null(),
            is_due_passed=(pl.col("due_at") < now).fill_null(value=False),
            is_mediation_unknown=pl.col("outcome_code").is_in(["settled", "failed"])
            & pl.col("mediated_at").is_null()
            & ~pl.col("mediation_number").is_in(self.steps["mediation_number"].unique().implode()),
            is_resolved_on_time=pl.col("is_settled")
            & (pl.col("closed_at") <= pl.col("due_at")).fill_null(value=False),
        )
        last_day = pl.col("agreement_due_date")
        disputes = disputes.with_columns(
            is_agreement_due=(pl.col("is_settled") & (last_day < landed.today)).fill_null(False),
            is_kept=pl.col("is_agreement_kept").fill_null(value=False),
            is_kept_unknown=pl.col("is_agreement_kept").is_null(),
            is_agreement_waiting=(pl.col("is_settled") & (last_day >= landed.today)).fill_null(
                False
            ),
        )
        return disputes.join(
            self._recurrences(disputes), on="mediation_number", how="left"
        ).with_columns(
            is_recurrent=pl.col("is_recurrent").fill_null(value=False),
            is_watched=pl.col("is_settled") & pl.col("pair").is_not_null(),
            is_watch_over=(pl.col("closed_at") + WATCHED < now).fill_null(value=False),
        )

    @staticmethod
    def _recurrences(disputes: pl.DataFrame) -> pl.DataFrame:
        """Per dispute of two known parties, whether they were at odds again within 90 days."""
        pairs = disputes.filter(
            pl.col("party_a_person_key").is_not_null(), pl.col("party_b_person_key").is_not_null()
        ).select(
            "mediation_number",
            "reported_at",
            "closed_at",
            "is_settled",
            pair=pl.concat_str(
                pl.min_horizontal("party_a_person_key", "party_b_person_key"),
                pl.max_horizontal("party_a_person_key", "party_b_person_key"),
                separator=" ",
            ),
        )
        later = (
            pairs.filter("is_settled")
            .join(pairs, on="pair", suffix="_again")
            .filter(
                pl.col("mediation_number") != pl.col("mediation_number_again"),
                pl.col("reported_at_again") >= pl.col("closed_at"),
                pl.col("reported_at_again") <= pl.col("closed_at") + WATCHED,
            )
        )
        again = later["mediation_number"].unique()
        return pairs.select(
            "mediation_number",
            "pair",
            is_recurrent=pl.col("mediation_number").is_in(again.implode()),
        )
