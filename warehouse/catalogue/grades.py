"""Grades of a score on 0–100, dated in `grades.yml`."""

import datetime
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from warehouse.catalogue.model import Text
from warehouse.project import YAML_LOADER


class Grades(BaseModel):
    """Limits of the grades, in force from a day on until the next ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    valid_from: datetime.date = Field(alias="from")
    reference: Text
    from_points: Mapping[str, float]
    below: str
    """Grade of what reaches none of the limits."""


@cache
def load_grades() -> tuple[Grades, ...]:
    """All editions, the newest last."""
    file = Path(__file__).with_name("grades.yml")
    editions = yaml.load(file.read_text(encoding="utf-8"), YAML_LOADER)
    found = (Grades.model_validate(edition) for edition in editions)
    return tuple(sorted(found, key=lambda grades: grades.valid_from))


def grade_of(score: float | None, day: datetime.date) -> str | None:
    """Grade of a score on a day; null without a score, or before the first edition.

    >>> [grade_of(score, datetime.date(2026, 10, 31)) for score in (90, 89.99, 60, 39.9)]
    ['A', 'B', 'C', 'E']
    """
    in_force = [grades for grades in load_grades() if grades.valid_from <= day]
    if score is None or not in_force:
        return None
    limits = sorted(in_force[-1].from_points.items(), key=lambda limit: -limit[1])
    return next((grade for grade, points in limits if score >= points), in_force[-1].below)
