"""Texts of the interface: one flat catalogue per language, the same keys in both.

A catalogue is a folder, one file for each part of the interface; a key stands in one of them.
"""

from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent


class Lang(StrEnum):
    """A language of the interface; Chinese comes first."""

    ZH = "zh"
    EN = "en"

    @property
    def other(self) -> "Lang":
        """The language the switch leads to, and the one shown small beside a name."""
        return Lang.EN if self is Lang.ZH else Lang.ZH

    @property
    def tag(self) -> str:
        """Language tag of the page."""
        return "zh-CN" if self is Lang.ZH else "en"


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """Every text of a language by key.

    Raises:
        ValueError: a key that stands in two files.
    """
    texts: dict[str, str] = {}
    for file in sorted((FOLDER / lang.value).glob("*.yml")):
        found: dict[str, str] = yaml.safe_load(file.read_text(encoding="utf-8"))
        if twice := texts.keys() & found.keys():
            raise ValueError(f"{file.name}: {', '.join(sorted(twice))} stands in another file too")
        texts |= found
    return texts


def text(key: str, lang: Lang, **values: object) -> str:
    """The text of a key, with `{name}` places filled.

    Raises:
        KeyError: no such key in that language.
    """
    template = catalogue(lang)[key]
    return template.format(**values) if values else template
