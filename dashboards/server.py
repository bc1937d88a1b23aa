"""The server: Dash pages on FastAPI, one process, nothing from anywhere but this address."""

import ipaddress
import json
from collections.abc import AsyncIterator

# Charts look whether pandas is there; half imported by another thread, it breaks them.
import pandas  # noqa: F401
import uvicorn
from dash import Dash
from dash.backends._fastapi import set_current_request
from fastapi import FastAPI, Request
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from dashboards import downloads, shell
from dashboards.context import Prepare, Services
from dashboards.draw_ahead import draw_ahead
from dashboards.headers import SecurityHeaders, content_security_policy
from dashboards.map import routes as map_routes
from dashboards.pages import BY_PATH
from dashboards.static_files import compressed, register_assets
from dashboards.suites import register_suites, without_needless
from warehouse.errors import UsageError
from warehouse.published import NothingPublishedError
from warehouse.settings import Settings


def make_server(settings: Settings, prepare: Prepare | None = None) -> FastAPI:
    """The application: pages, their callbacks, static files, map tiles and values, `/healthz`.

    Args:
        settings: where the published files are.
        prepare: makes a version ready before its readers have it; null shows it at once.
    """
    services = Services(settings, prepare=prepare)
    server = FastAPI(title="gridgov", docs_url=None, redoc_url=None, openapi_url=None)
    register_assets(server, services.assets)
    map_routes.register(server, services)
    downloads.register(server, services)
    _register_health(server, services)
    suites = register_suites(server)

    app = Dash(
        "dashboards",
        server=server,
        assets_folder=str(services.assets.folder / "none"),
        include_assets_files=False,
        index_string=shell.index_string(services.assets),
        suppress_callback_exceptions=True,
        title="gridgov",
        update_title=None,
        add_log_handler=False,
    )
    # The backend answers every unknown address with a page and 200; here it is a 404.
    app.backend._setup_catchall = lambda: None
    app.layout = shell.layout()
    shell.register_callbacks(app, services)
    suites.app = app
    _register_pages(server, services, _index(app))
    server.state.services = services
    server.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4)
    server.add_middleware(SecurityHeaders)
    return server


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until interrupted.

    Raises:
        UsageError: as `check_host`.
    """
    check_host(host)
    server = make_server(settings, draw_ahead)
    server.state.services.prepare()
    uvicorn.run(server, host=host, port=port, log_level="warning", access_log=False)


def check_host(host: str) -> None:
    """Refuse an address that others can reach, while access control is not configured.

    Raises:
        UsageError: the address is not this machine's own.
    """
    if not is_loopback(host):
        raise UsageError(
            f'--host "{host}": 尚未配置访问控制,只能监听本机 / access control is not configured, '
            "so only this machine may be served; 可用 / allowed: 127.0.0.1, ::1, localhost"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _register_health(server: FastAPI, services: Services) -> None:
    @server.get("/healthz", include_in_schema=False)
    async def healthz() -> Response:
        try:
            context = await services.run(services.open)
            builds = await services.run(lambda: context.builds)
        except NothingPublishedError as error:
            return JSONResponse({"version": None, "error": str(error)}, status_code=503)
        as_of = {code: build.as_of_at.isoformat() for code, build in builds.items()}
        return JSONResponse(
            {
                "version": context.published.version,
                "as_of": as_of,
                "assets": services.assets.fingerprint,
                "is_prepared": services.is_prepared,
            },
            headers={"Cache-Control": "no-store"},
        )


def _index(app: Dash) -> str:
    """The one HTML document of every address, made now so that a restart serves old tabs too."""
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "query_string": b"",
        "headers": [],
        "server": ("localhost", 80),
    }
    set_current_request(Request(scope))
    app._setup_server()
    return without_needless(app.index())


def _register_pages(server: FastAPI, services: Services, html: str) -> None:
    always = {
        "Content-Security-Policy": content_security_policy(html),
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding, Cookie",
    }
    before, after = html.split(shell.PLACE_OF_PAGE)

    async def document(asked: dict[str, str]) -> AsyncIterator[str]:
        """Head and skeleton at once, the page when it is drawn."""
        yield before
        made = await services.run(shell.drawn, services, asked)
        yield shell.document_part(made, asked["theme"]) + after

    async def page(request: Request) -> Response:
        asked = {
            "path": request.url.path,
            "query": request.url.query,
            "theme": "dark" if request.cookies.get(shell.SCHEME_COOKIE) == "dark" else "light",
        }
        accepted = request.headers.get("accept-encoding", "")
        early = shell.preloads(request.url.path, request.url.query, services.assets)
        headers = {**always, **early}
        parts = document(asked)
        if "gzip" not in accepted:
            return StreamingResponse(parts, headers=headers, media_type="text/html")
        return StreamingResponse(
            compressed(parts),
            headers={**headers, "Content-Encoding": "gzip"},
            media_type="text/html; charset=utf-8",
        )

    # Before the routes of Dash, which has one of its own for "/".
    for path in BY_PATH:
        server.add_api_route(path, page, methods=["GET"], include_in_schema=False)
    own = [route for route in server.router.routes if getattr(route, "endpoint", None) is page]
    server.router.routes[:] = own + [route for route in server.router.routes if route not in own]

    @server.exception_handler(404)
    async def not_found(request: Request, _error: Exception) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(shell.not_found_page(), status_code=404)
        body = json.dumps(
            {"error": f"{request.url.path} 不存在 / is not known"}, ensure_ascii=False
        )
        return Response(body, status_code=404, media_type="application/json")
