"""Twenty readers who click every three seconds for two minutes, a publication in the middle.

    python -m benchmarks.readers [--home data] [--times 10] [--readers 20] [--seconds 120] [--cold]

Each click is what the browser sends when a filter changes: the page's one callback, with a state
drawn at random (page, period, town, department). The time is from the request to the whole answer,
as the reader has it, so it holds what the server took and more. An answer that is no page, or says
that something failed, is an error. Half-way a second version is published.

Before, the server is read as on a day's morning: every page and period is opened once for the whole
county, one town, one department and both, so that what the twenty ask about others is what they
meet of a server in use. That time is printed by itself; `--cold` goes without.
"""

import argparse
import asyncio
import random
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import httpx

from benchmarks.overview_page import prepare_home, running
from dashboards.pages import BY_PATH
from warehouse.published import PublishedStore, people_file, published_file
from warehouse.settings import Settings

ADDRESS = "http://127.0.0.1:8193/"
THINK_SECONDS = 3.0
PERIODS = ("last-month", "last-3-months", "last-12-months", "this-year")
PATHS = [path for path in BY_PATH if path not in ("/map", "/wall")]


def payload(path: str, query: str) -> dict[str, Any]:
    """What the browser sends to have a page drawn."""
    view = {"path": path, "query": query, "theme": "light"}
    return {
        "output": "page-drawn.data-drawn",
        "outputs": {"id": "page-drawn", "property": "data-drawn"},
        "inputs": [{"id": "page-view", "property": "data-view", "value": view}],
        "changedPropIds": ["page-view.data-view"],
    }


def query_of(rng: random.Random, period: str, town: str, department: str) -> str:
    """An address's query; four in ten name a town, three in ten a department."""
    parts = [f"period={period}"]
    if rng.random() < 0.4:
        parts.append(f"area={town}")
    if rng.random() < 0.3:
        parts.append(f"department={department}")
    return "&".join(parts)


async def ask(client: httpx.AsyncClient, path: str, query: str) -> str:
    """Have a page drawn; what is wrong with the answer, if anything."""
    address = f"{ADDRESS}_dash-update-component"
    answer = await client.post(address, json=payload(path, query))
    if answer.status_code == 200 and "data-failed=" not in answer.text:
        return ""
    return f"{answer.status_code} {path}?{query} {answer.text[:300]}"


async def read_first(town: str, department: str) -> list[str]:
    """Open each page once in every period and scope; returns what went wrong.

    Prints how long it took.
    """
    wrong, began, limits = [], perf_counter(), ("", f"&area={town}", f"&department={department}")
    async with httpx.AsyncClient(timeout=60) as client:
        for period in PERIODS:
            for path in PATHS:
                for limit in (*limits, "".join(limits)):
                    wrong.append(await ask(client, path, f"period={period}{limit}"))
    print(f"read first: {len(wrong)} pages, {perf_counter() - began:.0f} s")
    return list(filter(None, wrong))


async def reader(
    number: int, until: float, towns: list[str], departments: list[str], found: list[float]
) -> list[str]:
    """Click until the time is over; returns what went wrong."""
    rng, wrong = random.Random(number), []
    async with httpx.AsyncClient(timeout=60) as client:
        await asyncio.sleep(rng.random() * THINK_SECONDS)
        while perf_counter() < until:
            query = query_of(rng, rng.choice(PERIODS), rng.choice(towns), rng.choice(departments))
            path = "/" if rng.random() < 0.5 else rng.choice(PATHS)
            began = perf_counter()
            wrong.append(await ask(client, path, query))
            found.append(perf_counter() - began)
            await asyncio.sleep(THINK_SECONDS)
    return list(filter(None, wrong))


def publish_again(home: Path) -> None:
    """Version 2, the same rows again, switched to as a publication does."""
    published = home / "published"
    (published / published_file(2)).hardlink_to((published / published_file(1)).resolve())
    (published / people_file(2)).symlink_to((published / people_file(1)).resolve())
    link = published / "next"
    link.symlink_to(published_file(2))
    link.replace(published / "current")


async def visit(home: Path, readers: int, seconds: float, *, is_cold: bool) -> None:
    """Let them read, publish half-way, print what they saw."""
    store = PublishedStore(Settings(home=home))
    rows = store.current().sql("select distinct town_code, department_code from mart.fct_cases")
    towns = rows["town_code"].drop_nulls().unique().sort().to_list()
    departments = rows["department_code"].drop_nulls().unique().sort().to_list()
    wrong = [] if is_cold else await read_first(towns[0], departments[0])
    found: list[float] = []
    until = perf_counter() + seconds
    reading = [
        asyncio.create_task(reader(number, until, towns, departments, found))
        for number in range(readers)
    ]
    await asyncio.sleep(seconds / 2)
    before = len(found)
    publish_again(home)
    wrong += [line for lines in await asyncio.gather(*reading) for line in lines]
    for line in wrong[:5]:
        print(line)
    parts = {"all": found, "before": found[:before], "after": found[before:]}
    for name, times in parts.items():
        cut = statistics.quantiles(times, n=20)
        print(
            f"{name:<7} {len(times):5} clicks   median {1000 * statistics.median(times):4.0f} ms"
            f"   95th {1000 * cut[18]:4.0f} ms   longest {1000 * max(times):5.0f} ms"
        )
    print(f"errors {len(wrong)} (aims: none; median ≤ 150 ms, 95th ≤ 600 ms)")


def main() -> None:
    """Serve a home and let readers come."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, help="a home whose county is multiplied")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--cold", action="store_true", help="of a server nobody read yet")
    options = parser.parse_args()
    source = PublishedStore(Settings(home=options.home)).current().path if options.home else None
    with TemporaryDirectory() as folder:
        home = prepare_home(Path(folder), source, options.times)
        command = [sys.executable, "-m", "warehouse", "serve", "--port", "8193"]
        with running(command, f"{ADDRESS}healthz", GRIDGOV_HOME=str(home)):
            asyncio.run(visit(home, options.readers, options.seconds, is_cold=options.cold))


if __name__ == "__main__":
    main()
