"""Every page, in both languages and both schemes, at three sizes."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from dashboards.pages import BY_PATH
from tests.support.pages import lead, open_page
from tests.support.recomputed.county import County
from tests.support.web import AXE

pytestmark = pytest.mark.browser

SIZES = [(1440, 900), (1920, 1080), (390, 844)]
LOOKS = [("zh", "light"), ("zh", "dark"), ("en", "light"), ("en", "dark")]
JUDGED = {("zh", "light", 1440), ("en", "dark", 390)}
"""Where axe-core looks too: both schemes, wide and narrow."""
# What is no complaint, and one that is not about the page: maps are drawn by the processor here.
UNALARMING = r"log|info|debug|warning: \[\.WebGL-\w+\]GL Driver Message \(OpenGL, Performance"
FOREIGN = {"zh": r"[A-Za-z]{4,}", "en": r"[\u4e00-\u9fff]+"}

# What is shown but is no text of ours: names of files, cases and codes, and what is marked as being
# in the other language. Names of areas have one language, that of their file.
OUR_TEXT = """() => {
  const copy = document.querySelector('#page').cloneNode(true);
  copy.querySelectorAll(
    'style, script, [data-svg=lineage], [lang], .rank-name, td, .cell-link, .trail, code, pre,'
    + '.scroll tbody'
  ).forEach((part) => part.remove());
  return copy.textContent;
}"""
TERMS = (
    r"gridgov|CSV|Excel|PNG|SVG|PDF|SQL|Kitagawa|DuckDB|Parquet|GeoJSON|GeoPackage|CGCS2000|GCJ-02"
    r"|Wilson"
)

EMPTY_CHARTS = """() => [...document.querySelectorAll('.chart-place')]
  .filter((place) => !place.querySelector('svg'))
  .map((place) => place.getAttribute('aria-label'))"""
WORDLESS = """() => [...document.querySelectorAll('#page section')]
  .filter((part) => !part.hidden && part.innerText.trim().length < 8)
  .map((part) => part.className)"""


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One context for all pages, so that files come from its cache."""
    with browser.new_context() as made:
        yield made


@pytest.mark.parametrize("path", BY_PATH)
def test_a_page_is_whole(
    context: BrowserContext, town: County, town_address: str, path: str
) -> None:
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    names = town.published.sql("select distinct area_name from mart.dim_areas")["area_name"]
    # Every look is the one that some pages are loaded in; to the others it is led as by a link.
    first = list(BY_PATH).index(path) % len(LOOKS)
    for lang, theme in LOOKS[first:] + LOOKS[:first]:
        look = f"{path}?lang={lang}&theme={theme}"
        if page.url == "about:blank":
            open_page(page, town_address + look)
        else:
            lead(page, look)
        assert page.locator("html").get_attribute("data-theme") == theme
        assert [line for line in said if not re.match(UNALARMING, line)] == [], look
        is_whole(page, lang, names.to_list())
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert over <= 0, f"{look}: {over} px too wide at {width}×{height}"
            if (lang, theme, width) in JUDGED:
                assert violations(page) == [], look
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    page.close()


def is_whole(page: Page, lang: str, names: list[str]) -> None:
    """No chart is empty, no section without words, no word in another language."""
    assert page.evaluate(EMPTY_CHARTS) == [], page.url
    assert page.evaluate(WORDLESS) == [], page.url
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en"}[lang]
    shown = re.sub(TERMS, "", page.evaluate(OUR_TEXT))
    for name in sorted(names, key=len, reverse=True):
        shown = shown.replace(name, "")
    assert re.findall(FOREIGN[lang], shown) == [], page.url


def test_a_receipt_is_accessible(context: BrowserContext, town_address: str) -> None:
    page = context.new_page()
    open_page(page, f"{town_address}/?receipt=on_time_resolution_rate")
    assert violations(page) == []
    page.close()


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA: rule, element, what is wrong."""
    # Evaluated, not added as a script: the page's policy runs no script but its own.
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async () => (await axe.run(document, {
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
          resultTypes: ['violations'],
        })).violations.flatMap(({ id, nodes }) =>
          nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`))"""
    )
    return [str(line) for line in found]
