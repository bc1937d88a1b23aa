"""Answers and pages made ahead by another process: one file for each version, read by key."""

import hashlib
import logging
import pickle
import sqlite3
import sys
import zlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from importlib.metadata import version as version_of_package
from pathlib import Path
from threading import Lock
from typing import Any

from warehouse.published import Published, published_file

log = logging.getLogger(__name__)

SUFFIX = ".sqlite"
ROOT = Path(__file__).parents[1]
MADE_BY = ("dashboards", "geo", "warehouse")
"""Packages whose code and words decide what an answer or a page is."""
MADE_WITH = ("duckdb", "plotly", "polars")
KINDS = {".py", ".yml"}


class Shelf:
    """What was made ahead, in files below one folder; safe to use from many threads.

    A key begins with the number of the version it is of. Files hold pickles, so the folder is as
    much to be trusted as the published files beside it: only its owner may read or write it. All
    of it can be removed at any time; it is made again.
    """

    def __init__(self, folder: Path, *, writes: bool = False) -> None:
        """Open nothing yet.

        Args:
            folder: where the files are.
            writes: keep what is given; otherwise `put` is for nothing.
        """
        self._folder = folder
        self._writes = writes
        self._files: dict[int, sqlite3.Connection] = {}
        self._lock = Lock()

    def open(self, published: Published, about: str) -> None:
        """Look into a version's file from now on; files of versions no longer there are removed.

        Args:
            published: the version.
            about: what else an answer or a page depends on, beside the version and our code.

        Raises:
            OSError, sqlite3.Error: the file cannot be made or read.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / f"v{published.version}-{_identity(published, about)}{SUFFIX}"
        file.touch(mode=0o600)
        connection = sqlite3.connect(
            file, check_same_thread=False, timeout=60, isolation_level=None
        )
        # A reader never waits for the writer. What a power cut takes is made again.
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = off")
        connection.execute("create table if not exists made (key text primary key, value blob)")
        with self._lock:
            self._files[published.version] = connection
        self._remove_old(published, keep=file.name)

    def find(self, keys: Sequence[Hashable]) -> dict[int, Any]:
        """Values by the places of their keys; those that are not there have none.

        A file that cannot be read is left alone from then on: what was in it is made again.
        """
        found: dict[int, Any] = {}
        for place, key in enumerate(keys):
            version = _version(key)
            try:
                made = self._read(version, repr(key))
                if made is not None:
                    found[place] = pickle.loads(zlib.decompress(made))
            except Exception:
                log.exception("what was made ahead of version %s cannot be read", version)
                self._close(version)
        return found

    def _read(self, version: int, key: str) -> bytes | None:
        with self._lock:
            if (file := self._files.get(version)) is None:
                return None
            row = file.execute("select value from made where key = ?", [key]).fetchone()
        return row[0] if row else None

    def _close(self, version: int) -> None:
        with self._lock:
            file = self._files.pop(version, None)
            if file is not None:
                file.close()

    def put(self, values: Mapping[Hashable, Any]) -> None:
        """Keep values by their keys, where this shelf writes and has their version's file."""
        if not self._writes:
            return
        for key, value in values.items():
            if (file := self._files.get(_version(key))) is not None:
                made = zlib.compress(pickle.dumps(value), level=1)
                with self._lock:
                    file.execute("insert or replace into made values (?, ?)", [repr(key), made])

    def _remove_old(self, published: Published, keep: str) -> None:
        """Remove files of versions that are gone, and those of this one made by other code."""
        for path in self._folder.glob(f"v*{SUFFIX}*"):
            version = int(path.name.removeprefix("v").partition("-")[0])
            if not (published.path.parent / published_file(version)).exists():
                self._close(version)
                path.unlink(missing_ok=True)
            elif version == published.version and not path.name.startswith(keep):
                path.unlink(missing_ok=True)


def _version(key: Hashable) -> int:
    first: int = key[0]  # type: ignore[index]
    return first


def _identity(published: Published, about: str) -> str:
    """Another one wherever an answer or a page could be another."""
    parts = [about, sys.version, *(version_of_package(name) for name in MADE_WITH)]
    for file in (published.path, published.people_path):
        if file.exists():
            stat = file.stat()
            parts.append(f"{stat.st_size} {stat.st_mtime_ns}")
    made = hashlib.sha256("\n".join(parts).encode())
    for file in sorted(_sources()):
        made.update(file.read_bytes())
    return made.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    for package in MADE_BY:
        for path in (ROOT / package).iterdir():
            # What the browser gets has a fingerprint of its own.
            if path.name not in ("assets", "web"):
                files = path.rglob("*") if path.is_dir() else [path]
                yield from (file for file in files if file.suffix in KINDS)
