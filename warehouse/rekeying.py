"""The switch to another key, in one direction once it has begun.

A change of the key is prepared whole beside the data, in `work/rekey/`, under the paths the files
will have. Until the journal says `switching` nothing of the data has changed and a restart undoes;
from then on a restart finishes. Neither needs a key, so whoever takes the writer's lock next does
it, and no reader of landing ever goes on with pseudonyms of two keys.
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

from warehouse.keys import JOURNAL, unfinished_key_file, write_fingerprint
from warehouse.settings import Paths

PREPARED = "rekey"
"""Folder of the work folder with the files as they will be."""

_KEYED = ("work/warehouse.duckdb*", "published/people_*.duckdb", "published/.people_*")
"""What holds pseudonyms and is built anew from landing."""


@dataclass(frozen=True, kw_only=True)
class Journal:
    """How far a change of the key is. Holds fingerprints and places, never a key.

    new_key_file: made for this change, so undoing removes it; empty when the user's own.
    key_file: the file whose key is replaced by that of `new_key_file`; empty when none is.
    """

    state: Literal["preparing", "switching"]
    old: str
    new: str
    new_key_file: str = ""
    key_file: str = ""

    @property
    def kept_key_file(self) -> Path:
        """Where the key that was replaced goes, for copies of the home that are under it."""
        return Path(f"{self.key_file}.{self.old}")

    def write(self, paths: Paths) -> None:
        """Put it on disk; it appears whole."""
        paths.work.mkdir(parents=True, exist_ok=True)
        file = paths.work / JOURNAL
        unfinished = file.with_suffix(".incoming")
        with unfinished.open("w", encoding="utf-8") as opened:
            json.dump(asdict(self), opened, indent=2)
            opened.flush()
            os.fsync(opened.fileno())
        unfinished.replace(file)
        flush(paths.work)

    def switching(self) -> "Journal":
        """The same past the point of no return."""
        return replace(self, state="switching")


def finish_rekey(paths: Paths) -> bool:
    """Undo a change of the key that was being prepared, finish one that had begun to switch.

    Only the holder of the writer's lock may call this; repeating it is harmless.

    Returns:
        Whether there was anything to do.
    """
    file = paths.work / JOURNAL
    file.with_suffix(".incoming").unlink(missing_ok=True)
    if not file.exists():
        return False
    journal = Journal(**json.loads(file.read_text(encoding="utf-8")))
    if journal.state == "switching":
        _switch(paths, journal)
    elif journal.new_key_file:
        made = Path(journal.new_key_file)
        made.unlink(missing_ok=True)
        unfinished_key_file(made).unlink(missing_ok=True)
    shutil.rmtree(paths.work / PREPARED, ignore_errors=True)
    file.unlink()
    flush(paths.work)
    return True


def _switch(paths: Paths, journal: Journal) -> None:
    prepared = paths.work / PREPARED
    for file in sorted(prepared.rglob("*")):
        if file.is_file():
            place = paths.home / file.relative_to(prepared)
            file.replace(place)
            flush(place.parent)
    for pattern in _KEYED:
        for file in paths.home.glob(pattern):
            file.unlink()
    write_fingerprint(paths, journal.new)
    if journal.key_file and Path(journal.new_key_file).exists():
        if not journal.kept_key_file.exists():
            os.link(journal.key_file, journal.kept_key_file)
        Path(journal.new_key_file).replace(journal.key_file)
        flush(Path(journal.key_file).parent)


def flush(path: Path) -> None:
    """Have a file's content, or the names in a folder, on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
