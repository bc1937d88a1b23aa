"""Write the sample county to files, as its departments would hand them over."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from etl.contract_files import FOLDER as CONTRACTS
from etl.sample.boundaries import SampleCounty, make_county, write_boundaries
from etl.sample.case_followups import FOLLOWED_UP, case_followups
from etl.sample.case_kinds import CASE_KINDS
from etl.sample.cases import World, make_cases
from etl.sample.echoes import Echoes
from etl.sample.formats import write_table
from etl.sample.people import People, make_people
from etl.sample.places import FOLDER, TOWN_OF_SCALE_TOWN
from etl.sample.programme import Table, programme_tables
from etl.sample.registers import divisions, households, residents
from etl.sample.reporters import Reporters
from etl.sample.scales import CASES, Scale, known_scale
from etl.sample.workers import grid_workers

__all__ = ["CASES", "MANIFEST", "Scale", "generate_sample"]

MANIFEST = "manifest.json"
SEED = 430181
FOLLOWUPS_PER_TABLE = 500_000

Progress = Callable[[str], None]
"""Called with the name of each dataset before its first rows are made."""


@dataclass
class _Told:
    """What the manifest says of a dataset."""

    rows: dict[str, int] = field(default_factory=dict)
    planted: Counter[str] = field(default_factory=Counter)
    corrected: int = 0
    late: int = 0

    def add(self, table: Table, written: list[tuple[Path, int]]) -> None:
        """Take account of a table and its files."""
        self.rows.update((file.name, rows) for file, rows in written)
        self.planted.update(table.planted)
        if table.corrected:
            self.corrected += table.corrected
            self.late += table.frame.height - table.corrected

    def as_dict(self) -> dict[str, Any]:
        """For the manifest."""
        return {
            "rows": self.rows,
            "planted": dict(sorted(self.planted.items())),
            "corrected": self.corrected,
            "late": self.late,
        }


def generate_sample(
    folder: Path, *, scale: Scale, seed: int = SEED, progress: Progress | None = None
) -> dict[str, list[Path]]:
    """Write every dataset; the same seed and scale give the same bytes.

    `manifest.json`, written last, tells the rows of each file, how many rows of each dataset are
    spoiled in which way, how many replace others and how many come late. A folder whose manifest
    was written by the same code for the same scale and seed is left as it is.

    Returns:
        Files by source, in the order to load them.

    Raises:
        UsageError: no such scale.
    """
    scale = known_scale(scale)
    made_by = _fingerprint()
    if files := _made_before(folder, scale=scale, seed=seed, made_by=made_by):
        return files
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / MANIFEST
    manifest.unlink(missing_ok=True)
    county = make_county(seed, only_town=TOWN_OF_SCALE_TOWN if scale == "town" else None)
    areas, grids = write_boundaries(county, folder)
    files = {"sample_areas": [areas], "sample_grids": [grids]}
    told: dict[str, _Told] = {}
    for table in _tables(county, scale=scale, seed=seed):
        dataset = table.dataset
        if progress and dataset not in told:
            progress(dataset)
        own = files.setdefault(f"sample_{dataset}", [])
        written = write_table(dataset, table.frame, folder=folder, first_number=len(own) + 1)
        told.setdefault(dataset, _Told()).add(table, written)
        own += [file for file, _ in written]
    contents = {
        "scale": scale,
        "seed": seed,
        "made_by": made_by,
        "files": {source: [file.name for file in paths] for source, paths in files.items()},
        "datasets": {dataset: one.as_dict() for dataset, one in told.items()},
    }
    text = json.dumps(contents, ensure_ascii=False, indent=2)
    manifest.write_text(text + "\n", encoding="utf-8", newline="\n")
    return files


def _tables(county: SampleCounty, *, scale: Scale, seed: int) -> Iterator[Table]:
    """Every dataset but areas and grids, part by part; no part outlives the next."""
    people = make_people(county, scale=scale, seed=seed)
    yield from divisions(county.places)
    workers = grid_workers(county, Reporters.of(county, people, seed), seed=seed)
    yield workers
    yield from households(people, seed=seed)
    yield from residents(people, seed=seed)
    yield from _case_tables(county, people, count=CASES[scale], seed=seed)
    yield from programme_tables(county, people, seed=seed, workers=workers.frame)


def _case_tables(county: SampleCounty, people: People, *, count: int, seed: int) -> Iterator[Table]:
    """Cases, each dataset followed by its late and corrected records, then the calls about them."""
    world = World.of(county, people, seed)
    calls: list[pl.DataFrame] = []
    called = 0
    echoes: list[Echoes] = []
    rng = np.random.default_rng([seed, 11])
    for dataset, kind in CASE_KINDS.items():
        told = Echoes.of_all(echoes) if dataset == "police_incidents" else None
        later: list[pl.DataFrame] = []
        corrected = 0
        for chunk in make_cases(world, dataset, count=round(count * kind.share), echoes=told):
            yield Table.of(dataset, chunk.delivered.first, chunk.delivered.planted)
            later.append(chunk.delivered.second)
            corrected += chunk.delivered.corrected
            if dataset == "grid_events":
                echoes.append(chunk.echoes)
            if dataset in FOLLOWED_UP:
                calls.append(case_followups(chunk.sound, dataset, first_number=called + 1, rng=rng))
                called += calls[-1].height
        if corrected:
            yield Table.of(dataset, pl.concat(later), corrected=corrected)
    for part in pl.concat(calls).iter_slices(FOLLOWUPS_PER_TABLE):
        yield Table.of("followups", part)


def _made_before(
    folder: Path, *, scale: Scale, seed: int, made_by: str
) -> dict[str, list[Path]] | None:
    """The files of a folder that this code filled for this scale and seed."""
    try:
        contents = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if [contents.get(name) for name in ("scale", "seed", "made_by")] != [scale, seed, made_by]:
        return None
    files = {
        source: [folder / name for name in names] for source, names in contents["files"].items()
    }
    return files if all(file.is_file() for own in files.values() for file in own) else None


def _fingerprint() -> str:
    """Digest of the code and tables that make the sample, and of the contracts it fits."""
    digest = hashlib.sha256()
    for root in (FOLDER, CONTRACTS):
        for file in sorted(root.rglob("*")):
            if file.suffix in (".py", ".csv", ".yml"):
                digest.update(file.relative_to(root).as_posix().encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()
