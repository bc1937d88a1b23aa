"""Write the sample county to files, as its departments would hand them over."""

import json
from collections import Counter
from pathlib import Path
from typing import Literal, get_args

from etl.sample.boundaries import SampleCounty, make_county, write_boundaries
from etl.sample.cases import CASES_PER_CHUNK, make_cases
from etl.sample.defects import TIME_FORMAT
from etl.sample.places import TOWN_OF_SCALE_TOWN
from etl.sample.points import Ground
from etl.sample.rhythm import Dataset
from warehouse.errors import UsageError, unknown_value

Scale = Literal["town", "county", "full", "large"]

CASES: dict[Scale, int] = {
    "town": 10_000,
    "county": 300_000,
    "full": 3_000_000,
    "large": 10_000_000,
}
SHARES: dict[Dataset, float] = {"grid_events": 0.55, "city_cases": 0.45}
MANIFEST = "manifest.json"


def generate_sample(folder: Path, *, scale: Scale, seed: int = 430181) -> dict[str, list[Path]]:
    """Write areas, grids and cases; the same seed and scale give the same bytes.

    `manifest.json` beside them tells the rows of each file and how many rows of each dataset
    were spoiled in which way.

    Returns:
        Files by source, in the order to load them.

    Raises:
        UsageError: no such scale.
    """
    if scale not in get_args(Scale):
        raise UsageError(unknown_value("scale", scale, get_args(Scale)))
    folder.mkdir(parents=True, exist_ok=True)
    county = make_county(seed, only_town=TOWN_OF_SCALE_TOWN if scale == "town" else None)
    areas, grids = write_boundaries(county, folder)
    ground = Ground.of(county)
    files = {"sample_areas": [areas], "sample_grids": [grids]}
    manifest: dict[str, object] = {"scale": scale, "seed": seed}
    for dataset, share in SHARES.items():
        count = round(CASES[scale] * share)
        written, told = _write_cases(county, ground, dataset, count=count, seed=seed, folder=folder)
        files[f"sample_{dataset}"] = written
        manifest[dataset] = told
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
    return files


def _write_cases(
    county: SampleCounty, ground: Ground, dataset: Dataset, *, count: int, seed: int, folder: Path
) -> tuple[list[Path], dict[str, object]]:
    """One file per chunk; a chunk is the most that is ever held in memory."""
    files: list[Path] = []
    rows: dict[str, int] = {}
    planted: Counter[str] = Counter()
    several = count > CASES_PER_CHUNK
    for number, chunk in enumerate(make_cases(county, ground, dataset, count=count, seed=seed), 1):
        file = folder / (f"{dataset}_{number:02d}.csv" if several else f"{dataset}.csv")
        chunk.frame.write_csv(
            file, datetime_format=TIME_FORMAT, float_precision=6, line_terminator="\n"
        )
        files.append(file)
        rows[file.name] = len(chunk.frame)
        planted.update(chunk.planted)
    return files, {"rows": rows, "planted": dict(planted)}
