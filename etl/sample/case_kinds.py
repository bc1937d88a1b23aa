"""The datasets of cases: how many, who reports them, and how quickly they are answered."""

from dataclasses import dataclass
from typing import Literal

Dataset = Literal[
    "grid_events", "city_cases", "police_incidents", "device_alerts", "wristband_alerts"
]


@dataclass(frozen=True, kw_only=True)
class CaseKind:
    """What sets one dataset of cases apart from the others."""

    stream: int
    """Number that its random draws start from."""
    share: float
    """Share of all cases."""
    prefix: str
    """First letters of its case numbers."""
    channels: dict[str, float]
    response_factor: float
    """Mean time to the first response beside that of all cases."""
    has_deadlines: bool = False
    """Whether the export tells deadlines; others live by configured limits."""
    is_text: bool = True
    """Whether its files are texts, in which a time can be impossible."""
    other_department_share: float = 0.0
    """Share handed to the town's office instead of the category's department."""


POLICE_FACTOR, DEVICE_FACTOR, WRISTBAND_FACTOR = 0.4, 0.8, 0.25
_POLICE, _DEVICE, _WRISTBAND = 0.15, 0.04, 0.01
# The factor of the others that leaves the mean of all cases where it is meant to be.
_REST = (1 - _POLICE * POLICE_FACTOR - _DEVICE * DEVICE_FACTOR - _WRISTBAND * WRISTBAND_FACTOR) / (
    1 - _POLICE - _DEVICE - _WRISTBAND
)

CASE_KINDS: dict[Dataset, CaseKind] = {
    "grid_events": CaseKind(
        stream=11,
        share=0.45,
        prefix="WG",
        channels={
            "grid_worker": 0.62, "hotline_12345": 0.16, "app": 0.14, "camera": 0.04, "patrol": 0.04,
        },
        response_factor=_REST,
        other_department_share=0.08,
    ),
    "city_cases": CaseKind(
        stream=10,
        share=0.35,
        prefix="CG",
        channels={
            "patrol": 0.38, "hotline_12345": 0.27, "camera": 0.15, "app": 0.14, "grid_worker": 0.06,
        },
        response_factor=_REST,
        has_deadlines=True,
        other_department_share=0.08,
    ),
    "police_incidents": CaseKind(
        stream=16,
        share=_POLICE,
        prefix="JQ",
        channels={"110": 0.93, "hotline_12345": 0.03, "app": 0.04},
        response_factor=POLICE_FACTOR,
    ),
    "device_alerts": CaseKind(
        stream=13,
        share=_DEVICE,
        prefix="SB",
        channels={"device": 1.0},
        response_factor=DEVICE_FACTOR,
        is_text=False,
    ),
    "wristband_alerts": CaseKind(
        stream=17,
        share=_WRISTBAND,
        prefix="SH",
        channels={"wristband": 1.0},
        response_factor=WRISTBAND_FACTOR,
        is_text=False,
    ),
}  # fmt: skip

REPORTER_SHARES = {
    "110": 0.95, "hotline_12345": 0.9, "app": 0.75, "grid_worker": 0.1, "wristband": 1.0,
}  # fmt: skip
"""Share of the cases of a channel that name who reported them; none in the other channels."""

SILENT_DATASET: Dataset = "city_cases"
"""The department that stopped delivering for a week."""
