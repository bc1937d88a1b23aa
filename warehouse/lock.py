"""One writer at a time: the lock that loads, builds, publications and changes of the key hold."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.errors import BusyError
from warehouse.rekeying import finish_rekey
from warehouse.settings import Settings


@contextmanager
def writer_lock(settings: Settings, *, doing: str) -> Iterator[None]:
    """Hold the writer's lock; the kernel lets it go even when the process is killed.

    Whoever gets it first undoes or finishes a change of the key that was killed.

    Raises:
        BusyError: another process holds it; the message names what that one does.
    """
    folder = settings.paths.work
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "writer.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            other = file.read().strip() or "?"
            raise BusyError(
                f"另一个进程正在写入, 稍后再试 / another writer is at work ({other}), try later"
            ) from error
        file.truncate(0)
        file.write(doing)
        file.flush()
        finish_rekey(settings.paths)
        yield
