"""Point → grid: a lookup raster decides most points, an exact test those in border cells."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from geo.coordinates import check_range
from geo.raster import Integers, Numbers, Raster, cells_of_polygons

Geometries = npt.NDArray[np.object_]
Places = npt.NDArray[np.int32]

CELLS_PER_GRID = 700
FEWEST_CELLS = 1 << 16
MOST_CELLS = 1 << 22
POINTS_PER_CHUNK = 1 << 18
NOWHERE = -1


@dataclass(frozen=True)
class GridIndex:
    """Where each grid lies. Built once, asked from any thread.

    `decided` holds per cell the place in `codes` of its grid, -1 for none, or -2 - i when the
    cell is the i-th undecided one: its candidates are then `candidates[starts[i]:starts[i + 1]]`
    in ascending order, and `otherwise[i]` the grid (or -1) of a point that is in none of them.
    """

    codes: tuple[str, ...]
    geometries: Geometries
    raster: Raster
    decided: Places
    starts: Integers
    candidates: Places
    otherwise: Places

    @classmethod
    def build(cls, codes: Sequence[str], geometries: Sequence[object] | Geometries) -> "GridIndex":
        """Index polygons by code.

        Args:
            codes: one per geometry.
            geometries: valid polygons or multipolygons in CGCS2000 degrees, as
                `geo.boundaries.read` gives them; None and empty ones hold no point. Where they
                overlap, the lowest code (by text order) wins.
        """
        in_order = sorted(range(len(codes)), key=codes.__getitem__)
        shapes = np.empty(len(codes), dtype=object)
        shapes[:] = [geometries[place] for place in in_order]
        shapely.prepare(shapes)
        raster = Raster.over(
            np.nan_to_num(shapely.total_bounds(shapes)) if len(shapes) else np.zeros(4),
            cells=int(np.clip(len(codes) * CELLS_PER_GRID, FEWEST_CELLS, MOST_CELLS)),
        )
        decided, starts, candidates, otherwise = _decide(raster, shapes)
        return cls(
            codes=tuple(codes[place] for place in in_order),
            geometries=shapes,
            raster=raster,
            decided=decided,
            starts=starts,
            candidates=candidates,
            otherwise=otherwise,
        )

    def places(self, longitude: Numbers, latitude: Numbers) -> Places:
        """Place in `codes` of each point's grid; -1 outside every grid and for NaN.

        Raises:
            CoordinateRangeError: a coordinate beyond ±180 or ±90.
        """
        check_range(longitude, latitude)
        found = np.empty(len(longitude), dtype=np.int32)

        def fill(start: int) -> None:
            chunk = slice(start, start + POINTS_PER_CHUNK)
            found[chunk] = self._places_of_chunk(longitude[chunk], latitude[chunk])

        with ThreadPoolExecutor() as pool:
            # A list, so that an error of a chunk is raised here.
            list(pool.map(fill, range(0, len(longitude), POINTS_PER_CHUNK)))
        return found

    def _places_of_chunk(self, longitude: Numbers, latitude: Numbers) -> Places:
        cells = self.raster.cell_of(longitude, latitude)
        # Cell -1, outside the raster, reads the last cell: it is in the margin, so decided as -1.
        found = self.decided[cells]
        points = np.flatnonzero(found < NOWHERE)
        undecided = -2 - found[points].astype(np.int64)
        found[points] = self.otherwise[undecided]
        rank = 0
        while points.size:
            place = self.starts[undecided] + rank
            has_more = place < self.starts[undecided + 1]
            points, undecided, place = points[has_more], undecided[has_more], place[has_more]
            candidates = self.candidates[place]
            holds = shapely.intersects_xy(
                self.geometries[candidates], longitude[points], latitude[points]
            )
            found[points[holds]] = candidates[holds]
            points, undecided = points[~holds], undecided[~holds]
            rank += 1
        return found


def assign_grids(points: pl.DataFrame, *, grids: GridIndex) -> pl.DataFrame:
    """Give each point the grid that contains it.

    Args:
        points: one row per point; `longitude`, `latitude` in CGCS2000 degrees, nulls allowed.
        grids: index built by `GridIndex.build`.

    Returns:
        `points` in the same order with `grid_code` (null outside every grid) and
        `location_method` (`point_in_grid`, else `none`). A point on a shared border goes to the
        lower code, so the same point never changes grid between runs.

    Raises:
        CoordinateRangeError: a coordinate outside ±180/±90 (swapped or projected input).
    """
    places = grids.places(_numbers(points["longitude"]), _numbers(points["latitude"]))
    is_found = pl.Series(places != NOWHERE)
    return points.with_columns(
        code_column("grid_code", grids.codes, places),
        location_method=pl.select(
            pl.when(is_found).then(pl.lit("point_in_grid")).otherwise(pl.lit("none"))
        ).to_series(),
    )


def code_column(name: str, codes: Sequence[str | None], places: Places) -> pl.Series:
    """Codes at places as a column; null at place -1."""
    return (
        pl.Series(name, [*codes, None], dtype=pl.String)
        .gather(pl.Series(np.where(places == NOWHERE, len(codes), places), dtype=pl.UInt32))
        .alias(name)
    )


def _numbers(column: pl.Series) -> Numbers:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _decide(raster: Raster, shapes: Geometries) -> tuple[Places, Integers, Places, Places]:
    """Per cell: the lowest grid around all of it, and the lower ones with a border in it."""
    inside_cell, inside_polygon, border_cell, border_polygon = cells_of_polygons(raster, shapes)
    around = np.full(raster.columns * raster.rows, len(shapes), dtype=np.int32)
    np.minimum.at(around, inside_cell, inside_polygon.astype(np.int32))

    matters = border_polygon < around[border_cell]
    order = np.lexsort((border_polygon[matters], border_cell[matters]))
    cells, candidates = border_cell[matters][order], border_polygon[matters][order]
    undecided, firsts = np.unique(cells, return_index=True)

    decided = np.where(around == len(shapes), NOWHERE, around).astype(np.int32)
    otherwise = decided[undecided]
    decided[undecided] = -2 - np.arange(len(undecided), dtype=np.int32)
    starts = np.append(firsts, len(cells)).astype(np.int64)
    return decided, starts, candidates.astype(np.int32), otherwise
