"""A day on the wall in some minutes: hundreds of versions and turns, and nothing piles up."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.test_wall import (
    HD,
    PATIENCE_MS,
    READY,
    is_of,
    open_wall,
    publish_next,
    until,
)

pytestmark = [pytest.mark.soak, pytest.mark.browser]

VERSIONS = int(os.environ.get("GRIDGOV_SOAK_VERSIONS", "300"))
WARM_UP = 20
"""Versions after which caches of the browser have filled."""
DAY_MS = 24 * 3_600_000
GROWTH = 1.15


def held(page: Page) -> dict[str, float]:
    """Heap in use, nodes and listeners of the page, after what is unused was collected."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    session.detach()
    values = {metric["name"]: float(metric["value"]) for metric in metrics}
    return {name: values[name] for name in ("JSHeapUsedSize", "Nodes", "JSEventListeners")}


def test_a_day_of_versions_and_turns_leaves_memory_flat(
    page: Page, own_home: Path, own_address: str
) -> None:
    page.clock.install()
    open_wall(page, own_address, size=HD)
    before: dict[str, float] = {}
    for number in range(VERSIONS):
        version = publish_next(own_home)
        until(page, is_of(page, version))
        page.wait_for_selector(READY, timeout=PATIENCE_MS)
        page.clock.run_for(DAY_MS // VERSIONS)
        if number == WARM_UP:
            before = held(page)
    after = held(page)
    grown = {name: after[name] / before[name] for name in before}
    assert all(growth <= GROWTH for growth in grown.values()), f"{before} → {after}"
