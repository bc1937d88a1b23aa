"""Where the sample's grids lie: one seed point each, town by town, community by community."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.ndimage import label
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from etl.sample.places import OUTLINE, RIVER, Places, to_km
from etl.sample.types import Floats, Ints

PEOPLE_PER_GRID_URBAN = 950
PEOPLE_PER_GRID_RURAL = 398
SAMPLES_PER_GRID = 60
RASTER_KM = 0.2
AREA_KM2 = 5000


@dataclass(frozen=True)
class Layout:
    """One entry per grid: its seed (kilometres) and the row number of its community."""

    seeds: Floats
    community: Ints
    outline: shapely.Polygon
    """The outline the seeds fill, in kilometres, and against which the border is drawn."""


def lay_out(places: Places, rng: np.random.Generator) -> Layout:
    """Place the seeds of all grids of the county.

    Towns share the outline by a power diagram that gives each about its area. In a town, points
    drawn where people would live are clustered into communities, those again into grids, so
    grids are small around the seat and along the river.
    """
    outline = _smooth_outline(rng)
    raster = _raster(outline)
    town_of_cell = _without_exclaves(raster, _share_among_towns(_warp(raster, rng), places))
    seeds: list[Floats] = []
    communities: list[Ints] = []
    points: list[Floats] = []
    for town, row in enumerate(places.towns.iter_rows(named=True)):
        people_per_grid = PEOPLE_PER_GRID_URBAN if row["is_urban"] else PEOPLE_PER_GRID_RURAL
        grid_count = round(row["population"] / people_per_grid)
        here = np.flatnonzero(places.communities["town"].to_numpy() == town)
        seat = to_km(np.array([[row["longitude"], row["latitude"]]]))
        drawn = _draw_people(raster[town_of_cell == town], seat, grid_count, rng)
        town_seeds, town_communities = _cluster_town(drawn, here, grid_count, rng)
        seeds.append(town_seeds)
        communities.append(town_communities)
        points.append(drawn)
    return Layout(
        seeds=_relax(np.concatenate(seeds), np.concatenate(points), rounds=3),
        community=np.concatenate(communities),
        outline=outline,
    )


def _smooth_outline(rng: np.random.Generator) -> shapely.Polygon:
    """The hand-drawn outline, corners cut three times (Chaikin), wavering, at its full size."""
    ring = to_km(np.array(OUTLINE))
    for _ in range(3):
        following = np.roll(ring, -1, axis=0)
        ring = np.stack([0.75 * ring + 0.25 * following, 0.25 * ring + 0.75 * following], axis=1)
        ring = ring.reshape(-1, 2)
    ring = _warp(shapely.get_coordinates(shapely.segmentize(shapely.LinearRing(ring), 0.5)), rng)
    drawn = shapely.Polygon(ring)
    centre = np.array([[drawn.centroid.x, drawn.centroid.y]])
    return shapely.Polygon(centre + (ring - centre) * np.sqrt(AREA_KM2 / drawn.area))


def _warp(km: Floats, rng: np.random.Generator) -> Floats:
    """Bend the plane by waves of 4 to 25 km, so that straight lines in it run like hills do."""
    bent = km.copy()
    for wave_km in (25, 17, 11, 7, 4):
        angle = rng.uniform(0, 2 * np.pi, 2)
        phase = rng.uniform(0, 2 * np.pi, 2)
        for axis in (0, 1):
            direction = np.array([np.cos(angle[axis]), np.sin(angle[axis])])
            bent[:, axis] += (
                0.055 * wave_km * np.sin(2 * np.pi / wave_km * (km @ direction) + phase[axis])
            )
    return bent


def _raster(outline: shapely.Polygon) -> Floats:
    west, south, east, north = outline.bounds
    x, y = np.meshgrid(np.arange(west, east, RASTER_KM), np.arange(south, north, RASTER_KM))
    inside = shapely.contains_xy(outline, x, y)
    return np.column_stack([x[inside], y[inside]])


def _share_among_towns(raster: Floats, places: Places) -> Ints:
    """The town of each (warped) cell, by power distance weighted so that areas fit."""
    seats = to_km(places.towns.select("longitude", "latitude").to_numpy())
    wanted = places.towns["area_km2"].to_numpy().astype(float)
    wanted *= 1 / wanted.sum()
    sparse = raster[::7]
    squared = cdist(sparse, seats, "sqeuclidean")
    total = len(raster) * RASTER_KM**2
    weights = wanted * total / np.pi * 0.6
    for _ in range(60):
        town = np.argmin(squared - weights, axis=1)
        share = np.bincount(town, minlength=len(seats)) / len(sparse)
        weights += 0.2 * (wanted - share) * total / np.pi
    return np.asarray(np.argmin(cdist(raster, seats, "sqeuclidean") - weights, axis=1))


def _without_exclaves(raster: Floats, town: Ints) -> Ints:
    """Give every piece of a town but its largest to the town nearest to it."""
    column, row = np.round((raster - raster.min(axis=0)) / RASTER_KM).astype(np.int64).T
    sheet = np.full((row.max() + 1, column.max() + 1), -1)
    sheet[row, column] = town
    main = np.zeros(len(raster), dtype=bool)
    for number in np.unique(town):
        piece = label(sheet == number)[0][row, column]
        size = np.bincount(piece)
        size[0] = 0
        main |= piece == size.argmax()
    nearest = np.asarray(cKDTree(raster[main]).query(raster[~main])[1])
    mended = town.copy()
    mended[~main] = town[main][nearest]
    return mended


def _draw_people(cells: Floats, seat: Floats, grid_count: int, rng: np.random.Generator) -> Floats:
    """Points of a town, denser around its seat and near the river."""
    from_seat = cdist(cells, seat)[:, 0]
    river = shapely.LineString(to_km(np.array(RIVER)))
    from_river = shapely.distance(river, shapely.points(cells))
    waves = rng.normal(0, 0.45, (6, 2))
    phases = rng.uniform(0, 2 * np.pi, 6)
    hills = np.sin(cells @ waves.T + phases).mean(axis=1)
    radius = max(0.8, from_seat.max() / 4)
    weight = np.exp(1.1 * hills) * (
        0.25 + 2.2 * np.exp(-from_seat / radius) + 0.5 * np.exp(-from_river / 1.5)
    )
    drawn = rng.choice(len(cells), grid_count * SAMPLES_PER_GRID, p=weight / weight.sum())
    return np.asarray(cells[drawn] + rng.uniform(-RASTER_KM / 2, RASTER_KM / 2, (len(drawn), 2)))


def _cluster_town(
    drawn: Floats, communities: Ints, grid_count: int, rng: np.random.Generator
) -> tuple[Floats, Ints]:
    """Seeds of a town's grids and the community of each."""
    centres = drawn[rng.choice(len(drawn), len(communities), replace=False)]
    centres = _relax(centres, drawn, rounds=12)
    # Communities are numbered outward from the first seat's surroundings, as codes usually are.
    order = np.argsort(cdist(centres, drawn.mean(axis=0)[None, :])[:, 0], kind="stable")
    centres = centres[order]
    member = np.asarray(cKDTree(centres).query(drawn)[1])
    size = np.bincount(member, minlength=len(communities))
    seeds: list[Floats] = []
    owner: list[Ints] = []
    for number, count in enumerate(_round_to_total(size / size.sum() * grid_count)):
        own = drawn[member == number]
        first = own[rng.choice(len(own), count, replace=False)]
        seeds.append(_relax(first, own, rounds=15))
        owner.append(np.full(count, communities[number]))
    return np.concatenate(seeds), np.concatenate(owner)


def _round_to_total(shares: Floats) -> Ints:
    """Whole numbers of at least 2 that add up to about the shares' sum."""
    edges = np.round(np.cumsum(shares))
    return np.maximum(2, np.diff(edges, prepend=0)).astype(np.int64)


def _relax(seeds: Floats, points: Floats, *, rounds: int) -> Floats:
    """Lloyd's rounds: each seed moves to the mean of the points nearest to it."""
    for _ in range(rounds):
        nearest = np.asarray(cKDTree(seeds).query(points)[1])
        count = np.bincount(nearest, minlength=len(seeds))
        sums = np.column_stack(
            [np.bincount(nearest, weights=points[:, axis], minlength=len(seeds)) for axis in (0, 1)]
        )
        seeds = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], seeds)
    return seeds
