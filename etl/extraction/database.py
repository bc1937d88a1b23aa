"""A database: chunks of a table or query in the order of watermark and key.

Each chunk is one short query that begins behind the last row of the one before, so that nothing is
kept open, a cut costs one chunk, and rows that change meanwhile come again further on.
"""

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from etl.extraction.address import scrubbed
from etl.extraction.records import Chunk
from etl.extraction.watermark import Watermark
from etl.live import Database
from etl.source import Source
from warehouse.errors import InputError

FIRST_PAUSE = 0.2
"""Seconds before the second try; each further pause is twice as long."""


class DatabaseReader:
    """Reads one source's rows; `close` gives the connections back."""

    def __init__(self, source: Source, asked: Database, *, address: str) -> None:
        """Prepare to read.

        Raises:
            InputError: the address is none, or its driver is not installed.
        """
        self.source, self.asked, self.address = source, asked, address
        try:
            self.engine = sa.create_engine(address, pool_size=1, pool_pre_ping=True)
        except (ArgumentError, NoSuchModuleError, ImportError, ValueError):
            raise InputError(
                f"{source.id}: {asked.address_env}: 不是数据库地址 / is no address of a database, "
                "or its driver is missing: postgresql+psycopg://user:password@host:5432/name"
            ) from None

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    def chunks(self, since: Watermark | None) -> Iterator[Chunk]:
        """Chunks from a watermark on, in order; every one reaches its highest watermark.

        Raises:
            InputError: the database cannot be asked, or the key does not tell rows apart.
        """
        start: tuple[Any, ...] | None = None
        while True:
            names, rows = self._ask(since, start)
            page = rows[: self.asked.chunk_rows]
            if not page and start is not None:
                break
            self._hold_apart(names, rows)
            if page:
                after = self._place(names, page[-1])
                if start is not None and after == start:
                    raise InputError(
                        f"{self.source.id}: {self._key_names()}: 读不下去 / the rows do not go on: "
                        "the database compares these columns finer than they are read"
                    )
                start = after
            yield Chunk(
                records=[dict(zip(names, row, strict=True)) for row in page],
                names=tuple(names),
                is_reached=True,
            )
            if len(rows) <= self.asked.chunk_rows:
                break
        self._refuse_rows_without_place()

    def _ask(
        self, since: Watermark | None, start: tuple[Any, ...] | None
    ) -> tuple[list[str], Sequence[Sequence[Any]]]:
        """One row more than a chunk, so that the last pair of rows can be told apart too."""
        columns = self._columns()
        query = sa.select(sa.text("*")).select_from(self._relation())
        query = query.where(*(column.is_not(None) for column in columns))
        if start is not None:
            query = query.where(_behind(columns, start))
        elif since is not None:
            query = query.where(columns[0] >= since.value)
        query = query.order_by(*columns).limit(self.asked.chunk_rows + 1)
        return self._answer(query)

    def _relation(self) -> sa.FromClause | sa.TextClause:
        if self.asked.table is not None:
            schema, _, table = self.asked.table.rpartition(".")
            return sa.table(table, schema=schema or None)
        return sa.text(f"({(self.asked.query or '').strip().rstrip(';')}) asked")

    def _answer(self, query: sa.Select[Any]) -> tuple[list[str], Sequence[Sequence[Any]]]:
        pause = FIRST_PAUSE
        for attempt in range(self.asked.retries + 1):
            try:
                with self.engine.connect() as connection:
                    result = connection.execute(query)
                    return list(result.keys()), [tuple(row) for row in result.fetchall()]
            except SQLAlchemyError as error:
                is_cut = getattr(error, "connection_invalidated", False) or isinstance(
                    error, sa.exc.OperationalError
                )
                if attempt == self.asked.retries or not is_cut:
                    raise self._failure(error) from None
            time.sleep(pause)
            pause *= 2
        raise AssertionError

    def _failure(self, error: SQLAlchemyError) -> InputError:
        # The statement and its values stay out; the driver's own words are what helps.
        said = scrubbed(str(getattr(error, "orig", None) or error), self.address)
        return InputError(
            f"{self.source.id}: 数据库 / the database of {self.asked.address_env}: "
            f"{said.strip()}\n  已落地的批次有效,再次运行即续传 / batches that landed stay; "
            f"run `gridgov load {self.source.id}` again to go on"
        )

    def _place(self, names: Sequence[str], row: Sequence[Any]) -> tuple[Any, ...]:
        wanted = (self.asked.watermark, *self.asked.keys)
        try:
            return tuple(row[names.index(name)] for name in wanted)
        except ValueError:
            missing = [name for name in wanted if name not in names]
            raise InputError(
                f"{self.source.id}: 缺少列 / missing column {', '.join(missing)}; "
                f"可用 / it has: {', '.join(names)}"
            ) from None

    def _hold_apart(self, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        places = [self._place(names, row) for row in rows]
        for place, next_place in pairwise(places):
            if place == next_place:
                raise InputError(
                    f"{self.source.id}: {self._key_names()} = {', '.join(map(str, place))}: "
                    "两行相同 / two rows have them: add a column to keys that tells them apart"
                )

    def _columns(self) -> list[sa.ColumnClause[Any]]:
        return [sa.column(name) for name in (self.asked.watermark, *self.asked.keys)]

    def _key_names(self) -> str:
        return ", ".join((self.asked.watermark, *self.asked.keys))

    def _refuse_rows_without_place(self) -> None:
        columns = self._columns()
        query = (
            sa.select(sa.func.count())
            .select_from(self._relation())
            .where(sa.or_(*(column.is_(None) for column in columns)))
        )
        _, rows = self._answer(query)
        if rows[0][0]:
            raise InputError(
                f"{self.source.id}: {rows[0][0]:,} 行读不到 / rows are never read: one of "
                f"{self._key_names()} is null in them; 其余已装载 / all others were loaded"
            )


def _behind(columns: Sequence[sa.ColumnClause[Any]], place: Sequence[Any]) -> Any:
    """Rows behind a place in the order of these columns; not every database compares tuples."""
    column, value = columns[0], place[0]
    if len(columns) == 1:
        return column > value
    rest = _behind(columns[1:], place[1:])
    return sa.or_(column > value, sa.and_(column == value, rest))
