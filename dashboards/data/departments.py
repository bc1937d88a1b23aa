"""Departments: their scores part by part, and how much comes in, goes out and stays open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import polars as pl

from dashboards.data.filtered import condition, without
from dashboards.data.tables import Figure, figures
from dashboards.scope import Scope
from warehouse.catalogue import Kpi
from warehouse.catalogue.grades import grade_of
from warehouse.query import Dimension, Question
from warehouse.query.backlog_ages import BAND_STARTS_DAYS, backlog_ages
from warehouse.query.scores import contributions, parts_of

SCORE = "department_score"
BACKLOG = "open_backlog"
BY_DEPARTMENT: tuple[Dimension, ...] = ("department",)
ONE_DAY = timedelta(days=1)
DAYS_A_WEEK = 7
MOST_DAYS_BY_WEEK = 100
"""Longest period that is shown by week unless the reader says otherwise."""


@dataclass(frozen=True)
class Part:
    """What one part gives to a score; points are null where the part has no value.

    `figure` is null where the department has none of the rows that the part is about.
    """

    kpi: Kpi
    figure: Figure | None
    weight: float
    points: float | None
    points_missing: float | None


@dataclass(frozen=True)
class Card:
    """A department's score with its grade and parts; of all together, the code is empty."""

    code: str
    name: str
    score: Figure
    grade: str | None
    parts: tuple[Part, ...]

    @property
    def worst(self) -> Part | None:
        """The part that most points are missing from; null without any."""
        known = [part for part in self.parts if part.points_missing is not None]
        return max(known, key=lambda part: part.points_missing or 0.0, default=None)


@dataclass(frozen=True)
class Scorecard:
    """Cards best first, those without a score last; what all departments reach together."""

    cards: tuple[Card, ...]
    whole: Card | None
    part_ids: tuple[str, ...]


def scorecard(scope: Scope) -> Scorecard:
    """Every department that had cases or calls in the page's period and area.

    Raises:
        ValueError: the page has a filter that the score's rows do not have.
    """
    kpi = scope.context.kpis[SCORE]
    if lacking := scope.lacks(kpi):
        raise ValueError(f"{SCORE} cannot be limited by {lacking}")
    by_department = without(scope.question(SCORE, by=BY_DEPARTMENT), "department")
    whole = replace(by_department, by=())
    parts = parts_of(kpi, scope.end_of(by_department))
    part_ids = tuple(parts.weights) if parts else ()
    cards = _cards(scope, by_department, part_ids, scope.department_names)
    return Scorecard(
        tuple(sorted(cards, key=lambda card: (card.score.value is None, -(card.score.value or 0)))),
        next(iter(_cards(scope, whole, part_ids, {})), None),
        part_ids,
    )


def _cards(
    scope: Scope, question: Question, part_ids: tuple[str, ...], names: Mapping[str, str]
) -> list[Card]:
    asked = [replace(question, kpi_id=kpi_id) for kpi_id in (*part_ids, question.kpi_id)]
    *of_parts, scores = figures(scope.context, asked)
    given = scope.context.analysed(
        "contributions",
        question,
        lambda: contributions(scope.context.published, question, scope.context.ask_all),
    )
    points = {(row["department_code"], row["part_id"]): row for row in given.iter_rows(named=True)}
    found = {
        (figure.row["department_code"], part_id): figure
        for part_id, rows in zip(part_ids, of_parts, strict=True)
        for figure in rows
    }
    last_day = scope.end_of(question) - ONE_DAY
    return [
        Card(
            code=code or "",
            name=names.get(code or "", code or ""),
            score=score,
            grade=grade_of(score.value, last_day),
            parts=tuple(
                Part(
                    scope.context.kpis[part],
                    found.get((code, part)),
                    row["weight"],
                    row["points"],
                    row["points_missing"],
                )
                for part in part_ids
                if (row := points.get((code, part)))
            ),
        )
        for score in scores
        if (code := score.row["department_code"]) is not None or not question.by
    ]


@dataclass(frozen=True)
class Load:
    """What a department has to do, and what it gets done.

    Attributes:
        reported_per_week, closed_per_week: of the page's period; the second is taken as capacity.
        left_per_week: closed or void.
        backlog: open now.
        weeks_to_clear: backlog ÷ what is closed in a week; null where nothing is.
        ages: open now by band of age, youngest first.
        oldest_days: age of the oldest open case; null without any.
    """

    code: str
    name: str
    reported_per_week: float
    closed_per_week: float
    left_per_week: float
    backlog: Figure | None
    ages: tuple[int, ...]
    oldest_days: float | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing came in, went out or is open."""
        return not (self.reported_per_week or self.left_per_week or sum(self.ages))

    @property
    def left_to_reported(self) -> float | None:
        """Share of what came in that went out, void ones too; above 1 the backlog shrinks."""
        return self.left_per_week / self.reported_per_week if self.reported_per_week else None

    @property
    def weeks_to_clear(self) -> float | None:
        """Weeks the open cases take at the pace of the period, were nothing new to come."""
        return sum(self.ages) / self.closed_per_week if self.closed_per_week else None


COUNTED = "not facts.is_duplicate and not facts.is_closing_unknown"
"""The rows of the open backlog, so that what comes in and goes out adds up to it."""

LEFT_ON = "least(facts.closed_date, facts.voided_date)"

MOVED = f"""
select facts.department_code,
  count(*) filter (facts.reported_date >= ? and facts.reported_date < ?) as reported_count,
  count(*) filter (facts.closed_date >= ? and facts.closed_date < ?) as closed_count,
  count(*) filter ({LEFT_ON} >= ? and {LEFT_ON} < ?) as left_count,
  max((epoch_us(builds.as_of_at) - epoch_us(facts.reported_at)) / 86400000000)
    filter (facts.status in ('open', 'suspended')) as oldest_days
from mart.fct_cases as facts
inner join ops.build as builds on builds.county_code = facts.county_code
where {COUNTED} and {{condition}}
group by 1 order by 1
"""


def as_of_date_question(scope: Scope, *, by: tuple[Dimension, ...] = ()) -> Question:
    """What is open now, whatever the page's period."""
    as_of = scope.context.builds[scope.view.county].as_of_date
    return scope.question(BACKLOG, by=by, start=as_of, end=as_of + ONE_DAY)


def loads(scope: Scope) -> list[Load]:
    """One line a department within the page's area and category, the fullest first."""
    start, end = scope.days.first, scope.end_of(scope.question(BACKLOG))
    within = condition(scope, "fct_cases", without=("department",))
    moved = scope.context.sql(
        MOVED.format(condition=within.text), *(start, end) * 3, *within.values
    )
    question = without(as_of_date_question(scope, by=BY_DEPARTMENT), "department")
    backlog = {
        figure.row["department_code"]: figure for figure in figures(scope.context, [question])[0]
    }
    ages = scope.context.analysed(
        "backlog_ages", question, lambda: backlog_ages(scope.context.published, question)
    )
    bands = {
        key[0]: tuple(rows["open_count"].fill_null(0))
        for key, rows in ages.group_by("department_code", maintain_order=True)
    }
    weeks = (end - start).days / DAYS_A_WEEK
    none = (0,) * len(BAND_STARTS_DAYS)
    found = [
        Load(
            code=row["department_code"],
            name=scope.department_names.get(row["department_code"], row["department_code"]),
            reported_per_week=row["reported_count"] / weeks,
            closed_per_week=row["closed_count"] / weeks,
            left_per_week=row["left_count"] / weeks,
            backlog=backlog.get(row["department_code"]),
            ages=bands.get(row["department_code"], none),
            oldest_days=row["oldest_days"],
        )
        for row in moved.iter_rows(named=True)
        if row["department_code"] is not None
    ]
    there = [load for load in found if not load.is_empty]
    return sorted(there, key=lambda load: (-sum(load.ages), -load.reported_per_week, load.code))


FLOWS = f"""
select {{day}} as day, count(*) as case_count
from mart.fct_cases as facts
where {COUNTED} and {{condition}} and {{day}} >= ? and {{day}} < ?
group by 1
"""


@dataclass(frozen=True)
class Flow:
    """What came in, what went out, and what was open at the end of a week or month."""

    figure: Figure
    reported_count: int
    left_count: int
    day_count: int


def flow_unit(scope: Scope) -> Dimension:
    """Week or month, as the address says, else by the period's length."""
    if scope.view.unit in ("week", "month"):
        return "week" if scope.view.unit == "week" else "month"
    days = (scope.days.end - scope.days.first).days
    return "week" if days <= MOST_DAYS_BY_WEEK else "month"


def flows(scope: Scope) -> list[Flow]:
    """Weeks or months of the page's period; a cut one has fewer days."""
    question = scope.question(BACKLOG, by=(flow_unit(scope),))
    found = figures(scope.context, [question])[0]
    end = scope.end_of(question)
    within = condition(scope, "fct_cases")
    came, left = (
        scope.context.sql(
            FLOWS.format(day=day, condition=within.text), *within.values, scope.days.first, end
        )
        for day in ("facts.reported_date", LEFT_ON)
    )
    return [
        Flow(
            figure,
            _between(came, figure),
            _between(left, figure),
            (figure.row["period_end_date"] - figure.row["period_start_date"]).days,
        )
        for figure in found
    ]


def _between(counts: pl.DataFrame, figure: Figure) -> int:
    first, end = figure.row["period_start_date"], figure.row["period_end_date"]
    there = counts.filter((pl.col("day") >= first) & (pl.col("day") < end))
    return int(there["case_count"].sum())


WORKERS = """
select count(distinct worker_code) as worker_count
from mart.fct_worker_days as facts
where is_current and {condition}
"""
BY_WORKERS = """
select count(*) as case_count from mart.fct_cases as facts
where facts.dataset = 'grid_events' and not is_void and not is_duplicate
  and facts.reported_date >= ? and facts.reported_date < ? and {condition}
"""


@dataclass(frozen=True)
class WorkerLoad:
    """Grid workers in post in the area today, and the cases they reported in the period."""

    worker_count: int
    case_count: int
    week_count: float

    @property
    def per_week(self) -> float | None:
        """Cases a worker and week."""
        if not self.worker_count or not self.week_count:
            return None
        return self.case_count / self.worker_count / self.week_count


def worker_load(scope: Scope) -> WorkerLoad | None:
    """Null where the county delivers no assignments of workers.

    Only grid workers are known by number; a department's own staff are in no record.
    """
    parts, values = ["facts.county_code = ?"], [scope.view.county]
    if scope.area.level != "county":
        parts.append(f"facts.{scope.area.level}_code = ?")
        values.append(scope.area.code)
    where = " and ".join(parts)
    workers = scope.context.sql(WORKERS.format(condition=where), *values).item()
    if not workers:
        return None
    start, end = scope.days.first, scope.end_of(scope.question(BACKLOG))
    cases = scope.context.sql(BY_WORKERS.format(condition=where), start, end, *values).item()
    return WorkerLoad(workers, cases, (end - start).days / DAYS_A_WEEK)


QUALITY = ("rework_rate", "accurate_dispatch_rate", "extension_rate", "on_time_handling_rate")


def quality(scope: Scope) -> tuple[list[Kpi], dict[str, list[Figure | None]], list[Figure | None]]:
    """How carefully a department works: KPIs, their figures by department, and those of all.

    A KPI that the page's filters do not fit has none.
    """
    kpis = [scope.context.kpis[kpi_id] for kpi_id in QUALITY]
    fitting = [kpi for kpi in kpis if not scope.lacks(kpi)]
    by_department = [
        without(scope.question(kpi.kpi_id, by=BY_DEPARTMENT), "department") for kpi in fitting
    ]
    whole = [replace(question, by=()) for question in by_department]
    answers = figures(scope.context, [*by_department, *whole])
    rows: dict[str, list[Figure | None]] = {}
    for number, found in enumerate(answers[: len(fitting)]):
        for figure in found:
            code = figure.row["department_code"]
            if code is not None:
                rows.setdefault(code, [None] * len(fitting))[number] = figure
    return fitting, rows, [found[0] for found in answers[len(fitting) :]]
