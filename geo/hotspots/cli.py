"""Command `gridgov hotspots`: where more happens than residents explain, now or over time."""

import json
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, cast

import polars as pl
import typer

from geo.hotspots.emerging import CLASSES
from geo.hotspots.reading import Exposure, Followed, Found, find_hot_spots, follow_hot_spots
from geo.hotspots.spots import sentence
from warehouse.analysis.wording import names_of
from warehouse.catalogue import Text
from warehouse.errors import UsageError
from warehouse.query_cli import (
    DECIMALS,
    Asked,
    CountyOption,
    FormatOption,
    From,
    To,
    read_day,
)
from warehouse.rendering import Format, records, render


class Over(StrEnum):
    """Periods that hot spots are followed over."""

    MONTH = "month"
    WEEK = "week"


class Against(StrEnum):
    """What cases are counted against."""

    RESIDENTS = "residents"
    AREA = "area"
    USUAL = "usual"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("hotspots")(hotspots_command)


def hotspots_command(
    context: typer.Context,
    county: CountyOption = None,
    family: Annotated[
        str | None, typer.Option("--family", help="类别组 / category family, as waste")
    ] = None,
    first: From = None,
    last: To = None,
    against: Annotated[
        Against | None,
        typer.Option("--against", help="参照 / residents, area, or what is usual there"),
    ] = None,
    over: Annotated[
        Over | None, typer.Option("--over", help="逐期追踪 / follow over months or weeks")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """热点网格 / Grids with more cases than residents explain, now or over time."""
    asked = Asked(context.obj, county)
    exposure = cast(Exposure | None, against and against.value)
    if over is None:
        end = read_day("--to", last)
        found = find_hot_spots(
            asked.published,
            asked.county_code,
            family=family,
            start=read_day("--from", first),
            end=end + timedelta(days=1) if end else None,
            exposure=exposure,
        )
        _show(asked, form, _figures(found), [_said(found)], _named(asked, found.spots.rows))
        return
    if first or last:
        raise UsageError(
            "--over: 期间由记录决定 / the periods are the last whole ones: no --from, --to"
        )
    followed = follow_hot_spots(
        asked.published,
        asked.county_code,
        unit=over.value,
        family=family,
        exposure=exposure,
    )
    rows = _named(asked, followed.spots.rows)
    _show(asked, form, _figures(followed), [_said_of(followed)], rows)


def _show(
    asked: Asked, form: Format, figures: dict[str, Any], texts: Sequence[Text], rows: pl.DataFrame
) -> None:
    if form is Format.JSON:
        content = {
            "county_code": asked.county_code,
            "version": asked.published.version,
            "sentences": [text.model_dump() for text in texts],
            **records(pl.DataFrame([figures]), zone=asked.zone)[0],
            "rows": records(rows, zone=asked.zone),
        }
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1))
        return
    if form is Format.TABLE:
        for text in texts:
            typer.echo(f"{text.zh}\n{text.en}")
        typer.echo()
        rows = _found_only(rows).with_columns(pl.selectors.float().round(DECIMALS))
    else:
        rows = rows.drop("gi_z") if rows.schema.get("gi_z") == pl.List(pl.Float64) else rows
    typer.echo(render(rows, form, zone=asked.zone), nl=False)


def _found_only(rows: pl.DataFrame) -> pl.DataFrame:
    """What a terminal shows: the grids found, the most pressing first."""
    if "class_code" in rows.columns:
        order = {code: place for place, code in enumerate(CLASSES)}
        shown = rows.filter(pl.col("class_code") != "none")
        return shown.sort(
            pl.col("class_code").replace_strict(order, return_dtype=pl.Int64),
            "recent_ratio",
            descending=[False, True],
            nulls_last=True,
        ).select(
            "grid_code",
            "grid_name",
            "class_code",
            "case_count",
            "recent_count",
            "recent_ratio",
            "earlier_ratio",
            "hot_period_count",
            "tau",
            "trend_adjusted",
        )
    return (
        rows.filter("is_hot_spot")
        .sort("neighbourhood_probability")
        .select(
            "grid_code",
            "grid_name",
            "case_count",
            "expected_count",
            "ratio",
            "neighbourhood_count",
            "neighbourhood_expected",
            "neighbourhood_adjusted",
            "own_adjusted",
            "moran_class",
        )
    )


def _named(asked: Asked, rows: pl.DataFrame) -> pl.DataFrame:
    names = names_of(asked.published, asked.county_code, "area_code")
    labels = [names[code].zh if code in names else code for code in rows["grid_code"]]
    named = rows.insert_column(1, pl.Series("grid_name", labels, dtype=pl.String))
    if "is_hot_spot" in rows.columns:
        said = [sentence(row) for row in rows.iter_rows(named=True)]
        named = named.with_columns(
            pl.Series("reason", [text.zh for text in said], dtype=pl.String),
            pl.Series("reason_en", [text.en for text in said], dtype=pl.String),
        )
    return named


def _figures(found: Found | Followed) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "exposure": found.exposure,
        "start_date": found.start,
        "end_date": found.end,
        "unplaced_count": found.unplaced_count,
        "false_discovery_level": found.spots.level,
    }
    if isinstance(found, Found):
        return figures | {"rate": found.spots.rate, "dispersion": found.spots.dispersion}
    return figures | {"unit": found.unit, "recent_period_count": found.spots.recent_count}


_AGAINST = {
    "residents": Text(zh="人口", en="residents"),
    "area": Text(zh="面积", en="area"),
    "usual": Text(zh="往年水平", en="what is usual there"),
}


def _said(found: Found) -> Text:
    spots, against = found.spots, _AGAINST[found.exposure]
    last = found.end - timedelta(days=1)
    share = f"{spots.level:.0%}"
    return Text(
        zh=f"{found.start} 至 {last},按{against.zh}计:{len(spots.rows)} 个网格中 {spots.hot_count} "
        f"个热点,误报率控制在 {share};另有 {found.unplaced_count} 件不在现有网格内。",
        en=f"{found.start} to {last}, against {against.en}: {spots.hot_count} of "
        f"{len(spots.rows)} grids are hot spots, at most {share} of them false; "
        f"{found.unplaced_count} more cases lie in no grid of today.",
    )


def _said_of(followed: Followed) -> Text:
    counts = dict(followed.spots.rows["class_code"].value_counts().iter_rows())
    shown = [(name, counts.get(code, 0)) for code, name in CLASSES.items() if code != "none"]
    last = followed.end - timedelta(days=1)
    against = _AGAINST[followed.exposure]
    return Text(
        zh=f"{followed.start} 至 {last},按{against.zh}计:"
        + "、".join(f"{name.zh} {count}" for name, count in shown)
        + f";另有 {followed.unplaced_count} 件不在现有网格内。",
        en=f"{followed.start} to {last}, against {against.en}: "
        + ", ".join(f"{name.en.lower()} {count}" for name, count in shown)
        + f"; {followed.unplaced_count} more cases lie in no grid of today.",
    )
