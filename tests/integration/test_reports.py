"""The monthly report of the generated town: its PDF and workbook say what the pages say."""

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from dashboards import numbers_text
from dashboards.cells import written
from dashboards.context import Context, Services
from dashboards.data.tables import Figure, Link
from dashboards.i18n import Lang
from dashboards.report.document import document
from dashboards.report.files import kept_report, report_file
from dashboards.report.model import Report
from dashboards.report.pdf import as_pdf
from dashboards.view import View
from tests.support.recomputed.county import published_sample
from warehouse.cli import main
from warehouse.errors import UsageError
from warehouse.query import answer


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """The published town."""
    return Services(published_sample(tmp_path_factory, scale="town").settings).open()


@pytest.fixture(scope="module")
def view(context: Context) -> View:
    """The last whole month."""
    return View.parse("", known=context.known)


@pytest.fixture(scope="module")
def report(context: Context, view: View) -> Report:
    """The county's report."""
    return kept_report(view, context)


def figures(report: Report) -> list[Figure]:
    return [
        cell
        for table in report.tables
        for row in table.rows
        for cell in row
        if isinstance(cell, Figure)
    ]


def test_every_section_is_there_and_its_figures_are_the_querys_own(
    context: Context, report: Report
) -> None:
    names = [section.name for section in report.sections]
    assert names[:3] == ["summary", "cases", "departments"]
    assert names[-2:] == ["notes", "definitions"]
    some = figures(report)[::97]
    assert len(some) > 5
    for figure in some:
        again = answer(context.published, figure.cell).row(0, named=True)
        assert again["value"] == pytest.approx(figure.value), written(figure.cell)


def test_the_workbook_has_the_same_numbers(context: Context, view: View, report: Report) -> None:
    name, body = report_file(view, context, "xlsx")
    assert name.endswith("_2026-10_网格化治理月报_v1.xlsx")
    book = openpyxl.load_workbook(BytesIO(body))
    assert len(book.worksheets) == len(report.sections)
    found = {
        round(cell.value, 9)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, (int, float))
    }
    shown = {round(one.shown, 9) for one in figures(report) if one.shown is not None}
    assert shown <= found
    assert sum(len(sheet._charts) for sheet in book) > 8


def test_the_pdf_has_the_same_numbers_its_version_and_embedded_fonts(
    context: Context, report: Report, tmp_path: Path
) -> None:
    for tool in ("chromium", "pdftotext", "pdffonts"):
        assert shutil.which(tool), f"{tool} is missing: the report is printed and read with it"
    file = tmp_path / "report.pdf"
    page = document(report, lang=Lang.ZH, zone=context.county("430181").zone)
    file.write_bytes(as_pdf(page, settings=context.services.settings))
    said = subprocess.run(
        ["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True
    ).stdout
    for words in ("网格化治理月报", "2026年10月", "示例数据", "发布版本 1", "第 1 页"):
        assert words in said
    assert "此图未能绘出" not in said
    programme = report.sections[0].blocks[2].table  # type: ignore[union-attr]
    for row in programme.rows:
        figure = row[1]
        if figure.value is not None:
            assert numbers_text.amount(figure.value, figure.kpi) in said
    fonts = subprocess.run(["pdffonts", file], check=True, capture_output=True, text=True).stdout
    lines = [line.split() for line in fonts.splitlines()[2:]]
    assert lines
    assert all(line[-5] == "yes" for line in lines), fonts


def test_a_scope_leaves_out_what_it_does_not_fit_and_says_so(context: Context, view: View) -> None:
    made = kept_report(view.with_(department="urban_management", lang=Lang.EN), context)
    ids = {figure.kpi.kpi_id for figure in figures(made)}
    assert "on_time_visit_rate" not in ids
    texts = [getattr(block, "text", "") for section in made.sections for block in section.blocks]
    assert any("Not in this report" in words for words in texts)
    chosen = [
        row[0].text
        for table in made.tables
        for row in table.rows
        if isinstance(row[0], Link) and row[0].is_current
    ]
    assert set(chosen) == {"Urban management"}


def test_reasons_of_refusal_are_in_words(report: Report) -> None:
    [table] = [table for table in report.tables if table.name == "reasons"]
    assert table.rows
    for _, reason, _ in table.rows:
        assert not re.fullmatch(r"[a-z_:]+", str(reason)), reason


def test_an_unknown_department_is_an_error_that_lists_the_known_ones(
    context: Context, view: View
) -> None:
    with pytest.raises(UsageError, match=r'department "nobody".*urban_management'):
        kept_report(view.with_(department="nobody"), context)


def test_an_unknown_month_is_an_error_that_lists_the_known_ones(
    context: Context, view: View
) -> None:
    with pytest.raises(UsageError, match="2026-10"):
        kept_report(view.with_(month="2031-01"), context)


def test_the_command_writes_the_file_and_prints_its_path(
    context: Context, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"GRIDGOV_HOME": str(context.services.settings.home)}
    call = ["report", "--format", "xlsx", "--out", str(tmp_path), "--lang", "en"]
    assert main(call, environ) == 0
    file = Path(capsys.readouterr().out.strip())
    assert file.parent == tmp_path
    assert file.read_bytes().startswith(b"PK")
    assert main([*call, "--area", "999"], environ) == 2
    assert main([*call, "--month", "October"], environ) == 2
    assert main([*call[:-4], "--out", str(tmp_path / "none" / "x.xlsx")], environ) == 3
