"""What the packages above offer to the ones below, found by name instead of imported."""

from importlib.metadata import entry_points
from typing import Any


def load_plugins(group: str, *, only: str | None = None) -> dict[str, Any]:
    """Objects registered under an entry-point group, by name in alphabetical order.

    Args:
        group: name of the group.
        only: load just the one of this name; all of them when there is none of it.
    """
    found = entry_points(group=group)
    if only in found.names:
        found = found.select(name=only)
    return {point.name: point.load() for point in sorted(found, key=lambda point: point.name)}
