"""Which cells of a table about persons may be shown, so that no hidden one can be worked out.

A cell is safe when nobody is in it, or at least `FEWEST` persons. Hiding the unsafe ones is not
enough: a total minus what is shown of its parts gives the rest away. So in every line of a table
(the parts of an area; the categories of an area; an area's parts within one category) what is
hidden must be safe taken together, in each period. A cell hidden alone in its line is then its own
sum, hence safe. Where lines cross, several of them may still single out a cell: with the hidden
cells as edges between the row and the column they are in, exactly those on no circle are determined
(Gusfield, A graph theoretic approach to statistical data security, 1988), so circles are closed.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FEWEST = 5
"""Persons in the smallest cell that is shown (kpis rule 8)."""

ALL_ROWS, ALL_PERSONS, COUNTED_ROWS, COUNTED_PERSONS = range(4)
"""Last axis of counts: rows with any part in the value and their persons, rows in the denominator
and their persons. A person counts in one cell of a period only, so that sums of cells hold."""

Counts = NDArray[np.int64]
"""Cells × periods × the four counts."""
Flags = NDArray[np.bool_]
Line = NDArray[np.intp]
"""Places of the cells that add up to a total."""


def is_safe(counts: Counts) -> Flags:
    """Whether cells, or sums of cells, are empty or have enough persons."""
    everybody = (counts[..., ALL_ROWS] == 0) | (counts[..., ALL_PERSONS] >= FEWEST)
    counted = (counts[..., COUNTED_ROWS] == 0) | (counts[..., COUNTED_PERSONS] >= FEWEST)
    return np.asarray(everybody & counted)


def hide_in_lines(counts: Counts, lines: Sequence[Line], hidden: Flags) -> None:
    """Hide the smallest further cells until what is hidden of each line is safe taken together.

    Args:
        counts: of each cell.
        lines: each with a total that is shown and safe, so hiding all of it is always enough.
        hidden: changed in place. Of equally small cells the first is hidden.
    """
    for line in lines:
        while True:
            unsafe = ~is_safe(counts[line[hidden[line]]].sum(axis=0))
            shown = line[~hidden[line]]
            if not unsafe.any() or not shown.size:
                break
            there = (counts[shown][:, unsafe, ALL_ROWS] > 0).any(axis=1)
            if not there.any():
                break
            sizes = counts[shown[there], :, ALL_PERSONS].sum(axis=1)
            hidden[shown[there][np.argmin(sizes)]] = True


class Table:
    """Rows × columns with their totals, all within one total that is shown."""

    def __init__(self, counts: Counts, is_row_shown: Flags, is_column_shown: Flags) -> None:
        """Take the totals as they are.

        Args:
            counts: rows × columns × periods × the four counts.
            is_row_shown: whether a row's total is shown; if not, none of its cells is.
            is_column_shown: the same of columns.
        """
        self.rows, self.columns, periods = counts.shape[:3]
        self.counts = counts.reshape(self.rows * self.columns, periods, 4)
        places = np.arange(self.rows * self.columns).reshape(self.rows, self.columns)
        self.lines: list[Line] = [*places[is_row_shown], *places.T[is_column_shown]]
        # A hidden total is an edge too: between its line and the line of the totals.
        of_rows, of_columns = self.rows + self.columns, self.rows + self.columns + 1
        self.totals = [(int(row), of_columns) for row in np.flatnonzero(~is_row_shown)]
        self.totals += [
            (of_rows, self.rows + int(column)) for column in np.flatnonzero(~is_column_shown)
        ]
        self.hidden = ~is_safe(self.counts).all(axis=1).reshape(self.rows, self.columns)
        self.hidden |= ~(is_row_shown[:, None] & is_column_shown[None, :])

    def protected(self, forced: Flags) -> Flags:
        """Rows × columns: whether a cell is hidden, those in `forced` in any case."""
        hidden = (self.hidden | forced).reshape(-1)
        while not hidden.all():
            hide_in_lines(self.counts, self.lines, hidden)
            further = self._further(hidden)
            if further is None:
                break
            hidden[further] = True
        return hidden.reshape(self.rows, self.columns)

    def _further(self, hidden: Flags) -> int | Flags | None:
        """A cell, or all of them, to hide because an unsafe one is determined; null where none is.

        With nothing shown but totals, which are safe, no cell inside is determined.
        """
        for period in range(self.counts.shape[1]):
            counts = self.counts[:, period]
            edges = self._edges(counts, hidden)
            neighbours: dict[int, list[tuple[int, int]]] = defaultdict(list)
            for number, (one, other) in edges.items():
                neighbours[one].append((other, number))
                neighbours[other].append((one, number))
            for unsafe in np.flatnonzero(hidden & ~is_safe(counts)):
                one, other = self._ends(int(unsafe))
                reached = _reached(neighbours, one, without=int(unsafe))
                if other not in reached:
                    return self._across(reached, counts, hidden)
        return None

    def _edges(self, counts: Counts, hidden: Flags) -> dict[int, tuple[int, int]]:
        """Hidden cells by number, with their lines; not those known to be empty, as they are in a
        line in which nothing is hidden but empty cells."""
        known = {
            int(number)
            for line in self.lines
            if counts[line[hidden[line]], ALL_ROWS].sum() == 0
            for number in line
        }
        edges = {
            int(number): self._ends(int(number))
            for number in np.flatnonzero(hidden)
            if int(number) not in known
        }
        return edges | {-1 - number: ends for number, ends in enumerate(self.totals)}

    def _ends(self, number: int) -> tuple[int, int]:
        row, column = divmod(number, self.columns)
        return row, self.rows + column

    def _across(self, reached: set[int], counts: Counts, hidden: Flags) -> int | Flags:
        """The smallest shown cell from a line reached to one that is not, not empty if possible."""
        ends = ((number, *self._ends(int(number))) for number in np.flatnonzero(~hidden))
        crossing = [int(number) for number, *pair in ends if len(reached.intersection(pair)) == 1]
        if not crossing:
            return np.ones_like(hidden)
        sizes = self.counts[:, :, ALL_PERSONS].sum(axis=1)
        return min(crossing, key=lambda number: (counts[number, ALL_ROWS] == 0, sizes[number]))


def _reached(neighbours: dict[int, list[tuple[int, int]]], start: int, *, without: int) -> set[int]:
    """Lines reached from one over hidden cells, leaving out one of these."""
    reached, waiting = {start}, [start]
    while waiting:
        for other, number in neighbours[waiting.pop()]:
            if number != without and other not in reached:
                reached.add(other)
                waiting.append(other)
    return reached
