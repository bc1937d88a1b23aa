"""What a page draws from: one published version, asked through a small cache."""

import asyncio
import logging
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from threading import Lock, Thread
from typing import Any, ParamSpec, TypeVar, cast

import polars as pl

from dashboards.cache import Cache
from dashboards.press import Press
from dashboards.shelf import Shelf
from dashboards.static_files import ASSETS, Assets
from dashboards.view import Known
from dashboards.wide_questions import WideAnswer, wide_question
from warehouse.analysis.wording import names_of
from warehouse.catalogue import Kpi, Text, load_catalogue
from warehouse.counties import County, load_counties
from warehouse.errors import UsageError
from warehouse.published import NothingPublishedError, Published, PublishedStore
from warehouse.query import NO_CODE, Question, Role, answer_many, rows_behind
from warehouse.query.prepare import prepare
from warehouse.query.scores import score_answer
from warehouse.settings import Settings

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
Prepare = Callable[["Context", Callable[[], None]], None]
"""Makes a version ready; calls the second argument when readers may have it."""

FIRST_KPIS = ("response_time_median", "on_time_resolution_rate", "open_backlog")
CACHED_ANSWERS = 10_000
CACHED_PAGES = 500
PAGE_THREADS = 4
QUERY_THREADS = 2
MAP_KPIS = (
    "response_time_median",
    "on_time_response_rate",
    "on_time_resolution_rate",
    "resolution_rate",
    "response_time_mean",
    "response_time_p90",
    "open_backlog",
    "cases_per_1000_residents",
)
"""KPIs of the map: those of cases, in the order of their choice."""


class Services:
    """What lives as long as the server: the store, the threads and the cache of answers.

    Pages are drawn on threads of their own, so the event loop stays free; the queries of one page
    run on other threads again, so that pages waiting for answers cannot use up all of them.
    Printing has a thread of its own (`Press`).
    """

    def __init__(
        self, settings: Settings, *, prepare: "Prepare | None" = None, draws_ahead: bool = False
    ) -> None:
        """Open nothing yet.

        Args:
            settings: where the published files are.
            prepare: makes ready what the readers of a version will ask for.
            draws_ahead: this is the process that does so: what it makes it keeps on the shelf.
        """
        self.settings = settings
        self._prepare = prepare
        self._shown: Published | None = None
        self._prepared: int | None = None
        self._preparing: int | None = None
        self._shelf = Shelf(settings.paths.drawn, writes=draws_ahead)
        # KPIs about persons are answered too; what is shown of them obeys the small cells' rule.
        self.store = PublishedStore(settings, with_people=None)
        self.assets = Assets.of(ASSETS)
        self.kpis: dict[str, Kpi] = dict(load_catalogue())
        self._pages = ThreadPoolExecutor(PAGE_THREADS, thread_name_prefix="page")
        self.press = Press()
        self._queries = ThreadPoolExecutor(QUERY_THREADS, thread_name_prefix="query")
        self.answers = Cache(CACHED_ANSWERS, self._shelf)
        self.pages = Cache(CACHED_PAGES, self._shelf)
        self.derived = Cache(CACHED_ANSWERS)
        self._lock = Lock()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that may take its time without holding up the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pages, lambda: function(*args, **kwargs))

    def open(self) -> "Context":
        """The version published now; a newer one is shown once its pages are ready.

        Until then readers stay with the one before and wait for nothing.

        Raises:
            NothingPublishedError: there is none yet.
        """
        newest = self.store.current()
        with self._lock:
            shown = self._shown or newest
            is_new = shown.version != newest.version and self._preparing != newest.version
            if self._prepare is None or shown.version == newest.version:
                shown = self._shown = newest
            elif is_new:
                self._preparing = newest.version
                Thread(target=self._take_up, args=(newest,), daemon=True).start()
        return Context(self, shown)

    def prepare(self) -> None:
        """Make ready in the background what readers will ask of the version of now."""
        try:
            published = self.store.current()
        except NothingPublishedError:
            return
        Thread(target=self._take_up, args=(published,), daemon=True).start()

    def _take_up(self, published: Published) -> None:
        """Show a version when its pages are ready, whatever became of them."""

        def show() -> None:
            with self._lock:
                self._shown, self._preparing = published, None

        try:
            self.shelve(published)
            if self._prepare is not None:
                self._prepare(Context(self, published), show)
        except Exception:
            log.exception("version %s could not be prepared", published.version)
        show()
        self._prepared = published.version

    def shelve(self, published: Published) -> None:
        """Look on the shelf for what was made ahead of a version.

        Raises:
            OSError, sqlite3.Error: as `Shelf.open`.
        """
        files = sorted(self.settings.paths.counties.glob("*.yml"))
        about = "\n".join([self.assets.fingerprint, *(file.read_text("utf-8") for file in files)])
        self._shelf.open(published, about)

    @property
    def is_prepared(self) -> bool:
        """Whether all that is made ahead is there for the version shown."""
        return self._shown is not None and self._shown.version == self._prepared

    def map(self, function: Callable[[Any], T], items: Sequence[Any]) -> list[T]:
        """Apply a function to each item on the query threads; it must not ask on them again."""
        if len(items) == 1:
            return [function(items[0])]
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

    @property
    def map_kpis(self) -> dict[str, Kpi]:
        """Those the map offers."""
        return {kpi_id: self.kpis[kpi_id] for kpi_id in MAP_KPIS}

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
        key = (self.published.version, "counties")
        return self.services.derived.get(key, lambda: load_counties(self.services.settings))[code]

    def ask(self, question: Question) -> pl.DataFrame:
        """The answer to a question, from the cache if it was asked of this version before."""
        return self.ask_all([question])[0]

    def ask_all(self, questions: Sequence[Question]) -> list[pl.DataFrame]:
        """The answers to several questions: one scan for all of a fact, two facts at a time.

        What is asked of one department or town is asked of all of them, at little more cost, so
        that the next one is there already (`wide_questions.py`). Scores come from their parts.
        """
        is_score = [self.kpis[question.kpi_id].kind == "score" for question in questions]
        plain = [question for question, is_so in zip(questions, is_score, strict=True) if not is_so]
        found = iter(self._ask_plain(plain))
        # After the parts asked for beside them, which they would wait for.
        return [
            self._score(question) if is_so else next(found)
            for question, is_so in zip(questions, is_score, strict=True)
        ]

    def _score(self, question: Question) -> pl.DataFrame:
        return self.analysed(
            "score", question, lambda: score_answer(self.published, question, self.ask_all)
        )

    def _ask_plain(self, questions: Sequence[Question]) -> list[pl.DataFrame]:
        wide = [wide_question(question, self.kpis[question.kpi_id]) for question in questions]
        found = self._narrowed(self._answers(wide), wide, questions)
        of_nothing = [
            number
            for number, (asked, question) in enumerate(zip(wide, questions, strict=True))
            if found[number].is_empty() and self._has_no_row(asked, question)
        ]
        self._replace(found, of_nothing, questions, self._of_nothing)
        # A town that is none in the period is in no slice either.
        missing = [number for number, frame in enumerate(found) if frame.is_empty()]
        self._replace(found, missing, questions, self._answers)
        return found

    @staticmethod
    def _replace(
        found: list[pl.DataFrame],
        places: list[int],
        questions: Sequence[Question],
        ask: Callable[[Sequence[Question]], Sequence[pl.DataFrame]],
    ) -> None:
        answers = ask([questions[place] for place in places]) if places else []
        for place, frame in zip(places, answers, strict=True):
            found[place] = frame

    def _narrowed(
        self,
        answers: Sequence[pl.DataFrame],
        wide: Sequence[Question],
        questions: Sequence[Question],
    ) -> list[pl.DataFrame]:
        return [
            answer if asked is question else self._cut(answer, asked, question).narrowed(question)
            for answer, asked, question in zip(answers, wide, questions, strict=True)
        ]

    def _cut(self, answer: pl.DataFrame, wide: Question, question: Question) -> WideAnswer:
        names = tuple(name for name in question.where if name not in wide.where)
        key = (self.published.version, "wide", names, *_parts(wide))
        return self.services.derived.get(key, lambda: WideAnswer.of(answer, names))

    def _has_no_row(self, wide: Question, question: Question) -> bool:
        """Whether a department is in no row that a question is about, in whatever town."""
        if "department" not in question.where or "department" in wide.where:
            return False
        cut = self._cut(self._answers([wide])[0], wide, question)
        return not cut.has("department", question.where["department"])

    def _of_nothing(self, questions: Sequence[Question]) -> list[pl.DataFrame]:
        """Answers about departments without any row: they are those about any other such one.

        Raises:
            UsageError: as `prepare`; a code that is none has no answer.
        """
        for asked in questions:
            prepare(self.published, asked)
        version, kpis = self.published.version, self.kpis
        wide = [wide_question(asked, kpis[asked.kpi_id], ["town"]) for asked in questions]
        alike = [replace(asked, where={**asked.where, "department": NO_CODE}) for asked in wide]
        keys = [(version, "of nothing", *_parts(asked)) for asked in alike]
        return self._narrowed(self._answers(wide, keys), wide, questions)

    def _answers(
        self, questions: Sequence[Question], keys: Sequence[Hashable] | None = None
    ) -> list[pl.DataFrame]:
        """The answers by scans of their facts; kept by the questions where no keys are given."""
        keys = keys or [(self.published.version, "answer", *_parts(asked)) for asked in questions]

        def make(places: list[int]) -> list[pl.DataFrame]:
            alike: dict[str | None, list[int]] = {}
            for place in places:
                fact = self.kpis[questions[place].kpi_id].fact
                alike.setdefault(fact, []).append(place)
            found: dict[int, pl.DataFrame] = {}
            groups = list(alike.values())
            answered = self.services.map(
                lambda group: answer_many(self.published, [questions[place] for place in group]),
                groups,
            )
            for group, frames in zip(groups, answered, strict=True):
                found.update(zip(group, frames, strict=True))
            return [found[place] for place in places]

        return cast(list[pl.DataFrame], self.services.answers.get_many(keys, make))

    def analysed(self, name: str, question: Question, make: Callable[[], T]) -> T:
        """What an analysis of a question found, from the cache if it was made before."""
        key = (self.published.version, name, *_parts(question))
        return self.services.answers.get(key, make)

    def rows_behind(self, question: Question, *, role: Role | None, limit: int) -> pl.DataFrame:
        """The cases behind an answer."""
        return rows_behind(self.published, question, role=role, limit=limit)

    def sql(self, query: str, *parameters: object) -> pl.DataFrame:
        """A query on the published file, cached like an answer."""
        key = (self.published.version, "sql", query, *parameters)
        return self.services.answers.get(key, lambda: self.published.sql(query, parameters))

    def names_of(self, county_code: str, column: str) -> dict[str | None, Text]:
        """Names of a column's codes in a county, read once."""
        key = (self.published.version, "names", county_code, column)
        return self.services.answers.get(key, lambda: names_of(self.published, county_code, column))

    def people_sql(self, query: str, *parameters: object) -> pl.DataFrame:
        """A query on the rows about persons, cached like an answer."""
        key = (self.published.version, "people", query, *parameters)
        return self.services.answers.get(key, lambda: self.published.people_sql(query, parameters))


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
