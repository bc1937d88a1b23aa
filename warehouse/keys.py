"""Keys: one master key outside the home, and what pseudonyms, vault and quarantine derive from it.

The home holds a fingerprint of the key and never the key, so a copy of the home opens nothing. A
key that does not fit the fingerprint is refused: going on with another one would give every person
a second pseudonym and leave a vault that half opens.
"""

import base64
import binascii
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from warehouse.errors import InputError
from warehouse.settings import Paths, Settings

KEY_BYTES = 32
"""Bytes of every key; a master key may be longer, never shorter."""

SEALED_FILE = "rows.enc"
"""Rows of a batch in vault or quarantine, encrypted."""

JOURNAL = "rekey.json"
"""In the work folder while a change of the key is not finished."""


@dataclass(frozen=True)
class Keys:
    """What one master key gives. None of it is shown when the object is printed."""

    pseudonyms: bytes = field(repr=False)
    vault: bytes = field(repr=False)
    quarantine: bytes = field(repr=False)
    fingerprint: str
    """16 hex digits that tell keys apart and say nothing about them."""

    @classmethod
    def derived(cls, master: bytes) -> "Keys":
        """The keys of a master key."""
        return cls(
            pseudonyms=_derive(master, "pseudonyms"),
            vault=_derive(master, "vault"),
            quarantine=_derive(master, "quarantine"),
            fingerprint=_derive(master, "fingerprint")[:8].hex(),
        )


@dataclass(frozen=True)
class KeyPlace:
    """Where the master key is looked for: `file`, or the variable when that is None."""

    file: Path | None
    is_default: bool = False

    def __str__(self) -> str:
        return "GRIDGOV_KEY" if self.file is None else str(self.file)


def key_place(settings: Settings) -> KeyPlace:
    """The one place of the key: the variable, the file of the settings, or beside the home.

    Raises:
        InputError: both the variable and the file are given, or the file is in the home.
    """
    given = settings.key.get_secret_value()
    if given and settings.key_file is not None:
        raise InputError(
            "密钥给了两处 / the key is given twice: GRIDGOV_KEY and GRIDGOV_KEY_FILE "
            f"({settings.key_file}); 留一个 / keep one"
        )
    if given:
        return KeyPlace(None)
    home = settings.home.resolve()
    if settings.key_file is not None:
        if settings.key_file.resolve().is_relative_to(home):
            raise InputError(
                f"密钥不得在数据目录内 / the key must not be in the home: {settings.key_file}"
            )
        return KeyPlace(settings.key_file)
    return KeyPlace(home.with_name(f"{home.name}.key"), is_default=True)


def load_keys(
    settings: Settings, *, may_create: bool = True, notice: Callable[[str], None] | None = None
) -> Keys:
    """The keys of this home.

    A home without any encrypted data takes the key it is given, or makes one in `<home>.key`
    (mode 0600), and remembers its fingerprint; from then on no other key is accepted.

    Args:
        may_create: false for what only reads: nothing is written.
        notice: told where a key was made, and of a key file that others may read.

    Raises:
        InputError: no key, a file that cannot be read, a text that is no key, or another key than
            that of the data; names the file or variable, never what it holds.
    """
    place = key_place(settings)
    known = known_fingerprint(settings.paths)
    tell = notice or (lambda _: None)
    if place.file is None:
        master = parse_key(settings.key.get_secret_value(), place=str(place))
    elif place.is_default and may_create and not place.file.exists() and not known:
        _refuse_orphans(settings.paths, place=place)
        master = create_key_file(place.file)
        tell(
            f"新密钥 / a new key was made: {place.file}\n"
            "  请另行妥善备份;丢失后保险库与隔离区无法打开 / keep a copy of it elsewhere: without "
            "it vault and quarantine never open again"
        )
    else:
        master = read_key_file(place, known=known)
        if place.file.stat().st_mode & 0o077:
            tell(
                f"密钥文件权限过宽 / others may read the key file: chmod 600 {place.file}",
            )
    keys = Keys.derived(master)
    if not known:
        _refuse_orphans(settings.paths, place=place)
        if may_create:
            write_fingerprint(settings.paths, keys.fingerprint)
    elif known != keys.fingerprint:
        raise InputError(
            f"密钥不对 / wrong key in {place}: its fingerprint is {keys.fingerprint}, the data of "
            f"{settings.paths.home} is under {known}; 没有改动 / nothing was changed"
            f"{_unfinished(settings.paths)}"
        )
    return keys


def parse_key(text: str, *, place: str) -> bytes:
    """A master key from hex or base64 of at least 32 bytes.

    Raises:
        InputError: neither, or too short; the text itself is never shown.
    """
    text = text.strip()
    try:
        key = bytes.fromhex(text) if _is_hex(text) else _from_base64(text)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) < KEY_BYTES:
        raise InputError(
            f"密钥格式不对 / not a key in {place}: hex or base64 of at least {KEY_BYTES} bytes "
            "expected, as `openssl rand -hex 32` writes"
        )
    return key


def read_key_file(place: KeyPlace, *, known: str = "") -> bytes:
    """The master key in a file.

    Raises:
        InputError: no such file, one that cannot be read, or one that holds no key.
    """
    assert place.file is not None
    try:
        text = place.file.read_text(encoding="ascii")
    except FileNotFoundError:
        of_data = f"; 数据的密钥指纹 / the data is under the key {known}" if known else ""
        raise InputError(
            f"没有密钥文件 / no key file {place}{of_data}. 请从备份恢复 / put it back from its "
            "copy, or name it in GRIDGOV_KEY_FILE"
            + ("" if known else "; `openssl rand -hex 32` makes a new one")
        ) from None
    except UnicodeDecodeError:
        text = ""
    except OSError as error:
        raise InputError(
            f"密钥文件不可读 / key file {place} cannot be read: {error.strerror}"
        ) from error
    return parse_key(text, place=str(place))


def create_key_file(file: Path) -> bytes:
    """A new random key in a new file, mode 0600, on disk when this returns; it appears whole.

    Raises:
        InputError: the file exists or its folder cannot be written.
    """
    key = secrets.token_bytes(KEY_BYTES)
    unfinished = unfinished_key_file(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as opened:
                opened.write(f"{key.hex()}\n")
                opened.flush()
                os.fsync(descriptor)
            # Unlike a rename, a link never takes the place of a key that is there.
            os.link(unfinished, file)
        finally:
            unfinished.unlink()
    except OSError as error:
        raise InputError(
            f"无法写密钥文件 / cannot write the key file {file}: {error.strerror}; "
            "give a key in GRIDGOV_KEY or GRIDGOV_KEY_FILE"
        ) from error
    return key


def unfinished_key_file(file: Path) -> Path:
    """Where a key file is written before it has its name."""
    return file.with_name(f".{file.name}.incoming")


def known_fingerprint(paths: Paths) -> str:
    """Fingerprint of the key that the home's data is under; empty where there is none yet.

    Raises:
        InputError: the record of it cannot be read.
    """
    file = _fingerprint_file(paths)
    if not file.exists():
        return ""
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["fingerprint"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"密钥指纹 / fingerprint of the key {file}: {error}") from error


def write_fingerprint(paths: Paths, fingerprint: str) -> None:
    """Remember the key that the home's data is under; the file appears whole."""
    file = _fingerprint_file(paths)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    entry = {"fingerprint": fingerprint, "since": datetime.now(UTC).isoformat(timespec="seconds")}
    unfinished = file.with_suffix(".incoming")
    with unfinished.open("w", encoding="utf-8") as opened:
        json.dump(entry, opened, indent=2)
        opened.flush()
        os.fsync(opened.fileno())
    unfinished.replace(file)


def _fingerprint_file(paths: Paths) -> Path:
    return paths.vault / "key.json"


def _refuse_orphans(paths: Paths, *, place: KeyPlace) -> None:
    """Encrypted data without the fingerprint of its key: no key may be taken for it."""
    for parent in (paths.vault, paths.quarantine):
        found = next(parent.glob(f"*/batch=*/{SEALED_FILE}"), None)
        if found is not None:
            raise InputError(
                f"{_fingerprint_file(paths)} 缺失 / is missing, but {found} is encrypted: put it "
                f"back from a copy of the home; {place} 未采用 / was not taken"
            )


def _unfinished(paths: Paths) -> str:
    if not (paths.work / JOURNAL).exists():
        return ""
    return (
        "\n  更换密钥尚未完成 / a change of the key is not finished: `gridgov rekey` or the next "
        "load or build ends it"
    )


def _is_hex(text: str) -> bool:
    return len(text) % 2 == 0 and all(one in "0123456789abcdefABCDEF" for one in text)


def _from_base64(text: str) -> bytes:
    return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)


def _derive(master: bytes, purpose: str) -> bytes:
    return HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"gridgov {purpose}".encode()
    ).derive(master)
