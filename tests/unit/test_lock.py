import subprocess
import sys

import pytest

from warehouse.errors import BusyError
from warehouse.lock import writer_lock
from warehouse.settings import Settings

HOLD = """
import sys
from pathlib import Path
from warehouse.lock import writer_lock
from warehouse.settings import Settings
with writer_lock(Settings(home=Path(sys.argv[1])), doing="load boston_311"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.usefixtures("holder")
def test_a_second_writer_is_told_what_the_first_does(tmp_path):
    with (
        pytest.raises(BusyError, match="load boston_311"),
        writer_lock(Settings(home=tmp_path), doing="build"),
    ):
        pass


def test_a_killed_writer_leaves_no_lock(tmp_path, holder):
    holder.kill()
    holder.wait()
    with writer_lock(Settings(home=tmp_path), doing="build"):
        assert (tmp_path / "work" / "writer.lock").read_text(encoding="utf-8") == "build"
