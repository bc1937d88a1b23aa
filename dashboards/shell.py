"""What surrounds every page: address, header, navigation, receipt drawer, state of drawing."""

import logging
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Input, Output, State, dcc, html
from dash.development.base_component import Component

from dashboards.components import header, receipt
from dashboards.components.markup import static
from dashboards.context import Context, Services
from dashboards.i18n import Lang, text
from dashboards.pages import BY_PATH, PAGES
from dashboards.pages.protocol import Page
from dashboards.static_files import Assets
from dashboards.view import View
from warehouse.errors import GridgovError

log = logging.getLogger(__name__)

FONTS = (
    '"Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", system-ui, sans-serif'
)
PRIMARY = [
    "#edf4fb",
    "#d8e6f4",
    "#aecbe8",
    "#81afdc",
    "#5c97d1",
    "#4588cb",
    "#3680c9",
    "#286db2",
    "#1d5f9f",
    "#0f4c81",
]
THEME = {
    "fontFamily": FONTS,
    "colors": {"county": PRIMARY},
    "primaryColor": "county",
    "primaryShade": {"light": 9, "dark": 4},
    "defaultRadius": "sm",
}


def index_string(assets: Assets) -> str:
    """The HTML page. Our script comes first: it sets the colours before the first paint."""
    return f"""<!DOCTYPE html>
<html lang="zh-CN" data-mantine-color-scheme="light">
<head>
{{%metas%}}
<meta name="color-scheme" content="light dark">
<title>{{%title%}}</title>
<link rel="icon" type="image/svg+xml" href="{assets.url("icon.svg")}">
<script src="{assets.url("charts.js")}"></script>
<script src="{assets.url("parts.js")}"></script>
<script src="{assets.url("gridgov.js")}"></script>
<script src="{assets.url("versions.js")}"></script>
<script src="{assets.url("wall-scenes.js")}"></script>
{{%css%}}
<link rel="stylesheet" href="{assets.url("gridgov.css")}">
<link rel="stylesheet" href="{assets.url("map/map.css")}">
<script type="module" async src="{assets.url("map/boot.mjs")}"></script>
</head>
<body data-state="loading">
{{%app_entry%}}
<footer>
{{%config%}}
<script src="{assets.url("vendor/dayjs/dayjs.min.js")}"></script>
<script src="{assets.url("vendor/dayjs/zh-cn.js")}"></script>
{{%scripts%}}
{{%renderer%}}
</footer>
</body>
</html>"""


def layout() -> Component:
    """Everything but the page itself."""
    return dmc.MantineProvider(
        id="provider",
        forceColorScheme="light",
        theme=THEME,
        children=[
            dcc.Location(id="address", refresh=False),
            dcc.Store(id="state"),
            dcc.Store(id="receipt-state"),
            dcc.Store(id="sink"),
            html.Div(_skeleton(), id="page"),
            dmc.Drawer(
                id="receipt",
                opened=False,
                position="right",
                size="min(46rem, 100vw)",
                padding=0,
                withCloseButton=False,
                transitionProps={"duration": 120},
                overlayProps={"backgroundOpacity": 0.35},
                children=html.Div(id="receipt-body"),
            ),
        ],
    )


def _skeleton() -> Component:
    """What stands before the first page: the shape of one, without words."""
    return html.Div(
        [
            html.Div(className="bone bone-head"),
            html.Div([html.Div(className="bone bone-tile") for _ in range(8)], className="tiles"),
            html.Div(className="bone bone-panel"),
        ],
        className="skeleton",
        **{"aria-hidden": "true"},
    )


def register_callbacks(app: Any, services: Services) -> None:
    """The address decides all: it is split into the state of page and receipt, each drawn once."""
    app.clientside_callback(
        ClientsideFunction("gridgov", "split"),
        Output("state", "data"),
        Output("receipt-state", "data"),
        Output("receipt", "opened"),
        Output("provider", "forceColorScheme"),
        Input("address", "href"),
        State("state", "data"),
        State("receipt-state", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("gridgov", "filtered"),
        Output("sink", "data"),
        Input({"filter": ALL}, "value"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("gridgov", "closed"),
        Output("sink", "data", allow_duplicate=True),
        Input("receipt", "opened"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("gridgov", "drawn"),
        Output("sink", "data", allow_duplicate=True),
        Input("page", "children"),
        Input("receipt-body", "children"),
        prevent_initial_call=True,
    )

    async def draw_page(state: dict[str, str]) -> Component:
        return await services.run(_drawn, services, state, _page)

    async def draw_receipt(state: dict[str, str] | None) -> Component:
        return await services.run(_drawn, services, state, _receipt) if state else []

    for output, source, draw in (
        (Output("page", "children"), Input("state", "data"), draw_page),
        (Output("receipt-body", "children"), Input("receipt-state", "data"), draw_receipt),
    ):
        app.callback(output, source, prevent_initial_call=True)(draw)


def _page(page: Page, view: View, context: Context) -> Component:
    head = static(
        header.header(page, view, context, pages=PAGES), _notice(view.lang), className="page-head"
    )
    main = html.Main(page.layout(view, context), id="main", className=f"page-{page.TITLE_KEY[5:]}")
    return html.Div(
        [main] if getattr(page, "IS_SCREEN", False) else [head, main],
        **{
            "data-lang": view.lang.tag,
            "data-title": _title(page, view, context),
            "data-version": str(context.published.version),
        },
    )


def _notice(lang: Lang) -> Component:
    """Waits, hidden, for a newer version; whether to draw the page anew is the reader's choice."""
    return html.Div(
        html.Button(
            [text("fresh.notice", lang), html.B(text("fresh.take", lang))],
            type="button",
            hidden=True,
            **{"data-fresh": "notice"},
        ),
        className="fresh-notice",
        role="status",
    )


def _receipt(page: Page, view: View, context: Context) -> Component:
    if page.PATH == "/map" and view.card:
        view = view.with_(area=view.card)
    return static(receipt.receipt(view, context, path=page.PATH))


def _drawn(services: Services, state: dict[str, str], draw: Any) -> Component:
    """Draw, or say what is wrong: a user's mistake in full, a fault of ours by its kind."""
    lang = Lang.EN if "lang=en" in state["query"] else Lang.ZH
    try:
        context = services.open()
        view = View.parse(state["query"], known=context.known).with_(scheme=state["theme"])
        return draw(BY_PATH[state["path"]], view, context)
    except GridgovError as error:
        return problem(str(error), lang)
    except Exception:
        log.exception("page %s %s", state["path"], state["query"])
        return problem(text("problem.internal", lang), lang)


def problem(message: str, lang: Lang) -> Component:
    """A page that could not be drawn, with the way back."""
    return html.Div(
        [
            html.H1(text("problem.title", lang)),
            html.P(message, className="problem-message"),
            html.A(text("problem.back", lang), href=f"/?lang={quote(lang.value)}"),
        ],
        className="problem",
        role="alert",
        **{"data-failed": "page", "data-lang": lang.tag},
    )


def not_found_page() -> str:
    """The answer to an address that does not exist."""
    return (
        '<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>404</title><body style=\"font-family:'Noto Sans CJK SC','Microsoft YaHei',"
        'sans-serif;margin:15vh auto;max-width:32rem;padding:0 1.5rem">'
        f"<h1>{text('not_found.title', Lang.ZH)} <small>{text('not_found.title', Lang.EN)}</small>"
        f'</h1><p><a href="/">{text("not_found.back", Lang.ZH)} '
        f"{text('not_found.back', Lang.EN)}</a></p></body></html>"
    )


def _title(page: Page, view: View, context: Context) -> str:
    build = context.builds[view.county]
    name = build.name_zh if view.lang is Lang.ZH else build.name_en
    return f"{text(page.TITLE_KEY, view.lang)} · {name}"
