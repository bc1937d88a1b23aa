"""Command `gridgov analyse`: judgements about a KPI, a sentence in each language above a table."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import polars as pl
import typer

from warehouse.analysis.changes import changes
from warehouse.analysis.decomposition import decompose
from warehouse.analysis.funnel import funnel, only_slice
from warehouse.analysis.sentences import (
    of_changes,
    of_chart,
    of_decomposition,
    of_funnel,
    of_smoothing,
)
from warehouse.analysis.smoothing import smoothed
from warehouse.analysis.trends import TRANSITION_MONTHS, control_chart
from warehouse.analysis.wording import names_of
from warehouse.catalogue import Kpi, Text, get_kpi, programme_start
from warehouse.catalogue.grades import grade_of
from warehouse.errors import UsageError
from warehouse.query import Question, answer, answer_many
from warehouse.query.periods import Back
from warehouse.query.scores import contributions
from warehouse.query_cli import (
    DECIMALS,
    Asked,
    By,
    CountyOption,
    FormatOption,
    From,
    KpiId,
    To,
    Where,
)
from warehouse.rendering import Format, records, render


class Analysis(StrEnum):
    """What is asked of a KPI."""

    FUNNEL = "funnel"
    SMOOTHED = "smoothed"
    TREND = "trend"
    CHANGE = "change"
    EFFECT = "effect"
    CONTRIBUTIONS = "contributions"


class Against(StrEnum):
    """What a change is counted from."""

    PREVIOUS = "previous"
    LAST_YEAR = "last_year"


@dataclass(frozen=True)
class Found:
    """Sentences, single figures and rows of one analysis."""

    texts: list[Text]
    figures: Mapping[str, Any]
    rows: pl.DataFrame


@dataclass(frozen=True)
class Call:
    """One call of the command, read."""

    asked: Asked
    question: Question
    kpi: Kpi
    back: Back
    transition_months: int

    def named(self, rows: pl.DataFrame, column: str, *, kind: str | None = None) -> pl.DataFrame:
        """Rows with the names of a column's codes beside them."""
        names = names_of(self.asked.published, self.question.county_code, kind or column)
        found = [names.get(code) for code in rows[column]]
        return rows.with_columns(
            pl.Series("name", [name and name.zh for name in found], dtype=pl.String),
            pl.Series("name_en", [name and name.en for name in found], dtype=pl.String),
        )


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("analyse")(analyse_command)


def analyse_command(
    context: typer.Context,
    kpi_id: KpiId,
    analysis: Annotated[Analysis, typer.Option("--as", help="分析方法 / analysis")],
    county: CountyOption = None,
    by: By = None,
    first: From = None,
    last: To = None,
    where: Where = None,
    against: Annotated[
        Against, typer.Option("--against", help="change --by: 与哪一期比 / compared with")
    ] = Against.PREVIOUS,
    transition: Annotated[
        int,
        typer.Option("--transition", min=0, help="effect: 过渡月数 / months of transition"),
    ] = TRANSITION_MONTHS,
    form: FormatOption = Format.TABLE,
) -> None:
    """指标的统计分析 / Fair ranking, smoothing, trend, what a change is made of, effect."""
    asked = Asked(context.obj, county)
    question = asked.question(kpi_id, by=by, first=first, last=last, where=where)
    call = Call(asked, question, get_kpi(kpi_id), _BACKS[against], transition)
    found = _ANALYSES[analysis](call)
    if form is Format.JSON:
        content = {
            "kpi_id": kpi_id,
            "county_code": question.county_code,
            "analysis": analysis.value,
            "version": asked.published.version,
            "sentences": [text.model_dump() for text in found.texts],
            **records(pl.DataFrame([dict(found.figures)]), zone=asked.zone)[0],
            "rows": records(found.rows, zone=asked.zone),
        }
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1))
        return
    rows = found.rows
    if form is Format.TABLE:
        for text in found.texts:
            typer.echo(f"{text.zh}\n{text.en}")
        typer.echo()
        rows = rows.select(name for name in rows.columns if rows[name].null_count() < len(rows))
        rows = rows.with_columns(pl.selectors.float().round(DECIMALS))
    typer.echo(render(rows, form, zone=asked.zone), nl=False)


def _funnel(call: Call) -> Found:
    found = funnel(call.asked.published, call.question)
    figures = {
        "centre": found.centre,
        "dispersion": found.dispersion,
        "is_over_dispersed": found.is_over_dispersed,
        "between_sd": found.between_sd,
    }
    rows = call.named(found.rows, only_slice(call.question))
    return Found(of_funnel(found, call.kpi), figures, rows)


def _smoothed(call: Call) -> Found:
    prior, rows = smoothed(call.asked.published, call.question)
    figures = {"prior_mean": prior.mean, "prior_size": prior.size}
    rows = call.named(rows, only_slice(call.question))
    return Found(of_smoothing(prior, call.kpi), figures, rows)


def _trend(call: Call) -> Found:
    start = programme_start(call.question.county_code)
    chart = control_chart(call.asked.published, call.question, programme_start=start)
    figures = {
        "chart": chart.kind,
        "phase_starts": list(chart.phase_starts),
        "seasonal_correlation": chart.seasonal_correlation,
    }
    return Found(of_chart(chart), figures, chart.rows)


def _change(call: Call) -> Found:
    """Both comparisons; with one slice that is not time, what the change is made of."""
    is_score = call.kpi.kind == "score"
    if call.question.time_unit or not (call.question.by or is_score):
        answered = answer(call.asked.published, replace(call.question, compare=True))
        rows = changes(answered, call.kpi)
        return Found(of_changes(rows, call.kpi), {}, rows)
    if is_score and call.question.by:
        raise UsageError("--by: 得分按组成部分分解 / a score is taken apart by its parts: no --by")
    found = decompose(call.asked.published, call.question, back=call.back)
    kind = "part_id" if is_score else only_slice(call.question)
    names = names_of(call.asked.published, call.question.county_code, kind)
    figures = {
        "value": found.value,
        "before": found.before,
        "change": found.change,
        "method": found.method,
        "period_start_date": found.period.start,
        "period_end_date": found.period.end,
        "compared_start_date": found.compared.start,
        "compared_end_date": found.compared.end,
    }
    rows = call.named(found.rows, "code", kind=kind)
    return Found([of_decomposition(found, call.kpi, names)], figures, rows)


def _effect(call: Call) -> Found:
    # statsmodels takes over a second to import, which no other analysis needs.
    from warehouse.analysis.effect_sentences import of_effect  # noqa: PLC0415
    from warehouse.analysis.programme import effect  # noqa: PLC0415

    found = effect(call.asked.published, call.question, transition_months=call.transition_months)
    figures: dict[str, Any] = {"start_date": found.start, "has_season": found.has_season}
    for name, side in (("before", found.before), ("after", found.after)):
        figures |= {f"{name}_value": side.value, f"{name}_months": side.month_count}
    if found.segments:
        for name in ("level", "slope", "slope_before", "at_end"):
            estimate = getattr(found.segments, name)
            figures |= {
                name: estimate.value,
                f"{name}_low": estimate.low,
                f"{name}_high": estimate.high,
            }
        figures["autocorrelation"] = found.segments.autocorrelation
    return Found(of_effect(found, call.question.county_code), figures, found.rows)


def _contributions(call: Call) -> Found:
    if call.kpi.kind != "score":
        raise UsageError(f"{call.kpi.kpi_id}: 不是综合得分 / is not a score")
    rows = contributions(
        call.asked.published, call.question, partial(answer_many, call.asked.published)
    )
    days = rows["period_end_date"].dt.offset_by("-1d")
    if call.kpi.unit == "score":
        grades = [grade_of(score, day) for score, day in zip(rows["score"], days, strict=True)]
        rows = rows.with_columns(pl.Series("grade", grades, dtype=pl.String))
    named = call.named(rows, "part_id")
    return Found([call.kpi.formula], {}, named)


_BACKS: Mapping[Against, Back] = {
    Against.PREVIOUS: "previous",
    Against.LAST_YEAR: "last_year",
}
_ANALYSES: Mapping[Analysis, Callable[[Call], Found]] = {
    Analysis.FUNNEL: _funnel,
    Analysis.SMOOTHED: _smoothed,
    Analysis.TREND: _trend,
    Analysis.CHANGE: _change,
    Analysis.EFFECT: _effect,
    Analysis.CONTRIBUTIONS: _contributions,
}
