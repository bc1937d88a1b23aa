"""The monthly report's forms, made from a small content."""

from dataclasses import replace
from datetime import UTC, date
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dashboards.data.tables import Amount, Figure, Table
from dashboards.figures.bars import Bar, bars
from dashboards.i18n import Lang
from dashboards.report.asked import Change, KpiMonth, default_month, months_known
from dashboards.report.document import document
from dashboards.report.files import file_name
from dashboards.report.model import Chart, Listed, Native, Points, Report, Section, Words
from dashboards.report.pdf import NoBrowserError, PrintError, as_pdf, find_browser
from dashboards.report.workbook import workbook
from dashboards.theme import LIGHT
from warehouse.catalogue import load_catalogue
from warehouse.query import Question
from warehouse.settings import Settings

RATE = load_catalogue()["on_time_resolution_rate"]
MINUTES = load_catalogue()["response_time_median"]


def figure(kpi: Any, value: float | None, **more: Any) -> Figure:
    row = {
        "value": value,
        "is_provisional": False,
        "is_suppressed": False,
        "value_due_passed": None,
        "denominator": 10,
        "excluded_count": 0,
        "not_yet_due_count": 0,
        **more,
    }
    cell = Question(kpi.kpi_id, "430181", start=date(2026, 10, 1), end=date(2026, 11, 1))
    return Figure(kpi, row, cell)


def small_report() -> Report:
    kpis = Table(
        "kpis",
        "指标",
        ["指标", "本月", "目标"],
        [
            ["按期结案率", figure(RATE, 0.9344), Amount(0.95, RATE)],
            ["响应时间", figure(MINUTES, 21.62), Amount(30.0, MINUTES)],
            ["<b>隐去</b>", figure(RATE, None, is_suppressed=True), Amount(None, RATE)],
        ],
    )
    names = ["甲镇", "乙镇"]
    table = Table("bars", "各镇", ["镇", "值"], [[name, figure(RATE, 0.9)] for name in names])
    drawn = bars(
        [Bar(name, 0.9, 0.85, 0.94) for name in names],
        kpi=RATE,
        whole=0.92,
        lang=Lang.ZH,
        colours=LIGHT,
        height=120,
    )
    chart = Chart("bars", "各镇按期结案率", "各镇", drawn, table, Native("bar", 0, (1,)))
    blocks = [Words("导语", "lead"), Points("要点", ["一", "二"]), Listed(kpis), chart]
    return Report(
        title="网格化治理月报",
        place="浏阳市 · 社港镇",
        month="2026年10月",
        month_code="2026-10",
        version=7,
        about=[("数据截至", "2026年11月15日 18:00"), ("发布版本", "7")],
        sample="示例数据",
        sections=[Section("cases", "一、事件办理", blocks)],
    )


def test_a_workbook_has_the_figures_as_numbers_and_charts_of_its_own() -> None:
    book = openpyxl.load_workbook(BytesIO(workbook(small_report(), lang=Lang.ZH, zone=UTC)))
    (sheet,) = book.worksheets
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value}
    assert cells[93.44].number_format == '#,##0.0"%"'
    assert cells[21.62].number_format == '#,##0.0" 分钟"'
    assert len(sheet._charts) == 1
    series = sheet._charts[0].series[0]
    assert series.val.numRef.f.startswith("'一、事件办理'!$B$")


def test_a_document_marks_sample_data_and_numbers_its_pages() -> None:
    page = document(small_report(), lang=Lang.ZH, zone=UTC)
    assert "counter(page)" in page
    assert "counter(pages)" in page
    assert '@top-right { content: "示例数据"; }' in page
    assert "93.4%" in page
    assert "为保护个人不显示" in page
    assert "&lt;b&gt;隐去" in page
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    real = replace(small_report(), sample="")
    assert "示例数据" not in document(real, lang=Lang.ZH, zone=UTC)


def test_a_files_name_has_scope_month_and_version() -> None:
    assert file_name(small_report(), "pdf") == "浏阳市_社港镇_2026-10_网格化治理月报_v7.pdf"


def test_months_end_with_the_first_record_and_begin_with_the_as_of_day() -> None:
    assert months_known(date(2026, 9, 20), date(2026, 11, 15)) == ["2026-11", "2026-10", "2026-09"]
    assert default_month(date(2026, 1, 31)) == "2025-12"


@pytest.mark.parametrize(
    ("change", "more", "expected"),
    [
        (Change(0.05, 0.01, 0.09, True, None), {}, "better"),
        (Change(-0.05, -0.09, -0.01, True, None), {}, "worse"),
        (Change(0.05, -0.01, 0.11, False, None), {}, "within"),
        (Change(0.05, None, None, None, None), {}, "unjudged"),
        (Change(None, None, None, None, None), {}, "no_value"),
        (
            Change(0.05, 0.01, 0.09, True, None),
            {"is_provisional": True, "value_due_passed": 0.85},
            "unsettled",
        ),
        (
            Change(0.05, 0.03, 0.09, True, None),
            {"is_provisional": True, "value_due_passed": 0.89},
            "better",
        ),
    ],
)
def test_a_change_is_judged_only_when_it_is_a_signal_that_will_stay(
    change: Change, more: dict[str, Any], expected: str
) -> None:
    month = KpiMonth(figure(RATE, 0.9, **more), {"previous": change})
    assert month.judgement("previous") == expected


def test_a_scale_of_shares_ends_at_all() -> None:
    chart = small_report().sections[0].blocks[3]
    assert isinstance(chart, Chart)
    assert chart.figure.layout.xaxis.range[1] <= 100.5
    assert list(chart.figure.data[0].y) == ["甲镇", "乙镇"]


def test_without_a_browser_it_is_said_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NoBrowserError, match="apt install chromium"):
        find_browser(Settings(browser=tmp_path / "none"))


def test_a_browser_that_hangs_is_ended(tmp_path: Path) -> None:
    hanging = tmp_path / "browser"
    hanging.write_text("#!/bin/sh\nsleep 60\n")
    hanging.chmod(0o755)
    with pytest.raises(PrintError, match="took longer"):
        as_pdf("<p>", settings=Settings(browser=hanging), seconds=0.5)


def test_a_browser_that_prints_nothing_is_reported(tmp_path: Path) -> None:
    failing = tmp_path / "browser"
    failing.write_text("#!/bin/sh\necho no display >&2\nexit 1\n")
    failing.chmod(0o755)
    with pytest.raises(PrintError, match="no display"):
        as_pdf("<p>", settings=Settings(browser=failing), seconds=10)
