"""Command `gridgov warn`: rain warnings in force and the households to move, for scripts; and
`gridgov warn act`, by which an officer on duty acts on an early alert.

The list says what the pages say and each household by its pseudonym; with the vault's key at hand
also who lives where. Clear values go to the terminal only and into no file of the home.
"""

import json
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import polars as pl
import typer

from etl.alert_actions import ACTIONS, Act, check, county_of, land, put, source_for
from etl.readers.extract import ROW
from etl.vault import read_vault
from warehouse.errors import InputError, UsageError
from warehouse.query_cli import Asked, CountyOption, FormatOption, read_day
from warehouse.rainstorm import RainState, state_at
from warehouse.rainstorm.households import CHECK, MOVE
from warehouse.rendering import Format, records, render
from warehouse.settings import Settings

CLEAR = ("address", "head_name", "phone")
SOURCE = ("batch_id", ROW)
IN_TABLE = (
    *("rank_number", "action_code", "exposure", "household_key", "grid_code", "worker_code"),
    *("low_factor", "rain_mm", "history_factor", "nearest_km"),
    *("notified_at", "acknowledged_at", "moved_at", "overdue_step", "overdue_minutes", *CLEAR),
)
"""Columns of the list that a terminal has room for; CSV and JSON have all of them."""

GAUGES_IN_TABLE = ("gauge_code", "gauge_name", "town_code", "last_observed_at", "last_rain_mm")
DECIMALS = 2
WAIT_SECONDS = 120.0
"""How long a record waits for another writer, such as a build, before the call gives up."""


def register(app: typer.Typer) -> None:
    """Add the command, which lists unless it is followed by `act`."""
    warn = typer.Typer(invoke_without_command=True)
    warn.callback()(warn_command)
    warn.command("act")(act_command)
    app.add_typer(warn, name="warn")


def warn_command(
    context: typer.Context,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", help="时刻,如 2026-06-23T03:25,县域当地时间 / time, local without an offset"
        ),
    ] = None,
    county: CountyOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """生效的暴雨预警与应转移的户 / Rain warnings in force and the households to move."""
    if context.invoked_subcommand:
        return
    asked = Asked(context.obj, county)
    zone = asked.zone
    when = read_time(at, zone) if at else None
    state = state_at(asked.published, asked.county_code, when)
    if not len(state.gauges):
        typer.echo("没有雨量站 / no rain gauges: how much falls is not known", err=True)
    households = to_move(state, context.obj)
    shown = households.drop(SOURCE)
    if form is Format.CSV:
        typer.echo(render(shown, form, zone=zone), nl=False)
    elif form is Format.JSON:
        content = as_json(state, shown) | {"version": asked.published.version}
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1))
    else:
        typer.echo(as_text(state, shown), nl=False)


def act_command(
    context: typer.Context,
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="预警编号 / alert_id")],
    action: Annotated[str, typer.Option("--as", help=" | ".join(ACTIONS))],
    user: Annotated[str, typer.Option("--by", help="用户编号 / number of the user")],
    reason: Annotated[
        str | None, typer.Option("--reason", help="静默或解除的理由 / why silenced or cleared")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="静默末日(含) / last day of a silence, included")
    ] = None,
    worker: Annotated[
        str | None, typer.Option("--worker", help="派往的网格员 / grid worker sent")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", help="操作时刻,默认现在 / when it was done; now if not given"),
    ] = None,
) -> None:
    """处置早期预警 / Record what was done about an early alert, for the next build."""
    settings: Settings = context.obj
    asked = Asked(settings, county_of(alert))
    now = datetime.now(asked.zone)
    act = Act(
        alert_id=alert,
        action_code=action,
        user_code=user,
        acted_at=read_time(at, asked.zone) if at else now,
        reason_code=reason,
        until=read_day("--until", until),
        worker_code=worker,
    )
    check(act, asked.published, now=now)
    source = source_for(settings, asked.county_code)
    file = put(act, source, settings=settings, now=now)
    notice = partial(typer.echo, err=True)
    land(file, source, settings=settings, wait_seconds=WAIT_SECONDS, notice=notice)
    typer.echo(f"{file.stem}: {alert} {action}; 运行 / run `gridgov build` 发布 / to publish")
    as_of_at = asked.published.as_of(asked.county_code)
    if act.acted_at > as_of_at:
        typer.echo(
            f"数据截至 / records are as of {as_of_at.astimezone(asked.zone).isoformat()}: "
            "此后的记录到达后生效 / it holds once later ones have come"
        )


def read_time(text: str, zone: ZoneInfo) -> datetime:
    """A time as typed, the county's own where it says no offset.

    Raises:
        UsageError: not a time.
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f'--at "{text}": 应为 / expected YYYY-MM-DDTHH:MM') from error
    return at if at.tzinfo else at.replace(tzinfo=zone)


def to_move(state: RainState, settings: Settings) -> pl.DataFrame:
    """The households to move or to see to, with who lives where if the key is at hand.

    Says on the error stream why there is no list, or no address in it.
    """
    if state.households is None:
        typer.echo(
            "没有个人数据的发布文件,只有预警 / the file about persons cannot be read: "
            "warnings only, no households",
            err=True,
        )
        return pl.DataFrame(schema=dict.fromkeys(SOURCE, pl.String))
    households = state.households.filter(pl.col("action_code").is_in([MOVE, CHECK]))
    if not len(households):
        return households
    try:
        clear = read_vault(settings, "households")
    except InputError as error:
        typer.echo(f"无住址 / no addresses: {error}", err=True)
        return households
    known = [name for name in CLEAR if name in clear.columns]
    return households.join(
        clear.select(*SOURCE, *known), on=SOURCE, how="left", maintain_order="left"
    )


def as_json(state: RainState, households: pl.DataFrame) -> dict[str, Any]:
    """The state as JSON values; `towns` are those under a colour."""
    frames = {
        "warnings": state.warnings,
        "towns": under_a_colour(state),
        "gauges": state.gauges,
        "by_worker": state.by_worker,
        "by_grid": state.by_grid,
        "households": households,
    }
    return {
        "county_code": state.county_code,
        "at": state.at.astimezone(state.zone).isoformat(),
        **{
            name: None if frame is None else records(frame, zone=state.zone)
            for name, frame in frames.items()
        },
    }


def as_text(state: RainState, households: pl.DataFrame) -> str:
    """The state for a terminal: a line for each part, and its table where it has rows."""
    missing = state.gauges.filter("is_missing").select(GAUGES_IN_TABLE)
    in_table = [name for name in IN_TABLE if name in households.columns]
    parts = [
        (f"生效预警 / warnings in force: {len(state.warnings)}", state.warnings),
        (f"预警乡镇 / towns under a colour: {len(under_a_colour(state))}", under_a_colour(state)),
        (f"缺测雨量站 / gauges missing: {len(missing)} of {len(state.gauges)}", missing),
    ]
    if state.by_worker is not None:
        worker = state.by_worker
        parts += [
            (f"应转移的户 / households to move: {len(households)}", households.select(in_table)),
            (f"网格员 / grid workers: {len(worker)}", worker),
        ]
    lines = [f"{state.county_code} · {state.at.astimezone(state.zone).isoformat()}\n"]
    for title, frame in parts:
        lines.append(f"\n{title}\n")
        if len(frame):
            rounded = frame.with_columns(pl.selectors.float().round(DECIMALS))
            lines.append(render(rounded, Format.TABLE, zone=state.zone))
    return "".join(lines)


def under_a_colour(state: RainState) -> pl.DataFrame:
    """The towns in which a colour is in force, reached or expected."""
    return state.towns.filter(pl.col("severity_number") > 0)
