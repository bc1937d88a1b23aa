"""Answers and pages kept in a file by one process, found by another."""

import os
import sqlite3
from pathlib import Path

import polars as pl
import pytest

from dashboards.cache import Cache
from dashboards.shelf import Shelf
from tests.support.marts import marts
from tests.support.random_facts import AREAS, random_facts
from warehouse.published import Published

KEYS = [(1, "answer", "a", ("x", None)), (1, "answer", "b", ())]


@pytest.fixture
def published(tmp_path: Path) -> Published:
    facts = random_facts(rows=5, seed=1)
    return marts(tmp_path, cases=facts.pop("fct_cases"), facts=facts, areas=AREAS)


def shelf(published: Published, about: str = "", *, writes: bool = False) -> Shelf:
    """A shelf beside a version's file, looking into it."""
    made = Shelf(published.path.parent / "drawn", writes=writes)
    made.open(published, about)
    return made


def files(published: Published) -> list[Path]:
    return sorted((published.path.parent / "drawn").glob("*.sqlite"))


def test_what_one_keeps_another_finds(published: Published) -> None:
    reading = shelf(published)
    frame = pl.DataFrame({"value": [1.5, None], "code": ["甲", ""]})
    shelf(published, writes=True).put({KEYS[0]: frame})
    found = reading.find([KEYS[1], KEYS[0], (2, *KEYS[0][1:])])
    assert list(found) == [1]
    assert found[1].equals(frame)


def test_only_the_writing_one_keeps(published: Published) -> None:
    reading = shelf(published)
    reading.put({KEYS[0]: "page"})
    assert reading.find(KEYS) == {}


def test_a_cache_makes_what_is_not_on_its_shelf_and_keeps_it_there(published: Published) -> None:
    places: list[list[int]] = []

    def make(of: list[int]) -> list[str]:
        places.append(of)
        return ["ab"[place] for place in of]

    Cache(10, shelf(published, writes=True)).get_many([KEYS[0]], make)
    assert Cache(10, shelf(published)).get_many(KEYS, make) == ["a", "b"]
    assert places == [[0], [1]]


def test_other_code_and_another_file_find_nothing(published: Published) -> None:
    shelf(published, writes=True).put({KEYS[0]: "page"})
    assert shelf(published, about="other").find(KEYS) == {}
    assert len(files(published)) == 1
    os.utime(published.path, ns=(0, 0))
    assert shelf(published).find(KEYS) == {}
    assert len(files(published)) == 1


def test_files_of_versions_that_are_gone_are_removed(published: Published) -> None:
    shelf(published)
    gone = files(published)[0].with_name("v7-0.sqlite")
    gone.touch()
    shelf(published)
    assert gone not in files(published)


def test_a_file_that_cannot_be_read_is_as_if_it_were_not_there(
    published: Published, caplog: pytest.LogCaptureFixture
) -> None:
    shelf(published, writes=True).put({KEYS[0]: "page"})
    with sqlite3.connect(files(published)[0]) as file:
        file.execute("update made set value = 'torn'")
    reading = shelf(published)
    assert reading.find(KEYS) == {}
    assert reading.find(KEYS) == {}
    assert len(caplog.records) == 1
    assert Cache(10, reading).get(KEYS[0], lambda: "made") == "made"


def test_only_the_owner_may_read_it(published: Published) -> None:
    shelf(published)
    folder = published.path.parent / "drawn"
    assert folder.stat().st_mode & 0o077 == 0
    assert {file.stat().st_mode & 0o077 for file in folder.iterdir()} == {0}
