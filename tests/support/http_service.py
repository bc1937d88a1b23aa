"""A JSON service of the tests' own that can fail, stall, break off and repeat its pages."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Reply:
    """What is sent back. `cut` bytes are sent, then the connection ends; `stall` comes first."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    stall: float = 0.0
    raw: bytes | None = None

    @property
    def content(self) -> bytes:
        """The bytes of the body."""
        if self.raw is not None:
            return self.raw
        return json.dumps(self.body, ensure_ascii=False).encode("utf-8")


@dataclass
class Request:
    """One request as it came."""

    number: int
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]


@dataclass
class Service:
    """A running service and what it was asked."""

    port: int
    requests: list[Request] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Of its records."""
        return f"http://127.0.0.1:{self.port}/records?kind=all"


@contextmanager
def running_service(answer: Callable[[Request], Reply]) -> Iterator[Service]:
    """A service that answers by a function, for as long as it is needed."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            split = urlsplit(self.path)
            request = Request(
                number=len(service.requests),
                path=split.path,
                parameters=dict(parse_qsl(split.query)),
                headers=dict(self.headers),
            )
            service.requests.append(request)
            reply = answer(request)
            ended.wait(reply.stall)
            content = reply.content
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content if reply.cut is None else content[: reply.cut])
            except OSError:
                pass
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service = Service(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
