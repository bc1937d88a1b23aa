"""Errors a user can act on, each with the exit code of its kind.

Anything else that escapes is a bug: exit code 1, with a traceback.
"""

from collections.abc import Iterable


class GridgovError(Exception):
    """Base of every error shown to a user without a traceback."""

    exit_code = 1


class UsageError(GridgovError):
    """The command, option or question is not one that exists."""

    exit_code = 2


class InputError(GridgovError):
    """A file, contract, source or setting cannot be used; nothing was loaded."""

    exit_code = 3


class BusyError(GridgovError):
    """Another process holds the writer's lock."""

    exit_code = 4


class BuildError(GridgovError):
    """The build failed; the published version stays as it was."""

    exit_code = 5


ECHOED = 80
"""Letters of a value that an error repeats: enough to know it again."""


def shortened(value: object, *, most: int = ECHOED) -> str:
    """A value as an error repeats it.

    >>> shortened("abcdef", most=4)
    'abcd…'
    """
    written = str(value)
    return written if len(written) <= most else f"{written[:most]}…"


def unknown_value(thing: str, value: object, allowed: Iterable[object], *, most: int = 40) -> str:
    """Say which value is not known and which ones are.

    >>> unknown_value("county", "bostn", ["430181", "boston"])
    'county "bostn" 不存在 / is not known; 可用 / allowed: 430181, boston'
    """
    names = sorted(str(name) for name in allowed)
    shown = ", ".join(names[:most]) or "—"
    more = f" … (+{len(names) - most})" if len(names) > most else ""
    return f'{thing} "{shortened(value)}" 不存在 / is not known; 可用 / allowed: {shown}{more}'
