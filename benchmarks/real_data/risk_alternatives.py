"""The additive score beside other models on the same windows of real records.

    python -m benchmarks.real_data.risk_alternatives [--home data]

For choosing a model, so it never looks at the last third of a real series: windows are the last
third of the first two thirds. With `--home`, the kinds of a published county too (a sample is
generated and has no such limit). Prints hit rates at 5, 10 and 20 % of the area, the gain over a
uniform forecast in nats per case (mean log of forecast density over uniform density), and the
difference of hit rates at 10 % to the score, with its interval.

- log_link: Poisson regression with log link on log(1 + rate ÷ mean rate) of the same features.
- own_only: the additive score on a grid's own cases of the kind.
- no_other_kinds: without cases of other kinds.
- uniform_prior_5: five cases given to each feature beforehand instead of half a case.
- kernel_at_points: kernel density from the points themselves instead of the cells' centres.
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from benchmarks.real_data.series import Points, series
from geo.risk import model
from geo.risk.backtest import BLOCK_WEEKS
from geo.risk.baselines import Kernels, prior_counts
from geo.risk.choose import points
from geo.risk.evaluate import hits, ratio, resampled
from geo.risk.features import Features, features_of
from geo.risk.model import design_of, fit, forecast, nonnegative_poisson
from geo.risk.panel import Floats, Panel, horizon_sums
from geo.risk.read import read_cases
from warehouse.published import PublishedStore
from warehouse.settings import load_settings

UNTIL_SHARE = 0.667
FAMILIES = ("all", "theft", "fire", "flooding", "dispute")
REFIT_EVERY = 4
RIDGE = 1.0
Forecaster = Callable[[int], Floats]
OWN = ("even", "area", "own_all", "own_year", "own_recent", "own_latest", "since")


def main() -> None:
    """Print a line per series and model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, help="of a published county")
    for name, panel, cases in panels(parser.parse_args().home):
        compare(name, panel, cases)


def panels(home: Path | None) -> Iterator[tuple[str, Panel, Points | None]]:
    """Real series, and the county's kinds."""
    for one in series(until_share=UNTIL_SHARE):
        yield one.name, one.panel, one.points
    if home is not None:
        settings = load_settings({"GRIDGOV_HOME": str(home)}, folder=home)
        published = PublishedStore(settings).current()
        county_code = published.sql("select min(county_code) as code from ops.build")["code"][0]
        cases = read_cases(published, county_code)
        for family in FAMILIES:
            yield family, cases.panel(family), None


def compare(name: str, panel: Panel, cases: Points | None) -> None:
    """One series, a week ahead."""
    first, last = 2 * panel.week_count // 3, panel.week_count - 1
    outcomes = horizon_sums(panel.outcomes, 1)[first : last + 1]
    happened, times = outcomes.sum(axis=1), resampled(len(outcomes), block=BLOCK_WEEKS)
    area = panel.places.area_km2
    score_hits: Floats | None = None
    for label, forecaster in forecasters(panel, first, cases).items():
        expected = [forecaster(week) for week in range(first, last + 1)]
        pairs = zip(expected, outcomes, strict=True)
        found = np.array([hits(one, happened_then, area) for one, happened_then in pairs]).T
        score_hits = found[1] if score_hits is None else score_hits
        ahead = ratio(score_hits - found[1], happened, times)
        rates = " ".join(f"{one.sum() / happened.sum():.3f}" for one in found)
        gain = sum(_gain(e, o, area) for e, o in zip(expected, outcomes, strict=True))
        print(
            f"{name:24} {label:16} {rates}  {gain / happened.sum():.3f}"
            f"  {points(ahead):>22}"
            f"  {len(outcomes)} windows, {happened.sum():.0f} cases",
            flush=True,
        )


def forecasters(panel: Panel, first: int, cases: Points | None) -> dict[str, Forecaster]:
    """Models by name, the score first."""
    features = features_of(panel, weeks=1)
    kernel = Kernels(panel.places).best(panel.history[:first])
    own = {name: values for name, values in features.grid.items() if name in OWN}
    rest = {name: values for name, values in features.grid.items() if not name.startswith("others")}
    found: dict[str, Forecaster] = {
        "score": additive(panel, features),
        "prior_counts": lambda week: prior_counts(panel.history, week=week, weeks=1),
        "kernel_density": lambda week: kernel.expected(panel.history, week=week, weeks=1),
        "log_link": log_link(panel, features),
        "own_only": additive(panel, Features(own, features.county, features.rain)),
        "no_other_kinds": additive(panel, Features(rest, features.county, features.rain)),
        "uniform_prior_5": additive(panel, features, prior_cases=5.0),
    }
    if cases is not None:
        found["kernel_at_points"] = at_points(panel, cases, kernel.bandwidth_m)
    return found


def additive(
    panel: Panel, features: Features, *, prior_cases: float = model.PRIOR_CASES
) -> Forecaster:
    """The score's form on some features."""
    design = design_of(features, panel.history, weeks=1)

    def expected(week: int) -> Floats:
        if prior_cases == model.PRIOR_CASES:
            return forecast(fit(design, week=week), features, week=week).expected
        start = model.first_learnt_week(week)
        learnt = (design.week >= start) & (design.week < week)
        sums = design.sums[start:week].sum(axis=0)
        weights = nonnegative_poisson(
            design.values[learnt], design.cases[learnt], sums, prior_cases=prior_cases
        )
        values = [features.grid[name][week] for name in design.names]
        return np.asarray(np.einsum("kg,k->g", np.stack(values), weights))

    return expected


def log_link(panel: Panel, features: Features) -> Forecaster:
    """Poisson regression with log link and a ridge, by Newton steps over every grid-week."""
    ahead = horizon_sums(panel.history, 1)
    values = {
        name: np.log1p(one / max(float(one.mean()), 1e-9))
        for name, one in features.grid.items()
        if name != "even"
    }
    table = np.stack([np.ones_like(ahead, shape=features.grid["even"].shape), *values.values()], -1)
    fitted: dict[int, Floats] = {}

    def expected(week: int) -> Floats:
        turn = week // REFIT_EVERY
        if turn not in fitted:
            start = model.first_learnt_week(week)
            rows = table[start:week].reshape(-1, table.shape[2])
            fitted[turn] = _newton(rows, ahead[start:week].ravel())
        return np.asarray(np.exp(np.einsum("gk,k->g", table[week], fitted[turn])))

    return expected


def _newton(rows: Floats, cases: Floats) -> Floats:
    weights = np.zeros(rows.shape[1])
    weights[0] = np.log(cases.mean())
    penalty = np.full(rows.shape[1], RIDGE)
    penalty[0] = 0.0
    for _ in range(30):
        rates = np.exp(np.clip(np.einsum("nk,k->n", rows, weights), -30, 10))
        gradient = np.einsum("nk,n->k", rows, cases - rates) - penalty * weights
        curvature = np.einsum("nj,nk->jk", rows * rates[:, None], rows) + np.diag(penalty)
        step = np.clip(np.linalg.solve(curvature, gradient), -0.5, 0.5)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def at_points(panel: Panel, cases: Points, bandwidth_m: float) -> Forecaster:
    """Kernel density over the whole record, from the points to the cells' centres."""
    centres = cKDTree(np.column_stack([panel.places.x_m, panel.places.y_m]))
    tree = cKDTree(np.column_stack([cases.x_m, cases.y_m]))
    near = centres.sparse_distance_matrix(tree, 4 * bandwidth_m, output_type="coo_matrix").tocsc()
    near.data = np.exp(-0.5 * (near.data / bandwidth_m) ** 2)
    week_of = ((cases.days - panel.first_day).dt.total_days() // 7).to_numpy()

    def expected(week: int) -> Floats:
        known = ((week_of >= 0) & (week_of < week)).astype(float)
        return np.asarray(panel.places.area_km2 * (near @ known))

    return expected


def _gain(expected: Floats, cases: Floats, area: Floats) -> float:
    """Sum over the cases of log(forecast density ÷ uniform density)."""
    share, uniform = expected / expected.sum(), area / area.sum()
    return float(cases @ np.log((0.999 * share + 0.001 * uniform) / uniform))


if __name__ == "__main__":
    main()
