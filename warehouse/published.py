"""Reading the published file: the version a reader sees is whole and never changes under it."""

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from warehouse.errors import InputError, UsageError, unknown_value
from warehouse.settings import Settings

CURRENT = "current"
PREFIX = "serve_"
SUFFIX = ".duckdb"

Parameters = Sequence[Any] | Mapping[str, Any]


class NothingPublishedError(InputError):
    """There is no published version to read."""


def published_file(version: int) -> str:
    """File name of a published version.

    >>> published_file(12)
    'serve_12.duckdb'
    """
    return f"{PREFIX}{version}{SUFFIX}"


def version_of(name: str) -> int | None:
    """Version of a published file's name; null for any other file.

    >>> version_of("serve_12.duckdb"), version_of(".build_12.duckdb")
    (12, None)
    """
    number = name.removeprefix(PREFIX).removesuffix(SUFFIX)
    return int(number) if number.isdigit() and name == published_file(int(number)) else None


class Published:
    """One published version, open for reading; safe to use from many threads.

    It stays readable after newer versions have replaced it and its file was removed, for as long
    as anything refers to it.
    """

    def __init__(self, path: Path, *, version: int | None = None) -> None:
        """Open a file; its name tells the version unless it is given (a file being written)."""
        number = version_of(path.name) if version is None else version
        if number is None:
            raise NothingPublishedError(f"{path} 不是发布文件 / is not a published file")
        self.version: int = number
        self.path: Path = path
        # Files and the network stay out of reach of a query; times come back in UTC.
        self._connection = duckdb.connect(
            str(path),
            read_only=True,
            config={"enable_external_access": "false"},
        )
        self._connection.execute("set global TimeZone = 'UTC'")

    def sql(self, query: str, params: Parameters = ()) -> pl.DataFrame:
        """Run one read-only query and return its rows.

        Args:
            query: one statement; `?` or `$name` stand for parameters.
            params: values for `?` in order, or for `$name` by name.

        Raises:
            duckdb.Error: the statement is wrong or would write.
        """
        # One connection shared by threads fails ("connection is busy"): a cursor per call.
        with self._connection.cursor() as cursor:
            relation = cursor.sql(query, params=params if params else None)
            rows: pl.DataFrame = pl.DataFrame() if relation is None else relation.pl()
        return rows

    def as_of(self, county_code: str) -> datetime:
        """The county's "now" in this version, as an instant in UTC.

        Raises:
            UsageError: the county has nothing in this version.
        """
        times = dict(self.sql("select county_code, as_of_at from ops.build").iter_rows())
        if county_code not in times:
            raise UsageError(unknown_value("county", county_code, times))
        as_of_at: datetime = times[county_code]
        return as_of_at.astimezone(UTC)


class PublishedStore:
    """Where readers find the version of the moment."""

    def __init__(self, settings: Settings) -> None:
        self._link = settings.paths.published / CURRENT
        self._lock = threading.Lock()
        self._open: Published | None = None

    def current(self) -> Published:
        """The version that `current` names now; reopened when the link has moved.

        Raises:
            NothingPublishedError: nothing was published yet.
        """
        with self._lock:
            while True:
                name = self._target()
                if self._open is not None and self._open.path.name == name:
                    return self._open
                try:
                    self._open = Published(self._link.parent / name)
                except duckdb.IOException:
                    # So many publications since the link was read that the file is gone.
                    if self._target() == name:
                        raise
                else:
                    return self._open

    def _target(self) -> str:
        try:
            return self._link.readlink().name
        except FileNotFoundError as error:
            raise NothingPublishedError(
                f"{self._link.parent}: 尚未发布 / nothing is published yet; "
                "请先运行 / run `gridgov build`"
            ) from error
