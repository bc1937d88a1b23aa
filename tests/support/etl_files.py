"""Files of a made-up publisher, the harbour office of Boston, and the source that maps them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from etl.load import BatchReport, load_files
from etl.quarantine import batches_with_refusals, refused_rows
from warehouse.settings import Settings

FIXTURES = Path(__file__).parents[1] / "fixtures"

HARBOUR: dict[str, Any] = {
    "name": {"zh": "港务局", "en": "Harbour office"},
    "dataset": "city_cases",
    "county": "boston",
    "department_code": "harbour",
    "format": "csv",
    "encoding": "utf-8",
    "columns": {
        "case_number": "number",
        "category_code": ["kind", "category"],
        "reported_at": "opened",
        "closed_at": "closed",
        "longitude": "lon",
        "latitude": "lat",
        "dispatch_count": "visits",
        "updated_at": "updated",
    },
    "codes": {"category_code": {"allowed": ["pothole", "graffiti"]}},
    "milestones": ["reported", "closed"],
    "tolerance": 1.0,
}

HEADER = "number,kind,opened,closed,lon,lat,visits,updated"


def make_settings(home: Path, **source: Any) -> Settings:
    """Settings of a home that knows the source `harbour`, changed as the keywords say."""
    settings = Settings(home=home)
    settings.paths.sources.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump({**HARBOUR, **source}, allow_unicode=True)
    (settings.paths.sources / "harbour.yml").write_text(text, encoding="utf-8")
    return settings


def load(settings: Settings, *files: Path, **options: Any) -> Sequence[BatchReport]:
    """Load files of the source `harbour`."""
    return load_files("harbour", files, settings=settings, **options)


def rows_of(settings: Settings, area: str) -> pl.DataFrame:
    """Every row in `landing` or `quarantine`, batch after batch."""
    if area == "quarantine":
        batches = sorted(
            batches_with_refusals(settings), key=lambda one: (one.dataset, one.batch_id)
        )
        return pl.concat([refused_rows(settings, batch=batch) for batch in batches])
    files = sorted((settings.home / area).glob("*/batch=*/rows.parquet"))
    return pl.concat([pl.read_parquet(file, hive_partitioning=False) for file in files])


def tree(home: Path) -> dict[str, bytes]:
    """Every file of landing and quarantine with its content."""
    return {
        str(file.relative_to(home)): file.read_bytes()
        for area in ("landing", "quarantine")
        for file in sorted((home / area).rglob("*"))
        if file.is_file()
    }
