"""How long the risk score takes, for a county and for a province's city.

    python -m benchmarks.risk [--grids 3000 20000] [--weeks 156]

One kind of cases, made from an additive process, about as many as a county has. Prints processor
seconds: features and fit (a refit), the scoring of all grids with their reasons, and the backtest
of 26 refits with both baselines. Fails where 3,000 grids take longer than 60 s to refit or 5 s to
score.
"""

import argparse
from datetime import date
from time import process_time

import numpy as np

from geo.risk.backtest import backtest
from geo.risk.features import features_of
from geo.risk.model import design_of, fit, forecast
from geo.risk.panel import Panel, Places
from geo.risk.reasons import facts_of, reasons_of

CASES_PER_GRID_WEEK = 0.06
REFIT_SECONDS, SCORE_SECONDS = 60.0, 5.0
PROMISED_GRIDS = 3000


def made(grids: int, weeks: int, *, seed: int = 1) -> Panel:
    """A panel of grids of uneven size with every kind of input."""
    rng = np.random.default_rng(seed)
    side_m = 1000 * np.sqrt(grids)
    rate = CASES_PER_GRID_WEEK * rng.gamma(0.5, 2.0, grids)
    shape = (weeks, grids)
    history = rng.poisson(rate, shape).astype(np.float32)
    return Panel(
        places=Places(
            codes=tuple(f"{number:06d}" for number in range(grids)),
            x_m=rng.uniform(0, side_m, grids),
            y_m=rng.uniform(0, side_m, grids),
            area_km2=rng.gamma(2, 0.7, grids),
            population=rng.integers(0, 1500, grids).astype(float),
        ),
        first_day=date(2023, 11, 20),
        history=history,
        outcomes=history,
        lesser=rng.poisson(5 * rate, shape).astype(np.float32),
        others=rng.poisson(rate, shape).astype(np.float32),
        rain_mm=rng.gamma(0.3, 20, shape).astype(np.float32),
        holidays=np.zeros(weeks + 4),
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grids", type=int, nargs="+", default=[PROMISED_GRIDS, 20_000])
    parser.add_argument("--weeks", type=int, default=156)
    asked = parser.parse_args()
    print(f"{'grids':>7} {'cases':>8} {'refit s':>8} {'score s':>8} {'backtest s':>10}")
    for grids in asked.grids:
        panel = made(grids, asked.weeks)
        start = process_time()
        features = features_of(panel, weeks=1)
        weights = fit(design_of(features, panel.history, weeks=1), week=panel.week_count)
        refitted = process_time()
        found = forecast(weights, features, week=panel.week_count)
        reasons_of(found, facts_of(panel, has_severity=True))
        scored = process_time()
        backtest(panel, horizon="week")
        judged = process_time()
        refit, score = refitted - start, scored - refitted
        print(
            f"{grids:>7} {int(panel.history.sum()):>8} {refit:>8.2f} {score:>8.2f}"
            f" {judged - scored:>10.2f}",
            flush=True,
        )
        if grids <= PROMISED_GRIDS and (refit > REFIT_SECONDS or score > SCORE_SECONDS):
            raise SystemExit(f"{grids} grids: over {REFIT_SECONDS:g} s or {SCORE_SECONDS:g} s")


if __name__ == "__main__":
    main()
