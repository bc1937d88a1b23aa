"""KPI catalogue: every number's definition, value, example, SQL, and its way from file to page."""

from dataclasses import dataclass

import dashboards.pages as all_pages
from dashboards import html
from dashboards.catalogue_words import say
from dashboards.components.catalogue import (
    definition_list,
    drawn,
    example_block,
    head,
    kpi_list,
    sql_block,
    standing_list,
)
from dashboards.components.chart import chart, empty
from dashboards.components.data_table import data_table
from dashboards.components.frame import frame
from dashboards.components.section import section
from dashboards.components.words import kpi_name
from dashboards.context import MAP_KPIS, Context
from dashboards.data import catalogue, catalogue_tables
from dashboards.data.catalogue import Entry, Lineage
from dashboards.data.tables import Table
from dashboards.figures.lineage import lineage as lineage_figure
from dashboards.html import Element
from dashboards.i18n import text
from dashboards.scope import Scope
from dashboards.theme import colours
from dashboards.view import View
from warehouse.catalogue import Kpi
from warehouse.catalogue.examples import load_examples
from warehouse.plain_sql import Asked, file_of, plain_sql

PATH = "/kpis"
TITLE_KEY = "page.catalogue"
QUALITY, TRENDS, MAP = "/quality", "/trends", "/map"


@dataclass(frozen=True)
class Read:
    """What the page reads, once for all its sections."""

    scope: Scope
    found: list[Entry]
    lineage: Lineage

    @property
    def kpi(self) -> Kpi:
        """The chosen KPI."""
        return self.scope.context.kpis[self.scope.view.kpi]

    @property
    def entry(self) -> Entry:
        """The chosen KPI's line of the list."""
        return next(entry for entry in self.found if entry.kpi.kpi_id == self.scope.view.kpi)

    @classmethod
    def of(cls, scope: Scope) -> "Read":
        """Ask for everything."""
        kpi = scope.context.kpis[scope.view.kpi]
        return cls(
            scope, catalogue.entries(scope), catalogue.lineage(scope, kpi, pages=all_pages.PAGES)
        )


def layout(view: View, context: Context) -> Element:
    """The list beside the chosen KPI's card."""
    read = Read.of(Scope(view, context))
    return frame(
        read.scope,
        html.Div(
            [
                kpi_list(read.found, view),
                html.Div(
                    [
                        _head(read),
                        html.Div([_definition(read), _standing(read)], className="two"),
                        _parts(read),
                        _lineage(read),
                        _examples(read),
                        _sql(read),
                    ],
                    className="column",
                ),
            ],
            className="catalogue-columns",
        ),
        path=PATH,
        shown=("period", "area", "department"),
    )


def tables(scope: Scope) -> list[Table]:
    """The whole list, and everything of the chosen KPI's card."""
    read = Read.of(scope)
    lang = scope.view.lang
    parts = catalogue_tables.parts_table(read.kpi, scope)
    return [
        catalogue_tables.all_table(read.found, scope),
        catalogue_tables.definition_table(read.kpi, scope),
        catalogue_tables.targets_table(read.kpi, scope),
        *([parts] if parts else []),
        catalogue_tables.lineage_table(read.lineage, lang),
        catalogue_tables.examples_table(read.kpi, lang),
    ]


def _head(read: Read) -> Element:
    view, lang, kpi = read.scope.view, read.scope.view.lang, read.kpi
    as_of = read.scope.context.builds[view.county].as_of_date
    links = [
        html.A(text("catalogue.to_trends", lang), href=view.href(TRENDS), className="panel-link")
    ]
    if kpi.kpi_id in MAP_KPIS:
        links.append(
            html.A(text("catalogue.to_map", lang), href=view.href(MAP), className="panel-link")
        )
    return section(
        kpi_name(kpi, lang),
        head(read.entry, view, as_of=as_of),
        tools=[html.Span(links, className="catalogue-links")],
        name="catalogue-head",
    )


def _definition(read: Read) -> Element:
    lang = read.scope.view.lang
    return section(
        text("catalogue.definition", lang),
        definition_list(read.kpi, lang),
        name="catalogue-definition",
    )


def _standing(read: Read) -> Element:
    view, lang = read.scope.view, read.scope.view.lang
    table = catalogue_tables.targets_table(read.kpi, read.scope)
    return section(
        text("catalogue.standing", lang),
        data_table(table, view) if table.rows else empty(text("tile.no_target", lang)),
        standing_list(read.kpi, view.county, lang),
        name="catalogue-standing",
    )


def _parts(read: Read) -> Element | None:
    table = catalogue_tables.parts_table(read.kpi, read.scope)
    if table is None:
        return None
    return section(
        table.title,
        data_table(table, read.scope.view),
        name="catalogue-parts",
        note=table.note,
    )


def _lineage(read: Read) -> Element:
    view, lang = read.scope.view, read.scope.view.lang
    names = {page.PATH: text(page.TITLE_KEY, lang) for page in all_pages.PAGES}
    columns, joints = drawn(read.lineage, lang, names)
    table = catalogue_tables.lineage_table(
        read.lineage,
        lang,
        to_quality=[
            (origin.dataset, view.href(QUALITY, dataset=origin.dataset))
            for origin in read.lineage.origins
            if origin.file_name
        ],
    )
    return section(
        text("catalogue.lineage", lang),
        chart(
            lineage_figure(columns, joints, colours=colours(view.scheme)),
            name="lineage",
            label=text("catalogue.lineage.label", lang, kpi=kpi_name(read.kpi, lang)),
            view=view,
            table=table,
            height=80,
        ),
        html.P(
            [
                text("catalogue.used_on", lang),
                *(
                    html.A(names[path], href=view.href(path), className="cell-link")
                    for path in dict.fromkeys((*read.lineage.pages, TRENDS))
                ),
            ],
            className="catalogue-used",
        ),
        name="catalogue-lineage",
        note=text("catalogue.lineage.note", lang),
    )


def _examples(read: Read) -> Element:
    view, lang = read.scope.view, read.scope.view.lang
    examples = load_examples(read.kpi.kpi_id)
    return section(
        text("catalogue.examples", lang),
        *(
            example_block(
                one,
                catalogue_tables.example_tables(number, one, read.scope),
                read.kpi,
                view,
                is_open=number == 1,
            )
            for number, one in enumerate(examples, 1)
        ),
        None if examples else empty(text("catalogue.examples.none", lang)),
        name="catalogue-examples",
        note=text("catalogue.examples.note", lang, count=len(examples)),
    )


def _sql(read: Read) -> Element:
    scope, lang, kpi = read.scope, read.scope.view.lang, read.kpi
    if kpi.kind == "score" and catalogue.parts_on(kpi, scope.days.last) is None:
        return section(
            text("catalogue.sql", lang),
            empty(text("catalogue.sql.no_parts", lang)),
            name="catalogue-sql",
        )
    asked = Asked(scope.view.county, scope.days.first, scope.end_of(scope.question(kpi.kpi_id)))
    return section(
        text("catalogue.sql", lang),
        sql_block(plain_sql(kpi, asked), lang),
        name="catalogue-sql",
        note=text(
            f"catalogue.sql.{file_of(kpi)}",
            lang,
            county=say(scope.context.county(scope.view.county).name, lang),
        ),
    )
