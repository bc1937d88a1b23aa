"""Ticks of a logarithmic axis that people can read: 1, 2, 5, 10, 20, 50 …"""

import math
from typing import Any

from dashboards import numbers_text


def log_axis(low: float, high: float) -> dict[str, Any]:
    """Type and ticks of an axis that holds both ends.

    >>> log_axis(3, 40)["tickvals"]
    [5, 10, 20]
    """
    exponents = range(math.floor(math.log10(max(low, 1))), math.ceil(math.log10(max(high, 1))) + 1)
    steps = [step * 10**exponent for exponent in exponents for step in (1, 2, 5)]
    ticks = [step for step in steps if low <= step <= high]
    return {
        "type": "log",
        "tickformat": "",
        "tickvals": ticks,
        "ticktext": [numbers_text.number(tick) for tick in ticks],
    }
