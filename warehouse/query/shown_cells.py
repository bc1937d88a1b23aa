"""What may be shown of a KPI about persons: areas × categories of a county in a stretch of time.

Each cell is decided by itself, never by a question, so that no two questions differ in it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from warehouse.query.protection import Counts, Flags, Line, Table, hide_in_lines, is_safe
from warehouse.query.question import AreaLevel

BELOW_COUNTY: tuple[AreaLevel, ...] = ("town", "community", "grid")
COUNT_COLUMNS = ("all_rows", "all_persons", "counted_rows", "counted_persons")

Path = tuple[str | None, ...]
"""Codes of town, community and grid down to an area; empty for the county."""
Key = tuple[Any, ...]


class ShownCells:
    """Cells shown in every period of a stretch of time, and in what it is a part of."""

    def __init__(
        self,
        counts: pl.DataFrame,
        paths: Mapping[tuple[str, str], Path | None],
        within: "ShownCells | None" = None,
    ) -> None:
        """Take what there is to decide about.

        Args:
            counts: period_number, from 0; town, community, grid, category, major_category (codes,
                null where there is none); `COUNT_COLUMNS`. One row per different codes and period.
            paths: area level and code → where it lies; null where that changed.
            within: the same of longer periods that these are parts of: what it hides is hidden.
        """
        self._rows = counts
        self._paths = paths
        self._within = within
        self._period_count: int = counts.select(
            pl.col("period_number").max().fill_null(0) + 1
        ).item()
        self._areas: dict[int, dict[Path, bool]] = {}
        self._tables: dict[tuple[Path, str], dict[Key, bool]] = {}
        self._cells: dict[tuple[int, str], dict[Path, dict[Key, Counts]]] = {}

    def shows(
        self, level: str, code: str | None, category: str | None, major_category: str | None
    ) -> bool:
        """Whether a cell is shown; null for all categories."""
        path = () if level == "county" else self._paths.get((level, code or ""))
        if path is None:
            return False
        return self._shows(path, category, major_category)

    def _shows(self, path: Path, category: str | None, major_category: str | None) -> bool:
        if self._within and not self._within._shows(path, category, major_category):
            return False
        if not self._is_area_shown(path):
            return False
        if category is not None and major_category is not None:
            # Of a smaller area only one kind of category is told.
            pair = (category, major_category)
            return not path and self._pairs.get(pair, self._are_shown(path, *pair))
        if category is not None:
            return self._is_code_shown(path, "category", category)
        return major_category is None or self._is_code_shown(path, "major_category", major_category)

    def _are_shown(self, path: Path, category: str, major_category: str) -> bool:
        return self._is_code_shown(path, "category", category) and self._is_code_shown(
            path, "major_category", major_category
        )

    def _is_area_shown(self, path: Path) -> bool:
        if not path:
            return self._is_county_shown
        # An area without a row has nobody in it: as good as the area it lies in.
        shown = self._areas_of(len(path)).get(path)
        return self._is_area_shown(path[:-1]) if shown is None else shown

    @cached_property
    def _is_county_shown(self) -> bool:
        return bool(is_safe(self._totals()[1]).all())

    def _areas_of(self, depth: int) -> dict[Path, bool]:
        """Every area of a level with rows, and the rows without one, → whether it is shown."""
        if depth not in self._areas:
            paths, counts = self._totals(*BELOW_COUNTY[:depth])
            places = Counter(path[-1] for path in paths)
            forced = np.array(
                [
                    # In two places, or in another than it should be: its value is of several cells.
                    self._paths.get((BELOW_COUNTY[depth - 1], path[-1] or "")) != path
                    or places[path[-1]] > 1
                    or not self._is_area_shown(path[:-1])
                    or self._is_hidden_within(path, None, None)
                    for path in paths
                ],
                dtype=bool,
            )
            lines = _lines(paths, lambda path: path[:-1], self._is_area_shown)
            hidden = _hidden(counts, lines, forced)
            self._areas[depth] = dict(zip(paths, (not flag for flag in hidden), strict=True))
        return self._areas[depth]

    def _is_code_shown(self, path: Path, dimension: str, code: str) -> bool:
        if not path:
            return self._codes_of_county[dimension].get(code, True)
        if not self._is_area_shown(path):
            return False
        shown = self._table(path[:-1], dimension).get((path, code))
        return self._is_code_shown(path[:-1], dimension, code) if shown is None else shown

    @cached_property
    def _codes_of_county(self) -> dict[str, dict[str | None, bool]]:
        """Dimension → each code → whether the county's total is shown."""
        found = {}
        for dimension in ("category", "major_category"):
            keys, counts = self._totals(dimension)
            forced = np.array(
                [
                    code is None
                    or not self._is_county_shown
                    or self._is_hidden_within((), *_choice(dimension, code))
                    for (code,) in keys
                ],
                dtype=bool,
            )
            lines = _lines(keys, lambda _: (), self._is_area_shown)
            hidden = _hidden(counts, lines, forced)
            found[dimension] = {code: not flag for (code,), flag in zip(keys, hidden, strict=True)}
        return found

    def _table(self, parent: Path, dimension: str) -> dict[Key, bool]:
        """Parts of an area × codes, as (path, code) → whether it is shown."""
        if (parent, dimension) not in self._tables:
            cells = self._cells_of(len(parent) + 1, dimension).get(parent, {})
            self._tables[parent, dimension] = self._decided(
                cells,
                self._is_area_shown,
                lambda code: code is not None and self._is_code_shown(parent, dimension, code),
                lambda path, code: self._is_hidden_within(path, *_choice(dimension, code)),
            )
        return self._tables[parent, dimension]

    @cached_property
    def _pairs(self) -> dict[Key, bool]:
        """Categories × major categories of the county."""
        keys, counts = self._totals("category", "major_category")
        of_county = self._codes_of_county
        return self._decided(
            dict(zip(keys, counts, strict=True)),
            lambda code: code is not None and of_county["category"][code],
            lambda code: code is not None and of_county["major_category"][code],
            lambda category, major: self._is_hidden_within((), category, major),
        )

    def _decided(
        self,
        cells: Mapping[Key, Counts],
        is_row_shown: Callable[[Any], bool],
        is_column_shown: Callable[[Any], bool],
        is_forced: Callable[[Any, Any], bool],
    ) -> dict[Key, bool]:
        rows = list(dict.fromkeys(row for row, _ in cells))
        columns = list(dict.fromkeys(column for _, column in cells))
        counts = np.zeros((len(rows), len(columns), self._period_count, 4), dtype=np.int64)
        for (row, column), values in cells.items():
            counts[rows.index(row), columns.index(column)] = values
        table = Table(
            counts,
            np.array([is_row_shown(row) for row in rows], dtype=bool),
            np.array([is_column_shown(column) for column in columns], dtype=bool),
        )
        forced = np.array([[is_forced(row, column) for column in columns] for row in rows])
        hidden = table.protected(forced.reshape(len(rows), len(columns)).astype(bool))
        return {
            (row, column): not hidden[place, other]
            for place, row in enumerate(rows)
            for other, column in enumerate(columns)
        }

    def _is_hidden_within(
        self, path: Path, category: str | None, major_category: str | None
    ) -> bool:
        return self._within is not None and not self._within._shows(path, category, major_category)

    def _cells_of(self, depth: int, dimension: str) -> dict[Path, dict[Key, Counts]]:
        """Areas of a level × codes with rows, by the area they are in."""
        if (depth, dimension) not in self._cells:
            keys, counts = self._totals(*BELOW_COUNTY[:depth], dimension)
            found: dict[Path, dict[Key, Counts]] = {}
            for key, values in zip(keys, counts, strict=True):
                found.setdefault(key[: depth - 1], {})[key[:depth], key[depth]] = values
            self._cells[depth, dimension] = found
        return self._cells[depth, dimension]

    def _totals(self, *columns: str) -> tuple[list[Key], Counts]:
        """Different codes in order and their counts by period."""
        grouped = self._rows.group_by(*columns, "period_number").agg(
            pl.col(name).sum() for name in COUNT_COLUMNS
        )
        if columns:
            keys = grouped.select(columns).unique().sort(columns, nulls_last=True)
            places = grouped.join(
                keys.with_row_index("place"), on=columns, how="left", nulls_equal=True
            )["place"]
            rows = keys.rows()
        else:
            places = pl.zeros(grouped.height, dtype=pl.UInt32, eager=True)
            rows = [()]
        counts = np.zeros((len(rows), self._period_count, 4), dtype=np.int64)
        at = (places.to_numpy(), grouped["period_number"].to_numpy())
        counts[at] = grouped.select(COUNT_COLUMNS).to_numpy()
        return rows, counts


def _choice(dimension: str, code: str | None) -> tuple[str | None, str | None]:
    return (code, None) if dimension == "category" else (None, code)


def _lines(
    keys: Sequence[Key], total_of: Callable[[Key], Path], is_shown: Callable[[Path], bool]
) -> list[Line]:
    """Places of the cells of each total that is shown."""
    places: dict[Path, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(total_of(key), []).append(place)
    return [np.array(found) for total, found in places.items() if is_shown(total)]


def _hidden(counts: Counts, lines: Sequence[Line], forced: NDArray[np.bool_]) -> Flags:
    hidden: Flags = ~is_safe(counts).all(axis=1) | forced
    hide_in_lines(counts, lines, hidden)
    return hidden
