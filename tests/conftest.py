"""What all tests share."""

import os
import sys
from pathlib import Path

import pytest

LONG = (
    "browser/test_figures.py",
    "browser/test_offline.py",
    "browser/test_pages.py",
    "integration/test_build_steps.py",
    "integration/test_privacy_demo.py",
    "integration/test_reports.py",
    "integration/test_sample_calibration_marts.py",
)
"""Files of a minute and more, however few their tests."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files, so that no worker is left with one at the end.

    The order is random among them, and among the others.
    """
    long = {Path(__file__).parent / name for name in LONG}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session", autouse=True)
def parsed_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The dbt project is parsed by one process of the run, where anything asks for it."""
    if "warehouse.transform" not in sys.modules:
        return
    # Imported with dbt, which takes seconds and which most unit tests do without.
    from tests.support.parsed import share  # noqa: PLC0415

    base = tmp_path_factory.getbasetemp()
    share(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
