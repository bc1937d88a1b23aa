"""What a page of warnings asks: alerts with their life, the days behind one, whom to send."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from warehouse.alerts.counts import daily_counts
from warehouse.alerts.detect import WINDOWS, Series, upper_counts, watched_weeks
from warehouse.alerts.dispatch import Dispatch, dispatch_for
from warehouse.alerts.record import COLUMNS, alerts_on, first_counted
from warehouse.published import Published

PUBLISHED = f"""
    select {", ".join(COLUMNS)} from mart.fct_alerts
    where county_code = $county_code
    order by raised_date, area_level, area_code, category_family
"""


def published_alerts(
    published: Published, county_code: str, *, day: date | None = None
) -> pl.DataFrame:
    """Alerts of a county, one row each (columns of `mart.fct_alerts`), by day raised.

    Args:
        day: a past day to see as it was then, at about a second of computing; null reads the
            version's own as-of day from the table.

    Raises:
        UsageError: the county has nothing in this version.
    """
    today = published.as_of_date(county_code)
    if day is None or day >= today:
        return published.sql(PUBLISHED, {"county_code": county_code})
    return alerts_on(published.sql, county_code, day)


def alert_days(published: Published, alert: Mapping[str, Any], *, last_date: date) -> pl.DataFrame:
    """The days behind an alert, for its chart: from four weeks before it was raised.

    Args:
        alert: a row of `mart.fct_alerts`.
        last_date: last day shown.

    Returns:
        One row per day: `day`, `observed_count`, `expected_count`, `upper_count` (highest count of
        a single day that is no alarm; windows of several days can alarm below it). Empty where the
        series had no expectation.
    """
    schema = {
        "day": pl.Date(),
        "observed_count": pl.Int64(),
        "expected_count": pl.Float64(),
        "upper_count": pl.Int64(),
    }
    first = alert["raised_date"] - timedelta(weeks=4)
    county_code = alert["county_code"]
    counts = daily_counts(
        published.sql, county_code, first_date=first_counted(last_date), last_date=last_date
    )
    key = (alert["area_level"], alert["area_code"], alert["category_family"])
    observed = None if counts is None else counts.series(*key)
    if counts is None or observed is None:
        return pl.DataFrame(schema=schema)
    series = Series.of(counts)
    place = series.place(*key)
    rows = []
    for week, watch in watched_weeks(counts, series, first_date=first):
        mean = week.mean[max(WINDOWS) - 1 :, place]
        spread = week.level_variance[place] + week.day_variance[place]
        upper = upper_counts(
            np.full(len(mean), watch.alpha[place] * WINDOWS[1]), mean, np.full(len(mean), spread)
        )
        for ahead, (expected, highest) in enumerate(zip(mean, upper, strict=True)):
            day = week.first_day + ahead
            rows.append((counts.date_of(day), int(observed[day]), float(expected), int(highest)))
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.filter(pl.col("day").is_between(first, last_date))


def suggested_dispatch(published: Published, alert: Mapping[str, Any], *, day: date) -> Dispatch:
    """Whom to send for an alert, by who works where and what is open on a day."""
    return dispatch_for(published.sql, alert, day=day)
