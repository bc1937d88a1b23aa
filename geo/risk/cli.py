"""Command `gridgov risk`: expected serious cases per grid, and how well they have been foretold."""

from enum import StrEnum
from typing import Annotated

import polars as pl
import typer

from geo.risk.assess import Assessment, assess, backtest_rows
from geo.risk.choose import NAMES
from geo.risk.panel import HORIZON_WEEKS
from geo.risk.read import read_cases
from warehouse.case_kinds import ALL
from warehouse.query_cli import DECIMALS, Asked, CountyOption, FormatOption
from warehouse.rendering import Format, render

REASONS_SHOWN = 3
"""Of a grid in a table; CSV and JSON have them all."""


class Horizon(StrEnum):
    """What a forecast is about."""

    WEEK = "week"
    MONTH = "month"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("risk")(risk_command)


def risk_command(
    context: typer.Context,
    county: CountyOption = None,
    horizon: Annotated[
        Horizon | None,
        typer.Option("--horizon", help="预测期:一周或四周 / one week (default) or four"),
    ] = None,
    family: Annotated[
        str, typer.Option("--family", help="类别族 / kind of cases, as theft; all = 全部")
    ] = ALL,
    with_backtest: Annotated[
        bool, typer.Option("--backtest", help="回测 / how each method named in the weeks behind")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """网格风险评分 / Expected serious cases per grid, with reasons; judged by rolling origin."""
    asked = Asked(context.obj, county)
    cases = read_cases(asked.published, asked.county_code)
    # A forecast is for one horizon; a backtest without one is of them all.
    default = list(HORIZON_WEEKS) if with_backtest else ["week"]
    found = [
        assess(cases, family=family, horizon=name)
        for name in ([horizon.value] if horizon else default)
    ]
    if form is Format.TABLE:
        for one in found:
            typer.echo(_title(one, asked))
            for text in one.texts:
                typer.echo(f"  {text.zh}\n  {text.en}")
        left_out = ", ".join(f"{name} {count:,}" for name, count in cases.left_out.items())
        typer.echo(f"  未计入 left out: {left_out}\n")
    if with_backtest:
        tables = [
            backtest_rows(one.backtest, one.choice, family=family, horizon=one.horizon)
            for one in found
        ]
        rows = pl.concat(tables, how="diagonal")
    else:
        rows = pl.concat(_listed(one, form) for one in found)
    if form is Format.TABLE:
        rows = rows.with_columns(pl.selectors.float().round(DECIMALS))
    typer.echo(render(rows, form, zone=asked.zone), nl=False)


def _title(one: Assessment, asked: Asked) -> str:
    shown = NAMES[one.choice.method]
    return (
        f"{one.family_name.zh} {one.family_name.en} · {asked.county_code} · "
        f"{one.start} – {one.end} · {shown.zh} {shown.en} · 版本 version {asked.published.version}"
    )


def _listed(one: Assessment, form: Format) -> pl.DataFrame:
    """Rows of an assessment with what they are about; in a table, reasons as one line."""
    if form is Format.TABLE:
        lines = [
            "; ".join(
                f"{reason['name_zh']} {reason['name_en']} {100 * reason['share']:.0f} %"
                for reason in reasons[:REASONS_SHOWN]
            )
            for reasons in one.rows["reasons"].to_list()
        ]
        return one.rows.drop("area_level").with_columns(pl.Series("reasons", lines))
    return one.rows.with_columns(
        pl.lit(one.family).alias("family"),
        pl.lit(one.horizon).alias("horizon"),
        pl.lit(one.start).alias("period_start_date"),
        pl.lit(one.end).alias("period_end_date"),
        pl.lit(one.choice.method).alias("method"),
        pl.lit(one.choice.is_forecast).alias("is_forecast"),
    ).select(pl.exclude("reasons"), "reasons")
