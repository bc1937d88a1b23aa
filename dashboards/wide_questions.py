"""Asked about one department or town, answered about all: what readers choose next is there."""

from dataclasses import replace
from typing import cast

import polars as pl

from warehouse.catalogue import Kpi
from warehouse.query import NO_CODE, Dimension, Question
from warehouse.query.flows import FLOW_KINDS
from warehouse.query.question import AREA_LEVELS, OTHER_SLICES

COLUMNS = {"department": "department_code", "town": "area_code"}
"""Filters that are widened, the first that a question has; and the column of their slices."""


def wide_question(question: Question, kpi: Kpi) -> Question:
    """The question sliced by what it is limited to, instead; itself where that would be another.

    A row is of one department and one town, so a slice of all is the answer about one. Cells of
    persons are hidden by what is asked for, so of them nothing but the question itself is asked.
    """
    name = next((name for name in COLUMNS if _is_one_slice(question, name)), None)
    if name is None or kpi.is_personal or kpi.kind not in (*FLOW_KINDS, "stock"):
        return question
    where = {key: code for key, code in question.where.items() if key != name}
    return replace(question, by=(cast(Dimension, name), *question.by), where=where)


def narrowed(answer: pl.DataFrame, wide: Question, question: Question) -> pl.DataFrame:
    """The rows of a wide question's answer that are the question's own; none where its code has no
    row. An answer to the question itself stays as it is."""
    for name in question.where.keys() - wide.where.keys():
        answer = answer.filter(pl.col(COLUMNS[name]) == question.where[name])
        if name == "department":
            answer = answer.with_columns(department_code=pl.lit(None, pl.String))
    return answer


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
