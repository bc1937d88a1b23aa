"""Source files: what they may say, and what is said of one that is wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from etl.source import get_source, load_sources, read_source
from tests.support.etl_files import HARBOUR, make_settings
from warehouse.counties import load_counties
from warehouse.errors import InputError, UsageError
from warehouse.settings import Settings


def _read(folder: Path, **changes: Any) -> None:
    file = folder / "harbour.yml"
    file.write_text(yaml.safe_dump({**HARBOUR, **changes}), encoding="utf-8")
    read_source(file)


def test_every_built_in_source_is_of_a_known_county(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    counties = load_counties(settings)
    assert {source.county for source in load_sources(settings).values()} <= set(counties)


def test_a_source_of_the_installation_replaces_the_built_in_one(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    file = tmp_path / "sources" / "boston_311.yml"
    file.write_text("extends: boston_311\ndelimiter: ';'\n")
    changed = get_source(settings, "boston_311")
    assert (changed.delimiter, changed.encoding) == (";", "utf-8")
    assert {"harbour", "sample_areas"} <= set(load_sources(settings))


def test_sources_that_extend_each_other_are_an_error(tmp_path: Path) -> None:
    make_settings(tmp_path, extends="pier")
    (tmp_path / "sources" / "pier.yml").write_text("extends: harbour\n")
    with pytest.raises(InputError, match="extends itself"):
        read_source(tmp_path / "sources" / "harbour.yml")


def test_sample_city_cases_are_read_like_sample_grid_events(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    city, grid = (get_source(settings, f"sample_{name}") for name in ("city_cases", "grid_events"))
    assert city.columns == grid.columns
    assert city.dataset == "city_cases"


@pytest.mark.parametrize("name", ["../secrets", "nothing"])
def test_a_name_that_is_no_source_is_a_usage_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="boston_311"):
        get_source(Settings(home=tmp_path), name)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"colour": "blue"}, 'setting "colour"'),
        ({"dataset": "cases"}, 'dataset "cases".*city_cases'),
        ({"columns": {**HARBOUR["columns"], "colour": "c"}}, 'column "colour"'),
        ({"columns": {"case_number": "n"}}, 'column "category_code" is required'),
        ({"milestones": ["handled"]}, "needs the column handled_at"),
        ({"encoding": None}, "needs its encoding"),
        ({"encoding": "gb99999"}, "gb99999"),
        ({"date_formats": ["YYYY-MM-DD"]}, "YYYY-MM-DD"),
        ({"tolerance": 5}, "tolerance"),
        ({"delimiter": "||"}, "delimiter"),
        ({"datum": "wgs72"}, "datum"),
    ],
)
def test_a_fault_in_a_source_file_is_named(
    changes: dict[str, Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=says):
        _read(tmp_path, **changes)


def test_all_faults_of_a_source_file_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        _read(tmp_path, colour="blue", tolerance=5)
    assert "colour" in str(caught.value)
    assert "tolerance" in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "{unclosed"])
def test_a_file_that_is_no_mapping_is_an_input_error(text: str, tmp_path: Path) -> None:
    file = tmp_path / "harbour.yml"
    file.write_text(text)
    with pytest.raises(InputError, match=r"harbour\.yml"):
        read_source(file)
