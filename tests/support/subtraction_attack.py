"""An attack on hidden cells by linear algebra: everything that was shown, taken together.

Unknowns are the finest parts of a table (atoms). What is shown are sums of some of them. A hidden
sum is determined when it is a combination of shown ones: when it is orthogonal to every change of
the atoms that no shown sum would notice (the null space). Counts cannot be negative, so a shown
zero gives away each of its atoms.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

TOLERANCE = 1e-7


def sums_of(atoms: pl.DataFrame, cells: pl.DataFrame, keys: Sequence[str]) -> sp.csr_matrix:
    """One row per cell, one column per atom: 1 where the atom is in the cell.

    Args:
        atoms: one row each, with the columns `keys`.
        cells: codes by `keys`; null stands for all there are.
        keys: columns of codes.
    """
    numbered = atoms.with_row_index("atom")
    found = []
    for chosen, rows in cells.with_row_index("cell").group_by(
        [pl.col(key).is_not_null().alias(key) for key in keys]
    ):
        given = [key for key, is_given in zip(keys, chosen, strict=True) if is_given]
        pairs = (
            rows.join(numbered, on=given, how="inner")
            if given
            else rows.select("cell").join(numbered.select("atom"), how="cross")
        )
        found.append(pairs.select("cell", "atom"))
    pairs = pl.concat(found)
    ones = np.ones(pairs.height)
    at = (pairs["cell"].to_numpy(), pairs["atom"].to_numpy())
    return sp.csr_matrix((ones, at), shape=(cells.height, atoms.height))


def determined(shown: sp.csr_matrix, values: NDArray[Any], hidden: sp.csr_matrix) -> NDArray[Any]:
    """Whether each hidden sum follows from the shown ones.

    Args:
        shown: shown sums × atoms.
        values: of the shown sums.
        hidden: hidden sums × atoms.
    """
    zeros = np.zeros(shown.shape[1], dtype=bool)
    while True:
        zero_sums = (values == 0) & (np.asarray(shown.getnnz(axis=1)) > 0)
        more = np.asarray(shown[np.flatnonzero(zero_sums)].sum(axis=0)).ravel() > 0
        if not (more & ~zeros).any():
            break
        zeros |= more
    kept = np.flatnonzero(~zeros)
    sums = shown[:, kept]
    _, first = np.unique(_signatures(sums), return_index=True)
    sums = sums[first]
    gram = (sums.T @ sums).toarray()
    sizes, vectors = np.linalg.eigh(gram)
    free = vectors[:, sizes < TOLERANCE * max(1.0, float(sizes[-1]))]
    return np.asarray(np.abs(hidden[:, kept] @ free).max(axis=1, initial=0) < TOLERANCE)


def _signatures(sums: sp.csr_matrix) -> NDArray[Any]:
    weights = np.random.default_rng(0).random(sums.shape[1])
    return np.round(np.asarray(sums @ weights).ravel(), 9)


def simple_subtractions(
    totals: Mapping[Any, int], parts: Mapping[Any, Sequence[tuple[int, bool]]]
) -> list[Any]:
    """Totals whose hidden parts, all together, come to 1 to 4: (value, is_shown) of each part."""
    return [
        total
        for total, value in totals.items()
        if 0 < value - sum(part for part, is_shown in parts[total] if is_shown) < 5
    ]
