"""The tables of the page of special groups: the same on the page and in its exports."""

from collections.abc import Mapping, Sequence

from dashboards.components.words import kpi_name
from dashboards.data.people_alerts import Alerts
from dashboards.data.people_counts import Ages, Moves, ages, moves
from dashboards.data.people_roll import Roll, persons_of, roll, roll_by_area
from dashboards.data.people_visits import Load, Task, Tasks, tasks
from dashboards.data.tables import Cell, Figure, Table
from dashboards.figures.people import days_of
from dashboards.i18n import Lang, text
from dashboards.names import code_names
from dashboards.numbers_text import interval, unit
from dashboards.periods import ONE_DAY
from dashboards.scope import Scope
from warehouse.catalogue import Kpi

LOAD_COLUMNS = ("today_left", "week_left", "overdue", "longest_overdue_days")


def of_persons(scope: Scope) -> list[Table]:
    """Groups and months of the roll, who joined and left, ages, and the visits owed.

    The visits are by area and worker; of one grid, each by itself.
    """
    lang = scope.view.lang
    found = roll(scope)
    made = [groups_table(scope, found), months_table(found, lang)]
    if not is_part(scope):
        names = code_names(scope.context, scope.view.county, "age_band_code", lang)
        bands = named_ages(ages(scope.context, scope.view.county, sorted(names)), names, lang)
        made += [
            moves_table(moves(scope.context, scope.view.county), lang),
            ages_table(bands, lang),
        ]
    owed = tasks(scope)
    if scope.area.level == "grid":
        return [*made, tasks_table(scope, owed)]
    return [*made, *_loads(scope, owed)]


def is_part(scope: Scope) -> bool:
    """Whether the page is limited to less than the whole county's roll."""
    return scope.area.level != "county" or bool(scope.view.category)


def groups_table(scope: Scope, found: Roll) -> Table:
    """Persons on the roll by special group today, and how they were visited in the period."""
    lang = scope.view.lang
    needs = [need for need in found.needs if any(need in group.by_need for group in found.groups)]
    visited = next((group.visited for group in found.groups if group.visited), ())
    rows: list[list[Cell]] = [
        [
            group.name,
            _persons(group.filed, lang),
            *(
                _persons(group.by_need[need], lang) if need in group.by_need else None
                for need in needs
            ),
            group.filed,
            *group.visited,
        ]
        for group in found.groups
    ]
    return Table(
        "groups",
        text("people.roll", lang),
        [
            text("people.group", lang),
            f"{text('people.count', lang)} ({days_of_figure(found.filed)})",
            *(found.needs[need] for need in needs),
            *(
                f"{kpi_name(figure.kpi, lang)} ({days_of_figure(figure)}, %)"
                for figure in (found.filed, *visited)
            ),
        ],
        rows,
    )


def days_of_figure(figure: Figure) -> str:
    """The days a figure is about, as short as they can be written: `2026-08 – 2026-10`."""
    first, end = figure.row["period_start_date"], figure.row["period_end_date"]
    last = end - ONE_DAY
    form = "%Y-%m" if first.day == end.day == 1 else "%Y-%m-%d"
    ends = (f"{first:{form}}", f"{last:{form}}")
    return " – ".join(dict.fromkeys(ends))


def months_table(found: Roll, lang: Lang) -> Table:
    """Persons on the roll at the end of each month, the newest first."""
    rows: list[list[Cell]] = [
        [
            f"{row['period_start_date']:%Y-%m}",
            text("people.hidden", lang) if row["denominator"] is None else int(row["denominator"]),
        ]
        for row in reversed(found.months.rows(named=True))
    ]
    return Table(
        "months",
        text("people.stock", lang),
        [text("trend.month", lang), text("people.count", lang)],
        rows,
    )


def moves_table(found: Sequence[Moves], lang: Lang) -> Table:
    """Who joined and left, the newest first."""
    return Table(
        "moves",
        text("people.moves", lang),
        [text(f"people.moves.{name}", lang) for name in ("period", "joined", "left", "net")],
        [
            [days_of(move), move.joined_count, move.left_count, move.joined_count - move.left_count]
            for move in reversed(found)
        ],
    )


def named_ages(
    found: Sequence[Ages], names: Mapping[str, str], lang: Lang
) -> list[tuple[str, int]]:
    """Age bands by name, those taken together with all their names."""
    unknown = text("people.age.unknown", lang)
    return [
        (" + ".join(names.get(code, code) or unknown for code in ages.codes), ages.person_count)
        for ages in found
        if ages.person_count
    ]


def ages_table(found: Sequence[tuple[str, int]], lang: Lang) -> Table:
    """Persons on the roll by age."""
    return Table(
        "ages",
        text("people.ages", lang),
        [text("people.age_band", lang), text("people.ages.person_count", lang)],
        [list(line) for line in found],
    )


def tasks_table(scope: Scope, owed: Tasks) -> Table:
    """The visits owed in the page's grid, by person key."""
    lang, county = scope.view.lang, scope.view.county
    bands = code_names(scope.context, county, "age_band_code", lang)
    needs = code_names(scope.context, county, "need_level_code", lang)
    return Table(
        "tasks",
        text("people.tasks", lang),
        task_titles(lang),
        [
            [
                task.person_key,
                age_name(task, bands, lang),
                needs.get(task.need_level_code, task.need_level_code),
                task.due_date,
                task.overdue_days if task.is_overdue else None,
                state_words(task, owed, lang),
            ]
            for task in owed.tasks
        ],
    )


def task_titles(lang: Lang) -> list[str]:
    """Titles of the columns of visits owed."""
    names = ("person", "age_band", "need", "due_date", "overdue_days", "state")
    return [text(f"people.{name}", lang) for name in names]


def age_name(task: Task, bands: Mapping[str, str], lang: Lang) -> str:
    """Name of a person's age band."""
    code = task.age_band_code
    return bands.get(code, code) if code else text("people.age.unknown", lang)


def state_words(task: Task, owed: Tasks, lang: Lang) -> str:
    """Where a visit stands."""
    if task.is_overdue:
        return text("people.state.overdue", lang)
    ahead = (task.due_date - owed.as_of).days
    if not ahead:
        return text("people.state.today", lang)
    return text("people.state.ahead", lang, count=ahead)


def place(scope: Scope, code: str | None) -> str | None:
    """Town and community of a worker."""
    names: list[str] = []
    area = scope.areas.get(code or "")
    while area is not None and area.level != "county":
        parent = scope.areas.get(area.parent_code or "")
        # An area that shares its name has its parent's beside it already.
        names.insert(0, area.name.removesuffix(f" {parent.name}" if parent else ""))
        area = parent
    return " ".join(names) or None


def _loads(scope: Scope, owed: Tasks) -> list[Table]:
    lang = scope.view.lang
    titles = [text(f"people.{name}", lang) for name in LOAD_COLUMNS]
    workers: list[list[Cell]] = [
        [
            worker.code or text("people.worker.none", lang),
            " · ".join(name for _, name in worker.grids),
            place(scope, worker.area_code),
            *_load_cells(worker.load),
        ]
        for worker in owed.workers
    ]
    heads = [text(f"people.{name}", lang) for name in ("worker", "grid", "place")]
    made = [
        Table(
            "task-workers",
            f"{text('people.tasks', lang)} {text('people.workers', lang)}",
            [*heads, *titles],
            workers,
        )
    ]
    level = scope.level_below
    if level and level != scope.area.level:
        names = scope.names_of_areas(level)
        title = text("people.areas", lang, level=scope.level_name(level).lower())
        loads, on_roll = owed.by(f"{level}_code"), roll_by_area(scope)
        areas: list[list[Cell]] = [
            [
                names.get(code, code),
                _persons(on_roll[code], lang) if code in on_roll else None,
                *_load_cells(loads.get(code, Load())),
            ]
            for code in dict.fromkeys([*loads, *sorted(on_roll)])
        ]
        made.insert(
            0,
            Table(
                "task-areas",
                f"{text('people.tasks', lang)} {title}",
                [scope.level_name(level), text("people.count", lang), *titles],
                areas,
            ),
        )
    return made


def _load_cells(load: Load) -> list[Cell]:
    return [getattr(load, name) for name in LOAD_COLUMNS]


def kinds_table(found: Alerts, lang: Lang) -> Table:
    """Wristband alerts by kind, all of them first."""
    lines = [(text("people.alerts.all", lang), found.whole), *found.kinds]
    return Table(
        "alerts",
        text("people.alerts", lang),
        [
            text("people.alerts.kind", lang),
            *(_with_unit(figure.kpi, lang) for figure in found.whole),
        ],
        [[name, *figures] for name, figures in lines],
    )


def alert_months_table(found: Alerts, kpi: Kpi, lang: Lang) -> Table:
    """Median response time to alerts by month, the newest first."""
    return Table(
        "alert-months",
        text("people.alerts.trend", lang),
        [text("trend.month", lang), _with_unit(kpi, lang), text("trend.interval", lang)],
        [
            [
                f"{figure.row['period_start_date']:%Y-%m}",
                figure,
                interval(figure.row["interval_low"], figure.row["interval_high"], kpi),
            ]
            for figure in reversed(found.by_month)
        ],
    )


def _with_unit(kpi: Kpi, lang: Lang) -> str:
    """A KPI's name as a title; an export names the unit of rates itself."""
    name = kpi_name(kpi, lang)
    return name if kpi.unit == "percent" else f"{name} ({unit(kpi, lang)})"


def _persons(filed: Figure, lang: Lang) -> Cell:
    count = persons_of(filed)
    return text("people.hidden", lang) if count is None else count
