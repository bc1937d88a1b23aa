"""Every figure on every page is what `gridgov kpi` answers, in states nobody chose by hand."""

import random
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from dashboards import numbers_text
from dashboards.cells import read
from dashboards.i18n import Lang
from dashboards.pages import BY_PATH
from tests.support.pages import lead, open_page
from tests.support.recomputed.county import COUNTY, County
from warehouse.catalogue import get_kpi
from warehouse.query import Question, answer_many

pytestmark = pytest.mark.browser

STATES = 50
SOAK_STATES = 50 * len(BY_PATH)
PERIODS = ("this-month", "last-month", "last-3-months", "last-12-months", "this-year", "all")
PATHS = [path for path in BY_PATH if path != "/map"]

# Every figure on the page, with how it reads.
FIGURES = """() => [...document.querySelectorAll('#page [data-kpi][data-cell]')].map((part) => [
  part.dataset.kpi, part.dataset.cell, part.dataset.value,
  (part.querySelector('.figure') ?? part).innerText.replace(/\\s+/g, ''),
  part.checkVisibility(),
])"""


def states(town: County, seed: int, count: int) -> list[str]:
    """Addresses: the pages in turn, each with a period, an area, a department and a category."""
    rng = random.Random(seed)
    sql = town.published.sql
    areas = (
        sql(
            "select area_code from mart.dim_areas where county_code = ? and is_current"
            " and area_level in ('town', 'community', 'grid')",
            [COUNTY],
        )["area_code"]
        .sort()
        .to_list()
    )
    departments = (
        sql(
            "select distinct department_code from mart.fct_cases where department_code is not null"
        )["department_code"]
        .sort()
        .to_list()
    )
    categories = (
        sql("select distinct category_code from mart.fct_cases where category_code is not null")[
            "category_code"
        ]
        .sort()
        .to_list()
    )
    made = []
    for number in range(count):
        parts = [f"period={rng.choice(PERIODS)}"]
        if rng.random() < 0.25:
            first, last = sorted(rng.sample(range(1, 29), 2))
            parts = [f"from=2026-10-{first:02d}&to=2026-10-{last:02d}"]
        if rng.random() < 0.5:
            parts.append(f"area={rng.choice(areas)}")
        if rng.random() < 0.3:
            parts.append(f"department={rng.choice(departments)}")
        if rng.random() < 0.2:
            parts.append(f"category={rng.choice(categories)}")
        if rng.random() < 0.3:
            parts.append("compare=last_year")
        made.append(f"{PATHS[number % len(PATHS)]}?{'&'.join(parts)}")
    return made


def check(page: Page, town: County, address: str) -> int:
    """Hold every figure of the page against the query; returns how many there are."""
    found: list[tuple[str, str, str, str, bool]] = page.evaluate(FIGURES)
    asked: dict[tuple[str, str], Question] = {
        (kpi_id, cell): read(cell, kpi_id=kpi_id, county_code=COUNTY) for kpi_id, cell, *_ in found
    }
    answers = answer_many(town.published, list(asked.values()))
    rows: dict[tuple[str, str], dict[str, Any]] = {
        key: frame.row(0, named=True) for key, frame in zip(asked, answers, strict=True)
    }
    for kpi_id, cell, value, text, is_visible in found:
        row = rows[kpi_id, cell]
        place = f"{address}: {kpi_id} {cell}"
        assert value == ("" if row["value"] is None else repr(row["value"])), place
        if is_visible:
            kpi = get_kpi(kpi_id)
            shown = (
                numbers_text.missing(row, Lang.ZH)
                if row["value"] is None
                else numbers_text.amount(row["value"], kpi)
            )
            assert shown.replace(" ", "") in text or "该县未提供" in text, place
    return len(found)


def walk(browser: Browser, town: County, url: str, addresses: list[str]) -> dict[str, int]:
    """Go through states within one page; figures checked, by page."""
    checked: dict[str, int] = dict.fromkeys(PATHS, 0)
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    open_page(page, f"{url}/")
    for address in addresses:
        lead(page, address)
        checked[address.split("?")[0]] += check(page, town, address)
    page.close()
    return checked


def test_figures_are_those_of_the_query_in_random_states(
    browser: Browser, town: County, town_address: str
) -> None:
    checked = walk(browser, town, town_address, states(town, seed=5, count=STATES))
    assert sum(checked.values()) > 1_000, checked


@pytest.mark.soak
def test_figures_are_those_of_the_query_in_many_random_states(
    browser: Browser, town: County, town_address: str
) -> None:
    checked = walk(browser, town, town_address, states(town, seed=6, count=SOAK_STATES))
    assert sum(checked.values()) > 10_000, checked
