"""What can be said of a KPI over time: signals, changes, before and after the programme.

The analyses are those of `warehouse.analysis`; they run over all whole months of the records, not
over the page's period only, and are kept by version. What one cannot judge it says in words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Literal, TypeVar

import polars as pl

from dashboards.data.tables import Figure, figure, figures
from dashboards.data.trends import Line
from dashboards.scope import Scope
from warehouse.analysis.changes import changes
from warehouse.analysis.sentences import of_changes, of_chart
from warehouse.analysis.trends import Chart, control_chart
from warehouse.catalogue import Kpi, Text, programme_start
from warehouse.errors import UsageError
from warehouse.query import Question
from warehouse.query.periods import Period, add_months, start_of

if TYPE_CHECKING:
    from warehouse.analysis.programme import Effect

T = TypeVar("T")
Verdict = Literal["unjudged", "none", "faded", "better", "worse", "changed"]


@dataclass(frozen=True)
class Refused:
    """Why an analysis gives nothing."""

    reason: str


@dataclass(frozen=True)
class Signals:
    """A control chart with its sentences and the figures of its months."""

    chart: Chart
    texts: list[Text]
    months: Mapping[date, Figure]
    is_per_day: bool
    start: date | None


@dataclass(frozen=True)
class BeforeAfter:
    """The programme's effect with its sentences, and each side as a figure.

    Attributes:
        rows: as `programme.Effect.rows`.
        change: first month after the transition.
    """

    rows: pl.DataFrame
    texts: list[Text]
    verdict: Verdict
    before: Figure
    after: Figure
    start: date
    change: date
    month_counts: tuple[int, int]
    months: Mapping[date, Figure]
    is_per_day: bool


@dataclass(frozen=True)
class Compared:
    """A KPI over a period against the period before and the same of last year."""

    kpi: Kpi
    period: Period
    figure: Figure
    texts: list[Text]


def signals(line: Line, kpi: Kpi) -> Signals | Refused:
    """The control chart of a line's months."""
    question, context = _all_months(line.scope, kpi), line.scope.context
    start = programme_start(question.county_code)

    def make() -> Chart:
        return control_chart(context.published, question, programme_start=start)

    chart = _tried(lambda: context.analysed("control_chart", question, make))
    if isinstance(chart, Refused):
        return chart
    is_per_day = kpi.kind == "count" or kpi.denominator_table is not None
    return Signals(chart, of_chart(chart), _by_month(line.scope, question), is_per_day, start)


def before_after(line: Line, kpi: Kpi) -> BeforeAfter | Refused:
    """The comparison around the programme's start."""
    question, context = _all_months(line.scope, kpi), line.scope.context

    def make() -> tuple["Effect", list[Text]]:
        # statsmodels takes over a second to import, which no other page needs.
        from warehouse.analysis.effect_sentences import of_effect  # noqa: PLC0415
        from warehouse.analysis.programme import effect  # noqa: PLC0415

        found = effect(context.published, question)
        return found, of_effect(found, question.county_code)

    made = _tried(lambda: context.analysed("effect", question, make))
    if isinstance(made, Refused):
        return made
    found, texts = made
    before, after = (
        figure(context, replace(question, start=side.first, end=side.end))
        for side in (found.before, found.after)
    )
    return BeforeAfter(
        found.rows,
        texts,
        verdict_of(found),
        before,
        after,
        found.start,
        add_months(found.start, found.transition_months),
        (found.before.month_count, found.after.month_count),
        _by_month(line.scope, question),
        kpi.grows_with_days,
    )


def verdict_of(found: "Effect") -> Verdict:
    """The conclusion of `effect_sentences` in one word, by the same rules."""
    segments = found.segments
    if segments is None:
        return "unjudged"
    if not (segments.level.is_signal or segments.slope.is_signal):
        return "none"
    if not segments.at_end.is_signal:
        return "faded"
    if found.kpi.better == "neither":
        return "changed"
    is_better = (segments.at_end.value > 0) == (found.kpi.better == "higher")
    return "better" if is_better else "worse"


def compared(line: Line, kpi: Kpi, period: Period) -> Compared | Refused:
    """A KPI over a period, and its changes in words."""
    context = line.scope.context
    question = line.scope.question(kpi.kpi_id, start=period.start, end=period.end)

    answered = _tried(lambda: context.ask(replace(question, compare=True)))
    if isinstance(answered, Refused):
        return answered
    words = of_changes(changes(answered, kpi), kpi)
    return Compared(kpi, period, figure(context, question), words)


def last_whole_month(scope: Scope) -> Period | None:
    """The last whole month in the page's period that is over; null where it holds none."""
    as_of = scope.context.builds[scope.view.county].as_of_date
    first = start_of("month", min(scope.days.end, as_of))
    month = Period(add_months(first, -1), first)
    return month if month.start >= scope.days.first else None


def _all_months(scope: Scope, kpi: Kpi) -> Question:
    return Question(kpi.kpi_id, scope.view.county, where=scope.where)


def _by_month(scope: Scope, question: Question) -> dict[date, Figure]:
    """Figures of all months by their first day."""
    [found] = figures(scope.context, [replace(question, by=("month",))])
    return {start_of("month", one.row["period_start_date"]): one for one in found}


def _tried(make: Callable[[], T]) -> T | Refused:
    try:
        return make()
    except UsageError as error:
        return Refused(str(error))
