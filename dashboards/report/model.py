"""What a report is made of, whatever form it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dashboards.data.tables import Table


@dataclass(frozen=True)
class Words:
    """A paragraph; `aside` is a remark on what stands above."""

    text: str
    kind: Literal["plain", "lead", "aside"] = "plain"


@dataclass(frozen=True)
class Points:
    """Sentences under one heading, each on its own."""

    title: str
    items: Sequence[str]


@dataclass(frozen=True)
class Native:
    """How a workbook draws a chart from its table: columns by number."""

    kind: Literal["line", "bar"]
    category: int
    values: Sequence[int]


@dataclass(frozen=True)
class Chart:
    """A drawing and the table it is drawn from.

    Attributes:
        figure: a `plotly.graph_objects.Figure`.
        label: what is to be seen, for those who do not see it.
        width: of the place in a printed document; two of `half` stand side by side.
        height: in pixels.
    """

    name: str
    title: str
    label: str
    figure: Any
    table: Table
    native: Native
    width: Literal["half", "full"] = "full"
    height: int = 260


@dataclass(frozen=True)
class Listed:
    """A table that stands in the text.

    Attributes:
        shape: `kpis` has a name and judgements, `slices` one line a unit, `texts` sentences.
    """

    table: Table
    shape: Literal["kpis", "slices", "texts"] = "slices"


Block = Words | Points | Chart | Listed


@dataclass(frozen=True)
class Section:
    """A numbered part; `name` is a short ASCII name."""

    name: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Report:
    """A whole report of one scope, month and published version.

    Attributes:
        place: county, or town and department, as the title says it.
        month: the month in words.
        month_code: `YYYY-MM`.
        about: pairs of label and text: scope, period, as-of time, version.
        sample: the mark of generated data; empty for real records.
    """

    title: str
    place: str
    month: str
    month_code: str
    version: int
    about: Sequence[tuple[str, str]]
    sample: str
    sections: Sequence[Section]

    @property
    def tables(self) -> list[Table]:
        """Every table, those of the charts too, in order."""
        return tables_of(self.sections)


def tables_of(sections: Sequence[Section]) -> list[Table]:
    """Every table of sections, those of their charts too, in order."""
    return [
        block.table
        for section in sections
        for block in section.blocks
        if isinstance(block, (Listed, Chart))
    ]
