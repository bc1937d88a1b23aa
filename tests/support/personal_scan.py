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
import polars as pl

APART = ("vault", "quarantine")
"""Folders of a home where personal data is, encrypted."""

NUMBERS = ("id_number", "phone")
"""Kinds that are looked for as whole numbers: a coordinate has any eleven digits in it."""

CHUNK_BYTES = 8 << 20
OVERLAP_BYTES = 512
MOST_BUFFERED = 64 << 20
"""Characters gathered before they are searched at once: making ready to search takes seconds."""

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
    texts: list[pl.DataFrame] = field(default_factory=list)
    buffered: int = 0

    def __post_init__(self) -> None:
        self.needles = pl.Series(list(self.kind_of), dtype=pl.String).implode()

    def add(self, texts: pl.Series, *, file: str, place: str) -> None:
        self.scanned.setdefault(file, set()).add(place)
        frame = pl.DataFrame({"text": texts.cast(pl.String).drop_nulls()}).with_columns(
            file=pl.lit(file), place=pl.lit(place)
        )
        self.texts.append(frame)
        self.buffered += int(frame["text"].str.len_bytes().sum() or 0)
        if self.buffered > MOST_BUFFERED:
            self.flush()

    def flush(self) -> None:
        if not self.texts:
            return
        gathered = pl.concat(self.texts)
        self.texts, self.buffered = [], 0
        found = gathered.filter(pl.col("text").str.contains_any(pl.lit(self.needles))).with_columns(
            value=pl.col("text").str.extract_many(pl.lit(self.needles), overlapping=True)
        )
        for text, file, place, values in found.rows():
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


def scan_home(
    home: Path, values: Mapping[str, Iterable[str]], *, apart: tuple[str, ...] = APART
) -> list[Hit]:
    """Every clear value found below a home, in order.

    Args:
        values: kind (id_number, name, phone, address) → the values there are of it.
        apart: folders of the home that are left out.
    """
    return sorted(_searched(home, values, apart=apart).hits)


def scanned_places(home: Path, *, apart: tuple[str, ...] = APART) -> dict[str, set[str]]:
    """What a scan looks into: file → columns, members and `bytes`."""
    return _searched(home, {"name": ["nobody"]}, apart=apart).scanned


def _searched(
    home: Path, values: Mapping[str, Iterable[str]], *, apart: tuple[str, ...]
) -> _Search:
    kind_of = {value: kind for kind, given in values.items() for value in given if value}
    search = _Search(kind_of)
    for file in sorted(home.rglob("*")):
        name = str(file.relative_to(home))
        if file.relative_to(home).parts[0] in apart or file.is_symlink():
            continue
        search.add(pl.Series([name]), file=name, place="name")
        if not file.is_file():
            continue
        if file.suffix == ".parquet":
            _add_parquet(search, file, name=name)
        elif file.suffix == ".duckdb":
            _add_duckdb(search, file, name=name)
        else:
            _add_members(search, file, name=name)
        _add_bytes(search, file, name=name)
    search.flush()
    return search


def _add_parquet(search: _Search, file: Path, *, name: str) -> None:
    with duckdb.connect() as con:
        con.execute("set enable_progress_bar = false")
        path = str(file).replace("'", "''")
        relation = f"read_parquet('{path}', hive_partitioning = false)"
        _add_relation(search, con, relation, name=name, table="")
        kept = con.sql(
            f"select decode(key) || ' ' || decode(value) as text from parquet_kv_metadata('{path}')"
        ).pl()
        search.add(kept["text"], file=name, place="metadata")


def _add_duckdb(search: _Search, file: Path, *, name: str) -> None:
    with duckdb.connect() as con:
        con.execute("set enable_progress_bar = false")
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


def _add_relation(
    search: _Search, con: duckdb.DuckDBPyConnection, relation: str, *, name: str, table: str
) -> None:
    """Every column that can hold a text, a number or either in a list, a struct or JSON."""
    columns = con.sql(f"describe select * from {relation}").fetchall()
    for column, kind, *_ in columns:
        if kind.startswith(_NEVER_TEXT) and not kind.endswith("]"):
            continue
        quoted = '"' + column.replace('"', '""') + '"'
        text = f"try(decode({quoted}))" if kind == "BLOB" else f"cast({quoted} as varchar)"
        values = con.sql(f"select distinct {text} as text from {relation}").pl()
        search.add(values["text"], file=name, place=f"{table}{column}")


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
    """Bytes as the texts they may be: UTF-8 always, others where they look like one."""
    # What is no UTF-8 becomes a mark, so that digits on both sides of it never join.
    yield content.decode("utf-8", errors="replace")
    nuls = content.count(0)
    if nuls > len(content) // 8:
        for encoding in ("utf-16-le", "utf-16-be"):
            for shift in (0, 1):
                yield content[shift:].decode(encoding, errors="replace")
    elif not nuls:
        yield content.decode("gb18030", errors="replace")
