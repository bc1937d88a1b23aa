"""The forecast of each town as it was known at a time, put behind the hours observed."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from warehouse.rainstorm.rain import Floats, Hours, Ints
from warehouse.rainstorm.records import LOOK_AHEAD_HOURS, Records


@dataclass(frozen=True)
class Forecast:
    """Rain forecast by town and hour as known at a time.

    Attributes:
        towns: town_code and issued_at, of the newest forecast known; one row per town that has one.
        rain_mm: town × hour in the columns of `Hours` and 24 more; NaN where nothing is forecast,
            which means that no rain is expected.
    """

    towns: pl.DataFrame
    rain_mm: Floats

    def of(self, town_codes: pl.Series) -> Floats:
        """Rows of towns, NaN for one without a forecast."""
        codes = pl.DataFrame({"town_code": town_codes})
        rows = codes.join(
            self.towns.select("town_code").with_row_index("row"),
            on="town_code",
            how="left",
            maintain_order="left",
        )["row"]
        padded = np.vstack([self.rain_mm, np.full((1, self.rain_mm.shape[1]), np.nan)])
        return np.asarray(padded[rows.fill_null(len(self.rain_mm)).to_numpy()])


def known_forecast(records: Records, hours: Hours) -> Forecast:
    """Of each town and hour the newest forecast that was known by the time."""
    width = hours.rain_mm.shape[1] + LOOK_AHEAD_HOURS
    known = records.forecasts.filter(
        pl.col("known_at") <= hours.at,
        pl.col("hour_number").is_between(hours.first_hour, hours.first_hour + width - 1),
    )
    newest = known.sort("issued_at", maintain_order=True).unique(
        ["town_code", "hour_number"], keep="last", maintain_order=True
    )
    towns = known.group_by("town_code").agg(pl.col("issued_at").max()).sort("town_code")
    placed = newest.join(towns.select("town_code").with_row_index("row"), on="town_code")
    rain = np.full((len(towns), width), np.nan)
    rain[placed["row"].to_numpy(), placed["hour_number"].to_numpy() - hours.first_hour] = placed[
        "rain_mm"
    ]
    return Forecast(towns, rain)


def with_forecast(observed: Floats, end_column: Ints, forecast: Floats) -> Floats:
    """Hours observed up to a row's end, its forecast after it; NaN in gaps and where none is."""
    columns = np.arange(forecast.shape[1])[None, :]
    padded = np.pad(
        observed, ((0, 0), (0, forecast.shape[1] - observed.shape[1])), constant_values=np.nan
    )
    return np.asarray(np.where(columns <= end_column[:, None], padded, forecast))
