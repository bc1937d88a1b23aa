"""The generated county, published and looked at again."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from etl.load import load_files
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

    published: Published
    world: World


def publish_sample(home: Path, *, scale: Scale) -> County:
    """Generate the county, load all of it and build it pinned to `NOW`."""
    settings = Settings(home=home)
    for source, files in generate_sample(home / "files", scale=scale).items():
        reports = load_files(source, files, settings=settings)
        assert not any(report.error for report in reports)
    build(settings=settings, as_of={COUNTY: NOW}, built_at=datetime.now(UTC))
    return County(
        published=PublishedStore(settings, with_people=True).current(),
        world=World(home, COUNTY, NOW, FIRST_DAY),
    )
