"""What people apply for, and how often; names and limits are in the seed `service_items`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """`limit_days`: working days; `documents`: demanded before the programme; `weight`: how often,
    beside the other items but the minimum living allowance, which has a share of its own.
    """

    department: str
    limit_days: int
    documents: int
    weight: float
    is_paid: bool = False
    is_for_disabled: bool = False


ALLOWANCE = "FW001"

ITEMS = {
    "FW001": Item("civil_affairs", 30, 12, 0.01, is_paid=True),
    "FW002": Item("civil_affairs", 10, 4, 0.05, is_paid=True),
    "FW003": Item("civil_affairs", 20, 4, 0.01, is_paid=True),
    "FW004": Item("civil_affairs", 10, 2, 0.1, is_paid=True),
    "FW005": Item("civil_affairs", 15, 3, 0.05, is_paid=True),
    "FW006": Item("civil_affairs", 15, 4, 0.01, is_paid=True),
    "FW007": Item("civil_affairs", 15, 4, 0.01, is_paid=True),
    "FW008": Item("civil_affairs", 1, 2, 0.01),
    "FW009": Item("civil_affairs", 10, 4, 0.01, is_paid=True),
    "FW010": Item("civil_affairs", 15, 3, 0.05, is_paid=True, is_for_disabled=True),
    "FW011": Item("civil_affairs", 15, 3, 0.04, is_paid=True, is_for_disabled=True),
    "FW012": Item("disabled_federation", 20, 4, 0.04, is_for_disabled=True),
    "FW013": Item("disabled_federation", 20, 3, 0.01, is_for_disabled=True),
    "FW014": Item("disabled_federation", 10, 4, 0.01, is_paid=True, is_for_disabled=True),
    "FW015": Item("disabled_federation", 30, 4, 0.01, is_for_disabled=True),
    "FW016": Item("human_resources", 3, 2, 0.08),
    "FW017": Item("human_resources", 10, 3, 0.08, is_paid=True),
    "FW018": Item("human_resources", 10, 3, 0.01),
    "FW019": Item("human_resources", 5, 2, 0.05),
    "FW020": Item("human_resources", 15, 5, 0.01, is_paid=True),
    "FW021": Item("human_resources", 10, 5, 0.01),
    "FW022": Item("human_resources", 5, 2, 0.08),
    "FW023": Item("town_office", 3, 2, 0.12),
    "FW024": Item("public_security", 5, 3, 0.05),
    "FW025": Item("public_security", 3, 3, 0.05),
    "FW026": Item("public_security", 3, 2, 0.04),
    "FW027": Item("public_security", 10, 3, 0.05),
    "FW028": Item("public_security", 20, 2, 0.06),
    "FW029": Item("health", 1, 2, 0.04),
    "FW030": Item("health", 20, 5, 0.01, is_paid=True),
    "FW031": Item("health", 20, 5, 0.01, is_paid=True),
    "FW032": Item("health", 10, 5, 0.01),
    "FW033": Item("natural_resources", 20, 6, 0.03),
    "FW034": Item("natural_resources", 5, 5, 0.04),
    "FW035": Item("natural_resources", 10, 5, 0.01),
    "FW036": Item("housing", 30, 5, 0.03),
    "FW037": Item("housing", 20, 4, 0.02, is_paid=True),
    "FW038": Item("housing", 15, 6, 0.01),
    "FW039": Item("justice", 5, 3, 0.02),
    "FW040": Item("justice", 3, 1, 0.01),
    "FW041": Item("justice", 1, 2, 0.01),
    "FW042": Item("urban_management", 5, 3, 0.01),
    "FW043": Item("urban_management", 10, 4, 0.01),
    "FW044": Item("urban_management", 10, 4, 0.01),
    "FW045": Item("water", 20, 5, 0.01),
    "FW046": Item("transport", 5, 3, 0.01),
    "FW047": Item("ecology", 3, 2, 0.01),
    "FW048": Item("emergency", 15, 5, 0.01),
    "FW049": Item("town_office", 20, 4, 0.01),
    "FW050": Item("town_office", 1, 1, 0.01),
}

REVIEWERS = (
    "civil_affairs", "disabled_federation", "human_resources", "public_security", "health",
    "natural_resources", "housing", "town_office", "justice", "urban_management", "water",
    "transport", "ecology", "emergency",
)  # fmt: skip
"""Departments that take part."""
