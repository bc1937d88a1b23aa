"""The periods of a question, numbered: its buckets of time and what each is compared with."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import polars as pl

from warehouse.query.periods import Back, Period
from warehouse.query.question import TimeUnit
from warehouse.query.scope import Parameters

CURRENT: Literal["current"] = "current"


@dataclass(frozen=True)
class Span:
    """A period of one bucket: the current one, or one it is compared with."""

    bucket_number: int
    role: Literal["current"] | Back
    period: Period
    caveat: str | None


@dataclass(frozen=True)
class Spans:
    """Every span of a question; equal periods have one number, `span_id`.

    Attributes:
        of_roles: the spans.
        unit: unit of time that each period is one of, none of them twice; null where periods may
            overlap or are arbitrary.
    """

    of_roles: tuple[Span, ...]
    unit: TimeUnit | None

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """Different periods in order; the place of one is its `span_id`."""
        return tuple(sorted({span.period for span in self.of_roles}))

    @property
    def is_single(self) -> bool:
        """Whether there is one period only, so that rows need no `span_id` of their own."""
        return len(self.periods) == 1

    @property
    def first_date(self) -> date:
        """First day of the earliest."""
        return self.periods[0].start

    @property
    def last_date(self) -> date:
        """Day after the latest."""
        return max(period.end for period in self.periods)

    def frame(self) -> pl.DataFrame:
        """One row per period: span_id, start_date, end_date (exclusive)."""
        return pl.DataFrame(
            {
                "span_id": pl.Series(range(len(self.periods)), dtype=pl.Int32),
                "start_date": [period.start for period in self.periods],
                "end_date": [period.end for period in self.periods],
            }
        )

    def relation(self, parameters: Parameters) -> str:
        """The same as a select."""
        columns = {
            "span_id": ("integer", list(range(len(self.periods)))),
            "start_date": ("date", [period.start for period in self.periods]),
            "end_date": ("date", [period.end for period in self.periods]),
        }
        lists = ",\n".join(
            f"unnest(cast({parameters.add(f'{name}s', values)} as {kind}[])) as {name}"
            for name, (kind, values) in columns.items()
        )
        return f"select {lists}"
