"""The page of special groups on the generated town: what it shows of persons, and what never."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from dashboards.context import Context, Services
from dashboards.data.people_visits import tasks
from dashboards.html import markup
from dashboards.i18n import Lang
from dashboards.names import code_names
from dashboards.pages import people
from dashboards.scope import Scope
from dashboards.view import View
from tests.support.recomputed.county import COUNTY, published_sample
from warehouse.published import PublishedStore

PERSON_KEY = re.compile(r"\b[0-9a-f]{32}\b")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    return Services(published_sample(tmp_path_factory, scale="town").settings)


@pytest.fixture(scope="module")
def context(services: Services) -> Context:
    return services.open()


def view(context: Context, query: str = "") -> View:
    return View.parse(query, known=context.known)


def exported(scope: Scope) -> str:
    return "\n".join(
        str(cell) for table in people.tables(scope) for row in table.rows for cell in row
    )


def busy_grid(context: Context) -> tuple[str, int]:
    """A grid with something left to do, and how many visits."""
    as_of = context.builds[COUNTY].as_of_date
    rows = context.people_sql(
        "select on_roll.grid_code, count(*) as visits "
        "from mart.fct_visit_obligations as owed "
        "inner join mart.fct_roll_persons as on_roll using (person_key) "
        "where on_roll.valid_from_date <= $1 "
        "and (on_roll.valid_to_date is null or $1 < on_roll.valid_to_date) "
        "and (owed.is_still_overdue or (owed.is_not_yet_due and not owed.is_met "
        "and owed.due_date <= $2)) group by all order by visits desc, grid_code limit 1",
        as_of,
        as_of + timedelta(days=6),
    )
    grid, visits = rows.row(0)
    return grid, visits


def test_no_person_is_on_the_page_of_a_county(context: Context) -> None:
    scope = Scope(view(context), context)
    page = markup(people.layout(scope.view, context))
    assert 'data-kpi="on_time_visit_rate"' in page
    assert not PERSON_KEY.search(page)
    assert not PERSON_KEY.search(exported(scope))


def test_one_grid_s_visits_are_listed_by_person_key_without_the_group(context: Context) -> None:
    grid, visits = busy_grid(context)
    scope = Scope(view(context, f"area={grid}"), context)
    page = markup(people.layout(scope.view, context))
    [rows] = re.findall(r'data-table="tasks".*?</table>', page)
    assert len(tasks(scope).tasks) == visits
    assert rows.count("<code") == visits
    groups = code_names(context, COUNTY, "group_code", Lang.ZH)
    assert groups
    assert not any(name in rows for name in groups.values())
    [table] = [table for table in people.tables(scope) if table.name == "tasks"]
    assert len(table.rows) == visits
    assert not any(name in str(table.rows) for name in groups.values())


def test_groups_add_up_to_the_roll(context: Context) -> None:
    scope = Scope(view(context), context)
    [table] = [table for table in people.tables(scope) if table.name == "groups"]
    counts = [row[1] for row in table.rows]
    on_roll = context.people_sql(
        "select count(distinct person_key) as persons from mart.fct_roll_persons "
        "where valid_from_date <= $1 and (valid_to_date is null or $1 < valid_to_date)",
        context.builds[COUNTY].as_of_date,
    )["persons"].item()
    shown = [count for count in counts if isinstance(count, int)]
    assert all(count == 0 or count >= 5 for count in shown)
    if len(shown) == len(counts):
        assert sum(shown) == on_roll


@pytest.mark.parametrize("query", ["lang=en&period=all", "category=daily", "department=health"])
def test_the_page_is_drawn_whatever_the_filter(context: Context, query: str) -> None:
    scope = Scope(view(context, query), context)
    assert markup(people.layout(scope.view, context))
    assert people.tables(scope)


def test_a_server_without_the_rows_of_persons_says_so(services: Services) -> None:
    store = services.store
    try:
        services.store = PublishedStore(services.settings, with_people=False)
        context = services.open()
        scope = Scope(replace(view(context), lang=Lang.EN), context)
        page = markup(people.layout(scope.view, context))
        assert "people_1.duckdb" in page
        assert "Response to wristband alerts" in page
        assert {table.name for table in people.tables(scope)} <= {"alerts", "alert-months"}
    finally:
        services.store = store
