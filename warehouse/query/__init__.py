"""Answers about KPIs, the one way from the published tables to a number."""

import polars as pl

from warehouse.query.answers import COLUMNS, COMPARISON_COLUMNS, answer, answer_many
from warehouse.query.county import choose_county
from warehouse.query.question import DIMENSIONS, FILTERS, NO_CODE, Dimension, Question
from warehouse.query.receipts import ROLES, Role, rows_behind

# Answers are a few rows: the engine for what does not fit in memory takes twice as long to begin.
pl.Config.set_engine_affinity("in-memory")

__all__ = [
    "COLUMNS",
    "COMPARISON_COLUMNS",
    "DIMENSIONS",
    "FILTERS",
    "NO_CODE",
    "ROLES",
    "Dimension",
    "Question",
    "Role",
    "answer",
    "answer_many",
    "choose_county",
    "rows_behind",
]
