"""Sentences that several pages share, and links that limit a page."""

from dashboards.components.words import by_level_title, lacking_words
from dashboards.data.choices import choice_link, is_chosen
from dashboards.data.filtered import without
from dashboards.data.services import FOR_ONE_ITEM, PUBLISHED_ITEM
from dashboards.i18n import Lang
from dashboards.view import View
from warehouse.catalogue import load_catalogue, load_caveats
from warehouse.query import Question

RATE = load_catalogue()["on_time_resolution_rate"]


def test_a_level_is_written_small_within_a_title() -> None:
    assert by_level_title(RATE, "Town", Lang.EN).endswith(" · By town")
    assert by_level_title(RATE, "乡镇街道", Lang.ZH).endswith(" · 各乡镇街道对比")


def test_every_level_of_areas_is_the_one_filter_of_areas() -> None:
    assert lacking_words("grid", Lang.ZH) == lacking_words("town", Lang.ZH)
    assert "department" in lacking_words("department", Lang.EN)


def test_what_is_chosen_again_is_lifted() -> None:
    view = View(county="430181", kpi=RATE.kpi_id, department="urban_management")
    chosen = choice_link(view, "department", "urban_management", "City management")
    assert chosen.is_current
    assert "department" not in chosen.href
    other = choice_link(view, "department", "grid_centre", "Grid centre")
    assert not other.is_current
    assert "department=grid_centre" in other.href
    assert not is_chosen(view, "category", "")


def test_a_filter_is_left_aside_and_the_others_stay() -> None:
    asked = Question(RATE.kpi_id, "430181", where={"town": "430181102000", "department": "x"})
    assert without(asked, "department").where == {"town": "430181102000"}


def test_the_caveat_names_the_item_that_figures_were_published_of() -> None:
    assert PUBLISHED_ITEM in load_caveats()[FOR_ONE_ITEM].zh
