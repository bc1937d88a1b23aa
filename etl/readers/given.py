"""A file as it was given: itself, or the one file inside a `.zip`, without a clear copy on disk."""

import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO

from warehouse.errors import InputError

NO_DATA = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What archivers of other systems add beside the data."""

IS_UTF8 = 0x800
IS_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Given:
    """A file to read.

    member: the one data file inside `path`, where that is a `.zip`.
    """

    path: Path
    member: zipfile.ZipInfo | None = None

    @property
    def name(self) -> str:
        """The name for messages."""
        return f"{self.path.name}/{_spoken(self.member)}" if self.member else self.path.name

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The content as a stream of bytes.

        Raises:
            InputError: the archive is damaged.
        """
        if self.member is None:
            with self.path.open("rb") as file:
                yield file
            return
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as file:
                yield file
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
            raise InputError(
                f"{self.name}: 压缩包损坏 / the archive is damaged: {error}"
            ) from error

    def whole(self) -> Path | io.BytesIO:
        """The file's path, or its content where it has no path of its own."""
        if self.member is None:
            return self.path
        with self.opened() as file:
            return io.BytesIO(file.read())


def find_file(path: Path) -> Given:
    """The file at a path, looked for inside where that is a `.zip`.

    Raises:
        InputError: an archive without a file or with several (named), locked, or no archive.
    """
    if path.suffix.lower() != ".zip":
        return Given(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if _is_data(one)]
    except zipfile.BadZipFile as error:
        raise InputError(f"{path.name}: 不是压缩包 / is not an archive: {error}") from error
    if len(members) != 1:
        names = ", ".join(_spoken(one) for one in members[:20]) or "—"
        raise InputError(
            f"{path.name}: 压缩包应只含一个文件 / an archive must hold one file, "
            f"it holds {len(members)}: {names}"
        )
    if members[0].flag_bits & IS_ENCRYPTED:
        raise InputError(
            f"{path.name}: 压缩包有密码 / {_spoken(members[0])} is locked by a password; "
            "请先解压 / unpack it first"
        )
    return Given(path, members[0])


@dataclass
class UnnamedFile:
    """A file on disk that no name leads to: gone with the process, however that ends."""

    folder: Path
    file: BinaryIO = field(init=False)

    def __post_init__(self) -> None:
        """Open it, in a folder on the disk that has the room."""
        self.file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 - lives as long as this

    @property
    def path(self) -> Path:
        """Where this process finds it while it is open."""
        self.file.flush()
        return Path(f"/dev/fd/{self.file.fileno()}")


def _is_data(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    return not member.is_dir() and not name.startswith(NO_DATA) and not name.endswith(NO_DATA)


def _spoken(member: zipfile.ZipInfo) -> str:
    """Its name; archivers of Chinese systems write it in GBK without saying so."""
    if member.flag_bits & IS_UTF8:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename
