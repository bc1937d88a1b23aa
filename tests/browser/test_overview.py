"""The overview as people meet it."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from dashboards.pages.overview import KPIS
from tests.support.county import SMALL_TOWN, TOWNS
from tests.support.marts import COUNTY
from tests.support.pages import lead, open_page, wait_drawn
from warehouse.published import Published
from warehouse.query import Question, answer

pytestmark = pytest.mark.browser

SIZES = [(390, 844), (1920, 1080), (1440, 900)]
OVER = "document.documentElement.scrollWidth - innerWidth"
TOWN = TOWNS["town_code"][2]
PERIOD = (date(2026, 8, 1), date(2026, 11, 1))


def test_tiles_show_what_the_query_answers(
    page: Page, address: str, published: Published, complaints: list[str]
) -> None:
    open_page(page, address)
    shown = {
        tile.get_attribute("data-kpi"): tile.get_attribute("data-value")
        for tile in page.locator(".tile").all()
    }
    asked = {}
    for kpi_id in KPIS:
        question = Question(kpi_id, COUNTY, start=PERIOD[0], end=PERIOD[1])
        value = answer(published, question)["value"].item()
        asked[kpi_id] = "" if value is None else repr(value)
    assert shown == asked
    assert complaints == []


def test_a_filter_changes_the_address_and_back_undoes_it(page: Page, address: str) -> None:
    open_page(page, address)
    before = page.locator("#tile-open_backlog .value").inner_text()
    page.locator(f'.rank[data-code="{TOWN}"]').click()
    page.wait_for_url(re.compile(f"area={TOWN}"))
    expect(page.locator("#tile-open_backlog .value")).not_to_have_text(before)
    expect(page.locator(f'.rank[data-code="{TOWN}"]')).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(page.locator("#tile-open_backlog .value")).to_have_text(before)
    assert "area=" not in page.url


def test_choosing_a_department_from_the_list_filters(page: Page, address: str) -> None:
    open_page(page, address)
    page.get_by_label("部门", exact=True).select_option(label="城管局")
    page.wait_for_url(re.compile("department=urban_management"))
    wait_drawn(page)
    expect(page.locator(".reset")).to_be_visible()


def test_a_tile_opens_its_receipt_with_the_rows_behind_it(page: Page, address: str) -> None:
    open_page(page, address)
    page.locator("#tile-on_time_resolution_rate").click()
    receipt = page.locator(".receipt")
    expect(receipt).to_have_attribute("data-receipt", "on_time_resolution_rate")
    wait_drawn(page)
    assert "receipt=on_time_resolution_rate" in page.url
    rows = receipt.locator("tbody tr[data-role]")
    expect(rows).to_have_count(200)
    first = rows.first.inner_text()
    assert "20261115-0001" in first
    receipt.get_by_role("link", name="不计入").click()
    expect(receipt.locator('tbody tr[data-role="numerator"]')).to_have_count(0)
    with page.expect_download() as download:
        receipt.get_by_role("link", name="下载 CSV").click()
    lines = download.value.path().read_bytes().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("case_id,role,")
    assert {line.split(",")[1] for line in lines[1:]} == {"excluded"}
    page.keyboard.press("Escape")
    expect(receipt).to_be_hidden()
    assert "receipt" not in page.url


def test_an_area_without_a_case_is_said_to_have_none_due(page: Page, address: str) -> None:
    open_page(page, f"{address}/?area={TOWNS['town_code'][SMALL_TOWN]}&period=last-month")
    tile = page.locator("#tile-on_time_resolution_rate")
    expect(tile.locator(".no-value")).to_have_text("无应办")
    expect(tile.locator(".value")).to_have_count(0)


def test_nothing_runs_out_of_the_window(page: Page, address: str) -> None:
    """Drawn on a phone, where it is drawn smallest, and seen in wider windows afterwards."""
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    open_page(page, f"{address}/")
    for query in ("", "?lang=en&theme=dark", "?lang=en&receipt=response_time_mean"):
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        lead(page, f"/{query}")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(OVER) <= 0, f"{query} {width}×{height}"


def test_the_keyboard_reaches_a_tile_and_opens_it(page: Page, address: str) -> None:
    open_page(page, address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#tile-resolution_rate").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".receipt")).to_have_attribute("data-receipt", "resolution_rate")


def test_the_theme_is_kept_for_the_next_page(page: Page, address: str) -> None:
    open_page(page, f"{address}/?theme=dark")
    open_page(page, address)
    scheme = page.locator("html").get_attribute("data-theme")
    assert scheme == "dark"


def test_an_unknown_value_is_named_with_the_ones_there_are(page: Page, address: str) -> None:
    page.goto(f"{address}/?kpi=nonsense")
    page.wait_for_selector('body[data-state="error"]')
    expect(page.get_by_role("alert")).to_contain_text('kpi "nonsense"')
    expect(page.get_by_role("alert")).to_contain_text("accurate_filing_rate")


def test_a_department_that_is_late_or_was_silent_shows(page: Page, address: str) -> None:
    page.goto(f"{address}/?lang=en")
    expect(page.locator("body")).to_have_attribute("data-state", "ready")
    said = page.locator(".deliveries li")
    expect(said).to_have_text(
        [
            "Grid events: nothing new for 2 d beyond the promise",
            "Grid events: no records 26 Oct 2026 – 1 Nov 2026",
        ]
    )
