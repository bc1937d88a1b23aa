"""Made panels: grids on a lattice whose cases follow an additive process with known weights."""

from dataclasses import replace
from datetime import date

import numpy as np

from geo.risk.panel import Panel, Places

FIRST_DAY = date(2024, 1, 1)


def lattice(side: int, *, cell_m: float = 500.0) -> Places:
    """So many squares a side, each with 400 residents."""
    east, north = np.meshgrid(np.arange(side), np.arange(side))
    count = side * side
    return Places(
        codes=tuple(f"{number:05d}" for number in range(count)),
        x_m=east.ravel() * cell_m,
        y_m=north.ravel() * cell_m,
        area_km2=np.full(count, cell_m**2 / 1e6),
        population=np.full(count, 400.0),
    )


def panel_of(places: Places, history, **given) -> Panel:  # type: ignore[no-untyped-def]
    """A panel whose outcomes are its history unless given."""
    history = np.asarray(history, dtype=np.float32)
    return Panel(
        places=places,
        first_day=FIRST_DAY,
        history=history,
        outcomes=given.pop("outcomes", history),
        **given,
    )


def noisy_panel(*, side: int = 8, weeks: int = 120, seed: int = 1) -> Panel:
    """Cases of every kind, rain and holidays at random, more of them in a fifth of the grids."""
    rng = np.random.default_rng(seed)
    places = replace(lattice(side), area_km2=rng.uniform(0.1, 0.4, side * side))
    rate = rng.gamma(0.5, 0.2, len(places))
    shape = (weeks, len(places))
    holidays = np.where(rng.random(weeks + 4) < 0.1, 3 / 7, 0.0)
    return panel_of(
        places,
        rng.poisson(rate, shape),
        lesser=rng.poisson(3 * rate, shape).astype(np.float32),
        others=rng.poisson(2 * rate + 0.02, shape).astype(np.float32),
        rain_mm=rng.gamma(0.5, 20, shape).astype(np.float32),
        holidays=holidays,
    )
