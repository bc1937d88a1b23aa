"""Real data kept beside the checkout; what needs it is skipped, saying so, where it is missing."""

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("GRIDGOV_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))


def shared_data(name: str) -> Path:
    """Path of a file or folder of the real data, or skip the test that asks for it."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"real data {name} is not in {FOLDER}")
    return path
