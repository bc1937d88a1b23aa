"""Command `gridgov tessellate`: grids for a place that has none."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from geo.cell_files import check_out, read_boundary, write_cells
from geo.tessellate import tessellate
from warehouse.errors import UsageError

NOTES_SHOWN = 20


class CellShape(StrEnum):
    """Shapes of cells."""

    SQUARE = "square"
    HEXAGON = "hexagon"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("tessellate")(tessellate_command)


def tessellate_command(
    boundary: Annotated[
        Path, typer.Argument(help="边界文件 / GeoJSON, GeoPackage or Shapefile, or one in a .zip")
    ],
    cell: Annotated[
        float, typer.Option("--cell", help="网格间距(米)/ metres between centres of cells")
    ],
    out: Annotated[Path, typer.Option("--out", help="输出 / .geojson or .gpkg")],
    shape: Annotated[CellShape, typer.Option("--shape", help="形状 / shape")] = CellShape.SQUARE,
    within: Annotated[
        str | None,
        typer.Option("--within", help="区域代码所在属性,网格不跨区域 / attribute with area codes"),
    ] = None,
    crs: Annotated[
        str | None, typer.Option("--crs", help="文件未注明时 / where the file does not say")
    ] = None,
    datum: Annotated[
        str, typer.Option("--datum", help="经纬度基准 / wgs84, cgcs2000, gcj02 or bd09")
    ] = "wgs84",
) -> None:
    """在边界内生成网格 / Squares or hexagons inside a boundary, for a place without grids."""
    if not cell > 0:
        raise UsageError(f"--cell {cell:g}: 应大于 0 / must be above 0")
    check_out(out)
    polygons, area_codes, notes = read_boundary(boundary, crs=crs, datum=datum, within=within)
    cells = tessellate(polygons, cell_m=cell, shape=shape.value, area_codes=area_codes)
    write_cells(cells, out)
    for note in notes[:NOTES_SHOWN]:
        typer.echo(note, err=True)
    if len(notes) > NOTES_SHOWN:
        typer.echo(f"… (+{len(notes) - NOTES_SHOWN})", err=True)
    area = cells["area_m2"]
    typer.echo(
        f"{out}: {len(cells)} 个网格 / cells, {area.sum() / 1e6:.3f} km² "
        f"({area.min():.0f}–{area.max():.0f} m²), {int(cells['is_whole'].sum())} 个完整 / whole; "
        f"{datum} → CGCS2000 (EPSG:4490)"
    )
