"""What was drawn of a version, and what is drawn ahead of the next."""

from pathlib import Path

import pytest

from dashboards.context import Context, Services
from dashboards.shell import Kept, kept, lately_drawn, page_parts
from dashboards.view import Preset, View
from tests.support.marts import COUNTY, marts
from tests.support.random_facts import AREAS, random_facts
from warehouse.settings import Settings


@pytest.fixture
def context(tmp_path: Path) -> Context:
    facts = random_facts(rows=5, seed=1)
    published = marts(tmp_path, cases=facts.pop("fct_cases"), facts=facts, areas=AREAS)
    return Context(Services(Settings(home=tmp_path)), published)


def _draw(context: Context, *views: View, version: int) -> None:
    for view in views:
        context.services.pages.get(Kept(version, "/", view, "light", page_parts), dict)


def test_one_view_of_each_kind_is_drawn_ahead_the_last_first(context: Context) -> None:
    county = View(COUNTY, "resolution_rate")
    town_a, town_b = county.with_(area="A"), county.with_(area="B")
    of_department = county.with_(department="x", period=Preset.LAST_12_MONTHS)
    _draw(context, county, town_a, of_department, town_b, version=context.published.version + 1)
    assert lately_drawn(context) == [("/", town_b), ("/", of_department), ("/", county)]


def test_what_is_there_of_the_version_itself_is_not_drawn_again(context: Context) -> None:
    _draw(context, View(COUNTY, "resolution_rate"), version=context.published.version)
    assert lately_drawn(context) == []


def test_a_page_is_drawn_once_for_a_view_and_a_scheme(context: Context) -> None:
    drawn: list[str] = []

    def draw(_page: object, view: View, _context: Context) -> dict[str, str]:
        drawn.append(view.scheme)
        return {"main": view.scheme}

    view = View(COUNTY, "resolution_rate")
    for scheme in ("light", "dark", "light"):
        assert kept("/", view.with_(scheme=scheme), context, draw)["main"] == scheme
    assert drawn == ["light", "dark"]
