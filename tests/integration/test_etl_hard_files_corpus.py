"""Every file of the corpus against what `corpus.yml` says that it must give."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from etl.load import BatchReport, load_files
from tests.support.etl_files import FIXTURES, HARBOUR, rows_of
from warehouse.counties import get_county
from warehouse.settings import Settings

INDEX: dict[str, Any] = yaml.safe_load((FIXTURES / "corpus.yml").read_text(encoding="utf-8"))
SOURCES = INDEX.pop("sources")
FILES = [
    f"{folder}/{file.name}"
    for folder in ("good", "bad")
    for file in sorted((FIXTURES / folder).iterdir())
]


def test_every_file_has_its_expectation_and_each_expectation_its_file() -> None:
    assert sorted(FILES) == sorted(INDEX)


def test_the_corpus_is_large_enough() -> None:
    assert len(FILES) >= 40


def _settings(home: Path, expected: Mapping[str, Any]) -> Settings:
    name = expected.get("source", "cases")
    base = HARBOUR if name == "harbour" else {**SOURCES[name], "tolerance": 1.0}
    base = {"name": {"zh": "难读文件", "en": "Hard files"}, **base}
    settings = Settings(home=home)
    settings.paths.sources.mkdir(parents=True)
    text = yaml.safe_dump({**base, **expected.get("with", {})}, allow_unicode=True)
    (settings.paths.sources / "own.yml").write_text(text, encoding="utf-8")
    return settings


def _shown(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    return value


def _hold(report: BatchReport, settings: Settings, expected: Mapping[str, Any]) -> None:
    assert report.error is None
    assert report.batch is not None
    zone = ZoneInfo(get_county(settings, report.source.county).time_zone)
    landed = rows_of(settings, "landing")
    for column, values in expected["landed"].items():
        assert [_shown(value, zone) for value in landed[column]] == values, column
    assert report.batch.refused_by_reason == expected.get("refused", {})
    notes = "\n".join(report.batch.notes)
    assert [part for part in expected.get("notes", ()) if part not in notes] == [], notes


@pytest.mark.parametrize("name", FILES)
def test_a_file_gives_its_rows_or_its_message(name: str, tmp_path: Path) -> None:
    expected = INDEX[name]
    settings = _settings(tmp_path, expected)
    (report,) = load_files("own", [FIXTURES / name], settings=settings)
    if "says" not in expected:
        _hold(report, settings, expected)
        return
    assert report.exit_code == 3
    assert report.batch is None
    said = str(report.error)
    assert [part for part in expected["says"] if part not in said] == [], said
    assert not (tmp_path / "landing").exists()
