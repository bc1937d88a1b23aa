"""Hot spots planted on the grids of a made county, and how well they are found again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
import shapely
from scipy import sparse

from geo.weights import grid_neighbours, weight_matrix
from warehouse.query.periods import add_months

CENTRE = (113.64, 28.16)
SPOT_SIZE = 7
"""Grids of a hot spot: one and about all that touch it."""


@dataclass(frozen=True)
class Bed:
    """Grids to plant on: codes, residents, and who touches whom."""

    codes: list[str]
    residents: np.ndarray
    neighbours: pl.DataFrame

    @property
    def count(self) -> int:
        return len(self.codes)

    @cached_property
    def matrix(self) -> sparse.csr_array:
        return weight_matrix(self.codes, self.neighbours)


@dataclass(frozen=True)
class Found:
    """One seed: shares of what was called hot that is not raised itself, that has nothing raised
    among its neighbours either, and of what was planted that was found."""

    false_share: float
    far_false_share: float
    power: float
    found_count: int


def random_bed(count: int, seed: int = 7) -> Bed:
    """Cells of random points, with residents that differ as those of the sample county do."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 0.01 * np.sqrt(count), (count, 2)) + CENTRE
    box = shapely.box(*points.min(axis=0) - 0.01, *points.max(axis=0) + 0.01)
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=box, ordered=True)
    shapes = shapely.intersection(np.array(cells.geoms), box)
    residents = np.clip(rng.lognormal(6.0, 0.7, count).round(), 60, 3000)
    codes = [f"G{number:05d}" for number in range(count)]
    return Bed(codes, residents, grid_neighbours(codes, shapes))


def sample_bed() -> Bed:
    """The grids of the sample county that hold today."""
    from etl.sample.boundaries import make_county  # noqa: PLC0415

    county = make_county(1)
    rows = county.grids[county.sites]
    shapes = np.array([county.polygons[site] for site in county.sites], dtype=object)
    codes = rows["grid_code"].to_list()
    return Bed(codes, rows["population"].to_numpy().astype(float), grid_neighbours(codes, shapes))


def plant(bed: Bed, rng: np.random.Generator, spots: int) -> list[np.ndarray]:
    """Places of the grids of each hot spot: a random grid and the nearest around it."""
    matrix = bed.matrix
    planted = []
    for start in rng.choice(bed.count, spots, replace=False):
        reached = [int(start)]
        for place in reached:
            around = matrix.indices[matrix.indptr[place] : matrix.indptr[place + 1]]
            reached += [int(one) for one in around if one not in reached]
            if len(reached) >= SPOT_SIZE:
                break
        planted.append(np.array(reached[:SPOT_SIZE]))
    return planted


def cases(
    bed: Bed,
    rng: np.random.Generator,
    *,
    mean: float,
    dispersion: float,
    risk: np.ndarray,
) -> np.ndarray:
    """Cases of each grid: on average `mean`, by residents and relative risk, the rates of grids
    with a squared coefficient of variation of `dispersion`. `risk` may have periods as columns."""
    differs = rng.gamma(1 / dispersion, dispersion, bed.count) if dispersion else np.ones(bed.count)
    expected = mean * bed.residents / bed.residents.mean() * differs
    return np.asarray(rng.poisson((expected * risk.T).T))


def frame(bed: Bed, counts: np.ndarray) -> pl.DataFrame:
    """Rows as `hot_spots` takes them."""
    return pl.DataFrame(
        {"grid_code": bed.codes, "case_count": counts, "exposure": bed.residents.astype(float)}
    )


def panel(bed: Bed, counts: np.ndarray, first: date = date(2023, 11, 1)) -> pl.DataFrame:
    """Rows as `emerging_hot_spots` takes them, the columns of the counts being months."""
    months = [add_months(first, number) for number in range(counts.shape[1])]
    return pl.DataFrame(
        {
            "grid_code": np.repeat(bed.codes, len(months)),
            "period_start_date": months * bed.count,
            "case_count": counts.ravel(),
            "exposure": np.repeat(bed.residents.astype(float), len(months)),
        }
    )


def judged(bed: Bed, raised: np.ndarray, called: np.ndarray) -> Found:
    """Compare what was called hot with what was raised."""
    near = raised | (bed.matrix @ raised.astype(float) > 0)
    calls = max(int(called.sum()), 1)
    return Found(
        false_share=float((called & ~raised).sum()) / calls,
        far_false_share=float((called & ~near).sum()) / calls,
        power=float((called & raised).sum()) / max(int(raised.sum()), 1),
        found_count=int(called.sum()),
    )


def over_seeds(
    bed: Bed,
    judge: Callable[[np.ndarray], np.ndarray],
    *,
    seeds: Iterable[int],
    mean: float,
    dispersion: float,
    risk: float,
    spots: int,
) -> list[Found]:
    """Plant, draw and judge once a seed. `judge`: counts → what is called hot."""
    found = []
    for seed in seeds:
        rng = np.random.default_rng([seed, int(10 * mean), int(100 * dispersion), int(10 * risk)])
        raised = np.zeros(bed.count, dtype=bool)
        for places in plant(bed, rng, spots):
            raised[places] = True
        counts = cases(bed, rng, mean=mean, dispersion=dispersion, risk=np.where(raised, risk, 1.0))
        found.append(judged(bed, raised, judge(counts)))
    return found


def average(found: list[Found], name: str) -> tuple[float, float, float]:
    """Mean of a share over seeds with its 95 % interval (normal)."""
    shares = np.array([getattr(one, name) for one in found])
    half = 1.96 * shares.std(ddof=1) / np.sqrt(len(shares))
    return float(shares.mean()), float(shares.mean() - half), float(shares.mean() + half)
