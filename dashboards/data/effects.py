"""Before and after the programme: what the analysis found, as months and as sentences."""

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from dashboards.i18n import Lang
from dashboards.scope import Scope
from warehouse.catalogue import programme_start
from warehouse.errors import UsageError
from warehouse.query import Question


@dataclass(frozen=True)
class Judged:
    """What can be said of a KPI before and after.

    Attributes:
        months: `month`, `value`, `fitted`, `counterfactual`; null where nothing could be judged.
        sentences: the plain comparison, the estimates, the conclusion and what it leaves open; or
            why there is none.
    """

    question: Question
    start: date | None
    months: pl.DataFrame | None
    sentences: tuple[str, ...]
    is_judged: bool


def judged(scope: Scope, question: Question) -> Judged:
    """The whole history of a question without slices, judged once a version."""
    question = replace(question, by=(), start=None, end=None, compare=False)
    return scope.context.analysed(
        f"effect.{scope.view.lang}", question, lambda: _judge(scope, question)
    )


def _judge(scope: Scope, question: Question) -> Judged:
    # scipy takes a second to load: only where it is needed.
    from warehouse.analysis.effect_sentences import of_effect  # noqa: PLC0415
    from warehouse.analysis.programme import effect  # noqa: PLC0415

    start = programme_start(question.county_code)
    try:
        found = effect(scope.context.published, question)
    except UsageError as error:
        zh, _, en = str(error).partition(" / ")
        said = zh if scope.view.lang is Lang.ZH else en or zh
        return Judged(question, start, None, (said,), is_judged=False)
    texts = of_effect(found, question.county_code)
    sentences = tuple(said.zh if scope.view.lang is Lang.ZH else said.en for said in texts)
    return Judged(question, start, found.rows, sentences, found.segments is not None)
