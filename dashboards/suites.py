"""Scripts of the component packages: compressed once, cached for ever by their fingerprint."""

import gzip
from asyncio import to_thread
from dataclasses import dataclass
from typing import Any

from dash.exceptions import DependencyException, InvalidResourceError
from dash.fingerprint import check_fingerprint
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from dashboards.static_files import IMMUTABLE


@dataclass
class Suites:
    """The Dash app whose packages are served; set once it exists."""

    app: Any = None


def register_suites(server: FastAPI) -> Suites:
    """Serve the packages' scripts; to be called before Dash adds its own, uncompressed route."""
    suites = Suites()
    compressed: dict[str, tuple[bytes, str]] = {}

    @server.get("/_dash-component-suites/{package}/{path:path}", include_in_schema=False)
    async def suite(package: str, path: str, request: Request) -> Response:
        key = f"{package}/{check_fingerprint(path)[0]}"

        def read() -> tuple[bytes, str]:
            plain = suites.app.backend.serve_component_suites(suites.app, package, path, request)
            return gzip.compress(plain.body, mtime=0), plain.media_type

        try:
            if key not in compressed:
                compressed[key] = await to_thread(read)
        except (DependencyException, InvalidResourceError, FileNotFoundError):
            return PlainTextResponse("not found", status_code=404)
        body, media_type = compressed[key]
        headers = {"Cache-Control": IMMUTABLE, "Vary": "Accept-Encoding"}
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(gzip.decompress(body), media_type=media_type, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(body, media_type=media_type, headers=headers)

    return suites
