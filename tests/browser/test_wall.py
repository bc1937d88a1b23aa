"""The wall screen, and how pages come to know of a newer version."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Page, expect

from warehouse.published import people_file, published_file

pytestmark = pytest.mark.browser

READY = 'body[data-state="ready"]'
HD, UHD = (1920, 1080), (3840, 2160)
LEAST_TEXT, LEAST_FIGURE = 28, 90
PATIENCE_MS = 60_000

# Sizes of all texts that can be seen, those of pictures as they come out on the screen.
TEXT_SIZES = """() => {
  const words = document.createTreeWalker(document.querySelector('.wall'), NodeFilter.SHOW_TEXT);
  const sizes = [];
  while (words.nextNode()) {
    const part = words.currentNode.parentElement;
    if (!words.currentNode.textContent.trim() || !part.checkVisibility()) continue;
    const scale = part.closest('svg')?.getScreenCTM().a ?? 1;
    sizes.push(parseFloat(getComputedStyle(part).fontSize) * scale);
  }
  return sizes;
}"""

# Counts the moments at which the page held no scene that shows, and those of its redrawing.
WATCH_FOR_EMPTY = """() => {
  window.empty = 0;
  window.changes = 0;
  const isEmpty = () => {
    const scene = document.querySelector('.wall-scene:not([hidden])');
    return !scene || scene.getBoundingClientRect().height < 100;
  };
  new MutationObserver(() => {
    window.changes += 1;
    if (isEmpty()) window.empty += 1;
  }).observe(document.querySelector('#page'), { childList: true, subtree: true });
  const frame = () => {
    if (isEmpty()) window.empty += 1;
    requestAnimationFrame(frame);
  };
  frame();
}"""


def publish_next(home: Path) -> int:
    """Publish the same county once more, a minute later; returns the version."""
    folder = home / "published"
    before = (folder / "current").readlink().name
    version = int(before.removeprefix("serve_").removesuffix(".duckdb")) + 1
    file = folder / published_file(version)
    shutil.copy(folder / before, file)
    people = [folder / people_file(number) for number in (version - 1, version)]
    if people[0].exists():
        people[0].rename(people[1])
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update ops.build set version = ?, as_of_at = as_of_at + interval 1 minute", [version]
        )
    (folder / "next").symlink_to(file.name)
    (folder / "next").rename(folder / "current")
    (folder / before).unlink()
    return version


def open_wall(page: Page, url: str, *, size: tuple[int, int] = HD) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{url}/wall")
    page.wait_for_selector(READY, timeout=PATIENCE_MS)


def shown(page: Page) -> str:
    name: str = page.locator(".wall-scene:not([hidden])").get_attribute("data-scene") or ""
    return name


def ask_now(page: Page) -> None:
    """As when the window is looked at again: the version is asked for at once."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def until(page: Page, is_so: Callable[[], bool]) -> None:
    for _ in range(300):
        if is_so():
            return
        ask_now(page)
        page.wait_for_timeout(100)
    raise AssertionError("it did not come about")


def is_of(page: Page, version: int) -> Callable[[], bool]:
    return lambda: page.locator(f'#page[data-version="{version}"]').count() == 1


@pytest.mark.parametrize("size", [HD, UHD])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_scene_fits_and_can_be_read_from_afar(
    page: Page, address: str, size: tuple[int, int], lang: str
) -> None:
    scale = size[0] / HD[0]
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{address}/wall?lang={lang}")
    page.wait_for_selector(READY, timeout=PATIENCE_MS)
    for _ in range(5):
        assert page.evaluate(
            "[document.documentElement.scrollWidth - innerWidth,"
            " document.documentElement.scrollHeight - innerHeight]"
        ) == [0, 0]
        assert min(page.evaluate(TEXT_SIZES)) >= LEAST_TEXT * scale
        figures = page.locator(".wall-scene:not([hidden]) .wall-value b").all()
        sizes = [part.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") for part in figures]
        assert all(found >= LEAST_FIGURE * scale for found in sizes)
        page.keyboard.press("ArrowRight")


def test_scenes_turn_by_themselves_and_the_space_bar_stops_them(page: Page, address: str) -> None:
    page.clock.install()
    open_wall(page, address)
    assert shown(page) == "programme"
    page.clock.fast_forward(15_500)
    assert shown(page) == "cases"
    page.keyboard.press(" ")
    page.clock.fast_forward(60_000)
    assert shown(page) == "cases"
    page.keyboard.press(" ")
    page.clock.fast_forward(15_500)
    assert shown(page) == "areas"
    page.keyboard.press("ArrowLeft")
    assert shown(page) == "cases"
    page.locator('[data-turn="groups"]').click()
    assert shown(page) == "groups"
    expect(page.locator('[data-turn="groups"]')).to_have_attribute("aria-current", "true")


def test_a_new_version_shows_by_itself_and_never_an_empty_screen(
    page: Page, own_home: Path, own_address: str
) -> None:
    open_wall(page, own_address)
    page.keyboard.press("ArrowRight")
    # Held, so that a slow machine does not turn the scene meanwhile.
    page.keyboard.press("Space")
    page.evaluate(WATCH_FOR_EMPTY)
    for _ in range(2):
        until(page, is_of(page, publish_next(own_home)))
        page.wait_for_selector(READY)
    expect(page.locator(".wall-as-of")).to_contain_text("18:02")
    assert shown(page) == "cases"
    assert page.evaluate("window.changes") > 0
    assert page.evaluate("window.empty") == 0


def test_without_a_connection_the_last_picture_stays_and_says_so(page: Page, address: str) -> None:
    open_wall(page, address)
    page.context.set_offline(True)
    ask_now(page)
    mark = page.locator(".wall-lost")
    expect(mark).to_be_visible()
    expect(mark).to_contain_text("连接中断")
    expect(page.locator(".wall-scene:not([hidden]) .wall-card")).to_have_count(4)
    page.context.set_offline(False)
    ask_now(page)
    expect(mark).to_be_hidden()


def test_other_pages_leave_it_to_the_reader_to_refresh(
    page: Page, own_home: Path, own_address: str
) -> None:
    page.goto(own_address)
    page.wait_for_selector(READY, timeout=PATIENCE_MS)
    notice = page.locator("[data-fresh]")
    expect(notice).to_be_hidden()
    version = publish_next(own_home)
    until(page, notice.is_visible)
    assert not is_of(page, version)()
    notice.click()
    page.wait_for_selector(f'#page[data-version="{version}"]')
    expect(notice).to_be_hidden()


def test_on_a_phone_the_scenes_stand_below_each_other(page: Page, address: str) -> None:
    open_wall(page, address, size=(390, 844))
    expect(page.locator(".wall-scene:not([hidden])")).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
