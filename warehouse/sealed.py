"""Sealed files: bytes encrypted in frames that cannot be changed, reordered, cut or swapped unseen.

A file is MAGIC, 32 random bytes, and frames of 1 MiB, each encrypted with AES-256-GCM under a key
that HKDF makes of the sealing key and the random bytes, so that the frames' numbers can serve as
nonces. The last frame is marked as such in its nonce: a file that was cut does not open. What the
file is about (`about`, as "vault residents 20261122-0001") is authenticated with every frame: a
file put in another's place does not open either.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from warehouse.errors import InputError

MAGIC = b"gridgov sealed 1\n"
FRAME_BYTES = 1 << 20
_SALT_BYTES = 32
_TAG_BYTES = 16


def seal(content: bytes | memoryview, *, key: bytes, about: str) -> Iterator[bytes]:
    """The parts of a sealed file, in order."""
    salt = secrets.token_bytes(_SALT_BYTES)
    cipher = _cipher(key, salt)
    yield MAGIC + salt
    view = memoryview(content)
    last = max(len(view) - 1, 0) // FRAME_BYTES
    for number in range(last + 1):
        frame = view[number * FRAME_BYTES : (number + 1) * FRAME_BYTES]
        nonce = _nonce(number, is_last=number == last)
        yield cipher.encrypt(nonce, frame, about.encode())


def unseal(sealed: bytes, *, key: bytes, about: str, path: Path) -> bytes:
    """What was sealed.

    Raises:
        InputError: not a sealed file, damaged, or sealed under another key; names `path`.
    """
    start = len(MAGIC) + _SALT_BYTES
    if not sealed.startswith(MAGIC) or len(sealed) < start + _TAG_BYTES:
        raise InputError(f"{path}: 不是加密文件或不完整 / is not a sealed file, or not all of it")
    cipher = _cipher(key, sealed[len(MAGIC) : start])
    view, size = memoryview(sealed)[start:], FRAME_BYTES + _TAG_BYTES
    last = (len(view) - 1) // size
    try:
        return b"".join(
            cipher.decrypt(
                _nonce(number, is_last=number == last),
                view[number * size : (number + 1) * size],
                about.encode(),
            )
            for number in range(last + 1)
        )
    except InvalidTag:
        raise InputError(
            f"{path}: 打不开:密钥不对或文件已损坏 / does not open: another key, or damaged"
        ) from None


def write_sealed(path: Path, content: bytes | memoryview, *, key: bytes, about: str) -> None:
    """Write a new file that only its owner may read; the caller flushes it to disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(seal(content, key=key, about=about))


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(
        HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"gridgov sealed 1").derive(key)
    )


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
