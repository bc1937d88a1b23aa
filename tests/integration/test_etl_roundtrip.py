"""Random tables in random formats and encodings come back the same rows."""

import csv
import io
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.check import judge
from etl.readers import read_file
from etl.readers.extract import ROW
from etl.source import Source
from warehouse.counties import get_county
from warehouse.settings import Settings

NAMES = ["case_number", "category_code", "reported_at", "dispatch_count", "address"]
HEADER = ["案件编号", "小类", "上报时间", "派遣次数", "位置"]
ZONE = ZoneInfo("Asia/Shanghai")
HANZI = "甲乙丙丁人民路街道社区垃圾𠮷㐂麤"
FORMATS = ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%Y%m%d%H%M%S"]

codes = st.text(alphabet="ABCXYZ0123456789-" + HANZI, min_size=1, max_size=12).map(
    lambda text: f"N{text}"
)
# No carriage return: within a field it cannot be told from a line's end of another system.
words = st.text(
    st.one_of(
        st.sampled_from("\n,;\t|\"' 　\u2028_x" + HANZI),
        st.characters(blacklist_categories=("Cs", "Cc", "Cn", "Co"), max_codepoint=0x2FFFF),
    ),
    max_size=20,
)
moments = st.datetimes(datetime(1992, 1, 1), datetime(2060, 1, 1)).map(  # noqa: DTZ001 - local
    lambda moment: moment.replace(microsecond=0)
)
rows = st.tuples(
    codes, codes, moments, st.one_of(st.none(), st.integers(0, 10**9)), st.one_of(st.none(), words)
)
tables = st.lists(rows, max_size=12, unique_by=lambda row: row[0])


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, Any]:
    """How a file is written."""
    return {
        "format": draw(st.sampled_from(["csv", "csv", "csv", "excel", "parquet"])),
        "encoding": draw(
            st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le"])
        ),
        "delimiter": draw(st.sampled_from(",;\t|")),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        "line_end": draw(st.sampled_from(["\n", "\r\n"])),
        "title_rows": draw(st.integers(0, 2)),
        "date_format": draw(st.sampled_from(FORMATS)),
        "is_zipped": draw(st.booleans()),
    }


def _texts(table: list[Any], shape: dict[str, Any]) -> list[list[str]]:
    return [
        [
            number,
            category,
            moment.strftime(shape["date_format"]),
            "" if count is None else str(count),
            words or "",
        ]
        for number, category, moment, count, words in table
    ]


def _csv(table: list[Any], shape: dict[str, Any]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=shape["delimiter"],
        quoting=shape["quoting"],
        lineterminator=shape["line_end"],
    )
    writer.writerows([["统计表"]] * shape["title_rows"])
    writer.writerow(HEADER)
    writer.writerows(_texts(table, shape))
    return text.getvalue().encode(shape["encoding"])


def _excel(table: list[Any], shape: dict[str, Any]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for place in range(shape["title_rows"]):
            sheet.merge_range(place, 0, place, 4, "统计表")
        lines = [HEADER, *_texts(table, shape)]
        for place, line in enumerate(lines, start=shape["title_rows"]):
            for column, value in enumerate(line):
                sheet.write_string(place, column, value)
    return content.getvalue()


def _parquet(table: list[Any]) -> bytes:
    content = io.BytesIO()
    types = [pl.String, pl.String, pl.Datetime("us"), pl.Int64, pl.String]
    schema: Any = dict(zip(HEADER, types, strict=True))
    pl.DataFrame(table, schema=schema, orient="row").write_parquet(content)
    return content.getvalue()


def _written(folder: Path, table: list[Any], shape: dict[str, Any]) -> Path:
    match shape["format"]:
        case "csv":
            content = _csv(table, shape)
        case "excel":
            content = _excel(table, shape)
        case _:
            content = _parquet(table)
    file = folder / "table.bin"
    file.write_bytes(content)
    if not shape["is_zipped"]:
        return file
    archive = folder / "table.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(file, "表.csv")
    return archive


def _source(shape: dict[str, Any]) -> Source:
    is_table = shape["format"] == "parquet"
    return Source.model_validate(
        {
            "id": "random",
            "name": {"zh": "随机", "en": "Random"},
            "dataset": "city_cases",
            "county": "430181",
            "format": shape["format"],
            "encoding": shape["encoding"] if shape["format"] == "csv" else None,
            "delimiter": shape["delimiter"],
            "header_row": 1 if is_table else shape["title_rows"] + 1,
            "columns": dict(zip(NAMES, HEADER, strict=True)),
        }
    )


def _expected(table: list[Any]) -> list[tuple[Any, ...]]:
    return [
        (
            number,
            category,
            moment.replace(tzinfo=ZONE).astimezone(UTC),
            count,
            ((words or "").strip() or None),
        )
        for number, category, moment, count, words in table
    ]


def _can_be_written(table: list[Any], shape: dict[str, Any]) -> bool:
    try:
        for row in table:
            "".join(str(value) for value in row).encode(shape["encoding"])
    except UnicodeEncodeError:
        return False
    return True


@settings(
    max_examples=80,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=False,
)
@given(table=tables, shape=shapes())
def test_a_table_comes_back_as_it_was_written(table: list[Any], shape: dict[str, Any]) -> None:
    if shape["format"] == "csv" and not _can_be_written(table, shape):
        shape = {**shape, "encoding": "gb18030"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = _written(folder, table, shape)
        source = _source(shape)
        own = Settings(home=folder)
        county = get_county(own, "430181")
        extract = read_file(file, source=source, county=county, scratch=folder, settings=own)
        judged = judge(extract, source=source, county=county)
    assert judged.refused.height == 0, judged.refused
    assert extract.broken == []
    assert judged.landed.select(NAMES).rows() == _expected(table)
    assert judged.landed[ROW].to_list() == list(range(1, len(table) + 1))
