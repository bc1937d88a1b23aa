"""The trends page over the generated town: figures as the query gives them, refusals in words."""

import pytest

from dashboards.context import Context, Services
from dashboards.data.tables import Figure
from dashboards.html import markup
from dashboards.pages import trends
from dashboards.scope import Scope
from dashboards.view import View
from tests.support.recomputed.county import County, published_sample
from warehouse.errors import UsageError
from warehouse.query import answer


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> County:
    return published_sample(tmp_path_factory, scale="town")


@pytest.fixture(scope="module")
def context(county: County) -> Context:
    return Services(county.settings).open()


def scope_of(context: Context, query: str) -> Scope:
    return Scope(View.parse(query, known=context.known), context)


def drawn(context: Context, query: str) -> str:
    """The sections of the page as markup."""
    page = trends.layout(View.parse(query, known=context.known), context)
    return markup(page.children[-1])


@pytest.mark.parametrize(
    "query",
    [
        "",
        "period=all&kpis=satisfaction_rate,volunteer_hours,department_score&overlay=last_year",
        "series=department:grid_centre,department:urban_management&lang=en",
        "kpi=on_time_visit_rate&period=this-month",
        "department=urban_management&kpi=warning_acknowledged_rate",
    ],
)
def test_every_figure_is_that_of_its_cell(county: County, context: Context, query: str) -> None:
    tables = trends.tables(scope_of(context, query))
    figures = [
        cell for table in tables for row in table.rows for cell in row if isinstance(cell, Figure)
    ]
    assert figures
    for figure in figures[::9]:
        assert answer(county.published, figure.cell)["value"].item() == figure.value
    assert 'data-chart="trend-' in drawn(context, query) or 'class="empty"' in drawn(context, query)


def test_what_cannot_be_drawn_says_so(context: Context) -> None:
    refused = drawn(context, "period=all&unit=week&kpi=public_service_coverage_rate")
    assert "请改用更长的时间单位" in refused
    with pytest.raises(UsageError, match="department:urban_management"):
        drawn(context, "series=department:nobody")
    with pytest.raises(UsageError, match="town:"):
        drawn(context, "series=town:1")


def test_a_point_leads_to_its_period(context: Context) -> None:
    page = drawn(context, "from=2026-09-01&to=2026-10-31&unit=month")
    assert "?from=2026-09-01&to=2026-09-30" in page.replace("&amp;", "&").replace("\\u0026", "&")
