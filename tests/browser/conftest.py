"""Debian's Chromium where there is one, and a county to look at."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.support.chromium import launch_arguments
from tests.support.county import publish_county
from tests.support.recomputed.county import County, published_sample
from tests.support.served import served
from warehouse.published import Published, PublishedStore
from warehouse.settings import Settings

# A loaded machine draws slowly; what never comes still fails.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start without anything that would reach for the network."""
    return {**browser_type_launch_args, **launch_arguments()}


@pytest.fixture(scope="session")
def county_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a published county."""
    home = tmp_path_factory.mktemp("county")
    publish_county(home)
    return home


@pytest.fixture(scope="session")
def published(county_home: Path) -> Published:
    """What the pages are drawn from."""
    return PublishedStore(Settings(home=county_home), with_people=True).current()


@pytest.fixture(scope="session")
def address(county_home: Path) -> Iterator[str]:
    """Address of a server over the county."""
    with served(county_home) as url:
        yield url


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> County:
    """The generated town, every dataset loaded and built."""
    return published_sample(tmp_path_factory, scale="town")


@pytest.fixture(scope="session")
def town_address(town: County) -> Iterator[str]:
    """Address of a server over the generated town."""
    with served(town.settings.home) as url:
        yield url


@pytest.fixture
def own_home(county_home: Path, tmp_path: Path) -> Path:
    """A copy of the county's home, to publish into."""
    shutil.copytree(county_home, tmp_path / "home", symlinks=True)
    return tmp_path / "home"


@pytest.fixture
def own_address(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Address of a server over that copy, which draws no pages of a version beforehand."""
    monkeypatch.setattr("dashboards.server._draw_first_views", lambda _: None)
    with served(own_home) as url:
        yield url


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """Errors and warnings of the browser's console, from the start of the test."""
    found: list[str] = []

    def keep(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            found.append(message.text)

    page.on("console", keep)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
