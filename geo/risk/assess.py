"""The risk of a county's grids: what is expected, by which method, with which proof.

What a page or a script calls: `read_cases` once per county and version, then `assess` for a kind
of cases and a horizon. The command prints the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from geo.risk.backtest import KERNEL, SCORE, Backtest, Method, backtest
from geo.risk.baselines import Kernels, prior_counts
from geo.risk.choose import Choice, choose, sentences
from geo.risk.evaluate import SHARES, Interval
from geo.risk.features import features_of
from geo.risk.model import Forecast, design_of, fit, forecast
from geo.risk.panel import HORIZON_WEEKS, WEEK_DAYS, Panel
from geo.risk.read import CountyCases
from geo.risk.reasons import NAMES, Reason, facts_of, kernel_parts, prior_parts, reasons_of
from warehouse.case_kinds import ALL
from warehouse.catalogue import Text
from warehouse.errors import UsageError, unknown_value

REASON = pl.Struct(
    {
        "reason": pl.String,
        "name_zh": pl.String,
        "name_en": pl.String,
        "share": pl.Float64,
        "text_zh": pl.String,
        "text_en": pl.String,
    }
)


@dataclass(frozen=True)
class Assessment:
    """The risk of every grid for one kind of cases and one horizon.

    Args:
        rows: one row per grid, the most expected cases first: `rank, area_level, area_code,
            area_name, expected_cases, expected_per_km2, reasons`. `reasons` is a list of `reason,
            name_zh, name_en, share, text_zh, text_en`; shares are of the grid's expected cases,
            from 0 to 1, those under half a percent left out.
        start, end: days foretold, `end` exclusive.
        choice: the method shown; `choice.is_forecast` is false where it is a baseline.
        backtest: null where the record is too short to judge.
        texts: the proof in plain words.
    """

    family: str
    family_name: Text
    horizon: str
    start: date
    end: date
    rows: pl.DataFrame
    choice: Choice
    backtest: Backtest | None
    texts: list[Text]


def assess(cases: CountyCases, *, family: str = ALL, horizon: str = "week") -> Assessment:
    """Expected serious cases per grid by the method that its backtest allows.

    Costs a backtest of 26 refits: 2 to 3 seconds for 3,000 grids and three years.

    Raises:
        UsageError: no such kind or horizon.
    """
    weeks = _weeks(horizon)
    panel = cases.panel(family)
    kernels = Kernels(panel.places)
    judged = backtest(panel, horizon=horizon, kernels=kernels)
    choice = choose(judged)
    expected = expected_by(choice.method, panel, weeks=weeks, kernels=kernels)
    facts = facts_of(panel, has_severity=cases.has_severity)
    return Assessment(
        family=family,
        family_name=cases.name_of(family),
        horizon=horizon,
        start=cases.origin,
        end=cases.origin + timedelta(days=WEEK_DAYS * weeks),
        rows=_rows(cases, expected, reasons_of(expected, facts)),
        choice=choice,
        backtest=judged,
        texts=sentences(judged, choice),
    )


def expected_by(
    method: str, panel: Panel, *, weeks: int, kernels: Kernels | None = None
) -> Forecast:
    """Expected cases from the end of a panel on, by one method."""
    if method == SCORE:
        features = features_of(panel, weeks=weeks)
        weights = fit(design_of(features, panel.history, weeks=weeks), week=panel.week_count)
        return forecast(weights, features, week=panel.week_count)
    if method == KERNEL:
        kernel = (kernels or Kernels(panel.places)).best(panel.history)
        return kernel_parts(kernel, panel.history, weeks=weeks)
    return prior_parts(prior_counts(panel.history, week=panel.week_count, weeks=weeks))


def backtest_rows(
    judged: Backtest | None, choice: Choice, *, family: str, horizon: str
) -> pl.DataFrame:
    """One row per method: what it would have named in the windows behind.

    `hit_rate_*`, `pai_10`, `pei_10` are at 5, 10 and 20 % of the area; `population_…` and `grids_…`
    the same of the residents and of the number of grids. `ahead_10` is the score's hit rate at 10 %
    of the area less that of the method. Each has `_low` and `_high`, its 95 % interval. Empty
    without a backtest.
    """
    if judged is None:
        return pl.DataFrame()
    rows = []
    for method in judged.methods.values():
        row: dict[str, Any] = {"method": method.method, "horizon": horizon, "family": family}
        row |= {"is_shown": method.method == choice.method}
        for name, interval in _intervals(method).items():
            row |= {
                name: interval.value,
                f"{name}_low": interval.low,
                f"{name}_high": interval.high,
            }
        row |= {
            "calibration_slope": method.slope,
            "week_to_week_overlap": method.stability,
            "window_count": len(judged.origins),
            "case_count": judged.case_count,
            "first_window_date": judged.origins[0],
            "last_window_date": judged.origins[-1],
        }
        rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)


def _weeks(horizon: str) -> int:
    if horizon not in HORIZON_WEEKS:
        raise UsageError(unknown_value("--horizon", horizon, HORIZON_WEEKS))
    return HORIZON_WEEKS[horizon]


def _intervals(method: Method) -> dict[str, Interval]:
    found: dict[str, Interval] = {}
    for basis, rates in method.hit_rate.items():
        prefix = "" if basis == "area" else f"{basis}_"
        for share, rate in zip(SHARES, rates, strict=True):
            found[f"{prefix}hit_rate_{100 * share:.0f}"] = rate
        found[f"{prefix}pai_10"] = method.pai[basis]
        found[f"{prefix}pei_10"] = method.pei[basis]
    found["ahead_10"] = method.ahead
    return found


def _rows(
    cases: CountyCases, expected: Forecast, reasons: Sequence[Sequence[Reason]]
) -> pl.DataFrame:
    places = cases.places
    return (
        pl.DataFrame(
            {
                "area_level": [cases.level] * len(places),
                "area_code": places.codes,
                "area_name": cases.names,
                "expected_cases": expected.expected,
                "expected_per_km2": expected.expected / places.area_km2,
                "reasons": pl.Series(
                    [[_told(reason) for reason in of_grid] for of_grid in reasons],
                    dtype=pl.List(REASON),
                ),
            }
        )
        .sort("expected_cases", "area_code", descending=[True, False])
        .with_row_index("rank", offset=1)
        .with_columns(pl.col("rank").cast(pl.Int64))
    )


def _told(reason: Reason) -> dict[str, Any]:
    name = NAMES[reason.reason]
    return {
        "reason": reason.reason,
        "name_zh": name.zh,
        "name_en": name.en,
        "share": reason.share,
        "text_zh": reason.text.zh,
        "text_en": reason.text.en,
    }
