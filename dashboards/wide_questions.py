"""Asked about one department or town, answered about all: what readers choose next is there."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import polars as pl

from warehouse.catalogue import Kpi
from warehouse.query import NO_CODE, Dimension, Question
from warehouse.query.question import AREA_LEVELS, OTHER_SLICES

COLUMNS = {"town": "area_code", "department": "department_code"}
"""Filters that are widened, and the column of their slices."""


def wide_question(
    question: Question, kpi: Kpi, filters: Collection[str] = tuple(COLUMNS)
) -> Question:
    """The question sliced by what it is limited to, instead; itself where that would be another.

    A row is of one department and one town, so a slice of all is the answer about one. Cells of
    persons are hidden by what is asked for, so of them nothing but the question itself is asked;
    nor of scores, whose parts are asked for anyhow, nor of shares, whose whole may be all of them.
    Within one town that cannot be widened a department is not either: the rows are few.
    """
    if kpi.is_personal or kpi.kind in ("score", "share"):
        return question
    names = [name for name in filters if _is_one_slice(question, name)]
    where = {key: code for key, code in question.where.items() if key not in names}
    if any(level in where for level in AREA_LEVELS):
        return question
    by = (*(cast(Dimension, name) for name in names), *question.by)
    return replace(question, by=by, where=where) if names else question


@dataclass(frozen=True)
class WideAnswer:
    """The answer to a wide question, cut at the codes it was widened by.

    Attributes:
        names: the filters that became slices.
        rows: as an answer has them, those of the same codes together; no row names a department
            that was not a slice of the question itself.
        places: codes, in the order of `names` → the first of their rows and how many there are.
    """

    names: tuple[str, ...]
    rows: pl.DataFrame
    places: Mapping[tuple[Any, ...], tuple[int, int]]

    @classmethod
    def of(cls, rows: pl.DataFrame, names: tuple[str, ...]) -> "WideAnswer":
        """Cut an answer."""
        columns = [COLUMNS[name] for name in names]
        rows = rows.sort(columns, maintain_order=True)
        places, first = {}, 0
        for *codes, count in rows.group_by(columns, maintain_order=True).len().iter_rows():
            places[tuple(codes)] = (first, count)
            first += count
        if "department" in names:
            rows = rows.with_columns(department_code=pl.lit(None, pl.String))
        return cls(names, rows, places)

    def has(self, name: str, code: Hashable) -> bool:
        """Whether any row is of a code."""
        place = self.names.index(name)
        return any(codes[place] == code for codes in self.places)

    def narrowed(self, question: Question) -> pl.DataFrame:
        """The rows of one of its questions; none where a code of it has no row."""
        first, count = self.places.get(tuple(question.where[name] for name in self.names), (0, 0))
        return self.rows.slice(first, count)


def _is_one_slice(question: Question, name: str) -> bool:
    """Whether a question is limited to one code of a dimension, and could be sliced by it.

    By town only where there is no slice but time: an answer has a row for every code met, and of
    all towns together more are met than of one.
    """
    code = question.where.get(name)
    in_the_way = (*AREA_LEVELS, *OTHER_SLICES) if name == "town" else (name,)
    is_sliced = any(other in question.by for other in in_the_way)
    is_finer = name == "town" and any(level in question.where for level in ("community", "grid"))
    return isinstance(code, str) and code != NO_CODE and not is_sliced and not is_finer
