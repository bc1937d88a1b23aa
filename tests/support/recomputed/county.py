"""The generated county, published and looked at again."""

import fcntl
import os
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from etl.cli import told
from etl.load import BatchReport, load_files
from etl.sample.generate import Scale, generate_sample
from tests.support.recomputed.world import World
from warehouse.build import build
from warehouse.published import Published, PublishedStore
from warehouse.settings import Settings

COUNTY = "430181"
FIRST_DAY = date(2023, 11, 1)
NOW = datetime(2026, 11, 15, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass(frozen=True)
class County:
    """What was published of the generated files, and their recomputation."""

    settings: Settings
    files: Mapping[str, list[Path]]
    """By source, beside the home and not in it."""

    reports: Mapping[str, list[BatchReport]]
    """What became of each of them when it was loaded, by source."""

    published: Published
    world: World


def published_sample(folders: pytest.TempPathFactory, *, scale: Scale) -> County:
    """The county, loaded and built pinned to `NOW` once for all processes of a test run."""
    base = folders.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    settings = Settings(home=shared / f"sample_{scale}")
    folder = shared / f"files_{scale}"
    loaded = shared / f"loaded_{scale}.pickle"
    with (shared / f"sample_{scale}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not settings.paths.published.exists():
            loaded.write_bytes(pickle.dumps(_publish(settings, folder, scale=scale)))
        # Made already: they are only told of.
        files = generate_sample(folder, scale=scale)
    return County(
        settings=settings,
        files=files,
        reports=pickle.loads(loaded.read_bytes()),
        published=PublishedStore(settings, with_people=True).current(),
        world=World(settings.home, COUNTY, NOW, FIRST_DAY),
    )


def _publish(settings: Settings, folder: Path, *, scale: Scale) -> dict[str, list[BatchReport]]:
    said: list[str] = []
    loaded = {}
    for source, files in generate_sample(folder, scale=scale).items():
        reports = loaded[source] = load_files(source, files, settings=settings)
        assert not any(report.error for report in reports)
        said += map(told, reports)
    build(settings=settings, as_of={COUNTY: NOW}, built_at=datetime.now(UTC), progress=said.append)
    # What a terminal was told is kept like a log.
    settings.paths.logs.mkdir(exist_ok=True)
    (settings.paths.logs / "terminal.txt").write_text("\n".join(said), encoding="utf-8")
    return loaded
