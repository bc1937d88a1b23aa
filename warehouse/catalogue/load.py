"""Reads the catalogue: one YAML per KPI, the file name is the id."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from warehouse.catalogue.model import Kpi, Text
from warehouse.errors import InputError, UsageError, unknown_value
from warehouse.project import YAML_LOADER

FOLDER = Path(__file__).parent

M = TypeVar("M", Kpi, Text)


def read_caveats(file: Path) -> dict[str, Text]:
    """The fixed vocabulary of cautions, by code.

    Raises:
        InputError: a caution without a text in both languages.
    """
    return {code: _validated(file, code, Text, text) for code, text in _yaml(file).items()}


def read_kpi(file: Path, *, caveats: dict[str, Text]) -> Kpi:
    """One KPI from its file.

    Raises:
        InputError: a field that is missing, unknown or of the wrong kind, a column the fact does
            not have, or a caution outside the vocabulary; names file, field and what is allowed.
    """
    kpi = _validated(file, "", Kpi, {**_yaml(file), "kpi_id": file.stem})
    for code in kpi.caveats:
        if code not in caveats:
            raise InputError(f"{file.name}: caveats: {unknown_value('caveat', code, caveats)}")
    return kpi


@cache
def load_caveats() -> dict[str, Text]:
    """The built-in vocabulary of cautions."""
    return read_caveats(FOLDER / "caveats.yml")


@cache
def load_catalogue() -> dict[str, Kpi]:
    """Every KPI by id, in alphabetical order."""
    files = sorted((FOLDER / "kpis").glob("*.yml"))
    return {file.stem: read_kpi(file, caveats=load_caveats()) for file in files}


def get_kpi(kpi_id: str) -> Kpi:
    """The KPI of an id.

    Raises:
        UsageError: no such KPI; names the ones there are.
    """
    catalogue = load_catalogue()
    if kpi_id not in catalogue:
        raise UsageError(unknown_value("kpi", kpi_id, catalogue))
    return catalogue[kpi_id]


def programme_start(county_code: str) -> date | None:
    """First day of a county's programme: of the earliest target that was set for it, if any."""
    return min(
        (
            target.valid_from
            for kpi in load_catalogue().values()
            for target in kpi.targets
            if target.county == county_code
        ),
        default=None,
    )


def _yaml(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), YAML_LOADER)
    except yaml.YAMLError as error:
        raise InputError(f"{file.name}: {error}") from error
    if not isinstance(content, dict):
        raise InputError(f"{file.name}: a mapping of fields is expected")
    return content


def _validated(file: Path, at: str, model: type[M], content: object) -> M:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        allowed = ", ".join(
            field.alias or name for name, field in model.model_fields.items() if name != "kpi_id"
        )
        lines = []
        for fault in error.errors():
            place = ".".join(str(part) for part in ([at] if at else []) + list(fault["loc"]))
            hint = f" (allowed: {allowed})" if fault["type"] == "extra_forbidden" else ""
            lines.append(f"{file.name}: {place or 'file'}: {fault['msg']}{hint}")
        raise InputError("\n  ".join(lines)) from error
