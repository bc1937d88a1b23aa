"""Facts a KPI may be about: their columns and slices, read from the models' own descriptions.

A model whose `.yml` has `config.meta.fact` is one. What the build enforces as the mart's contract
is thus the very list that a KPI's columns are checked against.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from warehouse.project import YAML_LOADER, project_folder

TEXT = "varchar"
TIME = "timestamp with time zone"
DAY = "date"
FLAG = "boolean"
COUNT = "bigint"
NUMBER = "double"

FOLDERS = {"marts": False, "people": True}
"""Folder of models → whether its tables are published to the file about persons only."""

SPELL = ("valid_from_date", "valid_to_date")
"""Days on which a spell begins, and has ended (exclusive; null while it lasts)."""


class Fact(BaseModel):
    """A table of which KPIs are computed; one row per `key`, or per spell of a key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    key: str
    """Column that tells what is counted apart: a case, a person, a grid."""
    department: str | None = None
    category: str | None = None
    major_category: str | None = None
    channel: str | None = None
    stage: str | None = None
    """Columns of the slices that are neither area nor time; null where it has no such slice."""
    excluded: tuple[str, ...] = ()
    """Flags of rows left out where a KPI says nothing (kpis rule 5)."""
    is_personal: bool = False
    """About persons in need: small cells are not shown."""
    is_in_people_file: bool = False
    columns: Mapping[str, str]
    """Column → type, in the order of the table."""

    @property
    def is_spells(self) -> bool:
        """Whether a row holds for a spell of days instead of happening on one."""
        return set(SPELL) <= set(self.columns)

    def column_of(self, dimension: str) -> str | None:
        """Its column of an area level or another slice; null where it has none."""
        if dimension in ("department", "category", "major_category", "channel", "stage"):
            name: str | None = getattr(self, dimension)
            return name
        column = f"{dimension}_code"
        return column if column in self.columns else None

    def columns_of(self, *types: str) -> tuple[str, ...]:
        """Its columns of some types."""
        return tuple(name for name, kind in self.columns.items() if kind in types)


@cache
def load_facts() -> Mapping[str, Fact]:
    """Every fact by name."""
    facts = {}
    for folder, is_in_people_file in FOLDERS.items():
        for file in sorted((project_folder() / "models" / folder).glob("*/*.yml")):
            for model in _models(file):
                meta = model.get("config", {}).get("meta", {}).get("fact")
                if meta:
                    facts[model["name"]] = Fact(
                        name=model["name"],
                        is_in_people_file=is_in_people_file,
                        columns={
                            column["name"]: column["data_type"] for column in model["columns"]
                        },
                        **meta,
                    )
    return facts


def _models(file: Path) -> list[dict[str, Any]]:
    content = yaml.load(file.read_text(encoding="utf-8"), YAML_LOADER)
    models: list[dict[str, Any]] = content.get("models", [])
    return models
