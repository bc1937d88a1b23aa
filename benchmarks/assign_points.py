"""Point → grid beside a GeoPandas join of the same points and grids, in one run.

    python -m benchmarks.assign_points --points 10000000 --grids 3000 --joined 1000000

The join gets the first `--joined` points (it is slow) and its time is scaled to all of them; the
answers on those are compared. Points are uniform over the county, which is the hard case: real
ones repeat.
"""

import argparse
from time import perf_counter

import geopandas
import numpy as np
import polars as pl
import shapely

from geo.assign import GridIndex, assign_grids

WEST, SOUTH, EAST, NORTH = 113.0, 27.8, 114.3, 28.7
VERTICES_PER_EDGE = 10


def wavy_grids(count: int) -> list[shapely.Polygon]:
    """About `count` grids that tile the county, with crooked borders shared vertex by vertex."""
    side = max(round(np.sqrt(count)), 1)
    across = np.linspace(WEST, EAST, side * VERTICES_PER_EDGE + 1)
    up = np.linspace(SOUTH, NORTH, side * VERTICES_PER_EDGE + 1)
    x, y = np.meshgrid(across, up)
    step = (EAST - WEST) / side
    wave = 3.0 * np.pi / step
    # Gentle enough that no border crosses itself.
    bent_x = x + 0.05 * step * np.sin(wave * y)
    bent_y = y + 0.05 * step * np.sin(wave * x)
    lattice = np.stack([bent_x, bent_y], axis=-1)
    n = VERTICES_PER_EDGE
    grids = []
    for row in range(0, side * n, n):
        for column in range(0, side * n, n):
            block = lattice[row : row + n + 1, column : column + n + 1]
            ring = [*block[0, :-1], *block[:-1, -1], *block[-1, :0:-1], *block[:0:-1, 0]]
            grids.append(shapely.Polygon(ring))
    return grids


def main() -> None:
    """Print one line a step and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--grids", type=int, default=3_000)
    parser.add_argument("--joined", type=int, default=500_000)
    arguments = parser.parse_args()

    polygons = wavy_grids(arguments.grids)
    codes = [f"{place:06}" for place in range(len(polygons))]
    random = np.random.default_rng(430181)
    points = pl.DataFrame(
        {
            "longitude": random.uniform(WEST, EAST, arguments.points),
            "latitude": random.uniform(SOUTH, NORTH, arguments.points),
        }
    )

    started = perf_counter()
    grids = GridIndex.build(codes, polygons)
    built = perf_counter() - started
    started = perf_counter()
    assigned = assign_grids(points, grids=grids)
    ours = perf_counter() - started

    some = points.head(arguments.joined)
    frame = geopandas.GeoDataFrame({"grid_code": codes}, geometry=polygons, crs="EPSG:4490")
    started = perf_counter()
    located = geopandas.GeoDataFrame(
        geometry=shapely.points(some.to_numpy()), crs="EPSG:4490"
    ).sjoin(frame, how="left", predicate="intersects")
    joined = (perf_counter() - started) * points.height / some.height

    lowest = located.groupby(level=0)["grid_code"].min()
    theirs = pl.Series(
        [code if isinstance(code, str) else None for code in lowest], dtype=pl.String
    )
    same = theirs.eq_missing(assigned["grid_code"].head(some.height)).sum()

    print(f"{points.height:,} points, {len(polygons):,} grids")
    print(f"  index build      {built:8.2f} s")
    print(f"  assign_grids     {ours:8.2f} s")
    print(f"  geopandas sjoin  {joined:8.2f} s (from {some.height:,} points)")
    print(f"  ratio            {joined / (built + ours):8.1f} ×, build included")
    print(f"  same answer      {same:,} of {some.height:,}")


if __name__ == "__main__":
    main()
