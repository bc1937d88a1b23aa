"""The tables of the one-stop page: what it shows, what it exports."""

from collections.abc import Sequence

from dashboards.components.words import kpi_name
from dashboards.data.choices import choice_link
from dashboards.data.services import (
    ITEM_KPIS,
    OFF_THE_CLOCK,
    STAGE_SHARE,
    STAGES,
    Funnel,
    Item,
    StepRow,
    Visits,
    Waiting,
    item_names,
)
from dashboards.data.tables import Cell, Figure, Table
from dashboards.i18n import Lang, text
from dashboards.scope import Scope, area_name


def stage_words(code: str | None, lang: Lang) -> str:
    """Name of a stage; one that this product does not know is shown by its code."""
    if code is None:
        return text("services.stage.nobody", lang)
    return text(f"services.stage.{code}", lang) if code in STAGES else code


def clock_words(stage: str | None, lang: Lang) -> str:
    """Whether the time of a stage counts towards the limit."""
    return text(f"services.clock.{'off' if stage in OFF_THE_CLOCK else 'on'}", lang)


def funnel_table(scope: Scope, found: Funnel) -> Table:
    """How far the applications of the period have got."""
    lang = scope.view.lang
    names = (
        "submitted",
        "accepted",
        "decided",
        "approved",
        "rejected",
        "withdrawn",
        "not_accepted",
        "undecided",
        "overdue",
        "payable",
        "paid",
    )
    return Table(
        "applications",
        text("services.funnel", lang),
        [text("services.funnel.step", lang), text("services.funnel.count", lang)],
        [[text(f"services.funnel.{name}", lang), getattr(found, name)] for name in names],
    )


def step_table(scope: Scope, found: Sequence[StepRow]) -> Table:
    """One line a department and stage."""
    lang = scope.view.lang
    columns = [
        text(f"services.steps.{name}", lang)
        for name in ("department", "stage", "median", "p90", "ended", "open", "returned")
    ]
    rows: list[list[Cell]] = [
        [
            line.name or area_name(scope, scope.area),
            stage_words(stage, lang),
            time.median_days,
            time.p90_days,
            time.ended_count,
            time.open_count,
            time.returned_count,
        ]
        for line in found
        for stage, time in line.stages.items()
    ]
    return Table(
        "steps",
        text("services.steps", lang),
        columns,
        rows,
        decimals={columns[2]: 2, columns[3]: 2},
    )


def share_table(scope: Scope, found: Sequence[Figure]) -> Table:
    """Share of each stage in all days."""
    lang = scope.view.lang
    kpi = scope.context.kpis[STAGE_SHARE]
    return Table(
        "stage_shares",
        kpi_name(kpi, lang),
        [text("services.steps.stage", lang), kpi_name(kpi, lang)],
        [[stage_words(figure.row["stage_code"], lang), figure] for figure in found],
    )


def waiting_table(scope: Scope, found: Sequence[Waiting]) -> Table:
    """Open steps, the longest first, each with its batch and row."""
    lang, names = scope.view.lang, item_names(scope)
    columns = [
        text(f"services.waiting.{name}", lang)
        for name in (
            "application",
            "item",
            "stage",
            "department",
            "days",
            "clock",
            "submitted",
            "due",
            "overdue",
            "origin",
        )
    ]
    rows: list[list[Cell]] = [
        [
            one.application_id,
            names.get(one.item_code, one.item_code),
            stage_words(one.stage_code, lang),
            scope.department_names.get(one.department_code or "", one.department_code),
            one.running_days,
            text(f"services.clock.{'on' if one.is_on_clock else 'off'}", lang),
            one.submitted_at,
            one.due_at,
            text(f"services.overdue.{'yes' if one.is_overdue else 'no'}", lang),
            text(
                "services.waiting.row",
                lang,
                batch=one.batch_id,
                row=one.source_row_number if one.source_row_number is not None else "—",
            ),
        ]
        for one in found
    ]
    return Table(
        "waiting", text("services.waiting.list", lang), columns, rows, decimals={columns[4]: 1}
    )


def item_table(scope: Scope, found: Sequence[Item]) -> Table:
    """Items with their limits and KPIs, most applications first."""
    lang = scope.view.lang
    kpis = [scope.context.kpis[kpi_id] for kpi_id in ITEM_KPIS]
    columns = [
        text("services.items.item", lang),
        text("services.items.lead", lang),
        text("services.items.submitted", lang),
        text("services.items.limit", lang),
        *(kpi_name(kpi, lang) for kpi in kpis),
    ]
    rows: list[list[Cell]] = [
        [
            choice_link(scope.view, "category", item.code, item.name),
            scope.department_names.get(item.lead_department_code or "", item.lead_department_code),
            item.submitted_count,
            limit_words(item, lang),
            *item.figures,
        ]
        for item in found
    ]
    return Table("items", text("services.items", lang), columns, rows)


def limit_words(item: Item, lang: Lang) -> str:
    """The time promised for an item."""
    if item.limit_value is None or item.limit_unit is None:
        return "—"
    return text(f"services.limit.{item.limit_unit}", lang, n=f"{item.limit_value:g}")


def visit_table(scope: Scope, found: Visits) -> Table:
    """Decided applications by visits."""
    lang = scope.view.lang
    last = len(found.counts) - 1
    rows: list[list[Cell]] = [
        [
            text(
                "services.visits.class" if number < last else "services.visits.last", lang, n=number
            ),
            count,
        ]
        for number, count in enumerate(found.counts)
    ]
    rows.append([text("services.visits.unknown", lang), found.unknown_count])
    return Table(
        "visits",
        text("services.visits", lang),
        [text("services.visits.count", lang), text("services.funnel.count", lang)],
        rows,
    )
