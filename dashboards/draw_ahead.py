"""Pages drawn before anybody asks: by a process of the lowest priority, kept on the shelf.

A version does not change, so neither does a page of it. What readers will most likely open (every
page, each period, of the county, each department and each town) is drawn in the time the machine
has left, and with it the answers that other views are cut from. The server finds all of it on the
shelf; what is not there yet it draws itself, as ever.
"""

import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

from dashboards import shell
from dashboards.context import Context, Services
from dashboards.pages import BY_PATH
from dashboards.scope import Scope
from dashboards.view import DEFAULT_PERIOD, Preset, View
from warehouse.errors import GridgovError
from warehouse.settings import Settings

log = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 300
"""For so long, and one page more, readers stay with the version before."""
LOWEST_PRIORITY = 19
READY = "ready"


def draw_ahead(context: Context, show: Callable[[], None]) -> None:
    """Have another process draw a version's pages; returns when it has ended.

    Args:
        context: the version.
        show: called when readers may have it: all is drawn, or `LONGEST_WAIT_SECONDS` are over.
    """
    command = [
        sys.executable,
        "-m",
        "dashboards.draw_ahead",
        str(context.services.settings.home),
        str(context.published.version),
    ]
    addresses = [f"{path}?{view.to_query()}" for path, view in shell.lately_drawn(context)]
    # In a session of its own, so that an interrupt from the keyboard is the server's alone.
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join(addresses))
        process.stdin.close()
        process.stdout.readline()
        show()


def main(home: str, version: str) -> None:
    """What the other process does: draw all views, most wanted first, while anybody needs them."""
    parent, number = os.getppid(), int(version)
    os.nice(LOWEST_PRIORITY)
    lately = sys.stdin.read().splitlines()
    services = Services(Settings(home=Path(home)), draws_ahead=True)
    published = services.store.current()
    if published.version != number:
        return
    services.shelve(published)
    context = Context(services, published)
    began, is_ready = monotonic(), False
    for path, view in views(context, lately):
        if os.getppid() != parent or services.store.current().version != number:
            return
        draw(path, view, context)
        if not is_ready and monotonic() - began > LONGEST_WAIT_SECONDS:
            is_ready = True
            print(READY, flush=True)  # noqa: T201


def draw(path: str, view: View, context: Context) -> None:
    """Draw a page onto the shelf; one that fails is left to who asks for it, and noted.

    Raises:
        OSError, sqlite3.Error: the shelf takes no more.
    """
    try:
        shell.kept(path, view, context)
    except GridgovError as error:
        log.warning("%s?%s: %s", path, view.to_query(), error)
    except (OSError, sqlite3.Error):
        raise
    except Exception:
        log.exception("%s?%s", path, view.to_query())


def views(context: Context, lately: list[str]) -> Iterator[tuple[str, View]]:
    """Pages and views to draw, most wanted first, each once.

    Args:
        context: the version.
        lately: addresses that readers had, the last first.
    """
    there: set[tuple[str, View]] = set()
    for path, view in _all_views(context, lately):
        if (path, view) not in there:
            there.add((path, view))
            yield path, view


def _all_views(context: Context, lately: list[str]) -> Iterator[tuple[str, View]]:
    firsts = [View.parse(f"county={code}", known=context.known) for code in context.builds]
    pages = [path for path, page in BY_PATH.items() if not getattr(page, "IS_SCREEN", False)]
    periods = dict.fromkeys((DEFAULT_PERIOD, *Preset))
    del periods[Preset.CUSTOM]
    yield from ((path, view) for view in firsts for path in BY_PATH)
    for address in lately:
        path, _, query = address.partition("?")
        try:
            yield path, View.parse(query, known=context.known)
        except GridgovError as error:
            log.info("%s: %s", address, error)
    for first in firsts:
        for limit in _limits(first, context):
            for period in periods:
                yield from ((path, first.with_(period=period, **limit)) for path in pages)


def _limits(first: View, context: Context) -> Iterator[dict[str, str]]:
    """No limit; a town and a department together, from whose answers all such pairs are cut; then
    each of the departments and towns."""
    scope = Scope(first, context)
    departments = [{"department": code} for code in scope.departments]
    towns = [{"area": code} for code in scope.names_of_areas("town")]
    yield {}
    if departments and towns:
        yield departments[0] | towns[0]
    yield from departments
    yield from towns


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    main(*sys.argv[1:])
