"""Command `gridgov warn`: rain warnings in force and the households to move, for scripts.

It says what the pages say and each household by its pseudonym; with the vault's key at hand also
who lives where. Clear values go to the terminal only and into no file of the home.
"""

import json
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import polars as pl
import typer

from etl.readers.extract import ROW
from etl.vault import read_vault
from warehouse.errors import InputError, UsageError
from warehouse.query_cli import Asked, CountyOption, FormatOption
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


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("warn")(warn_command)


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
