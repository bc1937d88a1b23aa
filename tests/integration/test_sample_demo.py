"""The demonstration: where its files are, what it tells, and what it does after a kill."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboards import demo
from etl.sample.boundaries import make_county, write_boundaries
from etl.sample.places import TOWN_OF_SCALE_TOWN
from tests.support.county import publish_county
from warehouse.settings import Settings


@pytest.fixture(scope="module")
def boundaries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    folder = tmp_path_factory.mktemp("boundaries")
    areas, grids = write_boundaries(make_county(430181, only_town=TOWN_OF_SCALE_TOWN), folder)
    return {"sample_areas": [areas], "sample_grids": [grids]}


def land(home: Path, batch_id: str) -> None:
    """The least that makes a landed batch."""
    folder = home / "landing" / "grid_events" / f"batch={batch_id}"
    folder.mkdir(parents=True)
    (folder / "batch.json").write_text(json.dumps({"batch_id": batch_id}), encoding="utf-8")
    (folder / "rows.parquet").write_bytes(b"")


def test_files_that_name_persons_are_outside_the_home(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "data")
    folder = demo.sample_folder(settings, "town")
    assert folder == tmp_path / "data.sample" / "town"
    assert not folder.is_relative_to(settings.home)


def test_a_version_counts_as_published_only_with_every_batch_that_landed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = Settings(home=home)
    assert demo._published(settings) is None
    publish_county(home, cases=10)
    land(home, "20261115-0001")
    assert demo._published(settings) == 1
    land(home, "20261116-0001")
    assert demo._published(settings) is None


def test_a_demo_whose_build_was_killed_builds_when_run_again(
    tmp_path: Path, boundaries: dict[str, list[Path]], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path / "home")
    builds: list[Settings] = []
    told: list[str] = []

    def build(*, settings: Settings, progress: Callable[[str], None]) -> int:
        progress("prepare 0.1 s")
        builds.append(settings)
        if len(builds) == 1:
            raise KeyboardInterrupt
        return 7

    monkeypatch.setattr(demo, "generate_sample", lambda *_, **__: boundaries)
    monkeypatch.setattr(demo, "build", build)
    with pytest.raises(KeyboardInterrupt):
        demo.prepare_demo(settings, scale="town", tell=told.append)
    assert any("grids" in line and "113 读取 / read" in line.replace("  ", "") for line in told)
    told.clear()
    assert demo.prepare_demo(settings, scale="town", tell=told.append) == 7
    assert len(builds) == 2
    assert sum("landed before" in line for line in told) == 2
