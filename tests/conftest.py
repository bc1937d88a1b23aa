"""What all tests share."""

import os
import sys

import pytest

# Every core has a process of the run; threads of linear algebra only wait for each other, at twice
# the processor time. It is read when numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="session", autouse=True)
def parsed_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The dbt project is parsed by one process of the run, where anything asks for it."""
    if "warehouse.transform" not in sys.modules:
        return
    # Imported with dbt, which takes seconds and which most unit tests do without.
    from tests.support.parsed import share  # noqa: PLC0415

    base = tmp_path_factory.getbasetemp()
    share(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
