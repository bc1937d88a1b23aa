"""The grid map in a browser: what is painted is what the warehouse answers."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from dashboards import numbers_text
from tests.support.map_county import EMPTY_GRID, publish_map_county
from tests.support.marts import COUNTY
from tests.support.served import served
from warehouse.published import PublishedStore
from warehouse.query import Question, answer
from warehouse.settings import Settings

pytestmark = pytest.mark.browser

FIRST, LAST = date(2026, 8, 1), date(2026, 10, 31)
END = date(2026, 11, 1)
FAINT, NO_VALUE = 64, 128
"""States of features, as `style.mjs` has them: a colour's place, from 0, made faint by adding."""
SHADES_APART = 3
"""Shades between the colours of two of five classes."""
PHONE = {"width": 390, "height": 844}

PAINTED = """() => {
    const map = document.querySelector('.map-stage').maplibre;
    const layer = ['town', 'community', 'grid'].map((level) => `${level}-fill`)
        .find((name) => map.getLayoutProperty(name, 'visibility') === 'visible');
    return map.queryRenderedFeatures({layers: [layer]}).map(({id, state}) =>
        ({id, k: state.k ?? -1}));
}"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("map")
    publish_map_county(folder)
    return folder


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with served(home) as found:
        yield found


@pytest.fixture
def faults(page: Page) -> list[str]:
    """What the console said of errors; every test that takes it ends with none."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    return said


def ready(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute(
        "data-state", re.compile("ready|error"), timeout=30_000
    )
    assert page.locator("body").get_attribute("data-state") == "ready"


def opened(page: Page, address: str, query: str = "") -> Page:
    page.goto(f"{address}/map{query}")
    ready(page)
    return page


def answered(home: Path, kpi: str, level: Any) -> dict[str, float | None]:
    published = PublishedStore(Settings(home=home)).current()
    asked = Question(kpi_id=kpi, county_code=COUNTY, by=(level,), start=FIRST, end=END)
    rows = answer(published, asked)
    return dict(zip(rows["area_code"], rows["value"], strict=True))


def middle_of(page: Page, code: str) -> tuple[float, float]:
    """Where an area's label point is on the screen."""
    x, y = page.evaluate(
        """async ([county, code]) => {
            const levels = await (await fetch(`/api/map/areas?county=${county}`)).json();
            const level = Object.values(levels).find((columns) => columns.code.includes(code));
            const at = level.code.indexOf(code);
            const stage = document.querySelector('.map-stage');
            const point = stage.maplibre.project([level.longitude[at], level.latitude[at]]);
            const box = stage.getBoundingClientRect();
            return [box.left + point.x, box.top + point.y];
        }""",
        [COUNTY, code],
    )
    return x, y


def test_the_map_writes_numbers_as_the_other_pages_do(page: Page, address: str) -> None:
    rng = np.random.default_rng(4)
    halves = [part / 20 for part in range(-1_000, 1_000)]
    values = [*halves, 1.005, 0.28735 * 100, -0.04, *(rng.gamma(2, 40, 2_000)).tolist()]
    opened(page, address)
    for decimals in (0, 1, 2):
        found = page.evaluate(
            """async ([values, decimals]) => {
                const loaded = performance.getEntriesByType('resource').map(({name}) => name);
                const {Words} = await import(loaded.find((name) => name.includes('words')));
                const words = new Words({kpis: [], lang: 'zh'});
                return values.map((value) => words.number(value, decimals));
            }""",
            [values, decimals],
        )
        assert found == [numbers_text.number(value, decimals) for value in values]


def test_coordinates_are_read_in_either_order(page: Page, address: str) -> None:
    opened(page, address)
    typed = {
        "113.64, 28.16": [113.64, 28.16],
        "28.16 113.64": [113.64, 28.16],
        "东经113.64° 北纬28.16°": [113.64, 28.16],
        "28.16N,113.64E": [113.64, 28.16],
        "116.4;39.9": [116.4, 39.9],
        "-71.06, 42.36": [-71.06, 42.36],
        "95, 60": [95, 60],
        "60, 95": [95, 60],
        "113.64": None,
        "G0001": None,
        "113.64, 28.16, 4": None,
        "200, 100": None,
    }
    found = page.evaluate(
        """async (typed) => {
            const loaded = performance.getEntriesByType('resource').map(({name}) => name);
            const {pointOf} = await import(loaded.find((name) => name.includes('/place.')));
            return typed.map((one) => pointOf(one.toLowerCase(), [113, 27.7, 114.4, 28.75]));
        }""",
        list(typed),
    )
    assert found == list(typed.values())


@pytest.mark.parametrize("kpi", ["response_time_median", "on_time_resolution_rate"])
def test_every_grid_has_the_class_of_the_value_the_warehouse_answers(
    page: Page, address: str, home: Path, faults: list[str], kpi: str
) -> None:
    opened(page, address, f"?level=grid&kpi={kpi}")
    expected = answered(home, kpi, "grid")
    asked = f"county={COUNTY}&kpi={kpi}&level=grid&from={FIRST}&to={LAST}"
    body = page.request.get(f"{address}/api/map/values?{asked}").body()
    legend = page.request.get(f"{address}/api/map/legend?{asked}").json()
    values = np.frombuffer(body, dtype="<f8")
    edges = np.asarray(legend["breaks"], dtype=np.float64)
    assert len(edges) == 4
    painted = {one["id"]: one for one in page.evaluate(PAINTED)}
    assert set(painted) == set(range(1, 81))
    for feature_id, one in painted.items():
        value = expected[f"G{feature_id - 1:05d}"]
        if value is None:
            assert np.isnan(values[feature_id])
            assert one["k"] == NO_VALUE
        else:
            assert values[feature_id] == value
            found = np.searchsorted(edges, value, side="right")
            place = found if kpi == "response_time_median" else 4 - found
            assert one["k"] % FAINT == place * SHADES_APART
    assert painted[EMPTY_GRID]["k"] == NO_VALUE
    assert not faults


def test_the_worse_end_has_the_stronger_colour_whichever_way_better_points(
    page: Page, address: str
) -> None:
    def lightness_by_value(kpi: str) -> list[float]:
        """Of the colours of the legend, from the lowest values up."""
        opened(page, address, f"?level=grid&kpi={kpi}&theme=light")
        swatches = page.locator(".legend > ul:first-of-type .swatch")
        colours = swatches.evaluate_all(
            "all => all.map((one) => getComputedStyle(one).backgroundColor)"
        )
        return [sum(map(float, re.findall(r"[\d.]+", colour)[:3])) for colour in colours]

    slow_is_bad = lightness_by_value("response_time_median")
    assert slow_is_bad == sorted(slow_is_bad, reverse=True)
    high_is_good = lightness_by_value("on_time_response_rate")
    assert high_is_good == sorted(high_is_good)
    assert len(slow_is_bad) == len(high_is_good) == 5


def test_drilling_shows_what_is_inside_and_back_returns(
    page: Page, address: str, faults: list[str]
) -> None:
    opened(page, address)
    trail = page.locator(".map-trail li")
    expect(trail).to_have_text(["浏阳市"])
    page.mouse.dblclick(*middle_of(page, "T01"))
    expect(trail).to_have_text(["浏阳市", "2号镇"])
    ready(page)
    inside = {one["id"] for one in page.evaluate(PAINTED) if one["k"] >= 0}
    expect(page.locator(".map-ranking li button")).to_have_count(len(inside))
    assert 0 < len(inside) < 16
    page.locator(".map-ranking li button").first.click()
    page.locator(".map-card .drill").click()
    expect(trail).to_have_count(3)
    expect(page.locator(".map-ranking h2")).to_have_text("网格排序")
    ready(page)
    page.go_back()
    expect(trail).to_have_text(["浏阳市", "2号镇"])
    expect(page.locator(".map-card")).to_be_visible()
    trail.locator("a").first.click()
    expect(trail).to_have_text(["浏阳市"])
    page.go_back()
    expect(trail).to_have_text(["浏阳市", "2号镇"])
    ready(page)
    assert not faults


def test_a_click_opens_the_card_with_the_number_of_the_warehouse(
    page: Page, address: str, home: Path, faults: list[str]
) -> None:
    opened(page, address)
    page.mouse.click(*middle_of(page, "T02"))
    card = page.locator(".map-card")
    expect(card.locator("h2")).to_have_text("3号镇")
    value = answered(home, "response_time_median", "town")["T02"]
    expect(card.locator(".big")).to_contain_text(f"{value:.1f}")
    expect(card.locator(".others li")).to_have_count(8)
    assert "card=T02" in page.url
    ready(page)
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.go_back()
    expect(card.locator("h2")).to_have_text("3号镇")
    assert not faults


def test_the_same_map_goes_on_when_the_page_around_it_is_drawn_again(
    page: Page, address: str
) -> None:
    opened(page, address)
    page.evaluate("document.querySelector('.map-stage').maplibre.kept = true")
    page.locator("select.kpi").select_option("on_time_resolution_rate")
    expect(page.locator(".question")).to_contain_text("期限")
    ready(page)
    page.locator(".page-header a.switch", has_text="English").click()
    expect(page.locator("select.kpi option:checked")).to_have_text("On-time resolution rate")
    ready(page)
    expect(page.locator(".maplibregl-ctrl-scale")).to_contain_text("km")
    assert page.evaluate("document.querySelector('.map-stage').maplibre.kept")
    assert "kpi=on_time_resolution_rate" in page.url


def test_pointing_names_the_area_and_its_value_without_asking_the_server(
    page: Page, address: str
) -> None:
    opened(page, address)
    where = middle_of(page, "T00")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.mouse.move(*where)
    expect(page.locator(".map-tip strong")).to_have_text("1号镇")
    expect(page.locator(".tip-value")).to_contain_text("分钟")
    assert not asked


def test_an_area_without_cases_says_why_it_has_no_value(page: Page, address: str) -> None:
    opened(page, address, "?area=C000&level=grid&card=G00000")
    expect(page.locator(".map-card .big")).to_have_text("无应办")
    expect(page.locator(".map-ranking li").last).to_contain_text("无应办")


def test_search_finds_a_grid_by_name_and_by_code(page: Page, address: str) -> None:
    opened(page, address)
    search = page.locator("input[type=search]")
    search.fill("G0001")
    expect(page.locator(".found li").first).to_contain_text("11号网格")
    search.fill("12号网格")
    search.press("Enter")
    expect(page.locator(".map-card h2")).to_have_text("12号网格")
    ready(page)
    assert any(one["id"] == 12 and one["k"] >= 0 for one in page.evaluate(PAINTED))


def test_a_point_is_marked_and_the_card_of_its_grid_opened(
    page: Page, address: str, faults: list[str]
) -> None:
    grids = page.request.get(f"{address}/api/map/areas?county={COUNTY}").json()["grid"]
    columns = ("code", "name", "longitude", "latitude")
    code, name, longitude, latitude = (grids[column][7] for column in columns)
    opened(page, address)
    search = page.locator("input[type=search]")
    search.fill(f"{latitude}, {longitude}")
    expect(page.locator(".found li").first).to_contain_text("WGS84 / CGCS2000")
    search.press("Enter")
    page.wait_for_url(re.compile(f"card={code}"))
    expect(page.locator(".map-card h2")).to_have_text(name)
    ready(page)
    marked = page.evaluate(
        "() => document.querySelector('.map-stage').maplibre.getSource('over-point').serialize()"
        ".data.features[0].geometry.coordinates"
    )
    assert marked == pytest.approx([longitude, latitude], abs=1e-6)
    # The link has it; its own button takes it away.
    page.reload()
    ready(page)
    page.get_by_role("button", name="去掉标记的点").click()
    page.wait_for_url(lambda url: "point" not in url)
    assert not faults


def test_a_point_outside_the_county_says_where_it_reaches(page: Page, address: str) -> None:
    opened(page, address)
    search = page.locator("input[type=search]")
    search.fill("116.4, 39.9")
    search.press("Enter")
    expect(page.locator(".found .problem-message")).to_contain_text("116.4, 39.9: 不在本县区域内")
    page.goto(f"{address}/map?point=113.64")
    expect(page.get_by_role("alert").first).to_contain_text("113.64")


def test_the_ranking_is_usable_with_the_keyboard(page: Page, address: str) -> None:
    opened(page, address)
    row = page.locator(".map-ranking li button").first
    name = row.locator(".name").inner_text()
    row.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".map-card h2")).to_have_text(name)


def test_a_phone_shows_map_legend_and_a_card_from_below(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True)
    page = opened(context.new_page(), address, "?card=T01")
    card = page.locator(".map-card").bounding_box()
    assert card is not None
    assert card["x"] == 0
    assert card["width"] == PHONE["width"]
    assert card["y"] > PHONE["height"] * 0.3
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    # The area lies above its card; without one the map is seen between panel and legend.
    assert middle_of(page, "T01")[1] < card["y"]
    page.locator(".map-card .close").click()
    ready(page)
    assert any(one["k"] >= 0 for one in page.evaluate(PAINTED))
    panel, legend = (page.locator(one).bounding_box() for one in (".map-panel", ".legend"))
    assert panel is not None
    assert legend is not None
    for code in ("T00", "T01", "T02", "T03"):
        assert panel["y"] + panel["height"] < middle_of(page, code)[1] < legend["y"]
    context.close()


def test_an_address_that_names_no_kpi_says_which_there_are(page: Page, address: str) -> None:
    page.goto(f"{address}/map?kpi=none_such")
    expect(page.locator("body")).to_have_attribute("data-state", "error", timeout=30_000)
    expect(page.get_by_role("alert").first).to_contain_text("on_time_resolution_rate")


def test_without_webgl_the_ranked_table_stands_in(browser: Browser, address: str) -> None:
    context = browser.new_context()
    context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page = opened(context.new_page(), address)
    expect(page.locator(".legend .problem-message")).to_contain_text("WebGL2")
    expect(page.locator(".map-ranking li button")).to_have_count(4)
    context.close()
