"""What surrounds every page: the one HTML document, header, receipt drawer, state of drawing."""

import logging
from collections.abc import Callable, Hashable, Mapping
from html import escape
from typing import Any, NamedTuple
from urllib.parse import quote

import dash
from dash import ClientsideFunction, Input, Output

from dashboards import html
from dashboards.components import header, receipt
from dashboards.context import Context, Services
from dashboards.html import Element, markup
from dashboards.i18n import Lang, text
from dashboards.page import Page
from dashboards.pages import BY_PATH, PAGES
from dashboards.scope import Scope
from dashboards.static_files import Assets
from dashboards.view import View
from warehouse.errors import GridgovError, UsageError

log = logging.getLogger(__name__)

Drawn = dict[str, str]
"""A page or a receipt: markup of its parts (`head` and `main`; a receipt has `main` only), and what
is said of it (`lang`, `title`, `version`)."""

SCHEME_COOKIE = "gridgov-theme"
MAP_LIBRARY = "vendor/maplibre-gl/maplibre-gl.mjs"
PLACE_OF_PAGE = "<!-- page -->"


def preloads(path: str, query: str, assets: Assets) -> dict[str, str]:
    """The header by which a browser fetches what the map begins with before a script asks for it.

    Its library first, which takes longest, then its modules, which would come one after another,
    and its set-up.
    """
    if path != "/map":
        return {}
    own = sorted(f"map/{file.name}" for file in assets.folder.glob("map/*.mjs"))
    modules = [f"<{assets.url(name)}>; rel=modulepreload" for name in (MAP_LIBRARY, *own)]
    setup = f"/api/map/setup{query and '?'}{query.replace('>', '%3E')}"
    return {"Link": ", ".join([*modules, f"<{setup}>; rel=preload; as=fetch; crossorigin"])}


def index_string(assets: Assets) -> str:
    """The HTML document. `scheme.js` stands in it: it sets the colours before the first paint.

    The page stands outside of what Dash renders: it is markup that the server sends with the
    document, and our script puts the answers of later callbacks in its place (decision 17).
    """
    return f"""<!DOCTYPE html>
<html lang="zh-CN" data-theme="light">
<head>
{{%metas%}}
<meta name="color-scheme" content="light dark">
<title>{{%title%}}</title>
<link rel="icon" type="image/svg+xml" href="{assets.url("icon.svg")}">
<script>{(assets.folder / "scheme.js").read_text(encoding="utf-8")}</script>
{{%css%}}
<link rel="stylesheet" href="{assets.url("gridgov.css")}">
<script type="module" async src="{assets.url("map/boot.mjs")}"></script>
</head>
<body data-state="loading">
{markup(_skeleton())}
{PLACE_OF_PAGE}
<dialog id="receipt" class="drawer"><div data-part="main"></div></dialog>
<script src="{assets.url("charts.js")}"></script>
<script src="{assets.url("parts.js")}"></script>
<script src="{assets.url("gridgov.js")}"></script>
<script src="{assets.url("versions.js")}"></script>
<script src="{assets.url("wall-scenes.js")}"></script>
<script src="{assets.url("replay.js")}"></script>
{{%app_entry%}}
<footer>
{{%config%}}
{{%scripts%}}
{{%renderer%}}
</footer>
</body>
</html>"""


def layout() -> dash.html.Div:
    """What Dash holds: the address, what it asks for, and the answers on their way to the page."""
    ids = ("address", "page-view", "page-drawn", "receipt-view", "receipt-drawn")
    return dash.html.Div([dash.html.Div(id=name) for name in ids], hidden=True)


def _skeleton() -> Element:
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
    """The address decides all: it is split into the view of page and receipt, each drawn once."""
    app.clientside_callback(
        ClientsideFunction("gridgov", "split"),
        Output("page-view", "data-view"),
        Output("receipt-view", "data-view"),
        Input("address", "data-href"),
    )

    async def draw_page(view: Any) -> Drawn:
        return await services.run(drawn, services, view)

    async def draw_receipt(view: Any) -> Drawn | None:
        return await services.run(drawn, services, view, _receipt) if view else None

    for name, draw in (("page", draw_page), ("receipt", draw_receipt)):
        answer = Input(f"{name}-drawn", "data-drawn")
        app.callback(
            Output(answer.component_id, answer.component_property),
            Input(f"{name}-view", "data-view"),
            prevent_initial_call=True,
        )(draw)
        app.clientside_callback(
            ClientsideFunction("gridgov", f"{name}Drawn"), answer, prevent_initial_call=True
        )


def page_parts(page: Page, view: View, context: Context) -> Drawn:
    view = view.with_(receipt="", role="", of="")
    head = [header.header(page, view, context, pages=PAGES), _notice(view.lang)]
    main = html.Main(page.layout(view, context), id="main", className=f"page-{page.TITLE_KEY[5:]}")
    return {
        "lang": view.lang.tag,
        "title": _title(page, view, context),
        "version": str(context.published.version),
        "head": "" if getattr(page, "IS_SCREEN", False) else markup(head),
        "main": markup(main),
    }


def drawn(
    services: Services,
    asked: Mapping[str, str],
    draw: Callable[[Page, View, Context], Drawn] = page_parts,
) -> Drawn:
    """A page drawn, or what is wrong: a user's mistake in full, a fault of ours by its kind.

    Args:
        services: for the version of the moment.
        asked: `path` and `query` of the address, and the `theme` it comes to.
        draw: the page itself, or its receipt.
    """
    lang = Lang.ZH
    try:
        lang = Lang.EN if "lang=en" in asked["query"] else Lang.ZH
        context = services.open()
        view = View.parse(asked["query"], known=context.known).with_(scheme=asked["theme"])
        return kept(asked["path"], view, context, draw)
    except GridgovError as error:
        return problem(str(error), lang)
    except Exception:
        log.exception("page %s", asked)
        return problem(text("problem.internal", lang), lang)


class Kept(NamedTuple):
    """What is drawn of a version, once: a page, or its receipt, for a view."""

    version: int
    path: str
    view: View
    scheme: str
    part: str


def kept(
    path: str,
    view: View,
    context: Context,
    draw: Callable[[Page, View, Context], Drawn] = page_parts,
) -> Drawn:
    """A page as it was drawn for whoever asked before, or drawn now.

    Raises:
        GridgovError: as the page.
    """
    key = Kept(context.published.version, path, view, view.scheme, draw.__name__)
    return context.services.pages.get(key, lambda: draw(BY_PATH[path], view, context))


def lately_drawn(context: Context) -> list[tuple[str, View]]:
    """Pages and views readers of other versions had, the last first, one of each kind.

    Views that differ in nothing but which town or department they are limited to are of one kind:
    what is asked for one of them answers the others (`wide_questions.py`). So are the hours of a
    replay.
    """
    found: dict[Hashable, tuple[str, View]] = {}
    for key in context.services.pages.lately_used():
        if not isinstance(key, Kept) or key.part != page_parts.__name__:
            continue
        if key.version != context.published.version:
            limits = (_level(key.view, context), bool(key.view.department))
            kind = key.view.with_(area="", department="", at="")
            found.setdefault((key.path, kind, limits), (key.path, key.view))
    return list(found.values())


def _level(view: View, context: Context) -> str:
    try:
        return Scope(view, context).area.level
    except UsageError:
        return view.area


def document_part(page: Drawn, theme: str) -> str:
    """A page as the document has it where the server sends both at once."""
    said = "".join(
        f' data-{name}="{escape(page[name])}"'
        for name in ("lang", "title", "version")
        if name in page
    )
    parts = "".join(f'<div data-part="{name}">{page[name]}</div>' for name in ("head", "main"))
    return f'<div id="page" data-scheme="{theme}"{said}>{parts}</div>'


def _notice(lang: Lang) -> Element:
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


def _receipt(page: Page, view: View, context: Context) -> Drawn:
    if page.PATH == "/map" and view.card:
        view = view.with_(area=view.card)
    return {"main": markup(receipt.receipt(view, context, path=page.PATH))}


def problem(message: str, lang: Lang) -> Drawn:
    """A page that could not be drawn, with the way back."""
    said = html.Div(
        [
            html.H1(text("problem.title", lang)),
            html.P(message, className="problem-message"),
            html.A(text("problem.back", lang), href=f"/?lang={quote(lang.value)}"),
        ],
        className="problem",
        role="alert",
        **{"data-failed": "page"},
    )
    return {"lang": lang.tag, "head": "", "main": markup(said)}


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
