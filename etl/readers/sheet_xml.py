"""What cells are beside their text: errors, formulas nobody computed, long numbers, merges.

The engine that reads workbooks hands over texts; an error becomes an empty cell and a number of 18
digits a text like any other, though a workbook keeps only 15 of them. So the sheet's XML is looked
through once for such cells. Only `.xlsx` and `.xlsm` have it.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Literal, NamedTuple
from xml.etree import ElementTree

CHUNK = 1 << 22
EXACT_DIGITS = 15
"""Digits of a number that a workbook keeps."""

Fault = Literal["error_cell", "formula_without_value", "digits_lost"]

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ADDRESS = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_TYPE = re.compile(rb'\bt="(\w+)"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*\bref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')


class Place(NamedTuple):
    """A cell: row and column from 0."""

    row: int
    column: int


class Area(NamedTuple):
    """Merged cells, borders included."""

    first: Place
    last: Place


@dataclass(frozen=True)
class SheetMarks:
    """faults: cell → what is wrong with it and its raw value. first_column: where texts begin."""

    faults: dict[Place, tuple[Fault, str]] = field(default_factory=dict)
    merged: tuple[Area, ...] = ()
    first_column: int = 0


def read_marks(file: Path | bytes, *, sheet: str, header_row: int, first_text: int) -> SheetMarks:
    """Look through a sheet's XML; nothing is marked in a workbook that has none.

    Args:
        header_row: number of a row with texts, from 1.
        first_text: place of that row's first text among the columns that the engine hands over;
            it leaves out empty columns on the left.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(file) if isinstance(file, bytes) else file)
    except zipfile.BadZipFile:
        return SheetMarks()
    with archive:
        member = _member(archive, sheet)
        if member is None:
            return SheetMarks()
        faults: dict[Place, tuple[Fault, str]] = {}
        merged: list[Area] = []
        first: int | None = None
        for piece in _pieces(archive, member):
            faults.update(_faults(piece))
            merged += _merges(piece)
            if first is None:
                first = _first_text(piece, row=header_row)
    offset = max((first or 0) - first_text, 0)
    return SheetMarks(faults, tuple(merged), offset)


def _member(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Path of a sheet's XML inside the workbook."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return None
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    for one in book.iter():
        if one.tag.endswith("}sheet") and one.get("name") == sheet:
            target = targets.get(one.get(_RELATION), "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return path if path in archive.namelist() else None
    return None


def _pieces(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """The XML in pieces that end where a row does."""
    rest = b""
    with archive.open(member) as file:
        while chunk := file.read(CHUNK):
            rest += chunk
            cut = max(rest.rfind(b"</row>"), rest.rfind(b":row>"))
            if cut >= 0:
                yield rest[:cut]
                rest = rest[cut:]
    yield rest


_ERROR = re.compile(rb'<(?:\w+:)?c [^>]*\bt="e"[^>]*>')
_NO_VALUE = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)(?:<(?:\w+:)?v\s*/>|<v></v>)?</(?:\w+:)?c>"
)
_LONG = re.compile(rb"v>(-?[0-9]{16,}(?:\.[0-9]*)?|-?[0-9](?:\.[0-9]+)?[eE]\+[0-9]{2,})</")
_DIGITS_ALIKE = bytes.maketrans(b"0123456789e", b"0" * 10 + b"E")
_SIXTEEN = b"0" * 16
_VALUE = re.compile(rb"v>([^<]*)</")


def _faults(piece: bytes) -> Iterator[tuple[Place, tuple[Fault, str]]]:
    if b't="e"' in piece:
        for match in _ERROR.finditer(piece):
            value = _VALUE.search(piece, match.end())
            said = value[1].decode("utf-8", "replace") if value else ""
            yield _place(match[0]), ("error_cell", said)
    for match in _NO_VALUE.finditer(piece) if _has_formula(piece) else ():
        cell = _cell_before(piece, match.start())
        if _type(cell) != "str":
            yield _place(cell), ("formula_without_value", "")
    for match in _LONG.finditer(piece) if _has_long_number(piece) else ():
        cell = _cell_before(piece, match.start())
        number = match[1].decode("ascii")
        if _type(cell) in ("n", "") and abs(float(number)) >= 10**EXACT_DIGITS:
            yield _place(cell), ("digits_lost", number)


def _has_formula(piece: bytes) -> bool:
    return b"</f>" in piece or b"<f " in piece or b":f" in piece


def _has_long_number(piece: bytes) -> bool:
    """A quick look, ten times as fast as the pattern: most sheets have none."""
    alike = piece.translate(_DIGITS_ALIKE)
    return b"E+0" in alike or _SIXTEEN in alike


def _cell_before(piece: bytes, place: int) -> bytes:
    """The opening tag of the cell that holds what stands at a place."""
    start = max(piece.rfind(b"<c ", 0, place), piece.rfind(b":c ", 0, place))
    return piece[start : piece.find(b">", start) + 1]


def _type(cell: bytes) -> str:
    match = _TYPE.search(cell)
    return match[1].decode("ascii") if match else ""


def _place(cell: bytes) -> Place:
    match = _ADDRESS.search(cell)
    # A writer that leaves addresses out numbers cells by their order: seen in no real file so far.
    return _at(match[1], match[2]) if match else Place(-1, -1)


def _at(letters: bytes, row: bytes) -> Place:
    column = 0
    for one in letters:
        column = column * 26 + one - ord("A") + 1
    return Place(int(row) - 1, column - 1)


def _merges(piece: bytes) -> list[Area]:
    if b"mergeCell " not in piece:
        return []
    return [Area(_at(a, b), _at(c, d)) for a, b, c, d in _MERGED.findall(piece)]


def _first_text(piece: bytes, *, row: int) -> int | None:
    """Column of the first cell with a value in a row, where the piece has the row."""
    start = re.search(rb'<(?:\w+:)?row [^>]*\br="%d"[^>]*>' % row, piece)
    if start is None:
        return None
    end = re.compile(rb"</(?:\w+:)?row>").search(piece, start.end())
    cells = piece[start.end() : end.start() if end else len(piece)]
    for cell in re.finditer(rb"<(?:\w+:)?c ([^>]*[^/>])>(.*?)</(?:\w+:)?c>", cells, re.S):
        if b"v>" in cell[2] or b"is>" in cell[2]:
            found = _ADDRESS.search(cell[1])
            return _at(found[1], found[2]).column if found else None
    return None


def address(place: Place) -> str:
    """A cell as a workbook names it.

    >>> address(Place(2, 27))
    'AB3'
    """
    letters, column = "", place.column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{place.row + 1}"
