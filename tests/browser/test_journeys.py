"""What people come for, done as they do it."""

import re
from io import BytesIO
from zipfile import ZipFile

import openpyxl
import polars as pl
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.pages import open_page, wait_drawn
from tests.support.recomputed.county import COUNTY, County
from warehouse.query import Question, answer, rows_behind

pytestmark = pytest.mark.browser


def last_month(town: County) -> Question:
    """The question of the journey: on-time resolution in the month before the as-of day's own."""
    frame = answer(
        town.published, Question("on_time_resolution_rate", COUNTY, by=("month",), compare=False)
    )
    start, end = frame.select("period_start_date", "period_end_date").row(-2)
    return Question("on_time_resolution_rate", COUNTY, start=start, end=end)


def test_a_leader_finds_why_it_changed_last_month_down_to_the_rows_in_three_clicks(
    page: Page, town: County, town_address: str
) -> None:
    open_page(page, town_address)
    # One: last month. Two: the KPI. Three: the department with the largest part in the change.
    page.get_by_role("link", name="上月", exact=True).click()
    page.wait_for_url(re.compile("period=last-month"))
    wait_drawn(page)
    page.locator("#tile-on_time_resolution_rate").click()
    wait_drawn(page)
    receipt = page.locator(".receipt")
    expect(receipt.locator(".why-words")).to_contain_text("按期结案率由")
    expect(receipt.locator(".receipt-value")).to_be_visible()
    group = receipt.locator(".why-by[open] tbody .cell-link").first
    name = group.inner_text()
    group.click()
    expect(receipt.locator(".receipt-lines").first).to_contain_text(f"浏阳市 · {name}")
    wait_drawn(page)
    cell = dict(part.split("=") for part in page.url.split("?")[1].split("&"))["of"]
    [department] = re.findall(r"department:(\w+)", cell)
    question = last_month(town)
    rows = rows_behind(
        town.published,
        Question(
            question.kpi_id,
            COUNTY,
            start=question.start,
            end=question.end,
            where={"department": department},
        ),
        limit=200,
    )
    shown = receipt.locator("tbody tr[data-role]")
    expect(shown).to_have_count(rows.height)
    assert shown.first.locator("td").first.inner_text() == rows["case_id"][0]


def test_an_analyst_takes_exactly_these_rows_to_excel(
    page: Page, town: County, town_address: str
) -> None:
    open_page(page, f"{town_address}/?period=last-month&receipt=on_time_resolution_rate")
    page.locator(".receipt").get_by_role("link", name="分母", exact=False).first.click()
    wait_drawn(page)
    with page.expect_download() as download:
        page.locator(".receipt").get_by_role("link", name="下载 Excel").click()
    assert download.value.suggested_filename.startswith("浏阳市_按期结案率_")
    book = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes()))
    titles, *rows = book.worksheets[0].iter_rows(values_only=True)
    wanted = rows_behind(town.published, last_month(town), role="denominator", limit=1_000_000)
    assert list(titles) == wanted.columns
    assert [row[0] for row in rows] == wanted["case_id"].to_list()
    assert {row[1] for row in rows} == {"denominator"}
    with page.expect_download() as download:
        page.locator(".receipt").get_by_role("link", name="下载 CSV").click()
    content = download.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    as_csv = pl.read_csv(content, infer_schema_length=0)
    assert as_csv["case_id"].to_list() == wanted["case_id"].to_list()


def test_a_link_sent_by_mail_opens_the_same_view(
    browser: Browser, page: Page, town_address: str
) -> None:
    open_page(page, f"{town_address}/?period=last-12-months&department=urban_management")
    page.locator(".rank[data-part=area]").first.click()
    page.wait_for_url(re.compile("area="))
    wait_drawn(page)
    here = _seen(page)
    stranger = browser.new_context().new_page()
    open_page(stranger, page.url)
    assert _seen(stranger) == here
    stranger.context.close()


def test_back_and_reload_keep_the_view(page: Page, town_address: str) -> None:
    open_page(page, f"{town_address}/?period=last-month")
    before = _seen(page)
    page.get_by_role("link", name="近12个月", exact=True).click()
    page.wait_for_url(re.compile("last-12-months"))
    wait_drawn(page)
    after = _seen(page)
    assert after != before
    page.reload()
    wait_drawn(page)
    assert _seen(page) == after
    page.go_back()
    wait_drawn(page)
    expect(page.locator(".segments [aria-current]").first).to_have_text("上月")
    assert _seen(page) == before


def test_switching_the_language_keeps_the_view(page: Page, town_address: str) -> None:
    query = "period=last-month&department=urban_management&kpi=rework_rate"
    open_page(page, f"{town_address}/?{query}")
    values = _values(page)
    page.get_by_role("link", name="Switch to English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    wait_drawn(page)
    assert set(query.split("&")) <= set(page.url.split("?")[1].split("&"))
    assert _values(page) == values


def test_areas_are_drilled_into_down_to_a_grid_and_back(page: Page, town_address: str) -> None:
    open_page(page, f"{town_address}/?period=all")
    levels = []
    for _ in range(2):
        page.locator(".rank[data-part=area]").first.click()
        wait_drawn(page)
        levels.append(page.locator(".trail li").count())
    assert levels[-1] >= 3
    page.locator(".trail a").first.click()
    wait_drawn(page)
    expect(page.locator(".trail li")).to_have_count(1)


def test_a_mark_of_a_chart_filters_the_page(page: Page, town_address: str) -> None:
    open_page(page, f"{town_address}/?period=all&kpi=on_time_resolution_rate")
    area = page.evaluate(
        """() => {
          const plot = document.querySelector('[data-chart=funnel] .plot');
          const trace = plot.data.findLast((one) => one.customdata);
          plot.emit('plotly_click', {points: [{customdata: trace.customdata[0]}]});
          return new URLSearchParams(trace.customdata[0]).get('area');
        }"""
    )
    page.wait_for_url(re.compile(f"area={area}"))


def test_a_chart_is_saved_as_a_picture(page: Page, town_address: str) -> None:
    open_page(page, f"{town_address}/?period=all")
    for kind, start in (("png", b"\x89PNG"), ("svg", b"<svg")):
        with page.expect_download() as download:
            page.locator(f"[data-save={kind}]").first.click()
        assert download.value.path().read_bytes().startswith(start), kind


def test_what_is_seen_is_exported_with_its_definitions(page: Page, town_address: str) -> None:
    open_page(page, f"{town_address}/?period=last-month")
    page.locator(".menu summary").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel 工作簿").click()
    assert re.fullmatch(r"浏阳市_总览_\d{8}-\d{8}_v1\.xlsx", download.value.suggested_filename)
    content = download.value.path().read_bytes()
    assert "xl/workbook.xml" in ZipFile(BytesIO(content)).namelist()
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames[0] == "核心指标"
    assert book.sheetnames[-1] == "说明"
    names = {row[0] for row in book["核心指标"].iter_rows(min_row=2, values_only=True)}
    defined = {row[0] for row in book["说明"].iter_rows(values_only=True)}
    assert "按期结案率" in names & defined


def test_an_unknown_area_gets_a_page_that_helps(page: Page, town_address: str) -> None:
    page.goto(f"{town_address}/?area=999")
    page.wait_for_selector('body[data-state="error"]')
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text('area "999"')
    alert.get_by_role("link").click()
    wait_drawn(page)


def _values(page: Page) -> list[list[str]]:
    values: list[list[str]] = page.evaluate(
        """() => [...document.querySelectorAll('#page [data-kpi][data-cell]')].map(
          (part) => [part.dataset.kpi, part.dataset.cell, part.dataset.value])"""
    )
    return values


def _seen(page: Page) -> tuple[list[list[str]], list[str]]:
    """Figures and chosen filters."""
    chosen = page.locator(".filters [aria-current], .rank[aria-current=true]").all_inner_texts()
    return _values(page), chosen
