"""The planner's map in a browser: its modes, and the journey from a county to five grids."""

import re
import subprocess
from io import BytesIO

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from geo.risk.assess import assess
from geo.risk.read import read_cases
from tests.support.pages import open_page, wait_drawn
from tests.support.recomputed.county import COUNTY, County

pytestmark = pytest.mark.browser

MODES = ("smoothed", "change", "risk", "hotspots", "gap", "bivariate")
PNG = b"\x89PNG"


def test_a_planner_finds_the_five_grids_at_risk_why_and_takes_them_along(
    page: Page, town: County, town_address: str, complaints: list[str]
) -> None:
    open_page(page, f"{town_address}/map")
    page.locator(".modes").get_by_role("link", name="风险", exact=True).click()
    page.wait_for_url(re.compile("mode=risk"))
    wait_drawn(page)
    expected = assess(read_cases(town.published, COUNTY))
    worst = expected.rows.head(5)

    # Which: the list beside the map begins with them.
    rows = page.locator(".map-ranking li button")
    shown = rows.evaluate_all("all => all.slice(0, 5).map((one) => one.dataset.code)")
    assert shown == worst["area_code"].to_list()
    # How sure: the sentences are those of the assessment.
    for said in expected.texts:
        expect(page.locator(".proof")).to_contain_text(said.zh)

    # Why, and what to do: the card of the first.
    rows.first.click()
    wait_drawn(page)
    card = page.locator(".map-card")
    first = worst.row(0, named=True)
    expect(card.locator(".risk .big")).to_contain_text(f"{first['expected_cases']:.2f}")
    expect(card.locator(".risk .reasons li").first).to_contain_text(first["reasons"][0]["text_zh"])
    expect(card.locator(".todo li").first).to_be_visible()
    expect(card.locator(".work .facts")).to_contain_text("网格员")
    page.keyboard.press("Escape")

    # Along: Excel has the same five first, the picture is one.
    page.locator(".map-export summary").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    sheet = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes())).worksheets[0]
    listed = [row[2] for row in sheet.iter_rows(min_row=2, max_row=6, values_only=True)]
    assert listed == worst["area_code"].to_list()
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    assert download.value.suggested_filename.endswith(".png")
    assert download.value.path().read_bytes().startswith(PNG)
    page.locator(".map-export").evaluate("menu => { menu.open = true; }")
    with page.expect_download() as download:
        page.get_by_role("link", name="GeoPackage · GCJ-02").click()
    assert download.value.suggested_filename.endswith("_gcj02.gpkg")
    assert not [line for line in complaints if "GPU stall" not in line]


def test_a_sheet_says_which_cases_it_is_of(page: Page, town_address: str) -> None:
    open_page(page, f"{town_address}/map?mode=risk&family=theft&lang=en")
    page.locator(".map-export summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF").click()
    assert "_Theft_The next week" in download.value.suggested_filename
    said = subprocess.run(
        ["pdftotext", "-layout", download.value.path(), "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "Theft · The next week" in said


def test_the_sheet_to_print_has_title_legend_scale_and_source_as_text(
    page: Page, town_address: str, complaints: list[str]
) -> None:
    open_page(page, f"{town_address}/map?kpi=on_time_resolution_rate&theme=dark&layers=gauges")
    page.locator(".map-export summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF").click()
    assert re.fullmatch(r"浏阳市_.*_20260801-20261031_v1\.pdf", download.value.suggested_filename)
    file = download.value.path()
    said = subprocess.run(
        ["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True
    ).stdout
    ranges = page.locator(".legend > ul:first-of-type .range").all_inner_texts()
    shown = ("按期结案率", "2026年8月1日 – 2026年10月31日", "示例数据", "雨量站", "公里", "约 1:")
    for words in (*shown, "发布版本 1", "数据截至", *ranges):
        assert words in said
    about = subprocess.run(["pdfinfo", file], check=True, capture_output=True, text=True).stdout
    assert re.search(r"Pages:\s+1\n", about)
    assert re.search(r"Page size:\s+841\.\d+ x 594\.\d+ pts \(A4\)", about)
    fonts = subprocess.run(["pdffonts", file], check=True, capture_output=True, text=True).stdout
    assert all(line.split()[-5] == "yes" for line in fonts.splitlines()[2:])
    # The second drawing is gone, and nothing was loaded that the policy refuses.
    expect(page.locator(".map-unseen")).to_have_count(0)
    assert not [line for line in complaints if "GPU stall" not in line]


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_explains_itself_and_lists_its_areas(
    page: Page, town_address: str, mode: str
) -> None:
    open_page(page, f"{town_address}/map?mode={mode}&kpi=on_time_resolution_rate&lang=en")
    expect(page.locator(".modes [aria-current]")).to_have_count(1)
    expect(page.locator(".legend .meaning")).not_to_be_empty()
    expect(page.locator(".map-ranking li button").first).to_be_visible()
    text = page.locator(".grid-map").inner_text()
    assert not re.search(r"\b(map|value|unit|filter)\.[a-z_.]+", text)


@pytest.mark.parametrize("mode", MODES)
def test_without_webgl_the_list_shows_each_mode(
    browser: Browser, town_address: str, mode: str
) -> None:
    context = browser.new_context()
    context.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page = context.new_page()
    open_page(page, f"{town_address}/map?mode={mode}&kpi=on_time_resolution_rate&level=grid")
    rows = page.locator(".map-ranking li button")
    listed = rows.count()
    assert listed > 100
    expect(rows.first).to_be_visible()
    context.close()


def test_a_set_is_chosen_with_the_keyboard_and_summed_by_the_server(
    page: Page, town_address: str
) -> None:
    open_page(page, f"{town_address}/map?level=grid&kpi=on_time_resolution_rate")
    page.get_by_role("button", name="圈选").press("Enter")
    boxes = page.locator(".map-ranking li input")
    for number in (0, 1, 2):
        boxes.nth(number).focus()
        page.keyboard.press("Space")
    chosen = page.locator(".map-chosen")
    expect(chosen.locator("h2")).to_contain_text("3")
    expect(chosen.locator("dl")).to_contain_text("分母合计")
    wait_drawn(page)


def test_classes_can_be_changed_and_stay_in_the_address(page: Page, town_address: str) -> None:
    open_page(page, f"{town_address}/map?level=community&kpi=response_time_median")
    page.locator("select[name=classes]").select_option("natural")
    page.wait_for_url(re.compile("classes=natural"))
    wait_drawn(page)
    page.locator("select[name=steps]").select_option("3")
    page.wait_for_url(re.compile("steps=3"))
    wait_drawn(page)
    assert page.locator(".legend > ul:first-of-type li").count() <= 3


def test_edges_typed_by_hand_are_in_the_link_and_stay_from_month_to_month(
    page: Page, town_address: str
) -> None:
    open_page(page, f"{town_address}/map?level=grid&kpi=response_time_median")
    page.locator("select[name=classes]").select_option("fixed")
    page.wait_for_url(re.compile("classes=fixed"))
    wait_drawn(page)
    field = page.locator("input[name=breaks]")
    typed = "0.5, 22.75, 5000"
    for wrong, said in (("20, 10", "从小到大"), ("10, x", "x"), ("1,2,3,4,5,6,7", "1 至 6")):
        field.fill(wrong)
        field.press("Enter")
        expect(page.locator(".edges [role=alert]")).to_contain_text(said)
    field.fill(typed)
    field.press("Enter")
    page.wait_for_url(re.compile(r"breaks=0\.5%2C22\.75%2C5000"))
    wait_drawn(page)
    ranges = ["< 0.5", "0.5 – 22.75", "22.75 – 5,000", "≥ 5,000"]
    expect(page.locator(".legend > ul:first-of-type .range")).to_have_text(ranges)
    # Nothing takes that long: the class is empty, and still there.
    expect(page.locator(".legend > ul:first-of-type .count").last).to_have_text("0")

    slider = page.locator("input[name=month]")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("from="))
    wait_drawn(page)
    expect(page.locator(".legend > ul:first-of-type .range")).to_have_text(ranges)
    mailed = page.url
    open_page(page, f"{town_address}/map")
    open_page(page, mailed)
    expect(field).to_have_value(typed)
    expect(page.locator(".legend > ul:first-of-type .range")).to_have_text(ranges)

    # Minutes mean nothing for a share.
    page.locator("select.kpi").select_option("on_time_resolution_rate")
    page.wait_for_url(re.compile("kpi=on_time"))
    assert "breaks" not in page.url
    wait_drawn(page)


def test_months_can_be_played(page: Page, town_address: str) -> None:
    open_page(page, f"{town_address}/map?level=grid&kpi=response_time_median")
    edges = page.locator(".legend > ul:first-of-type .range").all_inner_texts()
    page.get_by_role("button", name="逐月播放").click()
    expect(page.locator(".player .month")).to_contain_text("月")
    page.get_by_role("button", name="暂停").click()
    page.wait_for_url(re.compile(r"from=\d{4}-\d{2}-01"))
    wait_drawn(page)
    # A colour means the same in the month that stays as in those that went by.
    expect(page.locator(".legend > ul:first-of-type .range")).to_have_text(edges)


def test_a_rain_gauge_is_found_by_name_after_the_areas(page: Page, town_address: str) -> None:
    open_page(page, f"{town_address}/map")
    search = page.locator("input[type=search]")
    areas = page.request.get(f"{town_address}/api/map/areas?county={COUNTY}").json()
    town = areas["town"]["name"][0]
    search.fill(town)
    found = page.locator(".found li[aria-selected]")
    gauge = found.filter(has_text=f"{town}雨量站")
    expect(gauge).to_have_count(1)
    expect(found.first.locator("span").first).to_have_text(town)
    kinds = found.locator(".muted").all_inner_texts()
    assert kinds[-1] == "雨量站"
    assert kinds == sorted(kinds, key=lambda kind: kind == "雨量站")
    gauge.dispatch_event("pointerdown")
    page.wait_for_url(re.compile(r"layers=gauges"))
    wait_drawn(page)
    assert "point=" in page.url
    expect(page.locator(".map-trail .to-forget")).to_be_visible()
    assert page.evaluate(
        "() => Boolean(document.querySelector('.map-stage').maplibre.getLayer('over-point'))"
    )


SMALL = """() => [...document.querySelectorAll('.grid-map :is(a, button, select, input, summary)')]
    .filter((one) => one.checkVisibility())
    .map((one) => [one.outerHTML, (one.closest('label') ?? one).getBoundingClientRect()])
    .filter(([, {width, height}]) => Math.min(width, height) < 40)
    .map(([html]) => html.slice(0, 80))"""
"""What a finger would miss."""
LATITUDE = "document.querySelector('.map-stage').maplibre.getCenter().lat"


def test_a_phone_has_months_layers_and_selection_in_its_tools(
    browser: Browser, town_address: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    open_page(page, f"{town_address}/map?kpi=response_time_median")
    assert not page.evaluate(SMALL)
    middle = page.evaluate(LATITUDE)
    page.get_by_role("button", name="工具").click()
    tools = page.locator(".map-tools")
    expect(tools).to_be_visible()
    expect(page.locator(".map-panel .modes")).to_be_hidden()
    sheet, legend = tools.bounding_box(), page.locator(".legend").bounding_box()
    assert sheet is not None
    assert legend is not None
    assert sheet["y"] + sheet["height"] <= legend["y"]
    assert not page.evaluate(SMALL)
    tools.get_by_role("checkbox", name="雨量站").check()
    page.wait_for_url(re.compile("layers=gauges"))
    wait_drawn(page)
    tools.locator("input[name=month]").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("from="))
    wait_drawn(page)
    expect(tools).to_be_visible()
    tools.get_by_role("button", name="关闭").click()
    expect(tools).to_be_hidden()
    page.wait_for_function(f"lat => Math.abs({LATITUDE} - lat) < 1e-6", arg=middle)

    page.get_by_role("button", name="工具").click()
    tools.get_by_role("button", name="圈选").click()
    chosen = page.locator(".map-chosen")
    stage = page.locator(".map-stage").bounding_box()
    assert stage is not None
    left, right = stage["x"] + 10, stage["x"] + stage["width"] - 10
    top, bottom = stage["y"] + 140, stage["y"] + stage["height"] - 130
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom)):
        page.mouse.move(x, y, steps=4)
    page.mouse.up()
    expect(chosen.locator("dl")).to_contain_text("分母合计")
    expect(page.locator(".map-trail")).to_be_hidden()
    assert not page.evaluate(SMALL)
    context.close()


def test_layers_are_in_the_address(page: Page, town_address: str) -> None:
    open_page(page, f"{town_address}/map?layers=open,gauges&level=grid")
    drawn = page.evaluate(
        "() => document.querySelector('.map-stage').maplibre.getStyle().layers"
        ".map(({id}) => id).filter((id) => id.startsWith('over-'))"
    )
    assert {"over-open", "over-gauges"} <= set(drawn)
    page.get_by_role("checkbox", name="雨量站").uncheck()
    page.wait_for_url(re.compile(r"layers=open(&|$)"))
