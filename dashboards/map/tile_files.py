"""Vector tiles on disk, and the shapes they were made of: found by county, edition, tile number."""

import json
import re
from pathlib import Path
from typing import Any

from geo.tiles import SHAPES
from warehouse.errors import UsageError
from warehouse.settings import Settings

CODE = re.compile(r"[0-9A-Za-z_-]{1,64}")
DEEPEST_ZOOM = 24


def tile_bytes(
    settings: Settings, *, county: str, fingerprint: str, z: int, x: int, y: int
) -> bytes | None:
    """Content of a tile (Mapbox Vector Tile, not compressed); null where the tile is empty.

    Raises:
        FileNotFoundError: a name that can be none of ours, a tile number outside its zoom, or an
            edition that is not there.
    """
    names_fit = CODE.fullmatch(county) and CODE.fullmatch(fingerprint)
    numbers_fit = 0 <= z <= DEEPEST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z
    if not (names_fit and numbers_fit):
        raise FileNotFoundError(f"{county}/{fingerprint}/{z}/{x}/{y}")
    edition = settings.paths.tiles / county / fingerprint
    try:
        return (edition / str(z) / str(x) / f"{y}.pbf").read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        if not edition.is_dir():
            raise FileNotFoundError(f"{county}/{fingerprint}") from None
        return None


def current_tiles(settings: Settings, *, county: str) -> dict[str, Any] | None:
    """What `current.json` says of a county's tiles: fingerprint, bounds, minzoom, maxzoom, layers.

    Null where no tiles were built.
    """
    file: Path = settings.paths.tiles / county / "current.json"
    if not CODE.fullmatch(county) or not file.is_file():
        return None
    described: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return described


def kept_shapes(settings: Settings, *, county: str) -> Path:
    """The file of a county's shapes beside its tiles: `area_level`, `area_code`, `geometry_wkb`.

    Raises:
        UsageError: the version was built before shapes were kept.
    """
    tiles = current_tiles(settings, county=county)
    fingerprint = str(tiles["fingerprint"]) if tiles else ""
    file = settings.paths.tiles / county / fingerprint / SHAPES
    if not file.is_file():
        raise UsageError(
            f"{county}: 此版本没有留存边界,请重新构建 / the shapes of this version were not kept: "
            "build it again"
        )
    return file
