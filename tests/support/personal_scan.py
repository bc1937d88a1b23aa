"""Looks for clear values of persons in everything below a home but vault and quarantine.

Compressed files hide what they hold from a search of their bytes, so Parquet and DuckDB files are
read column by column, archives and tiles are unpacked, and only then searched; the bytes of every
file are searched too, which finds what a database has left in blocks it no longer uses.
"""

import gzip
import io
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

APART = ("vault", "quarantine")
"""Folders of a home where personal data is, encrypted."""

NUMBERS = ("id_number", "phone")
"""Kinds that are looked for as whole numbers: a coordinate has any eleven digits in it."""

CHUNK_BYTES = 8 << 20
OVERLAP_BYTES = 512
MOST_BUFFERED = 256 << 20
"""Bytes gathered before they are searched at once: making ready to search takes seconds."""

SAMPLE_CHARACTERS = 4_000
"""Characters by which it is told whether bytes are a text of some encoding."""

_NEVER_TEXT = ("BOOLEAN", "DATE", "TIME", "TIMESTAMP", "INTERVAL", "UUID", "BIT")


@dataclass(frozen=True, order=True)
class Hit:
    """A clear value that should not be there. `place` is a column, a member or the raw bytes."""

    file: str
    place: str
    kind: str
    value: str


@dataclass
class _Search:
    """Texts gathered with where they are from, searched together."""

    kind_of: dict[str, str]
    hits: set[Hit] = field(default_factory=set)
    scanned: dict[str, set[str]] = field(default_factory=dict)
    texts: list[tuple[pl.Series, str, str]] = field(default_factory=list)
    buffered: int = 0

    def __post_init__(self) -> None:
        self.needles = pl.Series(list(self.kind_of), dtype=pl.String).implode()

    def add(self, texts: pl.Series, *, file: str, place: str) -> None:
        self.scanned.setdefault(file, set()).add(place)
        self.texts.append((texts, file, place))
        self.buffered += texts.estimated_size()
        if self.buffered > MOST_BUFFERED:
            self.flush()

    def flush(self) -> None:
        if not self.texts:
            return
        origins = np.repeat(range(len(self.texts)), [len(texts) for texts, _, _ in self.texts])
        texts = pl.concat([texts.cast(pl.String).alias("text") for texts, _, _ in self.texts])
        gathered = texts.to_frame().with_columns(origin=pl.Series(origins, dtype=pl.Int64))
        places = [(file, place) for _, file, place in self.texts]
        self.texts, self.buffered = [], 0
        found = gathered.filter(pl.col("text").str.contains_any(pl.lit(self.needles))).with_columns(
            value=pl.col("text").str.extract_many(pl.lit(self.needles), overlapping=True)
        )
        for text, origin, values in found.rows():
            file, place = places[origin]
            for value in set(values):
                kind = self.kind_of[value]
                if kind not in NUMBERS or stands_alone(value, text):
                    self.hits.add(Hit(file, place, kind, value))


def stands_alone(number: str, text: str) -> bool:
    """Whether a number is somewhere in a text without a digit on either side."""
    start = text.find(number)
    while start >= 0:
        before = text[start - 1 : start]
        after = text[start + len(number) : start + len(number) + 1]
        if not (before and before in "0123456789.") and not (after and after in "0123456789"):
            return True
        start = text.find(number, start + 1)
    return False


@dataclass(frozen=True)
class Scan:
    """What a scan found, in order, and what it looked into: file → columns, members, `bytes`."""

    hits: list[Hit]
    places: dict[str, set[str]]


def scan(
    home: Path, values: Mapping[str, Iterable[str]], *, apart: tuple[str, ...] = APART
) -> Scan:
    """Look for clear values in every file below a home.

    Args:
        values: kind (id_number, name, phone, address) → the values there are of it.
        apart: folders of the home that are left out.
    """
    search = _searched(home, values, apart=apart)
    return Scan(sorted(search.hits), search.scanned)


def scan_home(home: Path, values: Mapping[str, Iterable[str]]) -> list[Hit]:
    """Every clear value found below a home, in order."""
    return scan(home, values).hits


def _searched(
    home: Path, values: Mapping[str, Iterable[str]], *, apart: tuple[str, ...]
) -> _Search:
    kind_of = {value: kind for kind, given in values.items() for value in given if value}
    search = _Search(kind_of)
    with duckdb.connect() as con:
        con.execute("set enable_progress_bar = false")
        _add_files(search, con, home, apart=apart)
    search.flush()
    return search


def _add_files(
    search: _Search, con: duckdb.DuckDBPyConnection, home: Path, *, apart: tuple[str, ...]
) -> None:
    for file in sorted(home.rglob("*")):
        name = str(file.relative_to(home))
        if file.relative_to(home).parts[0] in apart or file.is_symlink():
            continue
        search.add(pl.Series([name]), file=name, place="name")
        if not file.is_file():
            continue
        if file.suffix == ".parquet":
            _add_parquet(search, con, file, name=name)
        elif file.suffix == ".duckdb":
            _add_duckdb(search, con, file, name=name)
        else:
            _add_members(search, file, name=name)
        _add_bytes(search, file, name=name)


def _add_parquet(search: _Search, con: duckdb.DuckDBPyConnection, file: Path, *, name: str) -> None:
    path = str(file).replace("'", "''")
    relation = f"read_parquet('{path}', hive_partitioning = false)"
    _add_relation(search, con, relation, name=name, table="")
    kept = con.sql(
        f"select decode(key) || ' ' || decode(value) as text from parquet_kv_metadata('{path}')"
    ).pl()
    search.add(kept["text"], file=name, place="metadata")


def _add_duckdb(search: _Search, con: duckdb.DuckDBPyConnection, file: Path, *, name: str) -> None:
    path = str(file).replace("'", "''")
    con.execute(f"attach '{path}' as scanned (read_only)")
    tables = con.sql(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = 'scanned' order by all"
    ).fetchall()
    for schema, table in tables:
        _add_relation(
            search, con, f'scanned."{schema}"."{table}"', name=name, table=f"{schema}.{table}."
        )
    # Values may also stand in what views, macros, defaults and comments say.
    for catalog, column in (
        ("duckdb_views", "sql"),
        ("duckdb_tables", "sql"),
        ("duckdb_functions", "macro_definition"),
        ("duckdb_columns", "concat_ws(' ', column_default, comment)"),
        ("duckdb_tables", "comment"),
    ):
        said = con.sql(
            f"select distinct cast({column} as varchar) as text from {catalog}() "
            "where database_name = 'scanned'"
        ).pl()
        search.add(said["text"], file=name, place=f"{catalog} {column}")
    con.execute("detach scanned")


def _add_relation(
    search: _Search, con: duckdb.DuckDBPyConnection, relation: str, *, name: str, table: str
) -> None:
    """Every column that can hold a text, a number or either in a list, a struct or JSON."""
    selects = []
    for column, kind, *_ in con.sql(f"describe select * from {relation}").fetchall():
        if kind.startswith(_NEVER_TEXT) and not kind.endswith("]"):
            continue
        search.scanned.setdefault(name, set()).add(f"{table}{column}")
        quoted, label = column.replace('"', '""'), column.replace("'", "''")
        text = f'try(decode("{quoted}"))' if kind == "BLOB" else f'cast("{quoted}" as varchar)'
        selects.append(
            f"select '{label}' as place, text from (select distinct {text} as text from {relation})"
        )
    if selects:
        values = con.sql(" union all ".join(selects)).pl()
        for (column,), part in values.partition_by("place", as_dict=True).items():
            search.add(part["text"], file=name, place=f"{table}{column}")


def _add_members(search: _Search, file: Path, *, name: str) -> None:
    """What an archive, a gzip file or a SQLite database (tiles) has in it."""
    for member, content in _members(file):
        search.add(pl.Series(list(_texts(content))), file=name, place=member)


def _members(file: Path) -> Iterator[tuple[str, bytes]]:
    with file.open("rb") as opened:
        start = opened.read(16)
    if start.startswith(b"\x1f\x8b"):
        yield "gzip", _unpacked(file.read_bytes())
    elif start.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(file) as archive:
            for member in archive.namelist():
                yield member, _unpacked(archive.read(member))
    elif start.startswith(b"SQLite format 3"):
        yield from _sqlite_values(file)


def _sqlite_values(file: Path) -> Iterator[tuple[str, bytes]]:
    con = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        names = con.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (table,) in names:
            content = io.BytesIO()
            for row in con.execute(f'select * from "{table}"'):
                for value in row:
                    given = value if isinstance(value, bytes) else str(value).encode()
                    content.write(_unpacked(given) + b"\n")
            yield table, content.getvalue()
    finally:
        con.close()


def _unpacked(content: bytes) -> bytes:
    try:
        return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    except (OSError, EOFError, zlib.error):
        return content


def _add_bytes(search: _Search, file: Path, *, name: str) -> None:
    with file.open("rb") as opened:
        before = b""
        while chunk := opened.read(CHUNK_BYTES):
            texts = list(_texts(before + chunk))
            search.add(pl.Series(texts), file=name, place="bytes")
            before = chunk[-OVERLAP_BYTES:]


def _texts(content: bytes) -> Iterator[str]:
    """Bytes as the texts they may be: UTF-8 always, others where they look like one.

    Two characters of UTF-16 or GB18030 are four bytes, and any four bytes are somewhere in a
    database: these encodings are tried only where nearly all characters make a text.
    """
    # What is no UTF-8 becomes a mark, so that digits on both sides of it never join.
    yield content.decode("utf-8", errors="replace")
    if not content.count(0):
        yield content.decode("gb18030", errors="replace")
        return
    for encoding in ("utf-16-le", "utf-16-be"):
        for shift in (0, 1):
            text = content[shift:].decode(encoding, errors="replace")
            if _looks_written(text[:SAMPLE_CHARACTERS]):
                yield text


def _looks_written(text: str) -> bool:
    """Whether nearly all characters are of a Chinese or English text."""
    known = sum(one in "\t\r\n" or " " <= one <= "~" or "一" <= one <= "鿿" for one in text)
    return known > 0.9 * len(text)
