"""Nothing leaves this machine, on any page: proved by Chromium's own network log."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserType, Page, expect

from dashboards.pages import BY_PATH
from tests.support.chromium import launch_arguments
from tests.support.map_county import publish_map_county
from tests.support.net_log import flags, outside, targets
from tests.support.served import served

pytestmark = pytest.mark.browser

FROM_A_WORKER = """() => new Promise((resolve) => {
    const code = `fetch("http://elsewhere.invalid/from-a-worker").catch(() => postMessage(1))`;
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    worker.onmessage = resolve;
})"""


def logged(browser_type: BrowserType, file: Path, use: Callable[[Page], None]) -> None:
    """Use a browser of its own, then close it, so that its log is whole."""
    browser = browser_type.launch(**launch_arguments(*flags(file)))
    use(browser.new_page(viewport={"width": 1440, "height": 900}))
    browser.close()


def ready(page: Page) -> None:
    state = page.locator("body")
    expect(state).to_have_attribute("data-state", re.compile("ready|error"), timeout=30_000)
    assert state.get_attribute("data-state") == "ready"


def use_the_map(page: Page, address: str) -> None:
    """Load, point, zoom, open a card, drill, change the theme."""
    page.goto(f"{address}/map")
    ready(page)
    page.mouse.move(700, 450)
    page.mouse.wheel(0, -600)
    page.mouse.click(700, 450)
    expect(page.locator(".map-card .big")).to_be_visible()
    ready(page)
    page.locator(".map-card .drill").click()
    expect(page.locator(".map-trail li")).to_have_count(2)
    ready(page)
    page.locator(".maplibregl-ctrl-zoom-in").click()
    page.locator(".page-header a.icon-only").click()
    ready(page)


def use_the_overview(page: Page, address: str) -> None:
    """Load, point at a chart, zoom in it, use each button of its bar, open a receipt."""
    page.goto(address)
    ready(page)
    chart = page.locator("[data-chart] .main-svg").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 80, middle[1], steps=4)
    page.mouse.up()
    for button in page.locator(".modebar-btn").all():
        button.click(force=True)
    page.locator("a[href*='receipt=']").first.click()
    ready(page)


def use_every_page(page: Page, address: str) -> None:
    """Open each, save its first chart both ways, take its tables along, and print it."""
    page.add_init_script("window.print = () => { window.hasPrinted = true; }")
    for path in BY_PATH:
        page.goto(f"{address}{path}")
        ready(page)
        for kind in ("png", "svg"):
            if page.locator(f"[data-save={kind}]").count():
                with page.expect_download():
                    page.locator(f"[data-save={kind}]").first.click()
        menu = page.locator(".bar-end .menu")
        if menu.count():
            for kind in ("xlsx", "csv"):
                menu.locator("summary").click()
                with page.expect_download():
                    menu.locator(f"a[href*='page.{kind}']").click()
            menu.locator("summary").click()
            menu.locator("[data-print]").click()
            assert page.evaluate("window.hasPrinted")


def test_no_page_asks_for_anything_beyond_this_machine(
    browser_type: BrowserType, tmp_path: Path
) -> None:
    publish_map_county(tmp_path / "home")
    log = tmp_path / "net.json"
    with served(tmp_path / "home") as address:

        def use(page: Page) -> None:
            use_the_overview(page, address)
            use_the_map(page, address)
            use_every_page(page, address)

        logged(browser_type, log, use)
    seen = targets(log)
    assert any(name == "URL_REQUEST_START_JOB" for name, _ in seen)
    assert any(name.startswith("TCP_CONNECT") for name, _ in seen)
    assert outside(log) == []


def test_the_log_shows_what_a_worker_asks_of_another_host(
    browser_type: BrowserType, tmp_path: Path
) -> None:
    log = tmp_path / "net.json"
    logged(browser_type, log, lambda page: page.evaluate(FROM_A_WORKER))
    assert ("URL_REQUEST_START_JOB", "elsewhere.invalid") in outside(log)
    assert any(name.startswith("HOST_RESOLVER") for name, _ in outside(log))
