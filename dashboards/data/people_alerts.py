"""Wristband alerts: how fast they are answered, and how many are false."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from dashboards.data.months import months_question
from dashboards.data.ranking import Ranked, ranked
from dashboards.data.tables import Figure, figures
from dashboards.names import code_names
from dashboards.scope import Scope
from warehouse.query import Question

DATASET = "wristband_alerts"
RESPONSE_KPI = "response_time_median"
ALERT_KPIS = (RESPONSE_KPI, "response_time_p90", "on_time_response_rate", "false_alarm_rate")

CATEGORIES = """
    select category_code
    from mart.fct_cases
    where county_code = ? and category_code is not null
    group by category_code
    having bool_and(dataset = ?)
    order by category_code
"""
"""Categories that only wristbands have: with them a question is about wristbands alone."""


@dataclass(frozen=True)
class Alerts:
    """Answers about wristband alerts over the page's period, area and department.

    Attributes:
        whole: `ALERT_KPIS`.
        kinds: name of each kind of alert with its figures of `ALERT_KPIS`.
        months: answer by month of the median response time, `by_month` the same as figures.
    """

    whole: tuple[Figure, ...]
    kinds: list[tuple[str, tuple[Figure, ...]]]
    months: pl.DataFrame
    by_month: list[Figure]


def categories(scope: Scope) -> tuple[str, ...]:
    """Kinds of wristband alerts in the county; empty where it delivers none."""
    return tuple(scope.context.sql(CATEGORIES, scope.view.county, DATASET)["category_code"])


def alerts(scope: Scope, codes: Sequence[str]) -> Alerts:
    """What is known of the alerts of some categories; the page's need has no part in it."""
    questions = [_about(scope.question(kpi_id), codes) for kpi_id in ALERT_KPIS]
    by_kind = [replace(question, by=("category",)) for question in questions]
    by_month = _about(months_question(scope, RESPONSE_KPI), codes)
    *found, months = figures(scope.context, [*questions, *by_kind, by_month])
    names = code_names(scope.context, scope.view.county, "category_code", scope.view.lang)
    kinds = [
        {figure.row["category_code"]: figure for figure in kind}
        for kind in found[len(ALERT_KPIS) :]
    ]
    return Alerts(
        whole=tuple(figure for (figure,) in found[: len(ALERT_KPIS)]),
        kinds=[
            (names.get(code, code), tuple(kind[code] for kind in kinds))
            for code in codes
            if all(code in kind for kind in kinds)
        ],
        months=scope.context.ask(by_month),
        by_month=months,
    )


def areas_ranked(scope: Scope, codes: Sequence[str]) -> Ranked | None:
    """Areas below the page's by their median response time to alerts."""
    question = scope.question_below(RESPONSE_KPI)
    if question is None:
        return None
    kpi = scope.context.kpis[RESPONSE_KPI]
    names = scope.names_of_areas(question.by[0])
    return ranked(scope, kpi, _about(question, codes), names)


def _about(question: Question, codes: Sequence[str]) -> Question:
    return replace(question, where={**question.where, "category": tuple(codes)})
