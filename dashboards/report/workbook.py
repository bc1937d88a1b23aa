"""The report as a workbook: a sheet a section, with the charts as the spreadsheet's own."""

from datetime import tzinfo
from io import BytesIO

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from dashboards.data.tables import Amount, Figure, Table
from dashboards.i18n import Lang
from dashboards.report.model import Chart, Listed, Points, Report, Section, Words
from dashboards.spreadsheets import set_widths, sheet_name, write_table
from dashboards.theme import LIGHT

TEXT_COLUMNS = 9
"""Sentences run across so many columns."""
CHART_ROWS = 16
HEAD_HEIGHT = 32
"""Of two lines, in points: titles wrap, and not every program makes room for that."""
CHARS_IN_A_LINE = 100
CHART_SIZE = {"width": 620, "height": 300}


def workbook(report: Report, *, lang: Lang, zone: tzinfo) -> bytes:
    """The workbook's bytes. The first sheet says what it is of, the last what the KPIs mean."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties(
            {
                "title": f"{report.place} {report.month} {report.title}",
                "subject": report.month_code,
                "comments": "; ".join(f"{label}: {words}" for label, words in report.about),
            }
        )
        names: set[str] = set()
        for number, section in enumerate(report.sections):
            sheet = book.add_worksheet(sheet_name(section.title, names))
            _Sheet(book, sheet, zone, lang).write(section, report if number == 0 else None)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.set_footer(f"&L{report.place} {report.month} v{report.version}&R&P / &N")
    return out.getvalue()


class _Sheet:
    """A sheet that is written from top to bottom; the charts' tables stand below the others."""

    def __init__(self, book: Workbook, sheet: Worksheet, zone: tzinfo, lang: Lang) -> None:
        self.book, self.sheet, self.zone, self.lang = book, sheet, zone, lang
        self.row = 0
        self.widths: list[int] = []
        self.title = book.add_format({"bold": True, "font_size": 16, "font_color": LIGHT.primary})
        self.heading = book.add_format({"bold": True, "font_size": 12})
        self.bold = book.add_format({"bold": True})
        self.words = book.add_format({"text_wrap": True, "valign": "top"})
        self.aside = book.add_format(
            {"text_wrap": True, "valign": "top", "font_color": LIGHT.muted, "italic": True}
        )

    def write(self, section: Section, report: Report | None) -> None:
        """All of a section; of the first one, what the workbook is of above it."""
        if report is not None:
            self._about(report)
        self._line(section.title, self.title)
        self.row += 1
        for block in section.blocks:
            if isinstance(block, Words):
                self._sentence(block.text, self.aside if block.kind == "aside" else self.words)
            elif isinstance(block, Points):
                self._line(block.title, self.heading)
                for item in block.items:
                    self._sentence(f"• {item}", self.words)
                self.row += 1
            elif isinstance(block, Listed):
                self._table(block.table)
        for block in section.blocks:
            if isinstance(block, Chart):
                self._chart(block)
        set_widths(self.sheet, self.widths)

    def _about(self, report: Report) -> None:
        self._line(f"{report.place} · {report.month} · {report.title}", self.title)
        for label, words in report.about:
            self.sheet.write_string(self.row, 0, label, self.bold)
            self.sheet.write_string(self.row, 1, words)
            self.row += 1
        self.row += 1

    def _line(self, words: str, form: object) -> None:
        self.sheet.write_string(self.row, 0, words, form)
        self.row += 1

    def _sentence(self, words: str, form: object) -> None:
        """A sentence across the columns, as high as it takes: merged cells do not grow."""
        lines = -(-sum(2 if ord(sign) > 0x2E80 else 1 for sign in words) // CHARS_IN_A_LINE)
        self.sheet.merge_range(self.row, 0, self.row, TEXT_COLUMNS - 1, words, form)
        self.sheet.set_row(self.row, 16 * lines)
        self.row += 1

    def _table(self, table: Table) -> int:
        """Write a table under its title; returns the row of its column titles."""
        self.row += 1
        self._line(table.title, self.heading)
        head = self.row
        written = write_table(
            self.book,
            self.sheet,
            table,
            zone=self.zone,
            lang=self.lang,
            first_row=head,
            is_alone=False,
        )
        pairs = max(len(self.widths), len(written))
        padded = [[*widths, *([0] * (pairs - len(widths)))] for widths in (self.widths, written)]
        self.widths = [max(pair) for pair in zip(*padded, strict=True)]
        self.sheet.set_row(head, HEAD_HEIGHT)
        self.row = head + len(table.rows) + 2
        return head

    def _chart(self, chart: Chart) -> None:
        """The chart's table, and the chart beside it."""
        first = self.row
        head = self._table(chart.table)
        last = head + len(chart.table.rows)
        native = self.book.add_chart({"type": chart.native.kind})
        name, of = self.sheet.get_name(), chart.native.category
        for number, column in enumerate(chart.native.values):
            colour = (LIGHT.primary, LIGHT.target)[min(number, 1)]
            line = {"color": colour, "width": 2 if number == 0 else 1.25}
            native.add_series(
                {
                    "name": [name, head, column],
                    "categories": [name, head + 1, of, last, of],
                    "values": [name, head + 1, column, last, column],
                    "line": line | ({"dash_type": "dash"} if number else {}),
                    **({"fill": {"color": colour}} if chart.native.kind == "bar" else {}),
                }
            )
        native.set_title({"name": chart.title, "name_font": {"size": 12}})
        has_legend = len(chart.native.values) > 1
        native.set_legend({"position": "bottom" if has_legend else "none"})
        is_bar = chart.native.kind == "bar"
        grid: dict[str, object] = {
            "major_gridlines": {"visible": True, "line": {"color": LIGHT.line}}
        }
        scale: dict[str, object] = {"reverse": True} if is_bar else {**grid, **_scale(chart)}
        native.set_y_axis(scale)
        native.set_x_axis(grid if is_bar else {"interval_unit": 6})
        height = max(CHART_SIZE["height"], 22 * len(chart.table.rows)) if is_bar else None
        native.set_size({**CHART_SIZE, **({"height": height} if height else {})})
        self.sheet.insert_chart(head, len(chart.table.columns) + 1, native, {"object_position": 2})
        self.row = max(self.row, first + CHART_ROWS + 1)


def _scale(chart: Chart) -> dict[str, int]:
    """A line of shares begins at the ten below its lowest; other axes begin at zero."""
    cells = [row[column] for row in chart.table.rows for column in chart.native.values]
    shares = [
        cell.shown
        for cell in cells
        if isinstance(cell, (Amount, Figure)) and cell.kpi.unit == "percent"
        if cell.shown is not None
    ]
    return {"min": int(min(shares) // 10 * 10)} if shares else {}
