"""The scenes of the wall screen: few things each, large enough for the back of the room."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards import numbers_text
from dashboards.cells import written
from dashboards.components.markup import Svg
from dashboards.components.number import marked
from dashboards.components.parts import chip, icon
from dashboards.components.status_strip import DataStatus, delivery_lines
from dashboards.components.tile import SIGN, STATUS
from dashboards.components.words import kpi_name
from dashboards.data.overview import Held, Tile
from dashboards.data.ranking import Ranked, SliceValue
from dashboards.data.tables import Figure
from dashboards.data.wall import RECENT_DAYS, Desk, Flow, Signal, Wall
from dashboards.figures.wall import control_svg, days_svg, funnel_svg
from dashboards.i18n import Lang, text
from dashboards.scope import Scope
from dashboards.theme import DARK
from dashboards.view import View
from warehouse.catalogue import programme_start

SHOWN_DEPARTMENTS = 7
SHOWN_AREAS = 5
SHOWN_HOLDERS = 6
SHOWN_SIGNALS = 6
SHOWN_DELIVERIES = 2
VERDICTS = {
    "better": ("check", "good"),
    "worse": ("alert", "bad"),
    "higher": ("arrow-up", "plain"),
    "lower": ("arrow-down", "plain"),
    "within": ("dash", "plain"),
    "unjudged": ("dash", "plain"),
}


def scene(name: str, lang: Lang, headline: str, *body: Component, is_first: bool) -> Component:
    """One picture; all but the first wait hidden for our script to turn to them."""
    title = text(f"wall.scene.{name}", lang)
    return html.Section(
        [html.Div([html.H2(title), html.P(headline)], className="wall-headline"), *body],
        className=f"wall-scene wall-{name}",
        hidden=not is_first,
        **{"aria-label": title, "data-scene": name},
    )


def value(figure: Figure, view: View) -> Component:
    """A key figure with its unit; it opens its receipt. Without a value, the words why."""
    lang = view.lang
    shown: list[Component]
    if figure.value is None:
        shown = [html.Span(numbers_text.missing(figure.row, lang), className="wall-missing")]
    else:
        shown = [
            html.B(numbers_text.amount(figure.value, figure.kpi)),
            html.Small(numbers_text.unit(figure.kpi, lang)),
        ]
    return html.A(
        shown,
        href=view.href(receipt=figure.kpi.kpi_id, of=written(figure.cell), role=""),
        className="wall-value",
        title=text("tile.receipt", lang, name=kpi_name(figure.kpi, lang)),
        **marked(figure),
    )


# Effect of the programme


def programme(wall: Wall, scope: Scope, *, is_first: bool) -> Component:
    """Each promised number against its target and the time before, with its months."""
    lang = scope.view.lang
    judged = [tile.standing for tile in wall.programme if tile.figure is not None]
    judged = [standing for standing in judged if standing != "none"]
    headline = text("wall.programme.headline", lang, met=judged.count("met"), count=len(judged))
    days = numbers_text.days(scope.days.first, scope.days.last, lang)
    return scene(
        "programme",
        lang,
        f"{headline} · {days}",
        html.Div(
            [_promise(tile, scope) for tile in wall.programme],
            className="wall-quarters",
        ),
        html.P(text("wall.programme.legend", lang), className="wall-note"),
        is_first=is_first,
    )


def _promise(tile: Tile, scope: Scope) -> Component:
    view, lang, kpi = scope.view, scope.view.lang, tile.kpi
    name = html.H3(kpi_name(kpi, lang))
    if tile.figure is None:
        return html.Article([name, html.P(text("value.lacks", lang))], className="wall-card")
    row = tile.row
    facts = []
    if row["target"] is not None:
        target = numbers_text.value(row["target"], kpi, lang)
        facts.append(text("tile.target", lang, sign=SIGN[kpi.better], value=target))
    # A baseline is a figure of the whole county, so it says nothing of one town or department.
    baseline = None if scope.where else kpi.baseline_of(view.county)
    if baseline:
        before = numbers_text.value(baseline.value, kpi, lang)
        facts.append(text("wall.programme.baseline", lang, value=before))
    return html.Article(
        [
            html.Div([name, *_standing(tile, lang)], className="wall-card-head"),
            html.Div(
                [
                    html.Div(
                        [value(tile.figure, view), *(html.P(fact) for fact in facts)],
                        className="wall-promise",
                    ),
                    _months(tile, scope),
                ],
                className="wall-card-body",
            ),
        ],
        className="wall-card",
    )


def _standing(tile: Tile, lang: Lang) -> list[Component]:
    if tile.standing == "none":
        return []
    sign, tone = STATUS[tile.standing]
    return [chip(sign, text(f"status.{tile.standing}", lang), tone=tone)]


def _months(tile: Tile, scope: Scope) -> Component:
    lang, chart = scope.view.lang, tile.chart
    if chart is None or chart.rows.is_empty():
        return html.P(text("wall.no_months", lang), className="wall-missing")
    first, last = chart.rows["value"][0], chart.rows["value"][-1]
    return html.Div(
        Svg(
            control_svg(
                chart,
                target=tile.row["target"],
                programme_start=programme_start(scope.view.county),
                colours=DARK,
            )
        ),
        className="wall-picture",
        role="img",
        **{
            "aria-label": text(
                "tile.spark",
                lang,
                months=chart.rows.height,
                first=numbers_text.value(first, tile.kpi, lang),
                last=numbers_text.value(last, tile.kpi, lang),
            )
        },
    )


# Cases of now


def cases(wall: Wall, scope: Scope, *, is_first: bool) -> Component:
    """What came in, what was closed, what is open and overdue, and who holds it."""
    view, lang, desk = scope.view, scope.view.lang, wall.desk
    as_of = scope.context.builds[view.county].as_of_date
    headline = text("wall.cases.headline", lang, day=numbers_text.day(as_of, lang))
    if desk.open is None:
        body = [html.P(text("value.lacks", lang), className="wall-missing")]
        return scene("cases", lang, headline, *body, is_first=is_first)
    counts = (
        ("new_today", desk.total.new_today),
        ("closed_today", desk.total.closed_today),
        ("new_this_month", desk.total.new_this_month),
        ("closed_this_month", desk.total.closed_this_month),
    )
    overdue = desk.overdue_count
    return scene(
        "cases",
        lang,
        headline,
        html.Div(
            [
                *(_count(text(f"wall.cases.{name}", lang), number) for name, number in counts),
                html.Div(
                    [html.H3(text("wall.cases.open", lang)), value(desk.open, view)],
                    className="wall-count",
                ),
                _count(
                    text("wall.cases.overdue", lang), overdue, tone="bad" if overdue else "good"
                ),
            ],
            className="wall-counts",
        ),
        html.Div([_departments(desk, view), _recent(desk, lang)], className="wall-sides"),
        is_first=is_first,
    )


def _count(name: str, number: int, *, tone: str = "") -> Component:
    figure = html.Span(
        [icon("alert")] * (tone == "bad") + [html.B(numbers_text.number(number))],
        className=f"wall-value {tone}",
    )
    return html.Div([html.H3(name), figure], className="wall-count")


def _departments(desk: Desk, view: View) -> Component:
    lang = view.lang
    lines = sorted(desk.held, key=lambda line: -(line.open.value or 0))
    shown, rest = lines[:SHOWN_DEPARTMENTS], lines[SHOWN_DEPARTMENTS:]
    most = max((line.open.value or 0 for line in lines), default=1) or 1
    rows = [_department_row(line, desk.flows.get(line.code, Flow()), most, view) for line in shown]
    if rest:
        rows.append(_rest_row(rest, desk, lang))
    heads = ("department", "open", "overdue", "new_this_month", "closed_this_month")
    return html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        html.Th(
                            text(f"wall.cases.{head}", lang),
                            className="" if head == "department" else "numeric",
                            scope="col",
                            **({"colSpan": 2} if head == "open" else {}),
                        )
                        for head in heads
                    ]
                )
            ),
            html.Tbody(rows),
        ],
        className="wall-table",
    )


def _department_row(line: Held, flow: Flow, most: float, view: View) -> Component:
    count = line.open.value or 0
    return html.Tr(
        [
            html.Th(line.name, scope="row"),
            html.Td(
                html.Div(
                    [
                        html.I(className="overdue", style={"flexGrow": line.overdue_count}),
                        html.I(style={"flexGrow": max(count - line.overdue_count, 0)}),
                    ],
                    className="wall-bar",
                    style={"width": f"{100 * count / most:.1f}%"},
                    **{"aria-hidden": "true"},
                ),
                className="wall-bar-place",
            ),
            html.Td(
                html.A(
                    numbers_text.amount(line.open.value, line.open.kpi),
                    href=view.href(receipt=line.open.kpi.kpi_id, of=written(line.open.cell)),
                    **marked(line.open),
                ),
                className="numeric",
            ),
            *_numbers(line.overdue_count, flow),
        ]
    )


def _rest_row(rest: Sequence[Held], desk: Desk, lang: Lang) -> Component:
    """The departments that do not fit, together; what is open is a count of cases, so it adds."""
    flow = sum((desk.flows.get(line.code, Flow()) for line in rest), Flow())
    return html.Tr(
        [
            html.Th(text("wall.cases.rest", lang, count=len(rest)), scope="row"),
            html.Td(),
            html.Td(
                numbers_text.number(sum(line.open.value or 0 for line in rest)),
                className="numeric",
            ),
            *_numbers(sum(line.overdue_count for line in rest), flow),
        ]
    )


def _numbers(overdue: int, flow: Flow) -> list[Component]:
    return [
        html.Td(numbers_text.number(overdue), className="numeric bad" if overdue else "numeric"),
        html.Td(numbers_text.number(flow.new_this_month), className="numeric"),
        html.Td(numbers_text.number(flow.closed_this_month), className="numeric"),
    ]


def _recent(desk: Desk, lang: Lang) -> Component:
    title = text("wall.cases.recent", lang, days=RECENT_DAYS)
    return html.Figure(
        [
            html.Figcaption(
                [
                    html.H3(title),
                    html.Span([html.I(className="new"), text("wall.cases.new", lang)]),
                    html.Span([html.I(className="closed"), text("wall.cases.closed", lang)]),
                ]
            ),
            html.Div(
                Svg(days_svg(desk.days, colours=DARK)),
                className="wall-picture",
                role="img",
                **{"aria-label": title},
            ),
        ],
        className="wall-figure",
    )


# Areas in order


def areas(wall: Wall, scope: Scope, *, is_first: bool) -> Component:
    """The best and the worst by how far they lie from the whole, and all of them in a funnel."""
    lang, found = scope.view.lang, wall.areas
    if found is None or found.whole.value is None:
        body = html.P(text("ranking.none", lang), className="wall-missing")
        return scene("areas", lang, "", body, is_first=is_first)
    kpi = found.whole.kpi
    ordered = _by_distance(found)
    bad = sum(line.verdict == "worse" for line in ordered)
    good = sum(line.verdict == "better" for line in ordered)
    headline = text(
        "wall.areas.headline",
        lang,
        kpi=kpi_name(kpi, lang),
        whole=numbers_text.value(found.whole.value, kpi, lang),
        good=good,
        bad=bad,
        within=len(ordered) - good - bad,
    )
    is_short = len(ordered) <= 2 * SHOWN_AREAS
    groups = (
        [("all", ordered)]
        if is_short
        else [("best", ordered[:SHOWN_AREAS]), ("worst", ordered[-SHOWN_AREAS:])]
    )
    places = {line.code: number for number, line in enumerate(ordered, 1)}
    return scene(
        "areas",
        lang,
        headline,
        html.Div(
            [
                html.Div(
                    [
                        part
                        for name, lines in groups
                        for part in (
                            html.H3(text(f"wall.areas.{name}", lang)),
                            html.Ol([_area(line, places[line.code], scope) for line in lines]),
                        )
                    ],
                    className="wall-ranks",
                ),
                _funnel(found, lang),
            ],
            className="wall-sides",
        ),
        html.P(
            f"{text('wall.areas.note', lang)} · "
            f"{numbers_text.days(scope.days.first, scope.days.last, lang)}",
            className="wall-note",
        ),
        is_first=is_first,
    )


def _by_distance(found: Ranked) -> list[SliceValue]:
    """Best first by the distance from the whole in standard errors, so small areas do not lead.

    Where the KPI has no control limits, by value. Areas without a value are left out.
    """
    lines = [line for line in found.slices if line.figure.value is not None]
    if found.funnel is None:
        return lines
    codes = found.funnel.rows["area_code"].to_list()
    order = {code: number for number, code in enumerate(codes)}
    is_lower_better = found.whole.kpi.better == "lower"
    return sorted(
        (line for line in lines if line.code in order),
        key=lambda line: -order[line.code] if is_lower_better else order[line.code],
    )


def _area(line: SliceValue, place: int, scope: Scope) -> Component:
    sign, tone = VERDICTS[line.verdict]
    view, lang = scope.view, scope.view.lang
    denominator = line.row["denominator"]
    return html.Li(
        [
            html.Span(str(place), className="wall-place"),
            html.Span(line.name, className="wall-name"),
            html.A(
                numbers_text.value(line.figure.value, line.figure.kpi, lang),
                href=view.href(receipt=line.figure.kpi.kpi_id, of=written(line.figure.cell)),
                className="numeric",
                **marked(line.figure),
            ),
            html.Span(
                text("wall.areas.of", lang, count=numbers_text.number(denominator)),
                className="muted numeric",
            ),
            chip(sign, text(f"ranking.{line.verdict}", lang), tone=tone),
        ]
    )


def _funnel(found: Ranked, lang: Lang) -> Component | None:
    if found.funnel is None:
        return None
    kpi = found.whole.kpi
    return html.Div(
        Svg(
            funnel_svg(
                found.funnel,
                kpi=kpi,
                names={line.code: line.name for line in found.slices},
                size_label=text("wall.areas.size", lang),
                colours=DARK,
            )
        ),
        className="wall-picture",
        role="img",
        **{"aria-label": f"{kpi_name(kpi, lang)} · {text('funnel.title', lang)}"},
    )


# What needs attention


def attention(wall: Wall, status: DataStatus, scope: Scope, *, is_first: bool) -> Component:
    """Overdue cases by holder, signals of the control charts, data that did not come."""
    lang = scope.view.lang
    holders = [line for line in wall.desk.held if line.overdue_count]
    worse = sum(signal.is_better is False for signal in wall.signals)
    deliveries = delivery_lines(status, lang)
    headline = text(
        "wall.attention.headline",
        lang,
        overdue=numbers_text.number(wall.desk.overdue_count),
        worse=worse,
        late=len(status.late),
    )
    return scene(
        "attention",
        lang,
        headline,
        html.Div(
            [
                html.Div(
                    [html.H3(text("wall.attention.holders", lang)), _holders(holders, lang)],
                    className="wall-block",
                ),
                html.Div(
                    [
                        html.H3(text("wall.attention.signals", lang)),
                        _signals(wall.signals, lang),
                        html.H3(text("wall.attention.data", lang)),
                        _deliveries(deliveries, status, lang),
                    ],
                    className="wall-block",
                ),
            ],
            className="wall-halves",
        ),
        is_first=is_first,
    )


def _holders(holders: Sequence[Held], lang: Lang) -> Component:
    if not holders:
        return html.P(chip("check", text("wall.attention.no_overdue", lang), tone="good"))
    heads = ("department", "overdue", "oldest")
    return html.Table(
        [
            html.Thead(
                html.Tr(
                    [
                        html.Th(
                            text(f"wall.attention.{head}", lang),
                            scope="col",
                            className="" if head == "department" else "numeric",
                        )
                        for head in heads
                    ]
                )
            ),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Th(line.name, scope="row"),
                            html.Td(
                                html.B(numbers_text.number(line.overdue_count)),
                                className="numeric bad",
                            ),
                            html.Td(numbers_text.number(line.oldest_days), className="numeric"),
                        ]
                    )
                    for line in holders[:SHOWN_HOLDERS]
                ]
            ),
        ],
        className="wall-table wall-holders",
    )


def _signals(signals: Sequence[Signal], lang: Lang) -> Component:
    if not signals:
        return html.P(chip("check", text("wall.attention.no_signal", lang), tone="good"))
    return html.Ul(
        [_signal(signal, lang) for signal in signals[:SHOWN_SIGNALS]], className="wall-signals"
    )


def _signal(signal: Signal, lang: Lang) -> Component:
    kpi = signal.tile.kpi
    tone = {True: "good", False: "bad", None: "fair"}[signal.is_better]
    side = "higher" if signal.is_higher else "lower"
    words = {True: "change.better", False: "change.worse", None: f"wall.signal.{side}"}
    label = text(words[signal.is_better], lang)
    return html.Li(
        [
            chip(f"arrow-{'up' if signal.is_higher else 'down'}", label, tone=tone),
            html.Span(kpi_name(kpi, lang), className="wall-name"),
            html.Span(shown_value(signal, lang), className="numeric"),
            html.Span(
                f"{signal.month:%Y-%m} · {reason(signal, lang)}", className="muted wall-reason"
            ),
        ]
    )


def reason(signal: Signal, lang: Lang) -> str:
    """What makes a month a signal, in words."""
    side = "higher" if signal.is_higher else "lower"
    return text(f"wall.signal.{signal.kind}.{side}", lang)


def shown_value(signal: Signal, lang: Lang) -> str:
    """The month's value as an answer has it: the chart has counts by day."""
    months = signal.tile.months
    if months is not None:
        for row in months.iter_rows(named=True):
            if row["period_start_date"].replace(day=1) == signal.month:
                return numbers_text.value(row["value"], signal.tile.kpi, lang)
    return numbers_text.value(signal.value, signal.tile.kpi, lang)


def _deliveries(lines: Sequence[str], status: DataStatus, lang: Lang) -> Component:
    if not lines:
        words = text("strip.fresh.all", lang, count=status.dataset_count)
        return html.P(chip("check", words, tone="good"))
    return html.Ul(
        [html.Li([icon("clock"), line]) for line in lines[:SHOWN_DELIVERIES]]
        + [html.Li(text("wall.attention.more", lang, count=len(lines) - SHOWN_DELIVERIES))]
        * (len(lines) > SHOWN_DELIVERIES),
        className="wall-deliveries",
    )


# Services and people


def groups(wall: Wall, scope: Scope, *, is_first: bool) -> Component:
    """Three key figures each of one-stop service, special groups, mediation and council."""
    lang = scope.view.lang
    return scene(
        "groups",
        lang,
        numbers_text.days(scope.days.first, scope.days.last, lang),
        html.Div(
            [
                html.Article(
                    [
                        html.H3(text(f"wall.groups.{name}", lang)),
                        html.Div([_key(tile, scope.view) for tile in made], className="wall-keys"),
                    ],
                    className="wall-card",
                )
                for name, made in wall.groups.items()
            ],
            className="wall-quarters",
        ),
        is_first=is_first,
    )


def _key(tile: Tile, view: View) -> Component:
    lang = view.lang
    name = html.H4(kpi_name(tile.kpi, lang))
    if tile.figure is None:
        note = html.P(text("value.lacks", lang), className="wall-missing")
        return html.Div([name, note], className="wall-key")
    return html.Div(
        [name, value(tile.figure, view), *(_standing(tile, lang) or _change(tile, lang))],
        className="wall-key",
    )


def _change(tile: Tile, lang: Lang) -> list[Component]:
    """The change against the period before, judged only where it is more than chance."""
    difference = tile.difference
    if difference is None:
        return []
    figure = numbers_text.change(difference, tile.kpi, lang)
    if not any(digit in figure for digit in "123456789"):
        return [chip("arrow-same", text("change.same", lang), tone="plain")]
    is_judged = tile.is_within_chance is False and tile.is_settled and tile.kpi.better != "neither"
    is_better = (difference > 0) == (tile.kpi.better == "higher")
    tone = ("good" if is_better else "bad") if is_judged else "plain"
    return [chip(f"arrow-{'up' if difference > 0 else 'down'}", figure, tone=tone)]
