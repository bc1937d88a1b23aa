"""How large a sample is: cases in all, and the share of the residents that is on the roll."""

from typing import Literal, get_args

from warehouse.errors import UsageError, unknown_value

Scale = Literal["town", "county", "full", "large"]

CASES: dict[Scale, int] = {
    "town": 10_000,
    "county": 300_000,
    "full": 3_000_000,
    "large": 10_000_000,
}

PEOPLE_SHARE: dict[Scale, float] = {"town": 0.05, "county": 0.1, "full": 1.0, "large": 1.0}
"""Small scales list some of the households only; grids and areas keep their whole population."""


def known_scale(scale: str) -> Scale:
    """The scale itself.

    Raises:
        UsageError: no such scale.
    """
    for known in get_args(Scale):
        if scale == known:
            return known  # type: ignore[no-any-return]
    raise UsageError(unknown_value("scale", scale, get_args(Scale)))
