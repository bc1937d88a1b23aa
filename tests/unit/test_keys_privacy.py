"""Keys and sealed bytes: what opens, what does not, and what is said about it."""

import base64
from pathlib import Path

import pytest

from warehouse.errors import InputError
from warehouse.keys import Keys, parse_key
from warehouse.sealed import FRAME_BYTES, MAGIC, seal, unseal
from warehouse.settings import load_settings

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
PATH = Path("vault/rows.enc")


def sealed(content: bytes, *, about: str = "vault residents 1") -> bytes:
    return b"".join(seal(content, key=KEY, about=about))


def opened(content: bytes, *, key: bytes = KEY, about: str = "vault residents 1") -> bytes:
    return unseal(content, key=key, about=about, path=PATH)


@pytest.mark.parametrize("size", [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3_000_000])
def test_what_was_sealed_opens(size: int) -> None:
    content = b"x" * size
    assert opened(sealed(content)) == content


def test_the_same_content_is_never_sealed_alike() -> None:
    first, second = sealed(b"x" * 100), sealed(b"x" * 100)
    assert first[len(MAGIC) :] != second[len(MAGIC) :]
    assert b"xxxx" not in first


@pytest.mark.parametrize("at", [len(MAGIC), len(MAGIC) + 40, -1])
def test_a_changed_byte_is_found(at: int) -> None:
    changed = bytearray(sealed(b"x" * 1000))
    changed[at] ^= 1
    with pytest.raises(InputError, match=r"rows\.enc.*does not open"):
        opened(bytes(changed))


def test_another_key_another_batch_and_a_cut_file_do_not_open() -> None:
    content = sealed(b"x" * (2 * FRAME_BYTES + 5))
    start, frame = len(MAGIC) + 32, FRAME_BYTES + 16
    swapped = content[:start] + content[start + frame : start + 2 * frame]
    swapped += content[start : start + frame] + content[start + 2 * frame :]
    for bytes_, key, about in (
        (content, OTHER, "vault residents 1"),
        (content, KEY, "vault residents 2"),
        (content[: start + frame], KEY, "vault residents 1"),
        (content[:-1], KEY, "vault residents 1"),
        (swapped, KEY, "vault residents 1"),
        (content[:20], KEY, "vault residents 1"),
        (b"PAR1 something else altogether" * 9, KEY, "vault residents 1"),
    ):
        with pytest.raises(InputError, match=r"rows\.enc"):
            opened(bytes_, key=key, about=about)


@pytest.mark.parametrize(
    "text",
    [
        KEY.hex(),
        KEY.hex().upper() + "\n",
        base64.b64encode(KEY).decode(),
        base64.urlsafe_b64encode(KEY).decode(),
    ],
)
def test_hex_and_base64_are_keys(text: str) -> None:
    assert parse_key(text, place="GRIDGOV_KEY") == KEY


@pytest.mark.parametrize("text", ["", "correct horse battery staple", KEY[:31].hex(), "ab" * 31])
def test_what_is_no_key_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(InputError, match="not a key in GRIDGOV_KEY") as caught:
        parse_key(text, place="GRIDGOV_KEY")
    assert not text or text not in str(caught.value)


def test_the_keys_of_one_master_differ_and_are_not_shown() -> None:
    keys = Keys.derived(KEY)
    assert len({keys.pseudonyms, keys.vault, keys.quarantine, KEY}) == 4
    assert repr(keys) == f"Keys(fingerprint='{keys.fingerprint}')"
    assert Keys.derived(OTHER).fingerprint != keys.fingerprint


def test_a_key_in_the_settings_is_never_shown(tmp_path: Path) -> None:
    settings = load_settings({"GRIDGOV_KEY": KEY.hex()}, folder=tmp_path)
    assert settings.key.get_secret_value() == KEY.hex()
    assert KEY.hex() not in repr(settings)
    for name in ("GRIDGOV_KEYS", "GRIDGOV_KEY_FIEL"):
        with pytest.raises(InputError, match=r"known: .*key_file") as caught:
            load_settings({name: KEY.hex()}, folder=tmp_path)
        assert KEY.hex() not in str(caught.value)
    (tmp_path / "gridgov.toml").write_text("key = 1234567890\n")
    with pytest.raises(InputError, match='"key"') as caught:
        load_settings({}, folder=tmp_path)
    assert "1234567890" not in str(caught.value)


def test_a_key_file_is_found_from_the_folder_of_the_settings(tmp_path: Path) -> None:
    settings = load_settings({"GRIDGOV_KEY_FILE": "secret/key"}, folder=tmp_path)
    assert settings.key_file == tmp_path / "secret" / "key"
