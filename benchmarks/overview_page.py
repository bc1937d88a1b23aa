"""Our overview beside a like page of Vizro, over the same published file, in one run.

    python -m benchmarks.overview_page [--home data] [--times 10] [--rounds 5]

Without a home the sample county is generated, loaded and built (300,000 cases); `--times 10` has
every case ten times. Vizro comes from the registry into an environment of its own, once
(`.venv/.vizro`). Both servers are processes of their own; rounds alternate.

- cold: an empty browser cache, from the request to all drawn; the server has drawn it before.
- warm: the same again in the same browser.
- filter: another department is chosen that nobody asked for before, until all is drawn again.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.query import multiplied, sample_county
from benchmarks.step_lines import print_steps
from tests.support.chromium import launch_arguments
from warehouse.published import PublishedStore, people_file, published_file
from warehouse.settings import Settings

VIZRO = ("vizro==1.0.0", "duckdb==2.0.0", "waitress")
ENVIRONMENT = Path(".venv/.vizro")
PATIENCE_SECONDS = 180

OURS_READY = """async () => {
  while (document.body.dataset.state === 'loading') await new Promise(requestAnimationFrame);
  if (document.body.dataset.state !== 'ready') throw new Error(document.body.innerText);
}"""
OURS_FILTER = """async (department) => {
  const began = performance.now();
  window.gridgov.lead(`?department=${department}`);
  do await new Promise(requestAnimationFrame); while (document.body.dataset.state === 'loading');
  if (document.body.dataset.state !== 'ready') throw new Error(document.body.innerText);
  return performance.now() - began;
}"""
# All cards, charts and the table are there, and nothing is loading.
VIZRO_READY = """async () => {
  const isDrawn = () => document.querySelectorAll('.card-kpi').length === 12
    && document.querySelectorAll('.js-plotly-plot .main-svg').length >= 4
    && !document.querySelector('[data-dash-is-loading=true]')
    && document.title !== 'Updating...';
  while (!isDrawn()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
}"""
VIZRO_FILTER = """async (department) => {
  const text = () => [...document.querySelectorAll('.card-kpi')].map((c) => c.innerText).join();
  const before = text();
  const began = performance.now();
  dash_clientside.set_props('department', {value: department});
  const isDrawn = () => text() !== before && document.title !== 'Updating...'
    && !document.querySelector('[data-dash-is-loading=true]');
  while (!isDrawn()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""


def prepare_home(folder: Path, source: Path | None, times: int) -> Path:
    """A home whose published file has every case so many times."""
    file = source or sample_county(folder / "made")
    home = folder / "home"
    published = home / "published"
    published.mkdir(parents=True)
    multiplied(file, published / published_file(1), times=times)
    people = file.with_name(people_file(int(file.stem.split("_")[1])))
    (published / people_file(1)).symlink_to(people.resolve())
    (published / "current").symlink_to(published_file(1))
    return home


@contextmanager
def running(command: list[str], address: str, **environ: str) -> Iterator[None]:
    """A server process, from when it answers until it is no longer needed."""
    process = subprocess.Popen(command, env={**os.environ, **environ}, stdout=subprocess.DEVNULL)
    try:
        for _ in range(PATIENCE_SECONDS * 5):
            try:
                urlopen(address, timeout=PATIENCE_SECONDS)
                break
            except (URLError, ConnectionError):
                sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait()


def vizro_python() -> str:
    """Python of Vizro's environment, made when it is not there."""
    python = ENVIRONMENT / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *VIZRO], check=True)
    return str(python)


def timed(page: Page, address: str, ready: str) -> float:
    """Seconds from the request to all drawn."""
    began = perf_counter()
    page.goto(address)
    page.evaluate(ready)
    return perf_counter() - began


def measure(
    browser: Browser, pages: dict[str, tuple[str, str, str]], departments: list[str], rounds: int
) -> dict[str, dict[str, list[float]]]:
    """Seconds by page and step; the first round warms the servers and is left out."""
    times: dict[str, dict[str, list[float]]] = {
        name: {"cold": [], "warm": [], "filter": []} for name in pages
    }
    for number in range(rounds + 1):
        for name, (address, ready, choose) in pages.items():
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            cold = timed(page, address, ready)
            warm = timed(page, address, ready)
            chosen = page.evaluate(choose, departments[number % len(departments)]) / 1000
            context.close()
            if number:
                for step, seconds in (("cold", cold), ("warm", warm), ("filter", chosen)):
                    times[name][step].append(seconds)
    return times


def main() -> None:
    """Print a line a step: both medians and their ratio."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, help="a home whose county is multiplied")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    python = vizro_python()
    source = PublishedStore(Settings(home=options.home)).current().path if options.home else None
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = prepare_home(Path(folder), source, options.times)
        published = PublishedStore(Settings(home=home)).current()
        cases = published.sql("select count(*) as cases from mart.fct_cases")["cases"].item()
        departments = published.sql(
            "select department_code from mart.fct_cases where department_code is not null"
            " group by all order by count(*) desc"
        )["department_code"].to_list()
        ours, vizro = "http://127.0.0.1:8191/", "http://127.0.0.1:8192/"
        file = str(published.path)
        with (
            running(
                [sys.executable, "-m", "warehouse", "serve", "--port", "8191"],
                ours,
                GRIDGOV_HOME=str(home),
            ),
            running([python, "benchmarks/vizro/page.py", file, "8192"], vizro),
        ):
            browser = playwright.chromium.launch(**launch_arguments())
            pages = {
                "gridgov": (ours, OURS_READY, OURS_FILTER),
                "vizro": (vizro, VIZRO_READY, VIZRO_FILTER),
            }
            times = measure(browser, pages, departments, options.rounds)
            browser.close()
    print(f"{cases:,} cases, median of {options.rounds} rounds, seconds (lowest – highest)")
    print_steps(times, {"cold": 2.5, "warm": 1.5, "filter": 0.35}, against="vizro")


if __name__ == "__main__":
    main()
