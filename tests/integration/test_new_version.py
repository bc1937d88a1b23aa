"""What readers have while a new version is made ready, and what is there when it is shown."""

import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread, current_thread

import duckdb
import pytest

from dashboards import server, shell
from dashboards.context import Context, Services
from dashboards.pages import BY_PATH
from dashboards.view import Preset
from tests.support.county import publish_county
from warehouse.published import Published, people_file, published_file
from warehouse.settings import Settings

FIRST_PAGE = {"path": "/", "query": "", "theme": "light"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    publish_county(tmp_path, cases=300)
    return tmp_path


def publish_second(home: Path) -> None:
    """The same rows as version 2."""
    folder = home / "published"
    shutil.copy(folder / people_file(1), folder / people_file(2))
    file = folder / published_file(2)
    shutil.copy(folder / published_file(1), file)
    with duckdb.connect(str(file)) as connection:
        connection.execute("update ops.build set version = 2")
    (folder / "next").symlink_to(file.name)
    (folder / "next").replace(folder / "current")


def take_up(home: Path, prepare: Callable[[Context], None]) -> tuple[Services, Thread, Event]:
    """Services that have shown version 1 and prepare version 2, once they may."""
    preparing: list[Thread] = []
    is_begun, may_begin = Event(), Event()

    def wait_and_prepare(context: Context) -> None:
        preparing.append(current_thread())
        is_begun.set()
        may_begin.wait()
        prepare(context)

    services = Services(Settings(home=home), prepare=wait_and_prepare)
    assert services.open().published.version == 1
    shell.drawn(services, {**FIRST_PAGE, "query": "period=last-12-months"})
    publish_second(home)
    assert services.open().published.version == 1
    is_begun.wait()
    return services, preparing[0], may_begin


def test_readers_stay_with_the_version_before_until_the_new_one_is_ready(home: Path) -> None:
    asked: list[int] = []
    services, preparing, may_begin = take_up(
        home, lambda context: asked.append(context.published.version)
    )
    assert [services.open().published.version for _ in range(3)] == [1, 1, 1]
    may_begin.set()
    preparing.join()
    assert services.open().published.version == 2
    assert asked == [2]


def test_a_version_that_cannot_be_prepared_is_shown_all_the_same(home: Path) -> None:
    services, preparing, may_begin = take_up(home, lambda _: 1 / 0)
    may_begin.set()
    preparing.join()
    assert services.open().published.version == 2


def test_every_first_page_and_what_readers_had_are_there_without_a_query(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, preparing, may_begin = take_up(home, server._draw_first_views)
    may_begin.set()
    preparing.join()
    there = [key for key in services.pages.lately_used() if getattr(key, "version", 0) == 2]
    assert {key.path for key in there} == set(BY_PATH)
    assert ("/", Preset.LAST_12_MONTHS) in {(key.path, key.view.period) for key in there}

    def refuse(*_: object) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr(Published, "sql", refuse)
    for query in ("", "period=last-12-months"):
        drawn = shell.drawn(services, {**FIRST_PAGE, "query": query})
        assert drawn["version"] == "2"


def test_what_takes_too_long_is_left_to_who_asks_for_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LONGEST_PREPARATION_SECONDS", 0)
    services, preparing, may_begin = take_up(home, server._draw_first_views)
    may_begin.set()
    preparing.join()
    assert services.open().published.version == 2
    assert [key for key in services.pages.lately_used() if getattr(key, "version", 0) == 2] == []
