"""Scripts of Dash and its packages: those needed, compressed once, cached for ever."""

import gzip
from asyncio import to_thread
from dataclasses import dataclass
from typing import Any

from dash.exceptions import DependencyException, InvalidResourceError
from dash.fingerprint import check_fingerprint
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from dashboards.static_files import IMMUTABLE, kept_in_gzip

NOT_NEEDED = ("/dash/deps/polyfill@", "/dash/dcc/", "/dash/dash_table/")
"""Scripts Dash puts into every document: for browsers without modules, which draw no map either,
and for components that no page has (decision 23)."""


def without_needless(document: str) -> str:
    """A document without the lines that load scripts we have no use for.

    >>> without_needless('<script src="/a/dash/dcc/core.js"></script>\\n<p>')
    '<p>'
    """
    lines = document.split("\n")
    return "\n".join(
        line
        for line in lines
        if not (line.startswith("<script src=") and any(name in line for name in NOT_NEEDED))
    )


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
        return kept_in_gzip(body, request, media_type=media_type, caching=IMMUTABLE)

    return suites
