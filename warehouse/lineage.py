"""Where a table comes from, read from the dbt project itself: its `ref`s and its columns' words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from warehouse.catalogue.model import Text
from warehouse.project import YAML_LOADER, project_folder

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
        """The dataset whose latest records a staging model holds; null for any other model."""
        if self.layer != STAGING or self.folder in NOT_DELIVERED:
            return None
        return self.name.split("__", 1)[1]


@cache
def load_models() -> Mapping[str, Model]:
    """Every model by name."""
    root = project_folder() / "models"
    found = {}
    for file in sorted(root.rglob("*.sql")):
        layer, *below = file.relative_to(root).parts[:-1]
        refs = tuple(dict.fromkeys(REF.findall(file.read_text(encoding="utf-8"))))
        found[file.stem] = Model(file.stem, layer, below[0] if below else "", refs)
    return {
        name: Model(name, model.layer, model.folder, tuple(r for r in model.refs if r in found))
        for name, model in found.items()
    }


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
def column_words(dataset: str) -> Mapping[str, Text]:
    """What each column of a dataset is, in a few words; empty for an unknown dataset."""
    model = next((one for one in load_models().values() if one.dataset == dataset), None)
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
