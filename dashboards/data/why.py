"""Why a value changed: the part each department, area or category has in the change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from dashboards.context import Context
from dashboards.scope import Scope, facts_of
from dashboards.view import Compared
from warehouse.analysis.decomposition import Decomposition, decompose
from warehouse.analysis.sentences import of_decomposition
from warehouse.catalogue import Kpi, Text
from warehouse.errors import UsageError
from warehouse.query import NO_CODE, Dimension, Question
from warehouse.query.question import AREA_LEVELS

SLICES: tuple[Dimension, ...] = ("department", "town", "community", "major_category")


@dataclass(frozen=True)
class Why:
    """A change taken apart by one dimension.

    Attributes:
        slice: the dimension.
        cell: what changed.
        names: of the groups by code; null is for what has none.
    """

    slice: Dimension
    cell: Question
    found: Decomposition
    names: Mapping[str | None, Text]

    def cell_of(self, code: str | None) -> Question:
        """The cell of one group in the later period."""
        return replace(self.cell, where={**self.cell.where, self.slice: code or NO_CODE})


def why(scope: Scope, cell: Question, *, slices: tuple[Dimension, ...] = SLICES) -> Iterator[Why]:
    """The change of a cell's value, by each dimension it can be taken apart by.

    Each is worked out when it is asked for. Empty where one of the periods has no value, or the
    change is no sum over groups (medians).
    """
    context, back = scope.context, scope.view.compare
    kpi = context.kpis[cell.kpi_id]
    for name in slices:
        if not _is_open(kpi, cell, name):
            continue
        parts = _decomposed(context, replace(cell, by=(name,)), back)
        if parts is not None:
            column = "area_code" if name in AREA_LEVELS else f"{name}_code"
            names = context.names_of(cell.county_code, column)
            yield Why(name, cell, parts, names)


def sentence(part: Why, kpi: Kpi) -> Text:
    """The change and its largest parts in words."""
    return of_decomposition(part.found, kpi, part.names)


def _is_open(kpi: Kpi, cell: Question, name: str) -> bool:
    """Whether a cell can be split by a dimension: its rows have it, and are not limited by it.

    Areas are split one level down: the county by towns, a town by communities.
    """
    if kpi.kind == "score" or name in cell.where:
        return False
    if not all(fact.column_of(name) for fact in facts_of(kpi)):
        return False
    if name == "town":
        return not {"community", "grid"} & set(cell.where)
    return name != "community" or ("town" in cell.where and "grid" not in cell.where)


def _decomposed(context: Context, question: Question, back: Compared) -> Decomposition | None:
    def make() -> Decomposition | None:
        try:
            return decompose(context.published, question, back=back, ask=context.ask_all)
        except UsageError:
            return None

    return context.analysed(f"decomposed.{back}", question, make)
