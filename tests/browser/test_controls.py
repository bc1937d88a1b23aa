"""The document as the server sends it, and the controls that change what it is about."""

import re
from datetime import date
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.marts import COUNTY
from tests.support.pages import open_page, wait_drawn
from warehouse.published import Published
from warehouse.query import Question, answer

pytestmark = pytest.mark.browser


def test_the_page_is_in_the_document_before_any_script_runs(
    browser: Browser, address: str, published: Published
) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/?from=2026-10-01&to=2026-10-31")
        tile = page.locator("#tile-resolution_rate")
        expect(tile).to_be_visible()
        shown = tile.get_attribute("data-value")
    question = Question("resolution_rate", COUNTY, start=date(2026, 10, 1), end=date(2026, 11, 1))
    assert shown == repr(answer(published, question)["value"].item())


@pytest.mark.parametrize(("cookie", "scheme"), [("", "light"), ("gridgov-theme=dark", "dark")])
def test_the_server_draws_in_the_colours_the_browser_tells_it(
    address: str, cookie: str, scheme: str
) -> None:
    with urlopen(Request(address, headers={"Cookie": cookie})) as sent:
        assert f'data-scheme="{scheme}"' in sent.read().decode()


def test_a_reader_of_dark_pages_is_not_left_with_light_charts(
    browser: Browser, address: str
) -> None:
    with browser.new_context(color_scheme="dark") as context:
        page = context.new_page()
        open_page(page, address)
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        words = page.locator(".plot .main-svg text").first
        colour = words.evaluate("(text) => getComputedStyle(text).fill")
        assert int(re.findall(r"\d+", colour)[0]) > 127, colour


def test_days_are_chosen_by_their_fields(page: Page, address: str) -> None:
    open_page(page, address)
    first, last = page.get_by_label("起始日期"), page.get_by_label("截止日期")
    first.fill("2026-09-05")
    page.wait_for_url(re.compile("from=2026-09-05&to=2026-10-31"))
    wait_drawn(page)
    first.fill("2026-11-05")
    page.wait_for_url(re.compile("from=2026-11-05&to=2026-11-05"))
    wait_drawn(page)
    expect(last).to_have_value("2026-11-05")
    # A day without records is none to choose.
    before = page.url
    last.fill("2031-01-01")
    assert page.url == before
    assert last.evaluate("(field) => field.validity.rangeOverflow")


def test_several_are_chosen_from_a_list_that_stays_open(page: Page, address: str) -> None:
    open_page(page, f"{address}/trends")
    lines = page.locator(".several-series")
    lines.locator("summary").click()
    for _ in range(2):
        lines.locator(".menu-items a:not([aria-current])").first.click()
        wait_drawn(page)
        expect(lines.locator("details")).to_have_attribute("open", "")
    expect(lines.locator(".chosen li")).to_have_count(2)
    assert re.search("series=[^&]+,[^&]+", page.url)
    lines.locator(".search").fill("没有这样的名称")
    expect(lines.locator(".menu-items a:visible")).to_have_count(0)
    lines.locator(".chosen a").first.click()
    wait_drawn(page)
    expect(lines.locator(".chosen li")).to_have_count(1)
