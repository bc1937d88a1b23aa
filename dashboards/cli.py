"""Commands: `serve`, `demo` and `report`."""

from pathlib import Path
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
    app.command("report")(report_command)


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


def report_command(
    context: typer.Context,
    month: Annotated[
        str | None,
        typer.Option(help="月份 / month, YYYY-MM; 默认上一完整月 / the last whole one"),
    ] = None,
    area: Annotated[str | None, typer.Option(help="区域代码 / area code")] = None,
    department: Annotated[str | None, typer.Option(help="部门代码 / department code")] = None,
    county: Annotated[str | None, typer.Option(help="县域代码 / county code")] = None,
    form: Annotated[
        Literal["pdf", "xlsx"], typer.Option("--format", help="格式 / form of the file")
    ] = "pdf",
    out: Annotated[
        Path | None, typer.Option(help="文件或文件夹 / file or folder; 默认 / default reports/")
    ] = None,
    lang: Annotated[Literal["zh", "en"], typer.Option(help="语言 / language")] = "zh",
) -> None:
    """月报 / The monthly report of the county, an area or a department as PDF or Excel."""
    from dashboards.i18n import Lang  # noqa: PLC0415
    from dashboards.report.command import write_report  # noqa: PLC0415

    file = write_report(
        context.obj,
        form=form,
        lang=Lang(lang),
        county=county,
        month=month,
        area=area,
        department=department,
        out=out,
    )
    typer.echo(str(file))


def address(host: str, port: int) -> str:
    """Where the pages are, as one opens them.

    >>> address("::1", 8050)
    'http://[::1]:8050/'
    """
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
