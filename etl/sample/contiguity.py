"""Mend communities and towns that lie in several pieces."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from etl.sample.types import Bools, Ints


def mend(community: Ints, town_of_community: Ints, neighbours: Ints) -> Ints:
    """Give each grid outside the main piece of its community, then of its town, to a neighbour.

    Args:
        community: community of each grid.
        town_of_community: town of each community.
        neighbours: pairs of adjacent grids (n × 2).

    Returns:
        The community of each grid, every community and every town in one piece.
    """
    mended = community.copy()
    for _ in range(len(community)):
        town = town_of_community[mended]
        stray = _outside_main_piece(town, neighbours)
        same_town_only = not stray.any()
        if same_town_only:
            stray = _outside_main_piece(mended, neighbours)
        if not stray.any():
            break
        pairs = np.concatenate([neighbours, neighbours[:, ::-1]])
        pairs = pairs[stray[pairs[:, 0]] & ~stray[pairs[:, 1]]]
        if same_town_only:
            pairs = pairs[town[pairs[:, 0]] == town[pairs[:, 1]]]
        first = np.unique(pairs[:, 0], return_index=True)[1]
        mended[pairs[first, 0]] = mended[pairs[first, 1]]
    return mended


def _outside_main_piece(part: Ints, neighbours: Ints) -> Bools:
    """Grids that are not in the largest connected piece of their part."""
    same = part[neighbours[:, 0]] == part[neighbours[:, 1]]
    one, other = neighbours[same].T
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(part), len(part)))
    piece = connected_components(graph, directed=False)[1]
    size = np.bincount(piece)
    order = np.lexsort((piece, -size[piece], part))
    leads = order[np.unique(part[order], return_index=True)[1]]
    main = np.zeros(len(size), dtype=bool)
    main[piece[leads]] = True
    return np.asarray(~main[piece])
