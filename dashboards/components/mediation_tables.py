"""The mediation page's tables: what its pictures show, and what is exported."""

from collections.abc import Mapping

from dashboards import numbers_text
from dashboards.data.mediation import (
    LEVELS,
    NO_LEVEL,
    OpenDispute,
    Participation,
    Passage,
)
from dashboards.data.tables import Cell, Figure, Table
from dashboards.i18n import Lang, text
from dashboards.scope import Scope
from warehouse.catalogue.facts import load_facts

HOURS_A_DAY = 24


def place_name(code: str, lang: Lang) -> str:
    """Name of a place of the flow: a level, `level.exit`, or what comes before them."""
    level, _, exit_ = code.partition(".")
    if exit_:
        return text(f"mediation.exit.{exit_}", lang)
    return text(f"mediation.level.{level}", lang)


def flow_table(found: list[Passage], lang: Lang) -> Table:
    """From where to where, and how many."""
    order = {code: number for number, code in enumerate(("received", *LEVELS, NO_LEVEL))}
    rows: list[list[Cell]] = [
        [place_name(way.source, lang), place_name(way.target, lang), way.dispute_count]
        for way in sorted(found, key=lambda way: (order[way.source], "." in way.target, way.target))
    ]
    return Table(
        "flow",
        text("mediation.flow", lang),
        [text(f"mediation.flow.{name}", lang) for name in ("from", "to", "count")],
        rows,
        note=text("mediation.flow.note", lang),
    )


def levels_table(
    settled: Mapping[str, Figure],
    hours: Mapping[str, Mapping[str, float | int | None]],
    lang: Lang,
) -> Table:
    """Each level: how many it settled itself, and how long it took, in days."""
    names = ("received", "settled", "wait_median", "wait_p90", "step_median", "step_p90")
    titles = [text(f"mediation.levels.{name}", lang) for name in ("level", *names)]
    rows: list[list[Cell]] = []
    for level in LEVELS:
        if level not in settled and level not in hours:
            continue
        spent = hours.get(level, {})
        count = spent.get("step_count")
        rows.append(
            [
                text(f"mediation.level.{level}", lang),
                int(count) if count is not None else None,
                settled.get(level),
                *(in_days(spent.get(name)) for name in names[2:]),
            ]
        )
    return Table(
        "levels",
        text("mediation.levels", lang),
        titles,
        rows,
        note=text("mediation.levels.note", lang),
        decimals=dict.fromkeys(titles[3:], 1),
    )


def in_days(hours: float | int | None) -> float | None:
    """Hours as days."""
    return None if hours is None else hours / HOURS_A_DAY


def participation_table(found: list[Participation], lang: Lang) -> Table:
    """In how many disputes psychologists and lawyers took part, by the highest level reached."""
    names = ("disputes", "psychologist", "lawyer", "both", "neither")
    rows: list[list[Cell]] = [
        [
            text(f"mediation.level.{part.level_code or NO_LEVEL}", lang),
            part.dispute_count,
            part.psychologist_count,
            part.lawyer_count,
            part.both_count,
            part.neither_count,
        ]
        for part in found
    ]
    if len(found) > 1:
        columns = list(zip(*(row[1:] for row in rows), strict=True))
        total = [sum(cell for cell in column if isinstance(cell, int)) for column in columns]
        rows.append([text("mediation.total", lang), *total])
    return Table(
        "participation",
        text("mediation.participation", lang),
        [text(f"mediation.participation.{name}", lang) for name in ("level", *names)],
        rows,
        note=text("mediation.participation.note", lang),
    )


def open_table(found: list[OpenDispute], scope: Scope) -> Table:
    """Disputes that are open now, the longest overdue first."""
    lang = scope.view.lang
    categories = scope.category_names(load_facts()["fct_mediations"])
    names = ("id", "category", "area", "reported", "due", "level", "overdue", "at_level")
    titles = [text(f"mediation.open.{name}", lang) for name in names]
    rows: list[list[Cell]] = [
        [
            dispute.mediation_id,
            categories.get(dispute.category_code or "", dispute.category_code),
            area_words(scope, dispute.area_code),
            dispute.reported_at,
            dispute.due_at,
            text(f"mediation.level.{dispute.level_code or NO_LEVEL}", lang),
            overdue_words(dispute, lang),
            _whole(dispute.days_at_level),
        ]
        for dispute in found
    ]
    return Table("open", text("mediation.open", lang), titles, rows)


def overdue_words(dispute: OpenDispute, lang: Lang) -> str:
    """How long overdue, or how long there is left; in whole natural days."""
    days = dispute.days_overdue
    if days is None:
        return text("mediation.open.no_due", lang)
    key = "days_over" if dispute.is_overdue else "days_left"
    return text(f"mediation.open.{key}", lang, days=numbers_text.number(int(abs(days))))


def _whole(days: float | None) -> int | None:
    return None if days is None else int(days)


def area_words(scope: Scope, code: str | None) -> str | None:
    """An area with the one above it; its code where it has no name."""
    area = scope.areas.get(code or "")
    if area is None:
        return code
    parent = scope.areas.get(area.parent_code or "")
    if parent is None or parent.level == "county" or parent.name in area.name:
        return area.name
    return f"{parent.name} {area.name}"
