"""Commands: `serve` and `demo`."""

from typing import Annotated

import typer

from dashboards.server import serve as serve_pages
from warehouse.settings import Settings

HOST = "127.0.0.1"
PORT = 8050


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @app.command()
    def serve(
        context: typer.Context,
        host: Annotated[str, typer.Option(help="本机地址 / an address of this machine")] = HOST,
        port: Annotated[int, typer.Option(help="端口 / port")] = PORT,
    ) -> None:
        """打开看板 / Serve the pages."""
        settings: Settings = context.obj
        typer.echo(address(host, port))
        serve_pages(settings, host, port)


def address(host: str, port: int) -> str:
    """Where the pages are, as one opens them.

    >>> address("::1", 8050)
    'http://[::1]:8050/'
    """
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
