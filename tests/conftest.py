"""What all tests share."""

import os
import sys
from pathlib import Path

import hypothesis
import pytest

# Every core has a process of the run; threads of linear algebra only wait for each other, at twice
# the processor time. It is read when numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

FIRST = ("integration/test_reports.py", "integration/test_build_steps.py")
"""One begins with the published town, which the other does without, so that none waits for it."""
LONG = (
    "browser/test_figures.py",
    "browser/test_map.py",
    "browser/test_pages.py",
    "browser/test_wall.py",
    "integration/test_marts_rules.py",
    "spec/test_kpis.py",
)
"""Files of a minute and more, however few their tests."""

# How long an example takes is a matter of the machine.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files, so that no worker is left with one at the end.

    The order is random among them, and among the others.
    """
    folder = Path(__file__).parent
    place = {folder / name: number for number, name in enumerate(FIRST)}
    place |= {folder / name: len(FIRST) for name in LONG}
    items.sort(key=lambda item: place.get(item.path, len(FIRST) + 1))


@pytest.fixture(scope="session", autouse=True)
def parsed_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The dbt project is parsed by one process of the run, where anything asks for it."""
    if "warehouse.transform" not in sys.modules:
        return
    # Imported with dbt, which takes seconds and which most unit tests do without.
    from tests.support.parsed import share  # noqa: PLC0415

    base = tmp_path_factory.getbasetemp()
    share(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
