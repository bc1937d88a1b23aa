"""Addresses and passwords of live sources: from the environment, and into no message."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from warehouse.errors import InputError

HIDDEN = "***"


def secret(environ: Mapping[str, str], name: str, *, source_id: str) -> str:
    """What an environment variable says.

    Raises:
        InputError: it is not set.
    """
    value = environ.get(name, "").strip()
    if not value:
        raise InputError(
            f"{source_id}: 环境变量未设置 / the environment variable {name} is not set; "
            "它含地址或口令 / it holds the address or the password"
        )
    return value


def scrubbed(text: str, *secrets: str) -> str:
    """A message without the addresses in it, nor any part of them that says who or where."""
    parts: set[str] = set()
    for one in secrets:
        parts |= {one, one.removeprefix("Bearer ")}
        try:
            split = urlsplit(one)
            user, password, host = split.username, split.password, split.hostname
            port = split.port
        except ValueError:
            continue
        for part in (split.netloc, user, password, host, split.query, split.path.strip("/")):
            parts |= {part, unquote(part)} if part else set()
        if port:
            parts.add(str(port))
        parts |= {value for pair in split.query.split("&") for value in pair.split("=")[1:]}
    for part in sorted(filter(None, parts), key=len, reverse=True):
        text = text.replace(part, HIDDEN)
    return text
