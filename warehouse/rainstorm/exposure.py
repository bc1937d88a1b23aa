"""How much a household on low ground is exposed to the rain that fell and is to come.

    exposure = low ground × rain × history

- low ground: 1 for the lowest household on low ground of its town, falling to 0.5 as the share of
  those that stand lower grows. Heights are compared inside a town, which warnings are issued for.
- rain: the highest sum of three hours at the household, of those that end now or within twelve
  hours, over the red threshold (the window and millimetres of the most severe colour). Hours past
  are observed by the gauges around, hours ahead forecast for its town.
- history: 1 without a flood of its grid in the ten years before, up to 2 with three or more.

So 1 is what the lowest household of a town that was never flooded has at the red threshold. Each
part is kept beside the score. Nothing is known of the people who live there but that they do.
"""

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from warehouse.rainstorm.days import Days
from warehouse.rainstorm.forecasts import Forecast
from warehouse.rainstorm.rain import DECIMALS, Hours, rain_at, window_sums
from warehouse.rainstorm.records import end_of_hour

AHEAD_HOURS = 12
HISTORY_DAYS = 3652.5
"""Ten years."""

MOST_FLOODS = 3
"""As many floods as make the whole of the history's weight."""

NO_THRESHOLD = (3, float("nan"))
"""Of a day without thresholds: the rain is summed, and what it comes to is not known."""

RANKING = ("exposure", "low_factor", "town_code", "grid_code", "household_key")
RANKING_DOWN = (True, True, False, False, False)


def exposures(days: Days, hours: Hours, forecast: Forecast, town_codes: pl.Series) -> pl.DataFrame:
    """Households on low ground on the day of the time, the most exposed first.

    Households as exposed as each other come by low_factor, then by town, grid and key.

    Args:
        town_codes: towns whose households are asked for.

    Returns:
        One row per household: the columns of `days.households_of` and rain_mm, rain_observed_mm,
        rain_forecast_mm and peak_at of the wettest window; rain_missing_hours, of the last three
        that no gauge near told of; rain_factor; nearest_gauge_code, nearest_km; flood_count,
        last_flooded_at; history_factor; exposure, null where no gauge and no forecast tells of the
        rain there or the day has no thresholds; is_at_least, whether it may be more because such
        hours are missing.

    Raises:
        ValueError: the records were read without the households.
    """
    households = hours.day.households
    if households is None:
        raise ValueError("read without the file about persons")
    households = households.filter(pl.col("town_code").is_in(town_codes.implode()))
    floods = known_floods(hours.day.floods, hours.at)
    history = 1 + pl.col("flood_count").clip(upper_bound=MOST_FLOODS) / MOST_FLOODS
    score = pl.col("low_factor") * pl.col("rain_factor") * pl.col("history_factor")
    return (
        _with_rain(days, hours, forecast, households)
        .join(floods, on="grid_code", how="left", maintain_order="left")
        .with_columns(pl.col("flood_count").fill_null(0))
        .with_columns(history_factor=history, is_at_least=pl.col("rain_missing_hours") > 0)
        .with_columns(exposure=score.round(4))
        .sort(RANKING, descending=RANKING_DOWN, nulls_last=True)
        .drop("place")
    )


def known_floods(floods: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """Floods of the ten years before a time that were known by then: grid_code, flood_count,
    last_flooded_at.
    """
    since = at - timedelta(days=HISTORY_DAYS)
    return (
        floods.filter(
            pl.col("known_at") <= at, pl.col("flooded_at") <= at, pl.col("flooded_at") > since
        )
        .group_by("grid_code")
        .agg(
            flood_count=pl.len().cast(pl.Int64),
            last_flooded_at=pl.col("flooded_at").max(),
        )
    )


def _with_rain(
    days: Days, hours: Hours, forecast: Forecast, households: pl.DataFrame
) -> pl.DataFrame:
    """The wettest window of each household, of those that end now or within twelve hours."""
    window, threshold_mm = hours.day.severest or NO_THRESHOLD
    last = hours.last_column
    start, end = last - window + 1, last + AHEAD_HOURS + 1
    place = rain_at(days, hours, hours.day.places, columns=range(start, last + 1))
    own = households["place"].to_numpy()
    past = np.pad(place.rain_mm[own], ((0, 0), (0, AHEAD_HOURS)), constant_values=np.nan)
    ahead = forecast.of(households["town_code"])[:, start:end]
    ahead[:, :window] = past[:, :window]
    # Of each window its sum, and of the hours past in it the sum and how many are known.
    sums, known = (one[:, window - 1 :] for one in window_sums(ahead, window))
    past_sums, past_known = (one[:, window - 1 :] for one in window_sums(past, window))
    # Of windows as wet as each other the first: nothing is gained by waiting.
    best = sums.argmax(axis=1)
    row = np.arange(len(households))
    is_known = (known > 0).any(axis=1)
    rain = np.where(is_known, sums[row, best], np.nan)
    observed = np.where(is_known, past_sums[row, best], np.nan)
    ends_of_windows = pl.Series(
        [end_of_hour(hours.first_hour + last + number) for number in range(AHEAD_HOURS + 1)],
        dtype=pl.Datetime("us", "UTC"),
    )
    values = {
        "rain_mm": rain,
        "rain_observed_mm": observed,
        "rain_forecast_mm": np.round(rain - observed, DECIMALS),
        "rain_factor": rain / threshold_mm,
    }
    return households.with_columns(
        *(pl.Series(name, one).fill_nan(None) for name, one in values.items()),
        ends_of_windows.gather(best).alias("peak_at"),
        pl.Series("rain_missing_hours", window - past_known[:, 0]),
        *place.nearest[own].get_columns(),
    ).with_columns(pl.when(pl.col("rain_mm").is_not_null()).then("peak_at").alias("peak_at"))
