"""What stays of a batch when the disk fails after its commit."""

from pathlib import Path

import pytest

from etl import batch as batches
from etl.load import load_files
from etl.sample.generate import generate_sample
from warehouse.settings import Settings


def test_refused_rows_stay_with_a_batch_that_landed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = generate_sample(tmp_path / "sample", scale="town")["sample_city_cases"]
    settings = Settings(home=tmp_path / "home")
    landing = settings.paths.landing / "city_cases"
    flush = batches._flush

    def fail_after_the_rename(path: Path) -> None:
        if path == landing:
            raise OSError("the disk is gone")
        flush(path)

    monkeypatch.setattr(batches, "_flush", fail_after_the_rename)
    load_files("sample_city_cases", files, settings=settings)
    assert [folder.name for folder in landing.glob("batch=*")] == [
        folder.name for folder in (settings.paths.quarantine / "city_cases").glob("batch=*")
    ]
    assert list(landing.glob("batch=*"))
