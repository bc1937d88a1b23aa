"""Commands: `serve` and `demo`."""

from typing import Annotated, Literal

import typer

HOST = "127.0.0.1"
PORT = 8050

Scale = Literal["town", "county", "full", "large"]
Port = Annotated[int, typer.Option(min=1, max=65_535, help="端口 / port")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve")(serve_command)
    app.command("demo")(demo_command)


def serve_command(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="本机地址 / an address of this machine")] = HOST,
    port: Port = PORT,
) -> None:
    """打开看板 / Serve the pages."""
    # Loaded on call: other commands need not wait for the web packages.
    from dashboards.server import check_host, serve  # noqa: PLC0415

    check_host(host)
    typer.echo(f"看板 / pages: {address(host, port)}")
    serve(context.obj, host, port)


def demo_command(
    context: typer.Context,
    scale: Annotated[
        Scale, typer.Option(help="规模 / town 1 万, county 30 万, full 300 万, large 1000 万")
    ] = "county",
    serve: Annotated[bool, typer.Option(help="完成后打开看板 / serve the pages after")] = True,
    port: Port = PORT,
) -> None:
    """示例县域 / Make, load, build and serve the sample county."""
    from dashboards.demo import prepare_demo  # noqa: PLC0415

    prepare_demo(context.obj, scale=scale, tell=typer.echo)
    if serve:
        serve_command(context, port=port)


def address(host: str, port: int) -> str:
    """Where the pages are, as one opens them.

    >>> address("::1", 8050)
    'http://[::1]:8050/'
    """
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
