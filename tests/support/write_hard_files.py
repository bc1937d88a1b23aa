"""Writes the hard files of `tests/fixtures` that no editor writes: encodings, archives, workbooks.

`python -m tests.support.write_hard_files` writes them again; what each must give is in
`tests/fixtures/corpus.yml`. Identity numbers are of a division that nobody has.
"""

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter

FIXTURES = Path(__file__).parents[1] / "fixtures"
GOOD, BAD = FIXTURES / "good", FIXTURES / "bad"

HEADER = "案件编号,小类,上报时间,结案时间,派遣次数,社区编码,位置"
FIRST = "A-1,暴露垃圾,2023-05-06 14:03:00,2023-05-07 09:00:00,1,430181001001,淮川街道人民路"
SECOND = "A-2,道路破损,2023-05-06 15:00:00,,2,430181001002,集里街道"
TABLE = f"{HEADER}\n{FIRST}\n{SECOND}\n"

# Of these words the bytes of UTF-8 happen to pair up as characters of GB18030.
PAIRED = (
    "案件编号,小区,上报时间,结案时间,派遣次数,社区编码,备注\n"
    "A-1,暴露垃圾,2023-05-06 14:03:00,2023-05-07 09:00:00,1,430181001001,淮川街道\n"
    "A-2,道路破损,2023-05-06 15:00:00,,2,430181001002,集里街道\n"
)

ROLL = ["身份证号", "姓名", "人群类别", "走访等级", "入册日期"]
PERSON = ["99000119600101001X", "甲某", "disabled", "weekly", "2023-05-06"]
OTHER = ["990001196001010028", "乙某", "disabled", "weekly", "2023-05-06"]
STAMP = (2023, 5, 6, 0, 0, 0)


def write_texts() -> None:
    """Encodings and delimiters."""
    rare = TABLE.replace("A-1", "𠮷-1").replace("A-2", "㐂-2")
    names = "\n".join(
        f"R-{number},暴露垃圾,2023-05-06 14:03:00,,,,{name}"
        for number, name in enumerate(("爨麤懿", "亓官翀", "缑璩玥", "逄赟", "隗頔", "仉夔龘"))
    )
    texts: dict[Path, tuple[str, str]] = {
        GOOD / "gb18030_four_byte.csv": (rare, "gb18030"),
        GOOD / "gbk.csv": (TABLE, "gbk"),
        GOOD / "gb18030_rare_names.csv": (f"{HEADER}\n{names}\n", "gb18030"),
        GOOD / "utf8_bom.csv": (TABLE, "utf-8-sig"),
        GOOD / "utf8_bom_quoted_header.csv": (
            TABLE.replace("案件编号,", '"案件编号",'),
            "utf-8-sig",
        ),
        GOOD / "utf16_le_bom.csv": ("\ufeff" + TABLE, "utf-16-le"),
        GOOD / "utf16_be_bom.csv": ("\ufeff" + TABLE, "utf-16-be"),
        GOOD / "big5.csv": (_in_traditional(TABLE), "big5"),
        GOOD / "tabs.tsv": (TABLE.replace(",", "\t"), "utf-8"),
        GOOD / "semicolons.csv": (TABLE.replace(",", ";"), "gb18030"),
        GOOD / "pipes.txt": (TABLE.replace(",", "|"), "utf-8"),
        BAD / "gb18030_declared_as_utf8.csv": (TABLE, "gb18030"),
        BAD / "gb18030_declared_as_gbk.csv": (rare, "gb18030"),
        BAD / "utf8_declared_as_gb18030.csv": (PAIRED, "utf-8"),
        BAD / "utf8_bom_declared_as_gb18030.csv": ("\ufeff" + HEADER + "\n", "utf-8"),
        BAD / "utf8_declared_as_latin1.csv": (TABLE, "utf-8"),
        BAD / "utf8_declared_as_utf16.csv": (PAIRED, "utf-8"),
        BAD / "utf16_declared_as_utf8.csv": (
            "number,kind,opened\nA-1,x,2023-05-06 14:03:00\n",
            "utf-16-le",
        ),
        BAD / "big5_declared_as_gb18030.csv": (_in_traditional(TABLE), "big5"),
        BAD / "korean_declared_as_gb18030.csv": (
            "접수번호,분류,접수일시,처리일시,주소\n1,도로 파손,2023-05-06 14:03:00,,서울특별시\n"
            "2,쓰레기,2023-05-06 15:00:00,,부산광역시 해운대구\n",
            "cp949",
        ),
        BAD / "japanese_declared_as_gb18030.csv": (
            "受付番号,分類,受付日時,完了日時,住所\n"
            "1,ごみのふほうとうき,2023-05-06 14:03:00,,とうきょう\n",
            "cp932",
        ),
        BAD / "semicolons_declared_as_commas.csv": (TABLE.replace(",", ";"), "utf-8"),
        BAD / "tabs_declared_as_commas.csv": (TABLE.replace(",", "\t"), "utf-8"),
        BAD / "nul_byte.csv": (TABLE.replace("A-2", "A\0-2"), "utf-8"),
    }
    for file, (text, encoding) in texts.items():
        file.write_bytes(text.encode(encoding))


def _in_traditional(text: str) -> str:
    pairs = ("编編", "号號", "类類", "报報", "时時", "间間", "结結", "数數", "区區", "垃垃")
    more = ("码碼", "圾圾", "损損", "街街", "办辦")
    for simple, traditional in (*pairs, *more):
        text = text.replace(simple, traditional)
    return text


def write_archives() -> None:
    """Archives; every member has the same date, so that they come out the same each time."""
    gb = TABLE.encode("gb18030")
    _zip(GOOD / "zipped_gb18030.zip", {"城管案件.csv": gb})
    _zip(GOOD / "zipped_on_a_mac.zip", {"cases.csv": gb, "__MACOSX/._cases.csv": b"\0\5"})
    workbook = io.BytesIO()
    _cases(workbook, [HEADER.split(","), FIRST.split(","), SECOND.split(",")])
    _zip(GOOD / "zipped_workbook.zip", {"cases.xlsx": workbook.getvalue()})
    _zip(BAD / "zipped_two_files.zip", {"五月.csv": gb, "六月.csv": gb})
    _zip(BAD / "zipped_nothing.zip", {"readme/": b""})
    damaged = bytearray((GOOD / "zipped_gb18030.zip").read_bytes())
    damaged[60:70] = b"\xff" * 10
    (BAD / "zipped_damaged.zip").write_bytes(damaged)
    (BAD / "not_an_archive.zip").write_bytes(gb)
    locked = bytearray((GOOD / "zipped_gb18030.zip").read_bytes())
    struct.pack_into("<H", locked, 6, 0x801)
    struct.pack_into("<H", locked, locked.rfind(b"PK\1\2") + 8, 0x801)
    (BAD / "zipped_with_a_password.zip").write_bytes(locked)


def _zip(file: Path, members: dict[str, bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)


def _cases(file: Path | io.BytesIO, rows: list[list[Any]], *, title: str | None = None) -> None:
    with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": datetime(*STAMP)})  # noqa: DTZ001 - a file property
        sheet = workbook.add_worksheet("案件")
        if title:
            sheet.merge_range(0, 0, 0, len(rows[0]) - 1, title)
        for place, row in enumerate(rows, start=1 if title else 0):
            for column, value in enumerate(row):
                sheet.write(place, column, value)


def _workbook(file: Path, fill: Callable[[xlsxwriter.Workbook], None]) -> None:
    with xlsxwriter.Workbook(file) as workbook:
        workbook.set_properties({"created": datetime(*STAMP)})  # noqa: DTZ001 - a file property
        fill(workbook)


def write_workbooks() -> None:
    """Workbooks with values."""
    header, first, second = (line.split(",") for line in (HEADER, FIRST, SECOND))
    _cases(GOOD / "title_row.xlsx", [header, first, second], title="2023年5月城管案件统计表")
    _cases(GOOD / "totals_row.xlsx", [header, first, second, ["合计", None, None, None, 3]])
    _cases(GOOD / "totals_row_states_count.xlsx", [header, first, second, ["共计:2条"]])
    names = [header[0], "小\n类", "上报\r\n时间", *header[3:]]
    _cases(GOOD / "line_breaks_in_header.xlsx", [names, first, second])
    _cases(
        GOOD / "empty_and_doubled_headers.xlsx",
        [[*header, None, "备注", "备注"], [*first, "x", "y", "z"], [*second, None, None, "z"]],
    )
    _cases(BAD / "doubled_header.xlsx", [[*header, "小类"], [*first, "x"]])
    codes = [*second[:5], 430181001002.0, second[6]]
    _cases(GOOD / "codes_as_numbers.xlsx", [header, [*first[:5], "0012", "x"], codes])
    _cases(GOOD / "identity_numbers_as_text.xlsx", [ROLL, PERSON, OTHER])
    _cases(BAD / "identity_number_as_number.xlsx", [ROLL, PERSON, [990001196001010028, *OTHER[1:]]])
    _cases(
        BAD / "case_number_as_long_number.xlsx",
        [header, first, [20230506140300000123, *second[1:]]],
    )
    _workbook(GOOD / "two_header_rows.xlsx", _two_header_rows)
    _workbook(GOOD / "hidden_first_sheet.xlsx", _hidden_first)
    _workbook(GOOD / "dates_of_every_kind.xlsx", _dates)
    _workbook(GOOD / "merged_cells_down.xlsx", _merged_down)
    _workbook(GOOD / "table_starts_at_c4.xlsx", _starts_at_c4)
    _workbook(GOOD / "formulas_with_values.xlsx", _formulas)
    _workbook(BAD / "error_cells.xlsx", _errors)
    _workbook(BAD / "only_hidden_sheets.xlsx", _only_hidden)
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (header, first, ['="A-"&2', *second[1:]]):
        sheet.append(row)
    book.save(BAD / "formula_without_value.xlsx")
    (BAD / "text_called_workbook.xlsx").write_text(TABLE, encoding="utf-8")
    (BAD / "text_called_parquet.parquet").write_text(TABLE, encoding="utf-8")


def _two_header_rows(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("案件")
    sheet.merge_range(0, 0, 0, 4, "城管案件")
    sheet.merge_range(1, 0, 2, 0, "编号")
    sheet.merge_range(1, 1, 2, 1, "小类")
    sheet.merge_range(1, 2, 1, 3, "时间")
    sheet.write_row(2, 2, ["上报", "办结", "备注"])
    for place, line in enumerate((FIRST, SECOND), start=3):
        sheet.write_row(place, 0, line.split(",")[:4])


def _hidden_first(workbook: xlsxwriter.Workbook) -> None:
    hidden, shown = workbook.add_worksheet("字典"), workbook.add_worksheet("案件")
    shown.activate()
    shown.set_first_sheet()
    hidden.hide()
    hidden.write_row(0, 0, HEADER.split(","))
    for place, line in enumerate((HEADER, FIRST, SECOND)):
        shown.write_row(place, 0, line.split(","))


def _only_hidden(workbook: xlsxwriter.Workbook) -> None:
    sheet, other = workbook.add_worksheet("案件"), workbook.add_worksheet("字典")
    other.activate()
    sheet.hide()
    other.hidden = 1
    sheet.write_row(0, 0, HEADER.split(","))


def _dates(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("案件")
    date = workbook.add_format({"num_format": "yyyy/m/d h:mm"})
    sheet.write_row(0, 0, HEADER.split(",")[:3])
    moments: list[Any] = [
        "2023-05-06 14:03:00",
        "2023年5月6日14时3分",
        datetime(2023, 5, 6, 14, 3),  # noqa: DTZ001 - a workbook knows no zones
        45052.5854166667,
        "45052.5854166667",
        "23-5-6 下午2:03",
        "20230506140300",
    ]
    for place, moment in enumerate(moments, start=1):
        sheet.write_row(place, 0, [f"A-{place}", "暴露垃圾"])
        if isinstance(moment, datetime):
            sheet.write_datetime(place, 2, moment, date)
        else:
            sheet.write(place, 2, moment)


def _merged_down(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("案件")
    for place, line in enumerate((HEADER, FIRST, SECOND)):
        sheet.write_row(place, 0, line.split(","))
    sheet.merge_range(1, 1, 2, 1, "暴露垃圾")


def _starts_at_c4(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("案件")
    for place, line in enumerate((HEADER, FIRST, SECOND), start=3):
        sheet.write_row(place, 2, line.split(","))
    sheet.write_formula(6, 2, "=1/0", None, "#DIV/0!")


def _formulas(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("案件")
    for place, line in enumerate((HEADER, FIRST, SECOND)):
        sheet.write_row(place, 0, line.split(","))
    sheet.write_formula(2, 0, '="A-"&2', None, "A-2")
    sheet.write_formula(1, 4, "=3-2", None, 1)


def _errors(workbook: xlsxwriter.Workbook) -> None:
    sheet = workbook.add_worksheet("案件")
    for place, line in enumerate((HEADER, FIRST, SECOND)):
        sheet.write_row(place, 0, line.split(","))
    sheet.write_row(3, 0, ["A-3", "暴露垃圾", "2023-05-06 14:03:00"])
    sheet.write_formula(3, 3, "=VLOOKUP(1,A1,2)", None, "#N/A")
    sheet.write_formula(3, 4, "=1/0", None, "#DIV/0!")


def main() -> None:
    """Write them all."""
    for folder in (GOOD, BAD):
        folder.mkdir(parents=True, exist_ok=True)
    write_texts()
    write_archives()
    write_workbooks()


if __name__ == "__main__":
    main()
