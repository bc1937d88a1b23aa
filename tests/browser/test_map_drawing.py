"""The grid map in a browser: how it is drawn, and what it does when it cannot be."""

import base64
import math
import re
from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import Page, Route, expect

from geo.tiles import MINIMUM_ZOOM
from tests.support.map_county import RADII, publish_map_county
from tests.support.marts import COUNTY
from tests.support.pages import open_page, wait_drawn
from tests.support.served import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("map")
    publish_map_county(folder)
    with served(folder) as found:
        yield found


def test_rings_mark_what_has_borders_too_fine_to_see(page: Page, address: str) -> None:
    open_page(page, f"{address}/map?level=grid&card=G00007")
    found = page.evaluate(
        """async () => {
            const map = document.querySelector('.map-stage').maplibre;
            const {minzoom} = map.getStyle().layers.find(({id}) => id === 'grid-line');
            const {maxzoom} = map.getStyle().layers.find(({id}) => id === 'grid-ring');
            // As if the grids were many more, and so each a few pixels wide.
            map.setLayerZoomRange('grid-ring', 0, 24);
            await new Promise((done) => { map.once('idle', done); map.triggerRepaint(); });
            const rings = map.queryRenderedFeatures({layers: ['grid-ring']});
            return {minzoom, maxzoom, what: rings.map(({properties}) => properties.what)};
        }"""
    )
    side_km = math.sqrt(math.pi * math.prod(RADII) * 111.2**2 * math.cos(math.radians(28.2)) / 80)
    pixel_km = 40_075 * math.cos(math.radians(28.2)) / 512
    assert found["minzoom"] == found["maxzoom"]
    assert found["minzoom"] == pytest.approx(math.log2(6 * pixel_km / side_km), abs=0.4)
    assert found["what"] == ["selected"]
    assert page.locator(".map-card").is_visible()


def test_what_the_map_begins_with_is_fetched_early_and_once(page: Page, address: str) -> None:
    assert "link" not in page.request.get(f"{address}/quality").headers
    link = page.request.get(f"{address}/map?level=grid&lang=en").headers["link"]
    early = re.findall("<(.*?)>", link)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url.removeprefix(address)))
    open_page(page, f"{address}/map?level=grid&lang=en")
    own = [path for path in fetched if re.search(r"/map/\w+\.mjs$|maplibre-gl\.mjs$", path)]
    assert own
    assert set(own) <= set(early)
    assert "/api/map/setup?level=grid&lang=en" in early
    assert [path for path in fetched if path in early] == sorted(early, key=fetched.index)


def test_tiles_do_not_wait_for_the_list_of_areas(page: Page, address: str) -> None:
    held: list[Route] = []
    page.route("**/api/map/areas?*", lambda route: held.append(route))
    with page.expect_request("**/tiles/**"):
        page.goto(f"{address}/map?level=grid")
    held[0].continue_()
    wait_drawn(page)


def test_the_map_s_style_is_valid(page: Page, address: str) -> None:
    """Readers' browsers do not check it."""
    open_page(page, f"{address}/map?level=grid&layers=open,workers,gauges,low")
    check = """async (spoil) => {
        const map = document.querySelector('.map-stage').maplibre;
        const style = map.getStyle();
        if (spoil) style.layers.find(({id}) => id === 'grid-fill').paint['fill-color'] = 7;
        const said = [];
        map.on('error', ({error}) => said.push(error.message));
        map.setStyle(style, {validate: true, diff: false});
        await new Promise((done) => {
            map.once('style.load', done);
            map.once('error', done);
        });
        return said;
    }"""
    assert page.evaluate(check, False) == []
    assert "fill-color" in page.evaluate(check, True)[0]


def test_the_first_of_a_list_are_those_of_the_whole_list_in_order(page: Page, address: str) -> None:
    rng = np.random.default_rng(11)
    open_page(page, f"{address}/map")
    for size, most in ((0, 5), (4, 5), (5, 5), (400, 60)):
        values = rng.integers(0, 90, size).tolist()
        found = page.evaluate(
            """async ([values, most]) => {
                const loaded = performance.getEntriesByType('resource').map(({name}) => name);
                const {firstOf} = await import(loaded.find((name) => name.includes('ranking')));
                const all = values.map((value, at) => ({value, at}));
                return firstOf(all, most, (a, b) => (a.value - b.value || a.at - b.at) < 0);
            }""",
            [values, most],
        )
        ordered = sorted((value, at) for at, value in enumerate(values))
        assert [(one["value"], one["at"]) for one in found] == ordered[:most]


def test_a_drawing_context_that_is_lost_leaves_the_table(page: Page, address: str) -> None:
    open_page(page, f"{address}/map?level=grid")
    page.evaluate(
        """() => document.querySelector('.map-stage canvas').getContext('webgl2')
            .getExtension('WEBGL_lose_context').loseContext()"""
    )
    expect(page.locator(".grid-map.no-map .legend .problem-message")).to_contain_text("WebGL2")
    page.locator("select.kpi").select_option("on_time_resolution_rate")
    page.wait_for_url(re.compile("kpi=on_time_resolution_rate"))
    wait_drawn(page)
    expect(page.locator(".map-ranking li button").first).to_contain_text("%")


def test_the_map_is_never_so_small_that_its_level_has_no_tiles(page: Page, address: str) -> None:
    open_page(page, f"{address}/map?level=grid")
    page.evaluate("document.querySelector('.map-stage').maplibre.jumpTo({zoom: 3})")
    zoom = page.evaluate("document.querySelector('.map-stage').maplibre.getZoom()")
    assert zoom >= MINIMUM_ZOOM["grid"]


def test_full_width_letters_are_read_as_others(page: Page, address: str) -> None:
    open_page(page, f"{address}/map?level=grid&classes=fixed&breaks=10")
    field = page.locator("input[name=breaks]")
    field.fill("10\uff0c20\uff1b\uff13\uff10")
    field.press("Enter")
    page.wait_for_url(re.compile("breaks=10%2C20%2C30"))
    wait_drawn(page)
    search = page.locator("input[type=search]")
    search.fill("113.64\uff0c28.16")
    expect(page.locator(".found li[aria-selected]").first).to_contain_text("113.64")


def test_the_legend_counts_the_areas_looked_at(page: Page, address: str) -> None:
    with page.expect_response("**/api/map/legend?*") as answered:
        open_page(page, f"{address}/map?level=grid&area=T02")
    areas = page.request.get(f"{address}/api/map/areas?county={COUNTY}").json()
    communities = pl.DataFrame(areas["community"]).filter(parent="T02")["code"].to_list()
    inside = pl.DataFrame(areas["grid"]).filter(pl.col("parent").is_in(communities))["fid"]
    told = answered.value.json()
    classes = np.frombuffer(base64.b64decode(told["classes"]), np.uint8)[inside.to_numpy()]
    expected = [f"{(classes == k).sum():,}" for k in range(len(told["counts"]))]
    assert sum(told["counts"]) > len(inside)
    expect(page.locator(".legend > ul:first-of-type .count")).to_have_text(expected)
    expect(page.locator(".legend-head .muted")).to_have_text(f"3号镇 {len(inside)} 个网格")


def test_a_file_the_server_cannot_make_is_said_to_be_so(page: Page, address: str) -> None:
    open_page(page, f"{address}/map?level=grid")
    page.route(
        "**/api/map/areas.geojson*",
        lambda route: route.fulfill(status=400, json={"error": "no shapes were kept"}),
    )
    page.locator(".map-export summary").click()
    page.locator(".map-export a[href*='areas.geojson']").first.click()
    expect(page.locator(".map-export .said")).to_have_text("no shapes were kept")


@pytest.mark.parametrize("part", ["point=NaN,1", "classes=fixed&breaks=NaN", "kpi=nothing"])
def test_from_an_address_that_cannot_be_there_is_a_way_back(
    page: Page, address: str, part: str
) -> None:
    page.goto(f"{address}/map?lang=en&level=grid&{part}")
    expect(page.locator(".legend .problem-message")).to_be_visible()
    expect(page.locator("body")).to_have_attribute("data-state", "error")
    page.evaluate(
        """() => {
            window.states = [];
            const note = () => window.states.push(document.body.dataset.state);
            new MutationObserver(note).observe(document.body, {attributeFilter: ['data-state']});
        }"""
    )
    page.get_by_role("link", name="Open the map anew").click()
    expect(page.locator("body")).to_have_attribute("data-state", "ready", timeout=30_000)
    assert page.url == f"{address}/map?lang=en"
    assert page.evaluate("window.states") == ["loading", "ready"]
    expect(page.locator(".map-ranking li button").first).to_be_visible()


def test_without_values_there_is_a_message_and_still_a_map(page: Page, address: str) -> None:
    page.route(
        "**/api/map/values*", lambda route: route.fulfill(status=500, json={"error": "a fault"})
    )
    page.goto(f"{address}/map?level=grid")
    expect(page.locator(".legend .problem-message")).to_have_text("a fault")
    is_drawing = (
        "() => !Object.hasOwn(document.querySelector('.map-stage').maplibre.painter, 'render')"
    )
    page.wait_for_function(is_drawing)
