"""Addresses the map draws from: tiles, values, classes, areas, cards."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from dashboards.context import Context, Services
from dashboards.downloads import PDF, download
from dashboards.i18n import Lang
from dashboards.map.areas import areas_body
from dashboards.map.asked import parse
from dashboards.map.card import card
from dashboards.map.chosen import chosen
from dashboards.map.detail import detail, risk_detail
from dashboards.map.files import DATUMS, areas_file
from dashboards.map.layers import layer
from dashboards.map.modes import shade
from dashboards.map.place import place
from dashboards.map.posted import JSON, read_json, refusal
from dashboards.map.setup import setup
from dashboards.map.sheet import read_sheet, sheet_document
from dashboards.map.tile_files import current_tiles, tile_bytes
from dashboards.map.told import Told
from dashboards.report.pdf import NoBrowserError, PrintError, as_pdf
from dashboards.static_files import IMMUTABLE, kept_in_gzip
from warehouse.errors import BusyError, GridgovError, UsageError, unknown_value
from warehouse.published import NothingPublishedError

log = logging.getLogger(__name__)

TILE = "application/vnd.mapbox-vector-tile"
FLOATS = "application/octet-stream"
FILES = {"geojson": "application/geo+json", "gpkg": "application/geopackage+sqlite3"}
Answer = Callable[[Context, Request], Response]


def register(server: FastAPI, services: Services) -> None:
    """Add the map's addresses to the server."""

    @server.get("/tiles/{county}/{fingerprint}/{z}/{x}/{y}.pbf", include_in_schema=False)
    async def tile(county: str, fingerprint: str, z: int, x: int, y: int) -> Response:
        try:
            content = await services.run(
                tile_bytes, services.settings, county=county, fingerprint=fingerprint, z=z, x=x, y=y
            )
        except FileNotFoundError as error:
            return _problem(f"{error} 不存在 / is not known", 404)
        headers = {"Cache-Control": IMMUTABLE}
        if content is None:
            return Response(status_code=204, headers=headers)
        return Response(content, media_type=TILE, headers=headers)

    def add(path: str, answer: Answer) -> None:
        async def endpoint(request: Request) -> Response:
            return await _guarded(request, services.run(lambda: answer(services.open(), request)))

        server.add_api_route(path, endpoint, methods=["GET"], include_in_schema=False)

    add("/api/map/setup", _setup)
    add("/api/map/tiles", _tiles)
    add("/api/map/areas", _areas)
    add("/api/map/values", _values)
    add("/api/map/legend", _legend)
    add("/api/map/card", _card)
    add("/api/map/detail", _detail)
    add("/api/map/risk", _risk)
    add("/api/map/layer", _layer)
    add("/api/map/place", _place)
    add("/api/map/areas.geojson", _file)
    add("/api/map/areas.gpkg", _file)
    _register_posted(server, services)


def _register_posted(server: FastAPI, services: Services) -> None:
    """What is sent may be longer than an address."""

    @server.post("/api/map/chosen", include_in_schema=False)
    async def choose(request: Request) -> Response:
        if refused := refusal(request):
            return _problem(*refused)
        sent = await request.body()
        return await _guarded(
            request, services.run(lambda: _chosen(services.open(), read_json(sent)))
        )

    @server.post("/api/map/sheet.pdf", include_in_schema=False)
    async def print_sheet(request: Request) -> Response:
        if refused := refusal(request):
            return _problem(*refused)
        sent = await request.body()
        return await _guarded(request, _printed(services, sent))


async def _printed(services: Services, sent: bytes) -> Response:
    """The sheet of what was sent; what cannot be printed does not wait for the press."""
    document = await services.run(lambda: sheet_document(read_sheet(read_json(sent))))
    body = await services.press.run(as_pdf, document, settings=services.settings)
    return Response(body, media_type=PDF, headers={"Cache-Control": "no-store"})


def _setup(context: Context, request: Request) -> Response:
    return _json(setup(context, request.url.query), "no-store")


def _tiles(context: Context, request: Request) -> Response:
    county = _county(context, request)
    described = current_tiles(context.services.settings, county=county)
    if described is None:
        return _problem(f"{county}: 没有地图瓦片 / has no map tiles", 404)
    return _json({**described, "version": context.published.version}, "no-store")


def _areas(context: Context, request: Request) -> Response:
    county = _county(context, request)
    body = areas_body(context, county)
    return kept_in_gzip(body, request, media_type=JSON, caching=_caching(context, request))


def _values(context: Context, request: Request) -> Response:
    shading = shade(context, parse(request.query_params, context=context))
    headers = {"Cache-Control": _caching(context, request)}
    body = shading.values.astype(np.dtype("<f8")).tobytes()
    return Response(body, media_type=FLOATS, headers=headers)


def _legend(context: Context, request: Request) -> Response:
    asked = parse(request.query_params, context=context)
    limits = (Told(context, asked, lang).limits.values() for lang in (Lang.ZH, Lang.EN))
    said = [{"zh": zh, "en": en} for zh, en in zip(*limits, strict=True)]
    legend = shade(context, asked).legend() | {"limits": said}
    return _json(legend, _caching(context, request))


def _card(context: Context, request: Request) -> Response:
    asked = parse(request.query_params, context=context)
    code = request.query_params.get("area", "")
    return _json(card(context, asked, code=code), _caching(context, request))


def _detail(context: Context, request: Request) -> Response:
    asked = parse(request.query_params, context=context)
    code, lang = request.query_params.get("area", ""), _lang(request)
    told = detail(context, asked, code=code, lang=lang)
    return _json(told, _caching(context, request))


def _risk(context: Context, request: Request) -> Response:
    asked = parse(request.query_params, context=context)
    code = request.query_params.get("area", "")
    return _json(risk_detail(context, asked, code=code), _caching(context, request))


def _layer(context: Context, request: Request) -> Response:
    asked = parse(request.query_params, context=context)
    name = request.query_params.get("layer", "")
    return _json(layer(context, asked, name), _caching(context, request))


def _place(context: Context, request: Request) -> Response:
    found = place(context, _county(context, request), request.query_params)
    return _json(found, _caching(context, request))


def _file(context: Context, request: Request) -> Response:
    given = request.query_params
    name, body = areas_file(
        context,
        parse(given, context=context),
        kind=request.url.path.rpartition(".")[2],
        datum=given.get("datum", DATUMS[0]),
        focus=given.get("area", ""),
        lang=_lang(request),
    )
    return download(name, body, FILES[request.url.path.rpartition(".")[2]])


def _chosen(context: Context, given: Any) -> Response:
    """Sums of areas chosen by hand."""
    is_fit = isinstance(given, dict) and isinstance(given.get("codes"), list)
    if not is_fit:
        raise UsageError("需要 / needs: county, level, codes …")
    about = {name: str(value) for name, value in given.items() if name != "codes"}
    codes = [str(code) for code in given["codes"]]
    return _json(chosen(context, parse(about, context=context), codes), "no-store")


def _lang(request: Request) -> Lang:
    return Lang.EN if request.query_params.get("lang") == "en" else Lang.ZH


async def _guarded(request: Request, answer: Awaitable[Response]) -> Response:
    """The answer, or what is wrong: a mistake of who asks in full, a fault of ours briefly."""
    try:
        return await answer
    except GridgovError as error:
        is_ours = isinstance(error, (NothingPublishedError, NoBrowserError, PrintError, BusyError))
        return _problem(str(error), 503 if is_ours else 400)
    except Exception:
        log.exception("%s", request.url)
        return _problem("服务器内部错误 / internal error; 详见日志 / see the log", 500)


def _county(context: Context, request: Request) -> str:
    code = request.query_params.get("county", "")
    if code not in context.builds:
        raise UsageError(unknown_value("county", code, context.builds))
    return code


def _caching(context: Context, request: Request) -> str:
    """An address that names the version it was made for never changes its answer."""
    named = request.query_params.get("version") == str(context.published.version)
    return IMMUTABLE if named else "no-store"


def _json(content: Any, caching: str) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(body, media_type=JSON, headers={"Cache-Control": caching})


def _problem(message: str, status: int) -> Response:
    headers = {"Cache-Control": "no-store"}
    return JSONResponse({"error": message}, status_code=status, headers=headers)
