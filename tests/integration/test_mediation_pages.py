"""Mediation and council drawn of the generated town, and of a county that delivers neither."""

from types import ModuleType

import pytest

from dashboards.context import Context, Services
from dashboards.data.mediation import LEVELS, passages
from dashboards.figures.sankey import Link, sums
from dashboards.html import markup
from dashboards.pages import council, mediation
from dashboards.scope import Scope
from dashboards.view import View
from tests.support.county import publish_county
from tests.support.recomputed.county import COUNTY, published_sample
from warehouse.settings import Settings

TOWN_QUERIES = ("", "period=all&lang=en", "category=family", "category=waste_sorting", "theme=dark")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return Services(published_sample(tmp_path_factory, scale="town").settings).open()


def drawn(page: ModuleType, view: View, context: Context) -> str:
    return markup(page.layout(view, context))


@pytest.mark.parametrize("page", [mediation, council])
@pytest.mark.parametrize("query", TOWN_QUERIES)
def test_the_pages_are_drawn_of_the_generated_town(
    town: Context, page: ModuleType, query: str
) -> None:
    view = View.parse(query, known=town.known)
    assert 'class="sections"' in drawn(page, view, town)
    for table in page.tables(Scope(view, town)):
        assert all(len(row) == len(table.columns) for row in table.rows), table.name


def test_every_dispute_of_the_town_is_somewhere_in_the_flow(town: Context) -> None:
    scope = Scope(View.parse("period=all", known=town.known), town)
    into, out = sums(
        [Link(way.source, way.target, way.dispute_count, "") for way in passages(scope)]
    )
    count = town.sql("select count(*) from mart.fct_mediations where county_code = ?", COUNTY)
    assert out["received"] == count.item()
    assert all(into.get(level, 0) == out.get(level, 0) for level in LEVELS)


@pytest.mark.parametrize("page", [mediation, council])
@pytest.mark.parametrize("level", ["town", "community", "grid"])
def test_the_pages_are_drawn_at_every_level(town: Context, page: ModuleType, level: str) -> None:
    area = town.sql(
        "select min(area_code) from mart.dim_areas where county_code = ? and area_level = ?",
        COUNTY,
        level,
    ).item()
    assert 'class="sections"' in drawn(page, View.parse(f"area={area}", known=town.known), town)


@pytest.mark.parametrize("page", [mediation, council])
def test_a_county_that_delivers_neither_says_so(
    tmp_path_factory: pytest.TempPathFactory, page: ModuleType
) -> None:
    home = tmp_path_factory.mktemp("county")
    publish_county(home, cases=200)
    context = Services(Settings(home=home)).open()
    view = View.parse("", known=context.known)
    assert 'class="empty"' in drawn(page, view, context)
    assert [table.rows for table in page.tables(Scope(view, context))]
