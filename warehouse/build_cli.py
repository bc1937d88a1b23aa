"""Commands of the writer's side: `build` and `status`."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from warehouse.build import STEPS, build
from warehouse.counties import get_county
from warehouse.errors import UsageError
from warehouse.ledger import read_ledger
from warehouse.published import PublishedStore
from warehouse.rendering import Format
from warehouse.settings import Settings
from warehouse.status import COUNTIES, read_status, render_status


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("build")(build_command)
    app.command("status")(status_command)


def build_command(
    context: typer.Context,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="全部重读落地数据 / read all of landing again")
    ] = False,
    county: Annotated[str | None, typer.Option("--county", help="县域代码 / county code")] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="截至时间 / the county's now, ISO 8601; local without zone"),
    ] = None,
) -> None:
    """构建并发布 / Build everything that landed and publish it."""
    settings: Settings = context.obj
    pins = _pins(settings, county=county, as_of=as_of)
    console = Console(highlight=False)
    if console.is_terminal:
        with Progress(
            BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
        ) as bar:
            task = bar.add_task("", total=STEPS)
            version = build(
                settings=settings,
                as_of=pins,
                full_refresh=full_refresh,
                progress=lambda text: bar.update(task, description=text, advance=1),
            )
    else:
        version = build(
            settings=settings, as_of=pins, full_refresh=full_refresh, progress=typer.echo
        )
    typer.echo(f"已发布版本 / published version {version}")
    counties = PublishedStore(settings).current().sql(COUNTIES)
    for row in counties.iter_rows(named=True):
        now = row["as_of_at"].astimezone(ZoneInfo(row["time_zone"])).isoformat()
        pinned = ", 固定 / pinned" if row["is_pinned"] else ""
        typer.echo(
            f"  {row['county_code']} {row['county_name_zh']}: {row['case_count']:,} 件 / cases, "
            f"截至 / as of {now}{pinned}"
        )


def status_command(
    context: typer.Context,
    form: Annotated[Format, typer.Option("--format", help="输出格式 / output")] = Format.TABLE,
) -> None:
    """数据状态 / What is published, what has landed and what was refused."""
    if form is Format.CSV:
        raise UsageError('--format "csv": 可用 / allowed: json, table')
    typer.echo(render_status(read_status(context.obj), form), nl=False)


def _pins(settings: Settings, *, county: str | None, as_of: str | None) -> dict[str, datetime]:
    """The county whose "now" is given, and that time; a time without a zone is the county's own.

    Raises:
        UsageError: one option without the other (a lone county with data needs no name), an
            unknown county or a time that is none.
    """
    if as_of is None:
        if county is not None:
            raise UsageError("--county: 需与 --as-of 同用 / goes with --as-of")
        return {}
    found = get_county(settings, county or _only_county(settings))
    try:
        at = datetime.fromisoformat(as_of)
    except ValueError as error:
        raise UsageError(
            f'--as-of "{as_of}": 不是时间 / is no time; 例如 / as 2012-01-01T00:00:00-05:00'
        ) from error
    return {found.code: at if at.tzinfo else at.replace(tzinfo=found.zone)}


def _only_county(settings: Settings) -> str:
    codes = sorted({batch.county_code for batch in read_ledger(settings) if batch.rows_landed})
    if len(codes) != 1:
        raise UsageError(
            f"--as-of: 需指明县域 / needs --county; 可用 / allowed: {', '.join(codes) or '—'}"
        )
    return codes[0]
