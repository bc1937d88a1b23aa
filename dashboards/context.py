"""What a page draws from: one published version, asked through a small cache."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from threading import Lock
from typing import Any, ParamSpec, TypeVar

import polars as pl

from dashboards.static_files import ASSETS, Assets
from dashboards.view import Known
from warehouse.catalogue import Kpi, get_kpi
from warehouse.counties import County, load_counties
from warehouse.errors import UsageError
from warehouse.published import Published, PublishedStore
from warehouse.query import Question, Role, answer, rows_behind
from warehouse.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")

FIRST_KPIS = ("response_time_median", "on_time_resolution_rate", "open_backlog")
CACHED_ANSWERS = 2_000
PAGE_THREADS = 4
QUERY_THREADS = 2
SHOWN_KPIS = (
    "response_time_median",
    "on_time_response_rate",
    "on_time_resolution_rate",
    "resolution_rate",
    "response_time_mean",
    "response_time_p90",
    "open_backlog",
    "cases_per_1000_residents",
)
"""KPIs of the overview and the map, in the order of the tiles."""


class Services:
    """What lives as long as the server: the store, the threads and the cache of answers.

    Pages are drawn on threads of their own, so the event loop stays free; the queries of one page
    run on other threads again, so that pages waiting for answers cannot use up all of them.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = PublishedStore(settings)
        self.assets = Assets.of(ASSETS)
        self.kpis: dict[str, Kpi] = {kpi_id: get_kpi(kpi_id) for kpi_id in SHOWN_KPIS}
        self._pages = ThreadPoolExecutor(PAGE_THREADS, thread_name_prefix="page")
        self._queries = ThreadPoolExecutor(QUERY_THREADS, thread_name_prefix="query")
        self._answers: OrderedDict[tuple[Any, ...], pl.DataFrame] = OrderedDict()
        self._lock = Lock()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that may take its time without holding up the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pages, lambda: function(*args, **kwargs))

    def open(self) -> "Context":
        """The version published now.

        Raises:
            NothingPublishedError: there is none yet.
        """
        return Context(self, self.store.current())

    def cached(self, key: tuple[Any, ...], make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """The frame of a key, made once; the least recently used are forgotten."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        frame = make()
        with self._lock:
            self._answers[key] = frame
            while len(self._answers) > CACHED_ANSWERS:
                self._answers.popitem(last=False)
        return frame

    def map(self, function: Callable[[Any], T], items: Sequence[Any]) -> list[T]:
        """Apply a function to each item on the query threads."""
        return list(self._queries.map(function, items))


@dataclass(frozen=True)
class Build:
    """A county's line of `ops.build`."""

    version: int
    county_code: str
    as_of_at: datetime
    as_of_date: date
    built_at: datetime
    name_zh: str
    name_en: str
    is_sample: bool


class Context:
    """One published version, for the time of drawing one page: every number on it agrees."""

    def __init__(self, services: Services, published: Published) -> None:
        self.services = services
        self.published = published

    @property
    def kpis(self) -> dict[str, Kpi]:
        """The catalogue."""
        return self.services.kpis

    @cached_property
    def builds(self) -> dict[str, Build]:
        """Counties in this version, by code."""
        rows = self.sql(
            "select version, county_code, as_of_at, as_of_date, built_at, "
            "county_name_zh as name_zh, county_name_en as name_en, is_sample "
            "from ops.build order by is_sample desc, county_code"
        )
        return {row["county_code"]: Build(**row) for row in rows.iter_rows(named=True)}

    @cached_property
    def known(self) -> Known:
        """What an address may name. The only county, or else the sample, is the default.

        Raises:
            UsageError: the version holds no county.
        """
        if not self.builds:
            raise UsageError("已发布的版本没有县域 / the published version holds no county")
        return Known(
            counties=tuple(self.builds),
            kpis=tuple(self.kpis),
            default_county=next(iter(self.builds)),
            default_kpis={county: self._first_kpi(county) for county in self.builds},
        )

    def _first_kpi(self, county_code: str) -> str:
        """The first of `FIRST_KPIS` that the county's sources deliver."""
        for kpi_id in FIRST_KPIS:
            if self.ask(Question(kpi_id, county_code))["value"].item() is not None:
                return kpi_id
        return FIRST_KPIS[0]

    def county(self, code: str) -> County:
        """The county's file: its levels and their names."""
        return load_counties(self.services.settings)[code]

    def ask(self, question: Question) -> pl.DataFrame:
        """The answer to a question, from the cache if it was asked of this version before."""
        key = (self.published.version, "answer", *_parts(question))
        return self.services.cached(key, lambda: answer(self.published, question))

    def ask_all(self, questions: Sequence[Question]) -> list[pl.DataFrame]:
        """The answers to several questions, two at a time."""
        return self.services.map(self.ask, questions)

    def rows_behind(self, question: Question, *, role: Role | None, limit: int) -> pl.DataFrame:
        """The cases behind an answer."""
        return rows_behind(self.published, question, role=role, limit=limit)

    def sql(self, query: str, *parameters: object) -> pl.DataFrame:
        """A query on the published file, cached like an answer."""
        key = (self.published.version, "sql", query, *parameters)
        return self.services.cached(key, lambda: self.published.sql(query, parameters))


def _parts(question: Question) -> tuple[Any, ...]:
    return (
        question.kpi_id,
        question.county_code,
        question.by,
        question.start,
        question.end,
        tuple(sorted(question.where.items())),
        question.compare,
    )
