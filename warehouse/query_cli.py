"""Commands that ask the published version: `kpi`, `receipt`, `sql`."""

import json
from datetime import date, timedelta
from typing import Annotated, Any, cast

import duckdb
import polars as pl
import typer

from warehouse.catalogue import Kpi, get_kpi, load_caveats
from warehouse.counties import County, load_counties
from warehouse.errors import UsageError, unknown_value
from warehouse.published import Published, PublishedStore
from warehouse.query import (
    DIMENSIONS,
    FILTERS,
    ROLES,
    Dimension,
    Question,
    Role,
    answer,
    choose_county,
    rows_behind,
)
from warehouse.query.backlog_ages import backlog_ages
from warehouse.query.survival import bias, survival
from warehouse.rendering import Format, records, render
from warehouse.settings import Settings

KpiId = Annotated[str, typer.Argument(help="指标 / KPI, as on_time_resolution_rate")]
CountyOption = Annotated[str | None, typer.Option("--county", help="县域代码 / county code")]
By = Annotated[
    list[str] | None,
    typer.Option("--by", help="分组 / slices, repeated or with commas: town,month"),
]
From = Annotated[str | None, typer.Option("--from", help="首日 / first day, YYYY-MM-DD")]
To = Annotated[str | None, typer.Option("--to", help="末日(含) / last day, included")]
Where = Annotated[
    list[str] | None, typer.Option("--where", help="筛选 / filter k=v, repeated; none = no code")
]
FormatOption = Annotated[Format, typer.Option("--format", help="输出格式 / output")]
DECIMALS = 4
"""Of a number in a table; CSV and JSON keep all of it."""

HEADING = ("kpi_id", "county_code", "as_of_at", "version")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("kpi")(kpi_command)
    app.command("receipt")(receipt_command)
    app.command("sql")(sql_command)


def kpi_command(
    context: typer.Context,
    kpi_id: KpiId,
    county: CountyOption = None,
    by: By = None,
    first: From = None,
    last: To = None,
    where: Where = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="环比与同比 / previous period and last year")
    ] = False,
    with_survival: Annotated[
        bool, typer.Option("--survival", help="计入未结案件 / Kaplan-Meier, with open cases")
    ] = False,
    with_ages: Annotated[
        bool, typer.Option("--ages", help="积压按时长分档 / the backlog by bands of age")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """指标值及其构成 / A value with its parts; both days are in the period."""
    asked = Asked(context.obj, county)
    question = asked.question(kpi_id, by=by, first=first, last=last, where=where, compare=compare)
    if with_survival and with_ages:
        raise UsageError("--survival, --ages: 只能选一 / choose one")
    ask = survival if with_survival else backlog_ages if with_ages else answer
    values = ask(asked.published, question)
    if form is Format.TABLE:
        typer.echo(_title(get_kpi(kpi_id), values, asked))
        if with_survival:
            said = bias(values, get_kpi(kpi_id))
            typer.echo(f"{said.zh}\n{said.en}")
        values = values.drop(*HEADING, "is_suppressed", strict=False)
        values = values.select(
            name for name in values.columns if values[name].null_count() < len(values)
        ).with_columns(pl.selectors.float().round(DECIMALS))
    typer.echo(render(values, form, zone=asked.zone), nl=False)


def receipt_command(
    context: typer.Context,
    kpi_id: KpiId,
    county: CountyOption = None,
    by: By = None,
    first: From = None,
    last: To = None,
    where: Where = None,
    role: Annotated[str | None, typer.Option("--role", help=f"{', '.join(ROLES)}")] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help="行数上限 / rows at most")] = 1000,
    form: FormatOption = Format.TABLE,
) -> None:
    """指标值的凭据 / The rows behind a value, each with its batch and source file."""
    asked = Asked(context.obj, county)
    question = asked.question(kpi_id, by=by, first=first, last=last, where=where)
    if role is not None and role not in ROLES:
        raise UsageError(unknown_value("--role", role, ROLES))
    rows = rows_behind(asked.published, question, limit=limit, role=cast(Role | None, role))
    if form is Format.CSV:
        typer.echo(render(rows, form, zone=asked.zone), nl=False)
        return
    kpi = get_kpi(kpi_id)
    values = answer(asked.published, question)
    freshness = asked.published.sql(
        "select dataset, last_received_at, newest_record_at from ops.freshness"
        " where county_code = $county_code order by dataset",
        {"county_code": question.county_code},
    )
    if form is Format.JSON:
        receipt = {
            "kpi": kpi.model_dump(mode="json", by_alias=True),
            "value": records(values, zone=asked.zone)[0],
            "freshness": records(freshness, zone=asked.zone),
            "rows": records(rows, zone=asked.zone),
        }
        typer.echo(json.dumps(receipt, ensure_ascii=False, indent=1))
        return
    typer.echo(_title(kpi, values, asked))
    typer.echo(_definition(kpi))
    for table in (_standing(values), freshness, rows):
        typer.echo("\n" + render(table, Format.TABLE, zone=asked.zone), nl=False)


def sql_command(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="只读查询 / one read-only query")],
    form: FormatOption = Format.TABLE,
) -> None:
    """对已发布数据的只读查询 / Read-only query on the published file; times are UTC."""
    published = PublishedStore(context.obj).current()
    config: dict[str, Any] = {"enable_external_access": "false"}
    try:
        with duckdb.connect(str(published.path), read_only=True, config=config) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute("set lock_configuration = true")
            relation = connection.sql(query)
            if relation is None:
                raise UsageError("查询 / query: 没有结果 / it returns no rows; write one select")
            rows: pl.DataFrame = relation.pl()
    except duckdb.Error as error:
        raise UsageError(f"查询 / query: {error}") from error
    typer.echo(render(rows, form), nl=False)


class Asked:
    """The published version and county of one command, and how it reads its options."""

    def __init__(self, settings: Settings, county_code: str | None) -> None:
        self.published: Published = PublishedStore(settings, with_people=None).current()
        self.county_code = choose_county(self.published, county_code)
        self.zone = self.published.zone(self.county_code)
        self._county: County | None = load_counties(settings).get(self.county_code)

    def question(
        self,
        kpi_id: str,
        *,
        by: list[str] | None,
        first: str | None,
        last: str | None,
        where: list[str] | None,
        compare: bool = False,
    ) -> Question:
        """The question of a command's options.

        Raises:
            UsageError: an option that cannot be read or names what does not exist.
        """
        end = read_day("--to", last)
        return Question(
            kpi_id=kpi_id,
            county_code=self.county_code,
            by=tuple(
                cast(Dimension, self._dimension("--by", name.strip(), DIMENSIONS))
                for names in by or ()
                for name in names.split(",")
            ),
            start=read_day("--from", first),
            end=end + timedelta(days=1) if end else None,
            where=self._where(where or []),
            compare=compare,
        )

    def _where(self, pairs: list[str]) -> dict[str, tuple[str, ...]]:
        filters: dict[str, tuple[str, ...]] = {}
        for pair in pairs:
            name, equals, value = pair.partition("=")
            if not equals or not value:
                raise UsageError(f'--where "{pair}": 应为 / expected NAME=CODE')
            name = self._dimension("--where", name.strip(), FILTERS)
            filters[name] = (*filters.get(name, ()), value.strip())
        return filters

    def _dimension(self, option: str, name: str, allowed: tuple[str, ...]) -> str:
        """A dimension by its own name, with `_code`, or by what the county calls the level."""
        aliases = {f"{dimension}_code": dimension for dimension in allowed}
        for level in self._county.levels if self._county else ():
            english = level.name.en.lower().replace(" ", "_")
            for alias in (english, f"{english}_code", level.name.zh):
                aliases.setdefault(alias, level.level)
        found = name if name in allowed else aliases.get(name)
        if found not in allowed:
            raise UsageError(unknown_value(option, name, {*allowed, *aliases} - {"county_code"}))
        return found


def read_day(option: str, text: str | None) -> date | None:
    """A day as typed; null where the option is not given.

    Raises:
        UsageError: not a day.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f'{option} "{text}": 应为 / expected YYYY-MM-DD') from error


def _title(kpi: Kpi, values: pl.DataFrame, asked: Asked) -> str:
    first = values.row(0, named=True) if len(values) else None
    as_of = first["as_of_at"].astimezone(asked.zone).isoformat() if first else ""
    version = asked.published.version
    return (
        f"{kpi.name.zh} {kpi.name.en} · {asked.county_code} · "
        f"截至 as of {as_of} · 版本 version {version}"
    )


def _definition(kpi: Kpi) -> str:
    caveats = load_caveats()
    lines = [
        f"  {kpi.question.zh}\n  {kpi.question.en}",
        f"  公式 formula: {kpi.formula.zh}\n    {kpi.formula.en}",
        f"  剔除 excluded: {', '.join(kpi.left_out) or '无 none'} · 按 by: {_basis(kpi)}",
        f"  依据 reference: {kpi.reference.zh} / {kpi.reference.en}",
        *(f"  注意 caveat: {caveats[code].zh}\n    {caveats[code].en}" for code in kpi.caveats),
    ]
    return "\n".join(lines)


def _basis(kpi: Kpi) -> str:
    """What puts a row into a period: its day, or that its spell holds in it."""
    if kpi.counted:
        return {"last_day": "期末当日状态 state of the last day", "every_day": "逐日 day by day"}[
            kpi.counted
        ]
    return str(kpi.date or kpi.numerator_date)


def _standing(values: pl.DataFrame) -> pl.DataFrame:
    """The one value as lines of name and content, empty ones left out."""
    row = records(values)[0]
    shown = {name: value for name, value in row.items() if name not in HEADING}
    filled = {name: str(value) for name, value in shown.items() if value is not None}
    return pl.DataFrame({"part": list(filled), "value": list(filled.values())})
