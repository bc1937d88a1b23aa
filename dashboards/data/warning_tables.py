"""Tables of the page of warnings, as they are exported, and the names they need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.data.early_alerts import Alert, Alerts, alerts, grid_names
from dashboards.data.rain import Rain, has_rain, rain_at
from dashboards.data.rain_lines import GridLine
from dashboards.data.rain_record import past_storms, record
from dashboards.data.tables import Cell, Table
from dashboards.i18n import Lang, text
from dashboards.names import code_names
from dashboards.scope import Scope, area_name
from warehouse.case_kinds import FAMILIES

SUMS = (1, 3, 6, 12, 24)


@dataclass(frozen=True)
class Places:
    """Names of grids and of the areas they lie in."""

    grids: Mapping[str, str]
    areas: Mapping[str, str]

    def grid(self, line: GridLine) -> str:
        """Name of a line's grid; its code where it has none, empty without a grid."""
        return self.grids.get(line.grid_code or "", line.grid_code or "")

    def place(self, line: GridLine) -> str:
        """Community and town of a line."""
        codes = (line.community_code, line.town_code)
        names = [self.areas.get(code, code) for code in codes if code]
        # Of communities with one name in several towns the town is in the name already.
        return names[0] if names[-1] in names[0] else " · ".join(names)


@dataclass(frozen=True)
class WorkerLine:
    """What a grid worker has to do in all of the grids; null where nobody is known."""

    worker_code: str | None
    grid_count: int
    household_count: int
    to_move_count: int
    moved_count: int
    overdue_count: int

    @property
    def left_count(self) -> int:
        """Households to move that are not moved."""
        return self.to_move_count - self.moved_count


def places_of(rain: Rain, lines: Sequence[GridLine]) -> Places:
    """Names for the lines."""
    codes = sorted({line.grid_code for line in lines if line.grid_code})
    areas = {code: area.name for code, area in rain.scope.areas.items()}
    return Places(grid_names(rain.scope, codes), areas)


def worker_lines(lines: Sequence[GridLine]) -> list[WorkerLine]:
    """The lines by worker, those with most left to move first."""
    of_worker: dict[str | None, list[GridLine]] = {}
    for line in lines:
        of_worker.setdefault(line.worker_code, []).append(line)
    found = [
        WorkerLine(
            code,
            grid_count=len({line.grid_code for line in own}),
            household_count=sum(line.household_count for line in own),
            to_move_count=sum(line.to_move_count for line in own),
            moved_count=sum(line.moved_count for line in own),
            overdue_count=sum(line.overdue_count for line in own),
        )
        for code, own in of_worker.items()
    ]
    return sorted(
        found, key=lambda one: (-one.left_count, -one.overdue_count, one.worker_code or "")
    )


def tables(scope: Scope) -> list[Table]:
    """What the page shows: towns, gauges, grids, workers, storms, the record, alerts."""
    found: list[Table] = []
    if has_rain(scope.context):
        rain = rain_at(scope)
        found += [_towns(rain), _gauges(rain)]
        if rain.lines:
            found += [_grids(rain, rain.lines), _workers(rain, rain.lines)]
        found += [_storms(rain), *_record(rain)]
    own = alerts(scope)
    if own is not None:
        found.append(_alerts(own))
        if own.opened is not None:
            found.append(days_table(own))
    return found


def alert_name(found: Alerts, alert: Mapping[str, Any]) -> str:
    """Where and what an alert is about."""
    scope, lang = found.scope, found.scope.view.lang
    code = alert["area_code"]
    if alert["area_level"] == "grid":
        place = found.grid_names.get(code, code)
        town = scope.areas.get(alert["town_code"] or "")
        place = f"{town.name} {place}" if town else place
    else:
        area = scope.areas.get(code)
        place = area_name(scope, area) if area else code
    return f"{place} · {family_name(alert['category_family'], lang)}"


def family_name(code: str, lang: Lang) -> str:
    """Name of a family of categories."""
    name = FAMILIES.get(code)
    return code if name is None else getattr(name, lang.value)


def days_table(found: Alerts) -> Table:
    """The days behind the opened alert."""
    lang = found.scope.view.lang
    expected = text("warnings.alert.expected", lang)
    return Table(
        "days",
        text("warnings.alert.days", lang),
        [
            text("warnings.day", lang),
            text("warnings.alert.observed", lang),
            expected,
            text("warnings.alert.upper", lang),
        ],
        [list(row) for row in found.days.iter_rows()],
        decimals={expected: 1},
    )


def _titled(rain: Rain, key: str) -> str:
    """A table's title with the time that it is about."""
    at = rain.at.astimezone(rain.state.zone)
    return f"{text(key, rain.scope.view.lang)} {at:%Y-%m-%d %H:%M}"


def _titles(lang: Lang, *names: str) -> list[str]:
    return [text(f"warnings.{name}", lang) for name in names]


def _colours(scope: Scope) -> Mapping[str | None, str]:
    names: dict[str | None, str] = {}
    names.update(code_names(scope.context, scope.view.county, "colour_code", scope.view.lang))
    return names


def _towns(rain: Rain) -> Table:
    lang, names = rain.scope.view.lang, _colours(rain.scope)
    limits = rain.colours.select(
        "colour_code", "severity_number", "window_hours", "threshold_mm"
    ).unique()
    sums = [
        text("warnings.sum.of", lang, colour=names.get(code, code), hours=hours, mm=f"{mm:g}")
        for code, _, hours, mm in limits.sort("severity_number").iter_rows()
    ]
    by_town: dict[str, list[float | None]] = {}
    for town, value in rain.colours.select("town_code", "window_mm").iter_rows():
        by_town.setdefault(town, []).append(value)
    rows: list[list[Cell]] = [
        [
            row["town_name"] or row["town_code"],
            names.get(row["in_force_colour"]),
            row["in_force_since_at"],
            names.get(row["reached_colour"]),
            row["reached_at"],
            names.get(row["expected_colour"]),
            row["expected_at"],
            row["missing_gauge_count"],
            *by_town.get(row["town_code"], [None] * len(sums)),
        ]
        for row in rain.towns.iter_rows(named=True)
    ]
    return Table(
        "towns",
        _titled(rain, "warnings.towns"),
        [
            *_titles(lang, "town", "in_force", "in_force_at", "reached_colour", "reached_at"),
            *_titles(lang, "expected_colour", "expected_at", "missing_gauges"),
            *sums,
        ],
        rows,
        note=text("warnings.towns.note", lang),
        decimals=dict.fromkeys(sums, 1),
    )


def _gauges(rain: Rain) -> Table:
    lang = rain.scope.view.lang
    sums = [text("warnings.sum.hours", lang, hours=hours) for hours in SUMS]
    return Table(
        "gauges",
        _titled(rain, "warnings.gauges"),
        [
            *_titles(lang, "gauge", "last_at", "last_mm", "missing_since", "missing_hours"),
            *sums,
        ],
        [
            [
                *(
                    one.said[name]
                    for name in (
                        *("gauge_name", "last_observed_at", "last_rain_mm", "missing_since_at"),
                        *("missing_hours", *(f"rain_{hours}h_mm" for hours in SUMS)),
                    )
                )
            ]
            for one in rain.gauges
        ],
        note=text("warnings.gauges.note", lang),
        decimals=dict.fromkeys([*sums, text("warnings.last_mm", lang)], 1),
    )


def _grids(rain: Rain, lines: Sequence[GridLine]) -> Table:
    lang, places = rain.scope.view.lang, places_of(rain, lines)
    return Table(
        "grids",
        _titled(rain, "warnings.by_grid"),
        [
            *_titles(lang, "grid_code", "grid", "place", "worker", "households_low", "to_move"),
            *_titles(lang, "to_check", "told", "acknowledged", "moved", "overdue"),
        ],
        [
            [
                line.grid_code,
                places.grid(line),
                places.place(line),
                line.worker_code,
                line.household_count,
                line.to_move_count,
                line.check_count,
                line.told_count,
                line.acknowledged_count,
                line.moved_count,
                line.overdue_count,
            ]
            for line in lines
        ],
        note=text("warnings.households.note", lang),
    )


def _workers(rain: Rain, lines: Sequence[GridLine]) -> Table:
    lang = rain.scope.view.lang
    return Table(
        "workers",
        _titled(rain, "warnings.by_worker"),
        _titles(lang, "worker", "grids", "households_low", "to_move", "moved", "left", "overdue"),
        [
            [
                one.worker_code,
                one.grid_count,
                one.household_count,
                one.to_move_count,
                one.moved_count,
                one.left_count,
                one.overdue_count,
            ]
            for one in worker_lines(lines)
        ],
    )


def _storms(rain: Rain) -> Table:
    lang, names = rain.scope.view.lang, _colours(rain.scope)
    return Table(
        "storms",
        text("warnings.storms", lang),
        _titles(
            lang, "storm_start", "storm_end", "colour", "highest", "storm_towns", "issued", "missed"
        ),
        [
            [
                one.row["start_at"],
                one.row["end_at"],
                names.get(str(one.row["colour_code"]), str(one.row["colour_code"])),
                *(
                    one.row[name]
                    for name in ("highest_mm", "town_count", "warning_count", "missed_count")
                ),
            ]
            for one in past_storms(rain)
        ],
        note=text("warnings.storms.note", lang),
        decimals={text("warnings.highest", lang): 1},
    )


def _record(rain: Rain) -> list[Table]:
    lang, names, found = rain.scope.view.lang, _colours(rain.scope), record(rain)
    if found is None:
        return []
    kpis = [getattr(one.kpi.name, lang.value) for one in found.whole.figures.values()]
    return [
        Table(
            "record",
            text("warnings.record", lang),
            [text("warnings.colour", lang), *kpis, *_titles(lang, "missed", "spells")],
            [
                [
                    names.get(one.colour_code, one.colour_code)
                    if one.colour_code
                    else text("warnings.every_colour", lang),
                    *(one.figures.get(kpi_id) for kpi_id in found.whole.figures),
                    one.missed_count,
                    one.spell_count,
                ]
                for one in found.judged
            ],
        )
    ]


def _alerts(found: Alerts) -> Table:
    lang = found.scope.view.lang
    expected = text("warnings.alert.expected", lang)
    rows: list[Alert] = [*found.alive, *found.cleared]
    return Table(
        "alerts",
        text("warnings.alerts", lang),
        [
            *_titles(lang, "alert", "alert.id", "alert.state", "alert.raised", "alert.window"),
            text("warnings.alert.observed", lang),
            expected,
            text("warnings.alert.upper", lang),
            *_titles(lang, "alert.cleared", "alert.alarm_days"),
        ],
        [
            [
                alert_name(found, one),
                one["alert_id"],
                text(f"warnings.state.{one['state']}", lang),
                one["raised_date"],
                one["window_days"],
                one["observed_count"],
                one["expected_count"],
                one["upper_count"],
                one["cleared_date"],
                one["alarm_day_count"],
            ]
            for one in rows
        ],
        note=text("warnings.alerts.export", lang),
        decimals={expected: 1},
    )
