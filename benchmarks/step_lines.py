"""How the benchmarks of pages tell their times: a line a step, ours beside others'."""

import statistics
from collections.abc import Mapping, Sequence


def print_steps(
    times: Mapping[str, Mapping[str, Sequence[float]]],
    aims: Mapping[str, float],
    *,
    against: str,
) -> None:
    """Medians with the lowest and the highest, and the ratio of ours to another's.

    Args:
        times: seconds by page and step; "gridgov" is ours.
        aims: seconds that each step may take on a quiet machine.
        against: the page that ours is held against; it may take half its time.
    """
    width = max(map(len, aims))
    for step, aim in aims.items():
        medians = {name: statistics.median(steps[step]) for name, steps in times.items()}
        shown = "   ".join(
            f"{name} {medians[name]:.2f} ({min(steps[step]):.2f} – {max(steps[step]):.2f})"
            for name, steps in times.items()
        )
        ratio = medians["gridgov"] / medians[against]
        print(
            f"{step:<{width}} {shown}   ratio {ratio:.2f}"
            f" (aim ≤ 0.50; ≤ {aim} s on a quiet machine)"
        )
