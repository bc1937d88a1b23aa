"""Hidden cells cannot be worked out: attacked with all that is shown of random tables."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import polars as pl
import pytest

from tests.support.subtraction_attack import determined, sums_of
from warehouse.query import protection, shown_cells
from warehouse.query.protection import FEWEST, Table, hide_in_lines, is_safe
from warehouse.query.shown_cells import BELOW_COUNTY, COUNT_COLUMNS, ShownCells

KEYS = (*BELOW_COUNTY, "category", "major_category", "period_number")
LEVELS = ("county", *BELOW_COUNTY)
NEEDS, GROUPS = ("daily", "weekly", "monthly"), ("aged", "disabled", "smi")


def persons(seed: int, *, periods: int = 2) -> pl.DataFrame:
    """Persons by grid, need, group and period, in three towns; few in most cells, as on a roll."""
    random = np.random.default_rng(seed)
    found = []
    for town, community, grid in product("123", "12", "12"):
        size = float(random.choice([0.05, 0.4, 2.0]))
        place = (f"t{town}", f"t{town}c{community}", f"t{town}c{community}g{grid}")
        for need, group, period in product(NEEDS, GROUPS, range(periods)):
            count = int(random.poisson(size))
            if count:
                found.append((*place, need, group, period, count))
    schema = [*KEYS, "all_persons"]
    return pl.DataFrame(found, schema=schema, orient="row").with_columns(
        pl.col("all_persons").alias(name) for name in COUNT_COLUMNS
    )


def places_of(rows: pl.DataFrame) -> dict[tuple[str, str], shown_cells.Path | None]:
    return {
        (level, path[-1]): path
        for depth, level in enumerate(BELOW_COUNTY, start=1)
        for path in rows.select(BELOW_COUNTY[:depth]).unique().rows()
    }


def cells_of(rows: pl.DataFrame) -> Iterator[dict[str, str | None]]:
    """Every cell that can be asked for."""
    for level, code in (("county", None), *places_of(rows)):
        for need, group in product((None, *NEEDS), (None, *GROUPS)):
            yield {"level": level, "code": code, "category": need, "major_category": group}


def attacked(rows: pl.DataFrame, decided: ShownCells) -> list[dict[str, str | None]]:
    """Hidden cells of 1 to 4 persons that follow from what is shown, over all periods."""
    # Nobody knows which of the finest cells are empty: each is an unknown of its own.
    places = rows.select(BELOW_COUNTY).unique()
    atoms = places.join(pl.DataFrame({"category": NEEDS}), how="cross").join(
        pl.DataFrame({"major_category": GROUPS}), how="cross"
    )
    found = []
    for period in rows["period_number"].unique():
        now = rows.filter(period_number=period)
        keys = [*BELOW_COUNTY, "category", "major_category"]
        counted = atoms.join(now.select(*keys, "all_persons"), on=keys, how="left")
        counts = counted["all_persons"].fill_null(0).to_numpy()
        cells = list(cells_of(rows))
        table = pl.DataFrame(
            [
                {name: cell["code"] if cell["level"] == name else None for name in BELOW_COUNTY}
                | {name: cell[name] for name in ("category", "major_category")}
                for cell in cells
            ],
            schema=dict.fromkeys(keys, pl.String),
        )
        sums = sums_of(atoms, table, keys)
        values = sums @ counts
        is_shown = np.array(
            [
                decided.shows(
                    str(cell["level"]), cell["code"], cell["category"], cell["major_category"]
                )
                for cell in cells
            ]
        )
        assert is_shown.any()
        assert not (is_shown & (values > 0) & (values < FEWEST)).any()
        small = np.flatnonzero(~is_shown & (values > 0) & (values < FEWEST))
        if len(small):
            known = determined(sums[is_shown], values[is_shown], sums[small])
            found += [cells[place] for place in small[known]]
    return found


@pytest.mark.parametrize("seed", range(30))
def test_no_small_cell_follows_from_what_is_shown(seed: int) -> None:
    rows = persons(seed)
    assert attacked(rows, ShownCells(rows, places_of(rows))) == []


def test_the_attack_finds_cells_that_are_hidden_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown_cells, "hide_in_lines", lambda *_: None)
    monkeypatch.setattr(Table, "protected", lambda table, forced: table.hidden | forced)
    found = 0
    for seed in range(5):
        rows = persons(seed)
        found += len(attacked(rows, ShownCells(rows, places_of(rows))))
    assert found > 0


def test_safe_lines_alone_do_not_protect_where_lines_cross(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Table, "_further", lambda *_: None)
    counts = crossing()
    hidden = Table(counts, np.ones(4, dtype=bool), np.ones(4, dtype=bool)).protected(
        np.zeros((4, 4), dtype=bool)
    )
    assert worked_out(counts, hidden)
    monkeypatch.undo()
    hidden = Table(counts, np.ones(4, dtype=bool), np.ones(4, dtype=bool)).protected(
        np.zeros((4, 4), dtype=bool)
    )
    assert not worked_out(counts, hidden)
    assert not hidden.all()


def crossing() -> protection.Counts:
    """Two pairs of lines of small cells, joined by one more small cell: each line has three, the
    circle on either side does not include the one between."""
    persons_of = [
        [3, 4, 20, 20],
        [4, 3, 2, 20],
        [20, 20, 3, 4],
        [20, 20, 4, 3],
    ]
    table = np.array(persons_of, dtype=np.int64)
    return np.repeat(table[:, :, None, None], 4, axis=3)


def worked_out(counts: protection.Counts, hidden: protection.Flags) -> list[tuple[int, int]]:
    rows, columns = hidden.shape
    atoms = pl.DataFrame(
        [(row, column) for row in range(rows) for column in range(columns)],
        schema=["row", "column"],
        orient="row",
    )
    shown: list[tuple[int | None, int | None]] = [(row, None) for row in range(rows)]
    shown += [(None, column) for column in range(columns)]
    shown += [(int(row), int(column)) for row, column in np.argwhere(~hidden)]
    schema = {"row": pl.Int64, "column": pl.Int64}
    sums = sums_of(atoms, pl.DataFrame(shown, schema=schema, orient="row"), ["row", "column"])
    small = [
        (int(row), int(column))
        for row, column in np.argwhere(hidden)
        if not is_safe(counts[row, column]).all()
    ]
    asked = sums_of(atoms, pl.DataFrame(small, schema=schema, orient="row"), ["row", "column"])
    known = determined(sums, sums @ counts[:, :, 0, 0].ravel(), asked)
    return [cell for cell, is_known in zip(small, known, strict=True) if is_known]


def test_the_smallest_further_cell_is_hidden_and_only_where_it_helps() -> None:
    counts = np.zeros((4, 2, 4), dtype=np.int64)
    counts[0] = [[3] * 4, [0] * 4]
    counts[1] = [[0] * 4, [6] * 4]
    counts[2] = [[9] * 4, [9] * 4]
    counts[3] = [[8] * 4, [20] * 4]
    hidden = np.array([True, False, False, False])
    hide_in_lines(counts, [np.arange(4)], hidden)
    # The second is smaller, but empty when the first is not.
    assert hidden.tolist() == [True, False, True, False]


def test_thirty_rows_of_one_person_are_one_person() -> None:
    one, five = [30, 1, 30, 1], [30, 5, 30, 5]
    five_but_four_due, none_due = [30, 5, 20, 4], [30, 5, 0, 0]
    counts = np.array([one, five, five_but_four_due, none_due, [0, 0, 0, 0]], dtype=np.int64)
    assert is_safe(counts).tolist() == [False, True, False, True, True]


UNITS = {"year": 12, "quarter": 3, "month": 1}


@pytest.mark.parametrize("seed", range(10))
def test_no_small_cell_follows_from_months_quarters_and_the_year(seed: int) -> None:
    months = persons(seed, periods=12).group_by(*BELOW_COUNTY, "period_number")
    rows = months.agg(pl.col(name).sum() for name in COUNT_COLUMNS).with_columns(
        category=pl.lit(None, pl.String), major_category=pl.lit(None, pl.String)
    )
    decided = decided_by_unit(rows)
    keys = [*BELOW_COUNTY, "period_number"]
    grids = rows.select(BELOW_COUNTY).unique()
    atoms = grids.join(pl.DataFrame({"period_number": range(12)}), how="cross")
    counted = atoms.join(rows.select(*keys, "all_persons"), on=keys, how="left")
    atoms = atoms.with_columns(
        (pl.col("period_number") // length).alias(unit) for unit, length in UNITS.items()
    )
    asked = [
        (level, code, unit, number)
        for level, code in (("county", None), *places_of(rows))
        for unit, length in UNITS.items()
        for number in range(12 // length)
    ]
    schema = dict.fromkeys(BELOW_COUNTY, pl.String) | dict.fromkeys(UNITS, pl.Int64)
    cells = [{level: code, unit: number} for level, code, unit, number in asked]
    sums = sums_of(atoms, pl.DataFrame(cells, schema=schema), list(schema))
    is_shown = np.array(
        [
            decided[unit, number].shows(level, code, None, None)
            for level, code, unit, number in asked
        ]
    )
    values = sums @ counted["all_persons"].fill_null(0).to_numpy()
    small = np.flatnonzero(~is_shown & (values > 0) & (values < FEWEST))
    assert len(small) > 10
    known = determined(sums[is_shown], values[is_shown], sums[small])
    assert [asked[place] for place in small[known]] == []


def decided_by_unit(rows: pl.DataFrame) -> dict[tuple[str, int], ShownCells]:
    """The decision about each unit of a year, as `disclosure` has them one within another."""
    places = places_of(rows)
    year = ShownCells(_by_unit(rows, 12), places)
    quarter = ShownCells(_by_unit(rows, 3), places, year)
    decided = {("year", 0): year} | {("quarter", number): quarter for number in range(4)}
    for number in range(12):
        number_in_quarter = pl.col("period_number") - number // 3 * 3
        months = rows.with_columns(number_in_quarter).filter(
            pl.col("period_number").is_between(0, 2)
        )
        decided["month", number] = ShownCells(months, places, quarter)
    return decided


def _by_unit(months: pl.DataFrame, length: int) -> pl.DataFrame:
    """Months added up, as if nobody were in two of them."""
    keys = [*BELOW_COUNTY, "category", "major_category", "period_number"]
    return (
        months.with_columns(pl.col("period_number") // length)
        .group_by(keys)
        .agg(pl.col(name).sum() for name in COUNT_COLUMNS)
    )
