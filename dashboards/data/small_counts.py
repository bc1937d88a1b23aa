"""Counts of persons that a page makes itself: how they are cut so that none tells of a few.

Values of KPIs are hidden by `warehouse.query.disclosure`. Other counts are not among the cells that
were decided there, so they are shown for a whole county and along one dimension only, in runs of
neighbours (age bands, months) of which none is small. Every person counted is in one run, so what
is left of the total when the other runs are taken away is again a run.
"""

from collections.abc import Sequence

from warehouse.query.protection import FEWEST


def runs_to_show(counts: Sequence[Sequence[int]]) -> list[range]:
    """Runs of neighbouring cells, first to last, that may be shown side by side.

    A cell alone is shown when each of its counts is none or at least five. Cells that are not are
    taken together with the next ones until each count is at least five: a count of none would say
    that of each cell in the run, and with the stock known at the ends of them also what the other
    count is. What is left at the end joins the run before.

    Args:
        counts: of each cell in order, the counts shown of it, such as persons who joined and left.

    Returns:
        The runs, which cover every cell; none when all cells together are still too few.

    >>> runs_to_show([[7], [2], [4], [0], [3]])
    [range(0, 1), range(1, 5)]
    """
    runs: list[range] = []
    start = 0
    for end in range(1, len(counts) + 1):
        if _may_be_shown(counts[start:end]):
            runs.append(range(start, end))
            start = end
    # What is left is small: it joins the run before, and that the one before it, if need be.
    while start < len(counts):
        if not runs:
            return []
        start = runs.pop().start
        if _may_be_shown(counts[start:]):
            runs.append(range(start, len(counts)))
            return runs
    return runs


def _may_be_shown(cells: Sequence[Sequence[int]]) -> bool:
    totals = [sum(column) for column in zip(*cells, strict=True)]
    if len(cells) == 1:
        return all(total == 0 or total >= FEWEST for total in totals)
    return all(total >= FEWEST for total in totals)
