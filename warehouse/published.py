"""Reading the published file: the version a reader sees is whole and never changes under it."""

import os
import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from warehouse.errors import InputError, UsageError, unknown_value
from warehouse.settings import Settings

CURRENT = "current"
PREFIX = "serve_"
PEOPLE_PREFIX = "people_"
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


def people_file(version: int) -> str:
    """File name of a version's rows about persons.

    >>> people_file(12)
    'people_12.duckdb'
    """
    return f"{PEOPLE_PREFIX}{version}{SUFFIX}"


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

    def __init__(
        self,
        path: Path,
        *,
        version: int | None = None,
        with_people: bool | None = False,
        people_folder: Path | None = None,
    ) -> None:
        """Open a version.

        Args:
            path: its file.
            version: its number where the name does not tell it (a file being written).
            with_people: open the file about persons too, for those who may see it; null opens it
                where it can be read.
            people_folder: where the file about persons lies; null is beside the other.
        """
        number = version_of(path.name) if version is None else version
        if number is None:
            raise NothingPublishedError(f"{path} 不是发布文件 / is not a published file")
        self.version: int = number
        self.path: Path = path
        self.people_path: Path = (people_folder or path.parent) / people_file(number)
        self._connection = _connect(path)
        is_open = os.access(self.people_path, os.R_OK) if with_people is None else with_people
        self._people = _connect(self.people_path) if is_open else None

    @property
    def has_people(self) -> bool:
        """Whether the file about persons is open too."""
        return self._people is not None

    def sql(self, query: str, params: Parameters = ()) -> pl.DataFrame:
        """Run one read-only query and return its rows.

        Args:
            query: one statement; `?` or `$name` stand for parameters.
            params: values for `?` in order, or for `$name` by name.

        Raises:
            duckdb.Error: the statement is wrong or would write.
        """
        return _rows(self._connection, query, params)

    def people_sql(self, query: str, params: Parameters = ()) -> pl.DataFrame:
        """Run one read-only query on the rows about persons of the same version.

        Raises:
            NothingPublishedError: the version was opened without them.
            duckdb.Error: the statement is wrong or would write.
        """
        if self._people is None:
            raise NothingPublishedError(
                f"{self.path.name}: 打开时未含个人数据 / was opened without the rows about persons"
            )
        return _rows(self._people, query, params)

    def as_of(self, county_code: str) -> datetime:
        """The county's "now" in this version, as an instant in UTC.

        Raises:
            UsageError: the county has nothing in this version.
        """
        as_of_at: datetime = self._of_county("as_of_at", county_code)
        return as_of_at.astimezone(UTC)

    def as_of_date(self, county_code: str) -> date:
        """The county's day at that time.

        Raises:
            UsageError: the county has nothing in this version.
        """
        as_of_date: date = self._of_county("as_of_date", county_code)
        return as_of_date

    def zone(self, county_code: str) -> ZoneInfo:
        """The county's time zone.

        Raises:
            UsageError: the county has nothing in this version.
        """
        return ZoneInfo(self._of_county("time_zone", county_code))

    def _of_county(self, column: str, county_code: str) -> Any:
        values = dict(self.sql(f"select county_code, {column} from ops.build").iter_rows())
        if county_code not in values:
            raise UsageError(unknown_value("county", county_code, values))
        return values[county_code]


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    # Files and the network stay out of reach of a query; times come back in UTC.
    connection = duckdb.connect(
        str(path), read_only=True, config={"enable_external_access": "false"}
    )
    connection.execute("set global TimeZone = 'UTC'")
    return connection


def _rows(connection: duckdb.DuckDBPyConnection, query: str, params: Parameters) -> pl.DataFrame:
    # One connection shared by threads fails ("connection is busy"): a cursor per call.
    with connection.cursor() as cursor:
        relation = cursor.sql(query, params=params if params else None)
        rows: pl.DataFrame = pl.DataFrame() if relation is None else relation.pl()
    return rows


class PublishedStore:
    """Where readers find the version of the moment."""

    def __init__(self, settings: Settings, *, with_people: bool | None = False) -> None:
        """Look where `settings` publish.

        Args:
            settings: for the folder.
            with_people: open the rows about persons too, only for those who may see them; null
                opens them where they can be read.
        """
        self._with_people = with_people
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
                    self._open = Published(self._link.parent / name, with_people=self._with_people)
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
