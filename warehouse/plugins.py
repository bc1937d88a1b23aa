"""What the packages above offer to the ones below, found by name instead of imported."""

from importlib.metadata import entry_points
from typing import Any


def load_plugins(group: str) -> dict[str, Any]:
    """Objects registered under an entry-point group, by name in alphabetical order."""
    found = sorted(entry_points(group=group), key=lambda point: point.name)
    return {point.name: point.load() for point in found}
