"""The pages on data quality and on the catalogue, drawn from a published county."""

from pathlib import Path

import pytest

from dashboards.context import Context, Services
from dashboards.data.tables import Figure
from dashboards.html import markup
from dashboards.i18n import Lang
from dashboards.pages import BY_PATH
from dashboards.scope import Scope
from dashboards.spreadsheets import as_csv
from dashboards.view import View
from tests.support.county import publish_county
from warehouse.errors import UsageError
from warehouse.settings import Settings


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Context:
    home: Path = tmp_path_factory.mktemp("home")
    publish_county(home, cases=2_000)
    return Services(Settings(home=home)).open()


def drawn(path: str, query: str, published: Context) -> str:
    """The sections of a page as markup."""
    view = View.parse(query, known=published.known)
    page = BY_PATH[path].layout(view, published)
    return markup(page.children[-1])


@pytest.mark.parametrize("lang", list(Lang))
def test_a_late_department_is_told_first(published: Context, lang: Lang) -> None:
    page = drawn("/quality", f"lang={lang.value}", published)
    assert 'data-verdict="unfit"' in page
    assert ("逾期 1.5 天" if lang is Lang.ZH else "1.5 days late") in page
    assert 'class="quality-gap"' in page
    assert "grid_events.csv" in page


def test_a_dataset_that_was_never_delivered_is_named(published: Context) -> None:
    assert "grid_events" in drawn("/quality", "dataset=grid_events", published)
    with pytest.raises(UsageError, match="grid_events"):
        drawn("/quality", "dataset=nothing", published)


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize("kpi_id", ["on_time_resolution_rate", "target_index", "file_rate"])
def test_a_kpi_is_explained(published: Context, kpi_id: str, lang: Lang) -> None:
    page = drawn("/kpis", f"kpi={kpi_id}&lang={lang.value}", published)
    assert page.count("data-found-in=") == len(published.kpis)
    assert f'data-kpi="{kpi_id}"' in page
    assert "<svg" in page
    assert 'id="catalogue-sql"' in page


@pytest.mark.parametrize("path", ["/quality", "/kpis"])
def test_all_that_is_shown_is_exported(published: Context, path: str) -> None:
    scope = Scope(View.parse("", known=published.known), published)
    tables = BY_PATH[path].tables(scope)
    assert len({table.name for table in tables}) == len(tables)
    for table in tables:
        assert all(len(row) == len(table.columns) for row in table.rows), table.name
        assert markup(table.title)
    as_csv(tables, zone=published.county(scope.view.county).zone)


def test_the_values_of_the_list_are_those_of_the_query(published: Context) -> None:
    scope = Scope(View.parse("", known=published.known), published)
    (table, *_) = BY_PATH["/kpis"].tables(scope)
    figures = [cell for row in table.rows for cell in row if isinstance(cell, Figure)]
    assert len(figures) == len(published.kpis)
    for figure in figures[:6]:
        assert published.ask(figure.cell)["value"].item() == figure.value
