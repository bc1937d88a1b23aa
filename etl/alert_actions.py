"""What an officer on duty did about an early alert: checked, kept in the inbox, and loaded.

The record is a file of its own in `inbox/<source>`, named after its number and put there by one
rename, so that two officers never write into one file. It is loaded under the writer's lock like
any file of a source, and taken out of the inbox when it has landed; no published file is touched.
"""

import csv
import io
import os
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from etl.contract_files import get_contract
from etl.load import load_files
from etl.source import Source, load_sources
from warehouse.alerts.life import MAY_FOLLOW, parse_alert_id
from warehouse.alerts.pages import published_alerts
from warehouse.errors import BusyError, InputError, UsageError, unknown_value
from warehouse.published import Published
from warehouse.settings import Settings

DATASET = "user_actions"
BASE = "duty_actions"
"""The built-in source that others extend for their county."""

ACTIONS = ("acknowledged", "dispatched", "silenced", "cleared")
GOES_WITH: Mapping[str, tuple[str, ...]] = {
    "--reason": ("silenced", "cleared"),
    "--until": ("silenced",),
    "--worker": ("dispatched",),
}
USER = re.compile(r"[A-Za-z0-9_.-]{1,40}")
"""Users are numbers or account names, never the names of persons."""

WORKERS = """
    select distinct worker_code from mart.fct_grid_spells
    where county_code = $county_code and worker_code is not null
    and valid_from_date <= $day and (valid_to_date is null or valid_to_date > $day)
"""
PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Act:
    """What is to be recorded of one alert; `acted_at` has a zone.

    Attributes:
        until: last day of a silence, inclusive.
    """

    alert_id: str
    action_code: str
    user_code: str
    acted_at: datetime
    reason_code: str | None = None
    until: date | None = None
    worker_code: str | None = None


def county_of(alert_id: str) -> str:
    """The county of an alert's number.

    Raises:
        UsageError: it is no number of an alert.
    """
    named = parse_alert_id(alert_id)
    if named is None:
        raise UsageError(f'ALERT "{alert_id}": 应为 / expected county:level:area:family:day')
    return named[0]


def check(act: Act, published: Published, *, now: datetime) -> None:
    """Hold what is to be recorded against the alert as it is published.

    Raises:
        UsageError: no such alert, action, reason or grid worker; what may not follow the alert's
            state; a silence without reason or end; an option of another action; a time before the
            alert or to come.
    """
    county_code = county_of(act.alert_id)
    every = published_alerts(published, county_code)
    found = every.filter(pl.col("alert_id") == act.alert_id).to_dicts()
    if not found:
        alive = every.filter("is_alive")["alert_id"].to_list()
        raise UsageError(unknown_value("ALERT", act.alert_id, alive))
    _check_action(act, found[0])
    _check_options(act)
    acted_date = act.acted_at.astimezone(published.zone(county_code)).date()
    raised: date = found[0]["raised_date"]
    if act.acted_at > now or acted_date < raised:
        raise UsageError(
            f'--at "{act.acted_at.isoformat()}": 可用 / allowed: {raised} … {now.isoformat()}'
        )
    if act.until is not None and act.until < acted_date:
        raise UsageError(f'--until "{act.until}": 可用 / allowed: {acted_date} …')
    if act.worker_code is not None:
        params = {"county_code": county_code, "day": published.as_of_date(county_code)}
        workers = published.sql(WORKERS, params)["worker_code"].to_list()
        if act.worker_code not in workers:
            raise UsageError(unknown_value("--worker", act.worker_code, workers))


def _check_action(act: Act, alert: Mapping[str, Any]) -> None:
    if act.action_code not in ACTIONS:
        raise UsageError(unknown_value("--as", act.action_code, ACTIONS))
    may_follow = MAY_FOLLOW[alert["state"]]
    if act.action_code not in may_follow:
        raise UsageError(
            f'--as "{act.action_code}": 预警为 {alert["state"]} 时不可 / '
            f"cannot follow {alert['state']}; 可用 / allowed: {', '.join(may_follow) or '—'}"
        )


def _check_options(act: Act) -> None:
    if not USER.fullmatch(act.user_code):
        raise UsageError(f'--by "{act.user_code}": 可用 / allowed: {USER.pattern}')
    given = {"--reason": act.reason_code, "--until": act.until, "--worker": act.worker_code}
    for option, value in given.items():
        if value is not None and act.action_code not in GOES_WITH[option]:
            raise UsageError(
                f'{option} "{value}": 不用于 / does not go with --as {act.action_code}; '
                f"可用 / allowed: --as {', '.join(GOES_WITH[option])}"
            )
    reasons = _reasons()
    if act.reason_code is not None and act.reason_code not in reasons:
        raise UsageError(unknown_value("--reason", act.reason_code, reasons))
    if act.action_code == "silenced":
        for option in ("--reason", "--until"):
            if given[option] is None:
                allowed = ", ".join(reasons) if option == "--reason" else "YYYY-MM-DD"
                raise UsageError(
                    f"{option}: 静默须有理由与截止日 / a silence needs a reason and an end; "
                    f"可用 / allowed: {allowed}"
                )


def _reasons() -> Mapping[str, str]:
    """Codes of reasons with their Chinese labels."""
    [column] = (one for one in get_contract(DATASET).columns if one.name == "reason_code")
    return column.labels


def source_for(settings: Settings, county_code: str) -> Source:
    """The source of a county's actions: the built-in one, or one that extends it.

    Raises:
        UsageError: there is none for the county.
    """
    written = get_contract(DATASET).column_names
    for source in load_sources(settings).values():
        is_readable = source.format == "csv" and source.is_labelled and source.delimiter == ","
        if source.dataset == DATASET and source.county == county_code and is_readable:
            known = {spelling for spellings in source.columns.values() for spelling in spellings}
            if set(written) <= known:
                return source
    file = settings.paths.sources / f"{county_code}_{BASE}.yml"
    raise UsageError(
        f'county "{county_code}": 没有处置记录的来源 / has no source of actions; '
        f'write {file} with\n  extends: {BASE}\n  county: "{county_code}"'
    )


def put(act: Act, source: Source, *, settings: Settings, now: datetime) -> Path:
    """Put the record into the inbox, whole or not at all.

    Returns:
        Its file, named after the record's number.
    """
    number = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    values: dict[str, str] = {
        "action_number": number,
        "user_code": act.user_code,
        "action_code": act.action_code,
        "subject_kind_code": "alert",
        "subject_number": act.alert_id,
        "acted_at": act.acted_at.isoformat(timespec="seconds"),
        "reason_code": act.reason_code or "",
        "silenced_until_date": act.until.isoformat() if act.until else "",
        "worker_code": act.worker_code or "",
        "updated_at": now.isoformat(timespec="seconds"),
    }
    names = get_contract(source.dataset).column_names
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow(values)
    folder = settings.paths.inbox / source.id
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{number}"
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text.getvalue())
        file.flush()
        os.fsync(file.fileno())
    return unfinished.rename(folder / f"{number}.csv")


def land(
    file: Path,
    source: Source,
    *,
    settings: Settings,
    wait_seconds: float,
    notice: Callable[[str], None] | None = None,
) -> None:
    """Load a record from the inbox, with what a killed call left there, and take it out.

    Raises:
        BusyError: another writer was at work all the while; the record waits in the inbox.
        InputError: it was refused.
    """
    end = time.monotonic() + wait_seconds
    while True:
        try:
            waiting = sorted(file.parent.glob("*.csv"))
            reports = load_files(source.id, waiting, settings=settings, notice=notice)
            break
        except BusyError as error:
            if time.monotonic() >= end:
                raise BusyError(
                    f"{error}; 记录已存 / the record is kept: gridgov load {source.id} {file}"
                ) from error
            time.sleep(PAUSE_SECONDS)
    # A file that another officer's call loaded meanwhile is gone, and its report only says so.
    is_gone = not file.exists()
    for report in reports:
        if report.batch is not None:
            report.file.unlink(missing_ok=True)
    refused = next((one for one in reports if one.file == file and one.error), None)
    if refused is not None and not is_gone:
        raise InputError("; ".join([refused.error or "", *refused.examples]))
