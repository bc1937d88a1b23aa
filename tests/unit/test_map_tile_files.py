"""Tiles are found by county, edition and number, and by nothing else."""

from pathlib import Path

import pytest

from dashboards.map.tile_files import current_tiles, tile_bytes
from warehouse.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    tile = tmp_path / "tiles/boston/ab12/3/2/1.pbf"
    tile.parent.mkdir(parents=True)
    tile.write_bytes(b"tile")
    (tmp_path / "secret.pbf").write_bytes(b"secret")
    return Settings(home=tmp_path)


def test_a_tile_is_read(settings: Settings) -> None:
    found = tile_bytes(settings, county="boston", fingerprint="ab12", z=3, x=2, y=1)
    assert found == b"tile"


def test_an_empty_tile_of_an_edition_that_is_there_is_null(settings: Settings) -> None:
    assert tile_bytes(settings, county="boston", fingerprint="ab12", z=3, x=2, y=2) is None


@pytest.mark.parametrize(
    ("county", "fingerprint", "z", "x", "y"),
    [
        ("boston", "other", 3, 2, 1),
        ("..", "ab12", 3, 2, 1),
        ("boston", "../..", 3, 2, 1),
        ("boston", "ab12", 3, 8, 1),
        ("boston", "ab12", 3, -1, 1),
        ("boston", "ab12", 40, 1, 1),
    ],
)
def test_anything_else_is_not_found(
    settings: Settings, county: str, fingerprint: str, z: int, x: int, y: int
) -> None:
    with pytest.raises(FileNotFoundError):
        tile_bytes(settings, county=county, fingerprint=fingerprint, z=z, x=x, y=y)


def test_a_county_without_tiles_has_no_description(settings: Settings) -> None:
    assert current_tiles(settings, county="boston") is None
    assert current_tiles(settings, county="../tiles") is None
