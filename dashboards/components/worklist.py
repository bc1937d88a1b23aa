"""Visits owed: what is left today, by area and by grid worker, and the visits of one grid."""

from collections.abc import Callable, Mapping

from dashboards import html, numbers_text
from dashboards.components.parts import chip
from dashboards.components.roll import persons
from dashboards.components.scroll_table import head, scroll_table
from dashboards.data.people_tables import age_name, state_words, task_titles
from dashboards.data.people_visits import Load, Task, Tasks, Worker
from dashboards.data.tables import Figure
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.view import View

KEY_LENGTH = 8
"""Signs of a person key that are read; all of them stand in its title."""

OVERDUE = ("overdue", "longest_overdue_days")
LOAD_COLUMNS = ("today_left", "week_left", "overdue", "longest_overdue_days")


def load_strip(load: Load, lang: Lang, *, with_totals: bool) -> Element:
    """What is due today, within seven days, and overdue.

    Args:
        with_totals: says how many there were, with those done.
    """
    longest, totals = load.longest_overdue_days, (load.today_all, load.week_all)
    return html.Dl(
        [
            *(
                _figure(
                    text(f"people.tasks.{name}", lang),
                    text("people.tasks.left", lang, count=numbers_text.number(left)),
                    _done(total, left, lang) if with_totals else "",
                )
                for name, left, total in zip(
                    ("today", "week"), (load.today_left, load.week_left), totals, strict=True
                )
            ),
            _figure(
                text("people.tasks.overdue", lang),
                text("people.tasks.items", lang, count=numbers_text.number(load.overdue)),
                text(f"people.tasks.{'not_seen' if load.overdue else 'no_overdue'}", lang),
                is_bad=load.overdue > 0,
            ),
            _figure(
                text("people.tasks.longest", lang),
                "—"
                if longest is None
                else text("people.tasks.days", lang, count=numbers_text.number(longest)),
                "",
            ),
        ],
        className="people-load",
    )


def _figure(name: str, value: str, note: str, *, is_bad: bool = False) -> Element:
    return html.Div(
        [
            html.Dt(name),
            html.Dd(value, className="people-load-value bad" if is_bad else "people-load-value"),
            *([html.Dd(note, className="muted")] if note else []),
        ]
    )


def _done(total: int, left: int, lang: Lang) -> str:
    if not total:
        return text("people.tasks.nothing_due", lang)
    if not left:
        return text("people.tasks.all_done", lang, count=numbers_text.number(total))
    return text(
        "people.tasks.of",
        lang,
        count=numbers_text.number(total),
        done=numbers_text.number(total - left),
    )


def areas_table(
    loads: Mapping[str, Load],
    on_roll: Mapping[str, Figure],
    names: Mapping[str, str],
    view: View,
    *,
    title: str,
    level: str,
) -> Element:
    """One line an area, its name leading to the page limited to it; those with tasks come first.

    Args:
        on_roll: share with a file by area, whose denominator is the persons on the roll.
    """
    rows = [
        html.Tr(
            [
                html.Th(
                    html.A(names.get(code, code), href=view.href(area=code), className="cell-link"),
                    scope="row",
                ),
                html.Td(
                    persons(on_roll[code], view) if code in on_roll else "—", className="numeric"
                ),
                *_load_cells(loads.get(code, Load())),
            ]
        )
        for code in dict.fromkeys([*loads, *sorted(on_roll)])
    ]
    titles = [level, text("people.count", view.lang), *load_titles(view.lang)]
    return _table(titles, rows, title=title, name="task-areas", numeric=tuple(range(1, 6)))


def workers_table(
    workers: list[Worker], place: Callable[[str | None], str | None], view: View, *, title: str
) -> Element:
    """One line a worker; their grids lead to the visits owed there."""
    lang = view.lang
    rows = [
        html.Tr(
            [
                html.Th(
                    worker.code or chip("alert", text("people.worker.none", lang), tone="fair"),
                    scope="row",
                ),
                html.Td(
                    [
                        part
                        for number, (code, name) in enumerate(worker.grids)
                        for part in (
                            *([" · "] if number else []),
                            html.A(name, href=view.href(area=code), className="cell-link"),
                        )
                    ]
                ),
                html.Td(place(worker.area_code) or "—", className="people-place"),
                *_load_cells(worker.load),
            ]
        )
        for worker in workers
    ]
    titles = [text(f"people.{name}", lang) for name in ("worker", "grid", "place")]
    return _table([*titles, *load_titles(lang)], rows, title=title, name="task-workers")


def load_titles(lang: Lang) -> list[str]:
    """Titles of the columns of a load."""
    return [text(f"people.{name}", lang) for name in LOAD_COLUMNS]


def tasks_table(
    owed: Tasks,
    view: View,
    *,
    title: str,
    ages: Mapping[str, str],
    needs: Mapping[str, str],
) -> Element:
    """The visits owed in one grid: a person is a key, an age band and a need."""
    lang = view.lang
    rows = [
        html.Tr(
            [
                html.Th(
                    html.Code(task.person_key[:KEY_LENGTH], title=task.person_key), scope="row"
                ),
                html.Td(age_name(task, ages, lang)),
                html.Td(needs.get(task.need_level_code, task.need_level_code)),
                html.Td(task.due_date.isoformat()),
                html.Td(
                    numbers_text.number(task.overdue_days) if task.is_overdue else "—",
                    className="numeric",
                ),
                html.Td(_state(task, owed, lang)),
            ]
        )
        for task in owed.tasks
    ]
    return _table(task_titles(lang), rows, title=title, name="tasks", numeric=(4,))


def _state(task: Task, owed: Tasks, lang: Lang) -> Element:
    words = state_words(task, owed, lang)
    if task.is_overdue:
        return chip("alert", words, tone="bad")
    return chip("clock", words, tone="fair" if task.due_date == owed.as_of else "plain")


def _load_cells(load: Load) -> list[Element]:
    return [
        html.Td(
            "—" if not value else numbers_text.number(value),
            className="numeric people-overdue" if value and name in OVERDUE else "numeric",
        )
        for name in LOAD_COLUMNS
        for value in (getattr(load, name),)
    ]


def _table(
    titles: list[str],
    rows: list[Element],
    *,
    title: str,
    name: str,
    numeric: tuple[int, ...] | None = None,
) -> Element:
    right = numeric or tuple(range(len(titles) - len(LOAD_COLUMNS), len(titles)))
    return scroll_table(
        title,
        [head(words, is_numeric=number in right) for number, words in enumerate(titles)],
        rows,
        name=name,
        table_class=f"people-table people-{name}",
        window="people-scroll",
    )
