"""Mediation, one-stop service, special groups, council and waste sorting: a section each."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.data.ranking import areas_ranked
from dashboards.i18n import text
from dashboards.report.asked import Asked
from dashboards.report.model import Block, Section, Words
from dashboards.report.parts import (
    SliceValues,
    bar_chart,
    kpi_table,
    slice_table,
    slices,
    trend_charts,
)
from dashboards.report.summary import of_whole
from warehouse.query import Dimension


@dataclass(frozen=True)
class Sliced:
    """A table of KPIs by a dimension.

    Attributes:
        name: of the table; its title and the title of its first column are texts.
        codes: family of texts that names the codes; empty where the county names them.
    """

    name: str
    by: Dimension
    kpi_ids: tuple[str, ...]
    codes: str = ""


@dataclass(frozen=True)
class Subject:
    """What a section is made of.

    Attributes:
        by_area: the KPI that the areas below are drawn by; empty for none.
        note: key of a sentence below; empty for none.
    """

    name: str
    kpi_ids: tuple[str, ...]
    drawn: tuple[str, ...]
    sliced: tuple[Sliced, ...] = ()
    by_area: str = ""
    note: str = ""


SUBJECTS = (
    Subject(
        "mediation",
        (
            "mediation_rate",
            "mediation_success_rate",
            "dispute_resolution_rate",
            "settled_at_level_rate",
            "agreement_kept_rate",
            "dispute_recurrence_rate",
        ),
        ("mediation_success_rate", "settled_at_level_rate"),
        (
            Sliced("levels", "stage", ("settled_at_level_rate",), "level"),
            Sliced("disputes", "category", ("dispute_resolution_rate", "mediation_success_rate")),
        ),
    ),
    Subject(
        "services",
        (
            "approval_days_median",
            "on_time_approval_rate",
            "complete_first_time_rate",
            "documents_per_application",
            "one_visit_rate",
        ),
        ("approval_days_median", "complete_first_time_rate"),
        (
            Sliced("stages", "stage", ("stage_wait_share",), "stage"),
            Sliced(
                "items",
                "category",
                ("approval_days_median", "on_time_approval_rate", "complete_first_time_rate"),
            ),
        ),
    ),
    Subject(
        "people",
        (
            "file_rate",
            "visit_coverage_rate",
            "on_time_visit_rate",
            "unreachable_rate",
            "smi_followup_rate",
        ),
        ("on_time_visit_rate", "unreachable_rate"),
        (
            Sliced(
                "groups",
                "major_category",
                ("on_time_visit_rate", "visit_coverage_rate", "unreachable_rate"),
            ),
            Sliced("needs", "category", ("on_time_visit_rate", "visit_coverage_rate")),
        ),
        by_area="on_time_visit_rate",
        note="report.people.note",
    ),
    Subject(
        "council",
        (
            "turnout_rate",
            "proposal_adoption_rate",
            "proposal_completion_rate",
            "publicity_on_time_rate",
            "waste_sorting_accuracy_rate",
            "volunteer_active_rate",
            "volunteer_hours",
            "grid_worker_coverage_rate",
            "party_worker_coverage_rate",
        ),
        ("turnout_rate", "waste_sorting_accuracy_rate"),
        by_area="waste_sorting_accuracy_rate",
    ),
)


def subject(asked: Asked, of: Subject) -> Section:
    """One section."""
    lang = asked.lang
    blocks: list[Block] = [
        *kpi_table(asked, of.kpi_ids, name=of.name),
        *trend_charts(asked, of.drawn),
    ]
    for sliced in of.sliced:
        blocks += _sliced(asked, sliced)
    if of.by_area:
        blocks += _by_area(asked, of.by_area)
    if of.note:
        blocks.append(Words(text(of.note, lang), "aside"))
    return Section(of.name, text(f"report.section.{of.name}", lang), blocks)


def _sliced(asked: Asked, sliced: Sliced) -> list[Block]:
    lang = asked.lang
    names: Mapping[str, str] | None = None
    if sliced.codes:
        names = _texts(asked, sliced)
    having, lines = slices(asked, sliced.by, sliced.kpi_ids, names=names)
    if not lines:
        return []
    first = text(f"report.first.{sliced.name}", lang)
    return [slice_table(asked, having, lines, name=sliced.name, first=first)]


def _texts(asked: Asked, sliced: Sliced) -> dict[str, str]:
    codes = {
        "level": ("grid", "community", "town"),
        "stage": (
            "check",
            "distribution",
            "supplement",
            "review",
            "publicity",
            "payment",
        ),
    }[sliced.codes]
    return {code: text(f"report.{sliced.codes}.{code}", asked.lang) for code in codes}


def _by_area(asked: Asked, kpi_id: str) -> list[Block]:
    scope, kpi = asked.scope, asked.context.kpis[kpi_id]
    whole = of_whole(asked, kpi_id)
    if scope.lacks(kpi) or whole is None or scope.area.level == "grid":
        return []
    ranked = areas_ranked(scope, kpi)
    if ranked is None:
        return []
    lines = [SliceValues(line.code, line.name, [line.figure]) for line in ranked.slices]
    first = asked.scope.level_name(asked.scope.level_below)
    chart = bar_chart(asked, lines, name=f"areas_{kpi_id}", first=first, whole=ranked.whole)
    return [chart] if chart else []
