"""Where a table comes from, read from the dbt project itself: its `ref`s and its columns' words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from warehouse.catalogue.model import Text
from warehouse.project import YAML_LOADER, project_folder
from warehouse.staging import EVERY_VERSION

MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\(.*?endmacro", re.DOTALL)
CALL = re.compile(r"\b(\w+)\(")
REF = re.compile(r"\bref\(\s*['\"](\w+)['\"]\s*\)")

COMMON = ("int_counties__", "int_dates__", "int_quality__", "stg_ops__")
"""Models that every table leans on, for "now" and the calendar: no origin of a table's rows."""

STAGING, INTERMEDIATE = "staging", "intermediate"
NOT_DELIVERED = ("ops", "geo")
"""Folders of staging models that read what the product itself knows, not a dataset."""


@dataclass(frozen=True)
class Model:
    """A model of the dbt project.

    Attributes:
        layer: its first folder: `staging`, `intermediate`, `marts`, `people` or `ops`.
        folder: the one below: of a staging model its department.
        refs: models it reads, seeds left out.
    """

    name: str
    layer: str
    folder: str
    refs: tuple[str, ...]

    @property
    def dataset(self) -> str | None:
        """The dataset whose records a staging model holds; null for any other model."""
        if self.layer != STAGING or self.folder in NOT_DELIVERED:
            return None
        return self.name.split("__", 1)[1].removesuffix(EVERY_VERSION)


@cache
def load_models() -> Mapping[str, Model]:
    """Every model by name."""
    root = project_folder() / "models"
    files = {file.stem: file for file in sorted(root.rglob("*.sql"))}
    macros = _macros()
    found = {}
    for name, file in files.items():
        layer, *below = file.relative_to(root).parts[:-1]
        refs = [ref for ref in _refs(file.read_text(encoding="utf-8"), macros) if ref in files]
        found[name] = Model(name, layer, below[0] if below else "", tuple(refs))
    return found


def _macros() -> dict[str, str]:
    """Text of every macro by name: what it reads, the model that calls it reads."""
    found = {}
    for file in sorted((project_folder() / "macros").rglob("*.sql")):
        for block in MACRO.finditer(file.read_text(encoding="utf-8")):
            found[block.group(1)] = block.group(0).partition(")")[2]
    return found


def _refs(sql: str, macros: Mapping[str, str]) -> list[str]:
    """Models a text reads, itself or through the macros it calls, each once."""
    texts, called = [sql], set[str]()
    for text in texts:
        names = (macros.keys() & set(CALL.findall(text))) - called
        called |= names
        texts += (macros[name] for name in sorted(names))
    return list(dict.fromkeys(ref for text in texts for ref in REF.findall(text)))


@cache
def origin_of(table: str) -> tuple[Model, ...]:
    """The models a table is made of, itself first, each once; those in `COMMON` left out."""
    models = load_models()
    found: dict[str, Model] = {}
    waiting = [table] if table in models else []
    while waiting:
        name = waiting.pop(0)
        if name in found or name.startswith(COMMON):
            continue
        found[name] = models[name]
        waiting += models[name].refs
    return tuple(found.values())


@cache
def datasets_of(table: str) -> tuple[str, ...]:
    """The datasets whose records a table is made of."""
    return tuple(sorted(model.dataset for model in origin_of(table) if model.dataset))


@cache
def staging_of(dataset: str) -> Model | None:
    """The staging model of a dataset; null where there is no such dataset."""
    return next((one for one in load_models().values() if one.dataset == dataset), None)


@cache
def column_words(table: str) -> Mapping[str, Text]:
    """What each column of a table is, in a few words; empty for an unknown table."""
    model = load_models().get(table)
    if model is None:
        return {}
    file = project_folder() / "models" / model.layer / model.folder / f"{model.name}.yml"
    content = yaml.load(file.read_text(encoding="utf-8"), YAML_LOADER)
    words = {}
    for column in content["models"][0]["columns"]:
        zh, _, en = str(column.get("description", "")).partition(" / ")
        if zh and en:
            words[column["name"]] = Text(zh=zh, en=en.rstrip("."))
    return words
