"""CSV: header by hand, structure by the engine, with every record that does not fit kept whole.

Records are counted twice, by the engine and by the file's line ends (or record by record where
fields hold line ends), so that a record the engine loses is an error and never a smaller total.
"""

import csv
import itertools
import json
from array import array
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import polars as pl

from etl.readers.extract import ROW, Broken, Extract, distinct, match_columns
from etl.readers.given import Given
from etl.readers.stream import MAX_LINE_BYTES, TextFile, prepare, with_one_line_end
from etl.source import Source
from warehouse.errors import InputError
from warehouse.settings import Settings

DELIMITERS = (",", "\t", ";", "|", ",", "、", "^")

REASONS = {
    "MISSING COLUMNS": "too_few_fields",
    "TOO MANY COLUMNS": "too_many_fields",
    "UNQUOTED VALUE": "broken_quotes",
    "LINE SIZE OVER MAXIMUM": "record_too_long",
    "INVALID ENCODING": "invalid_encoding",
}


@dataclass(frozen=True)
class Layout:
    """Where the records of a file stand, in the order of the file.

    blanks: places of empty lines among the records, the header lines included in the count.
    starts: line each record starts on; None when every record is one line and none is empty.
    """

    header_row: int
    blanks: tuple[int, ...] = ()
    starts: Sequence[int] | None = None

    def lines(self, records: Sequence[int]) -> list[int | None]:
        """Line on which each of these records starts."""
        if self.starts is None:
            return [record + self.header_row for record in records]
        return [self.starts[record - 1] for record in records]

    def record(self, place: int) -> int:
        """Number of the record at a place counted by the engine: header and empty lines too."""
        return place - self.header_row - sum(blank < place for blank in self.blanks)


def read_csv(given: Given, *, source: Source, scratch: Path, settings: Settings) -> Extract:
    """Read a CSV file; see `etl.readers.read_file`."""
    file = given.name
    text = prepare(given, encoding=source.encoding or "utf-8", scratch=scratch)
    header = _header(text, source=source, file=file)
    try:
        spelled, notes = match_columns(header, source=source, file=file)
    except InputError as error:
        raise InputError(f"{error}{_other_delimiter(header, source=source)}") from error
    with closing(_engine()) as engine:
        if settings.threads:
            engine.execute(f"set threads = {settings.threads}")
        engine.execute("set memory_limit = ?", [settings.memory_limit])
        wanted = {column: header.index(name) for column, name in spelled.items()}
        try:
            frame = _rows(engine, text, source=source, width=len(header), wanted=wanted)
        except duckdb.InvalidInputException:
            text = with_one_line_end(text, name=file, scratch=scratch)
            notes.append("行尾混用,已统一 / mixed line ends, read as one kind")
            frame = _rows(engine, text, source=source, width=len(header), wanted=wanted)
        faults = _faults(engine)
    layout = _layout(text, source=source, file=file, records=frame.height + len(faults))
    broken = [_broken(fault, layout=layout, source=source, file=file) for fault in faults]
    return Extract(
        frame=frame.with_columns(_numbers(frame.height, broken)),
        spelled=spelled,
        originals=partial(_originals, text=text, source=source, header=header, broken=broken),
        lines=layout.lines,
        broken=broken,
        notes=notes,
        has_nul=text.has_nul,
    )


def _engine() -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect()
    # Its bar would go to standard output, among what commands print.
    engine.execute("set enable_progress_bar = false")
    return engine


def _header(text: TextFile, *, source: Source, file: str) -> list[str]:
    with text.path.open(encoding="utf-8-sig", newline="") as lines:
        rows = _records(lines, source=source, file=file)
        row = next(itertools.islice(rows, source.header_row - 1, None), None)
    if row is None:
        raise InputError(
            f"{file}: 没有第 {source.header_row} 行表头 / no header in row {source.header_row}"
        )
    return [name.strip() for name in row]


def _other_delimiter(header: list[str], *, source: Source) -> str:
    """What seems to part the columns where the declared delimiter does not."""
    if len(header) != 1:
        return ""
    counts = {one: header[0].count(one) for one in DELIMITERS if one != source.delimiter}
    seen = max(counts, key=lambda one: counts[one])
    if not counts[seen]:
        return ""
    return (
        f"\n  表头里没有分隔符 / the header has no {source.delimiter!r} but {counts[seen]} "
        f"× {seen!r}: 在来源文件中改 delimiter / set delimiter in the source file"
    )


def _records(lines: Iterator[str], *, source: Source, file: str) -> Iterator[list[str]]:
    # The limit is the process's; it is the same for every file, so setting it again is harmless.
    csv.field_size_limit(MAX_LINE_BYTES)
    reader = csv.reader(lines, delimiter=source.delimiter)
    begins = 1
    try:
        for row in reader:
            yield row
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"{file}: line {begins:,}: 引号未闭合或字段过长 / a quote that is never closed or "
            f"a field over {MAX_LINE_BYTES:,} bytes begins here ({error})"
        ) from error


def _from_file(text: TextFile, *, source: Source, width: int) -> str:
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    file = str(text.path).replace("'", "''")
    delimiter = source.delimiter.replace("'", "''")
    return f"""read_csv(
        '{file}', columns = {{{columns}}}, header = true, skip = {source.header_row - 1},
        auto_detect = false, delim = '{delimiter}', quote = '"', escape = '"',
        max_line_size = {MAX_LINE_BYTES}, store_rejects = true, rejects_limit = 0
    )"""


def _rows(
    engine: duckdb.DuckDBPyConnection,
    text: TextFile,
    *,
    source: Source,
    width: int,
    wanted: dict[str, int],
) -> pl.DataFrame:
    taken = sorted(set(wanted.values()))
    table = _from_file(text, source=source, width=width)
    # The engine's order of rows is the file's as long as nothing reorders them.
    columns = ", ".join(f"c{place}" for place in taken)
    frame: pl.DataFrame = engine.sql(f"select {columns} from {table}").pl()
    return frame.select(pl.col(f"c{place}").alias(column) for column, place in wanted.items())


@dataclass(frozen=True)
class _Fault:
    place: int
    raw: str
    types: tuple[str, ...]
    messages: tuple[str, ...]


def _faults(engine: duckdb.DuckDBPyConnection) -> list[_Fault]:
    """One per refused record, in file order; the raw text is cut at the longest line."""
    rows = engine.sql(
        f"""
        select
            line,
            left(any_value(csv_line), {MAX_LINE_BYTES}),
            list(cast(error_type as varchar) order by byte_position, column_idx),
            list(
                'byte ' || byte_position || ', field ' || column_idx || ': ' || error_message
                order by byte_position, column_idx
            )
        from reject_errors
        group by line
        order by line
        """
    ).fetchall()
    return [
        _Fault(int(line), (raw or "").strip("\r\n"), tuple(types), tuple(messages))
        for line, raw, types, messages in rows
    ]


def _broken(fault: _Fault, *, layout: Layout, source: Source, file: str) -> Broken:
    record = layout.record(fault.place)
    line = layout.lines([record])[0]
    if "UNQUOTED VALUE" in fault.types and "\n" in fault.raw:
        raise InputError(
            f"{source.id}: {file}, line {line:,}: 引号未闭合,吞掉后面的行 / "
            "a quote opened here is never closed and swallows the lines after it"
            # The lines of a file about persons are for nobody's terminal.
            + ("" if source.contract.has_personal_data else f"\n  {fault.raw[:120]!r}")
        )
    return Broken(
        record=record,
        line=line,
        raw=fault.raw,
        reasons=tuple(REASONS.get(one, one.lower().replace(" ", "_")) for one in fault.types),
        details=fault.messages,
    )


def _layout(text: TextFile, *, source: Source, file: str, records: int) -> Layout:
    """Where records stand; the quick answer when each is one line.

    Raises:
        InputError: the engine and the file disagree on the number of records.
    """
    if text.lines == records + source.header_row:
        return Layout(source.header_row)
    blanks: list[int] = []
    starts = array("q")
    with text.path.open(encoding="utf-8-sig", newline="") as lines:
        counted = _CountedLines(lines)
        start = 1
        for place, row in enumerate(_records(counted, source=source, file=file), start=1):
            if place > source.header_row:
                if row:
                    starts.append(start)
                else:
                    blanks.append(place)
            start = counted.count + 1
    if len(starts) != records:
        raise InputError(
            f"{source.id}: {file}: {len(starts):,} 条记录只分出 / records in the file, "
            f"{records:,} 条 / told apart; 引号有误 / a stray quote joins or splits lines"
        )
    return Layout(source.header_row, tuple(blanks), starts)


class _CountedLines:
    """Lines of a file, with how many were handed out."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines = lines
        self.count = 0

    def __iter__(self) -> "_CountedLines":
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.count += 1
        return line


def _numbers(height: int, broken: Sequence[Broken]) -> pl.Series:
    """Record numbers of the rows that were split: all but the broken ones."""
    numbers = pl.int_range(1, height + len(broken) + 1, dtype=pl.Int64, eager=True)
    if broken:
        numbers = numbers.filter(~numbers.is_in([one.record for one in broken]))
    return numbers.alias(ROW)


def _originals(
    records: Sequence[int],
    *,
    text: TextFile,
    source: Source,
    header: Sequence[str],
    broken: Sequence[Broken],
) -> list[str]:
    """Read again, all columns of the few records that were refused."""
    # Faults are stored here too: told to ignore them, the engine drops sound rows with the bad.
    table = _from_file(text, source=source, width=len(header))
    height = max(records, default=0)
    places = dict(zip(_numbers(height, broken).to_list(), itertools.count(1), strict=False))
    wanted = pl.DataFrame({"place": [places[record] for record in records]})
    with closing(_engine()) as engine:
        engine.register("wanted", wanted)
        rows = engine.sql(
            f"""
            select numbered.* exclude (place)
            from (select *, row_number() over () as place from {table}) as numbered
            inner join wanted on wanted.place = numbered.place
            order by numbered.place
            """
        ).fetchall()
    names = distinct(header)
    return [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in rows]
