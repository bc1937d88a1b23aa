"""The night of the storm, as the officer on duty goes through it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages import open_page, wait_drawn
from tests.support.recomputed.county import County

pytestmark = pytest.mark.browser

MEANT = """
    select distinct homes.grid_code, actions.worker_code
    from mart.fct_warning_actions as actions
    inner join mart.dim_households as homes using (household_key)
    where homes.valid_from_date <= date '2026-06-23'
    and (homes.valid_to_date is null or homes.valid_to_date > date '2026-06-23')
    and actions.colour_code = 'red' and actions.notified_date = date '2026-06-23'
    and actions.town_code = '430181002000' and actions.persons_to_move_count > 0
"""


def test_the_list_of_whom_to_move_is_there_before_the_rain_is(
    page: Page, town: County, town_address: str, complaints: list[str]
) -> None:
    open_page(page, f"{town_address}/warnings")
    expect(page.locator(".warnings-state")).to_contain_text("没有生效的暴雨预警")
    storm = page.locator("[data-table^=storms] a", has_text="2026年6月23日")
    storm.first.click()
    wait_drawn(page)
    # Hour by hour to the one before the threshold is reached.
    while "T03:00" not in page.url:
        page.locator("[data-step=next]").click()
        wait_drawn(page)
    state = page.locator(".warnings-state")
    expect(state).to_contain_text("预计将达")
    expect(state).not_to_contain_text("雨量已达")
    meant = set(town.published.people_sql(MEANT).iter_rows())
    rows = page.locator("[data-table=grids] tbody tr")
    top = {
        (rows.nth(number).get_attribute("data-grid"), rows.nth(number).get_attribute("data-worker"))
        for number in range(len(meant))
    }
    assert top == meant
    expect(page.locator("[data-count=moved]")).to_have_text("0")
    # Two hours on the rain is there, and they are not.
    page.get_by_role("link", name=re.compile("^05:00")).click()
    wait_drawn(page)
    expect(state).to_contain_text("雨量已达")
    expect(page.locator("[data-count=moved]")).to_have_text("10")
    assert complaints == []


def test_a_storm_plays_by_itself_until_it_is_stopped(page: Page, town_address: str) -> None:
    open_page(page, f"{town_address}/warnings?at=2026-06-23T03:00")
    play = page.locator("[data-play]")
    play.click()
    page.wait_for_url(re.compile("T04:00"), timeout=30_000)
    play.click()
    wait_drawn(page)
    expect(play).to_have_attribute("aria-pressed", "false")
    stopped = page.url
    page.wait_for_timeout(2_000)
    assert page.url == stopped


def test_one_who_wants_no_motion_has_the_steps_and_no_player(page: Page, town_address: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_page(page, f"{town_address}/warnings?at=2026-06-23T03:00")
    expect(page.locator("[data-step=next]")).to_be_visible()
    expect(page.locator("[data-play]")).to_be_hidden()
