"""What is to be done for the households on low ground: counts by grid and grid worker."""

from dataclasses import dataclass

import polars as pl

from warehouse.rainstorm.households import CHECK, MOVE, counts_by


@dataclass(frozen=True)
class GridLine:
    """What is to be done in a grid by one worker: households, each in as many counts as it fits.

    Attributes:
        worker_code: null where nobody is known.
        overdue: by the earliest step late: `told`, `acknowledged`, `moved`.
    """

    town_code: str
    community_code: str | None
    grid_code: str | None
    worker_code: str | None
    household_count: int
    to_move_count: int
    check_count: int
    told_count: int
    acknowledged_count: int
    moved_count: int
    overdue: dict[str, int]

    @property
    def left_count(self) -> int:
        """Households to move that are not moved."""
        return self.to_move_count - self.moved_count

    @property
    def overdue_count(self) -> int:
        """Households with a step that is late."""
        return sum(self.overdue.values())


def grid_lines(households: pl.DataFrame | None) -> list[GridLine] | None:
    """Counts by grid and worker: grids with households left to move first, in the order of the most
    exposed of them, then those where another step is late.
    """
    if households is None:
        return None
    codes = ("town_code", "community_code", "grid_code", "worker_code")
    is_left = (pl.col("action_code") == MOVE) & pl.col("moved_at").is_null()
    late = {
        step: (pl.col("overdue_step") == step).sum() for step in ("told", "acknowledged", "moved")
    }
    more = households.group_by(codes).agg(
        stage=pl.when(is_left.any())
        .then(0)
        .when(pl.col("overdue_step").is_not_null().any())
        .then(1)
        .otherwise(2),
        order=pl.when(is_left.any())
        .then(pl.col("rank_number").filter(is_left).min())
        .otherwise(pl.col("rank_number").min()),
        check_count=(pl.col("action_code") == CHECK).sum(),
        **{f"overdue_{step}": count for step, count in late.items()},
    )
    found = (
        counts_by(households, *codes)
        .join(more, on=codes, nulls_equal=True)
        .sort("stage", "order", "grid_code", nulls_last=True)
    )
    return [
        GridLine(
            **{name: row[name] for name in codes},
            household_count=row["household_count"],
            to_move_count=row["to_move_count"],
            check_count=row["check_count"],
            told_count=row["told_count"],
            acknowledged_count=row["acknowledged_count"],
            moved_count=row["moved_count"],
            overdue={step: row[f"overdue_{step}"] for step in late if row[f"overdue_{step}"]},
        )
        for row in found.iter_rows(named=True)
    ]
