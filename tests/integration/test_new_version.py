"""What readers have while a new version is made ready, and what is there when it is shown."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from io import StringIO
from itertools import islice
from pathlib import Path
from threading import Event, Thread, current_thread

import duckdb
import pytest

from dashboards import draw_ahead, shell
from dashboards.context import Context, Prepare, Services
from dashboards.pages import BY_PATH
from dashboards.shelf import Shelf
from dashboards.view import Preset, View
from tests.support.county import publish_county
from warehouse.published import Published, people_file, published_file
from warehouse.settings import Settings

LATELY = "period=all&compare=last_year"
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


def take_up(home: Path, prepare: Prepare) -> tuple[Services, Thread, Event]:
    """Services that have shown version 1 and prepare version 2, once they may."""
    preparing: list[Thread] = []
    is_begun, may_begin = Event(), Event()

    def wait_and_prepare(context: Context, show: Callable[[], None]) -> None:
        preparing.append(current_thread())
        is_begun.set()
        may_begin.wait()
        prepare(context, show)

    services = Services(Settings(home=home), prepare=wait_and_prepare)
    assert services.open().published.version == 1
    shell.drawn(services, {**FIRST_PAGE, "query": LATELY})
    publish_second(home)
    assert services.open().published.version == 1
    is_begun.wait()
    return services, preparing[0], may_begin


def test_readers_stay_with_the_version_before_until_the_new_one_is_ready(home: Path) -> None:
    shown: list[int] = []

    def prepare(context: Context, show: Callable[[], None]) -> None:
        assert context.published.version == 2
        shown.append(services.open().published.version)
        show()
        shown.append(services.open().published.version)
        shown.append(services.is_prepared)

    services, preparing, may_begin = take_up(home, prepare)
    assert [services.open().published.version for _ in range(3)] == [1, 1, 1]
    may_begin.set()
    preparing.join()
    assert shown == [1, 2, False]
    assert services.is_prepared


def test_a_version_that_cannot_be_prepared_is_shown_all_the_same(home: Path) -> None:
    services, preparing, may_begin = take_up(home, lambda _, __: 1 / 0)
    may_begin.set()
    preparing.join()
    assert services.open().published.version == 2


@pytest.fixture
def first_views_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the other process draws, but in this one, at its priority, and no view of one town only
    or one department."""
    views = draw_ahead.views
    monkeypatch.setattr(os, "nice", lambda _: 0)
    monkeypatch.setattr(draw_ahead, "views", lambda *args: islice(views(*args), len(BY_PATH) + 1))


def draw_here(context: Context, show: Callable[[], None]) -> None:
    """Draw ahead as another process would."""
    lately = [f"{path}?{view.to_query()}" for path, view in shell.lately_drawn(context)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", StringIO("\n".join(lately)))
        draw_ahead.main(str(context.services.settings.home), str(context.published.version))
    show()


@pytest.mark.usefixtures("first_views_only")
def test_first_pages_and_what_readers_had_are_drawn_ahead_and_need_no_query(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, preparing, may_begin = take_up(home, draw_here)
    may_begin.set()
    preparing.join()

    def refuse(*_: object) -> None:
        raise AssertionError("asked")

    context = services.open()
    known = context.known
    monkeypatch.setattr(Published, "sql", refuse)
    monkeypatch.setattr(Published, "people_sql", refuse)
    for path, query in (*((path, "") for path in BY_PATH), ("/", LATELY)):
        drawn = shell.kept(path, View.parse(query, known=known), context)
        assert drawn["version"] == "2", path


@pytest.mark.usefixtures("first_views_only")
def test_readers_need_not_wait_for_all_of_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(draw_ahead, "LONGEST_WAIT_SECONDS", 0)
    monkeypatch.setattr(sys, "stdin", StringIO())
    draw_ahead.main(str(home), "1")
    assert capsys.readouterr().out == "ready\n"


def test_another_process_stops_where_its_version_is_no_longer_published(home: Path) -> None:
    services, shown = Services(Settings(home=home)), []
    context = services.open()
    publish_second(home)
    draw_ahead.draw_ahead(context, lambda: shown.append(True))
    assert shown == [True]
    assert not services.settings.paths.drawn.exists()


def test_views_come_once_the_most_wanted_first(home: Path) -> None:
    context = Services(Settings(home=home)).open()
    found = list(draw_ahead.views(context, ["/?period=all", "/kpis?area=no-such", "/"]))
    first = View.parse("", known=context.known)
    assert found[: len(BY_PATH)] == [(path, first) for path in BY_PATH]
    assert found[len(BY_PATH)] == ("/", first.with_(period=Preset.ALL))
    assert len(set(found)) == len(found)
    drawn = {(view.area != "", view.department != "") for _, view in found}
    assert drawn == {(False, False), (True, False), (False, True), (True, True)}


def test_a_shelf_that_takes_no_more_ends_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Shelf, "put", refuse)
    monkeypatch.setattr(os, "nice", lambda _: 0)
    monkeypatch.setattr(sys, "stdin", StringIO())
    with pytest.raises(sqlite3.OperationalError, match="full"):
        draw_ahead.main(str(home), "1")
