"""Panels about one KPI that several pages have: its months, and its areas and categories in order.

Each says in words why it is empty: a filter that the KPI's rows lack, or no value at all.
"""

from dataclasses import replace

import polars as pl

from dashboards import html, numbers_text
from dashboards.cells import cell_of
from dashboards.components.chart import chart, empty
from dashboards.components.ranking import ranking
from dashboards.components.section import section
from dashboards.components.words import by_level_title, kpi_name, lacking_words
from dashboards.data.filtered import without
from dashboards.data.months import comparable_months, trend_question
from dashboards.data.ranking import Ranked, areas_ranked, ranked
from dashboards.data.tables import Cell, Figure, Table
from dashboards.figures.trend import HEIGHT, marks_of, trend, trend_label
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.scope import Scope, area_name, facts_of
from dashboards.theme import colours
from dashboards.view import View
from warehouse.catalogue import Kpi
from warehouse.query import Question


def lacking_note(scope: Scope, kpi: Kpi) -> str | None:
    """Why the KPI cannot be asked for with the page's filters; null where it can."""
    lacks = scope.lacks(kpi)
    return lacking_words(lacks, scope.view.lang) if lacks else None


def trend_panel(scope: Scope, kpi: Kpi) -> Element:
    """The KPI by month, under its name."""
    lang = scope.view.lang
    title = f"{kpi_name(kpi, lang)} · {text('section.trend', lang)}"
    lacking = lacking_note(scope, kpi)
    body = empty(lacking) if lacking else months_chart(scope, kpi, name=f"trend-{kpi.kpi_id}")
    return section(title, body, name="trend")


def months_chart(
    scope: Scope,
    kpi: Kpi,
    *,
    name: str,
    view: View | None = None,
    height: int = HEIGHT,
    table_name: str | None = None,
) -> Element:
    """The KPI by month with its target, and in the whole county its baseline.

    Args:
        view: of the page, where the scope leaves out one of its filters.
        table_name: under which the page exports the months, where it is not the KPI's own.
    """
    view, lang = view or scope.view, scope.view.lang
    question = trend_question(scope, kpi.kpi_id)
    months = comparable_months(scope.context.ask(question), kpi)
    if not months["value"].is_not_null().any():
        return empty(_missing(months, lang))
    # A baseline is a figure of the whole county, so it says nothing of one town or category.
    figure = trend(
        months,
        kpi=kpi,
        lang=lang,
        colours=colours(view.scheme),
        marks=marks_of(kpi, view.county, with_baseline=not scope.where),
    ).update_layout(height=height)
    label = trend_label(kpi_name(kpi, lang), months, lang)
    table = months_table(scope, kpi, question, months)
    if table_name:
        table = replace(table, name=table_name)
    return chart(figure, name=name, label=label, view=view, table=table, height=height)


def _missing(months: pl.DataFrame, lang: Lang) -> str:
    if months.is_empty():
        return text("value.none.note", lang)
    fullest = max(months.rows(named=True), key=lambda row: row["excluded_count"] or 0)
    return numbers_text.missing(fullest, lang, in_a_sentence=True)


def kpi_months_table(scope: Scope, kpi: Kpi) -> Table:
    """The KPI by month; without rows where the filters do not fit it."""
    if scope.lacks(kpi):
        return months_table(scope, kpi, scope.question(kpi.kpi_id), pl.DataFrame())
    question = trend_question(scope, kpi.kpi_id)
    return months_table(scope, kpi, question, comparable_months(scope.context.ask(question), kpi))


def months_table(scope: Scope, kpi: Kpi, question: Question, months: pl.DataFrame) -> Table:
    """The months, the newest first, each with its interval and parts."""
    lang = scope.view.lang
    return Table(
        f"months_{kpi.kpi_id}",
        f"{kpi_name(kpi, lang)} · {text('section.trend', lang)}",
        [
            text(key, lang)
            for key in ("trend.month", "trend.value", "trend.interval", "trend.parts")
        ],
        [
            [
                f"{row['period_start_date']:%Y-%m}",
                Figure(kpi, row, cell_of(question, row)),
                numbers_text.interval(row["interval_low"], row["interval_high"], kpi),
                f"{numbers_text.number(row['numerator'])} / "
                f"{numbers_text.number(row['denominator'])}",
            ]
            for row in reversed(months.rows(named=True))
        ],
    )


def area_panel(scope: Scope, kpi: Kpi) -> Element:
    """The areas below the page's in order."""
    view, lang = scope.view, scope.view.lang
    level = scope.level_name(scope.level_below)
    title = by_level_title(kpi, level, lang)
    if lacking := lacking_note(scope, kpi):
        return section(title, empty(lacking), name="areas")
    found = ranked_areas(scope, kpi)
    if found is None and scope.level_below:
        return section(
            title, empty(text("panels.no_level", lang, level=level.lower())), name="areas"
        )
    whole = area_name(scope, scope.compared_area)
    body = ranking(found, view=view, part="area", whole_name=whole, level_name=level)
    # Many areas are looked through in a window of their own, so the page keeps its shape.
    window = html.Div(
        body,
        className="rank-window",
        tabIndex=0,
        role="region",
        **{"aria-label": title},
    )
    return section(title, window, name="areas")


def kpi_block(scope: Scope, kpi: Kpi, *, by_category: Kpi, level: str) -> Element:
    """The KPI's months over the categories, beside its areas.

    Args:
        by_category: the KPI of the categories, where theirs is another.
        level: name of the categories.
    """
    over = [trend_panel(scope, kpi), category_panel(scope, by_category, level=level)]
    return html.Div(
        [html.Div(over, className="column"), area_panel(scope, kpi)], className="panels"
    )


def ranked_areas(scope: Scope, kpi: Kpi) -> Ranked | None:
    """The areas below; null where the KPI's rows do not reach down to them."""
    level = scope.level_below
    if level is None or not all(fact.column_of(level) for fact in facts_of(kpi)):
        return None
    return areas_ranked(scope, kpi)


def ranked_categories(scope: Scope, kpi: Kpi) -> Ranked:
    """The categories of the KPI's rows, the chosen one among the others."""
    question = without(scope.question(kpi.kpi_id, by=("category",)), "category")
    [fact] = facts_of(kpi)
    return ranked(scope, kpi, question, scope.category_names(fact))


def category_panel(scope: Scope, kpi: Kpi, *, level: str) -> Element:
    """The categories in order; choosing one limits the page to it."""
    view, lang = scope.view, scope.view.lang
    title = by_level_title(kpi, level, lang)
    found = ranked_categories(scope, kpi)
    if not found.slices:
        return section(title, empty(text("value.none.note", lang)), name="categories")
    body = ranking(
        found,
        view=view,
        part="category",
        whole_name=area_name(scope, scope.area),
        level_name=level,
    )
    return section(title, body, name="categories")


def ranked_table(found: Ranked | None, *, name: str, title: str, scope: Scope, of: str) -> Table:
    """A ranking as a table: what, value, interval, parts.

    Args:
        of: title of the first column.
    """
    lang = scope.view.lang
    rows: list[list[Cell]] = [
        [
            line.name,
            line.figure,
            numbers_text.interval(
                line.row["interval_low"], line.row["interval_high"], line.figure.kpi
            ),
            f"{numbers_text.number(line.row['numerator'])} / "
            f"{numbers_text.number(line.row['denominator'])}",
            text(f"ranking.{line.verdict}", lang),
        ]
        for line in (found.slices if found else [])
    ]
    titles = ("trend.value", "trend.interval", "trend.parts")
    return Table(
        name,
        title,
        [of, *(text(key, lang) for key in titles), text("panels.verdict", lang)],
        rows,
    )
