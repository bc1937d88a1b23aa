"""What a page of warnings asks: alerts with their life, the days behind one, whom to send."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from warehouse.alerts.counts import DailyCounts, daily_counts
from warehouse.alerts.detect import WINDOWS, Series, Watch, upper_counts, watched_weeks
from warehouse.alerts.dispatch import Dispatch, dispatch_for
from warehouse.alerts.expected import Week
from warehouse.alerts.record import COLUMNS, alerts_on, first_counted
from warehouse.published import Published

PUBLISHED = f"""
    select {", ".join(COLUMNS)} from mart.fct_alerts
    where county_code = $county_code
    order by raised_date, area_level, area_code, category_family
"""


DAYS: Mapping[str, pl.DataType] = {
    "day": pl.Date(),
    "observed_count": pl.Int64(),
    "expected_count": pl.Float64(),
    "upper_count": pl.Int64(),
}


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
    return days_of_alerts(published, [alert], last_date=last_date)[alert["alert_id"]]


def days_of_alerts(
    published: Published, alerts: Sequence[Mapping[str, Any]], *, last_date: date
) -> dict[str, pl.DataFrame]:
    """`alert_days` of several alerts of one county by their ids, at about the cost of one: what was
    to be expected is worked out for all series together.
    """
    if not alerts:
        return {}
    counts = daily_counts(
        published.sql,
        alerts[0]["county_code"],
        first_date=first_counted(last_date),
        last_date=last_date,
    )
    empty = pl.DataFrame(schema=DAYS)
    if counts is None:
        return {alert["alert_id"]: empty for alert in alerts}
    first = min(_first_shown(alert) for alert in alerts)
    series = Series.of(counts)
    weeks = list(watched_weeks(counts, series, first_date=first))
    return {alert["alert_id"]: _days(alert, counts, series, weeks) for alert in alerts}


def _first_shown(alert: Mapping[str, Any]) -> date:
    raised: date = alert["raised_date"]
    return raised - timedelta(weeks=4)


def _days(
    alert: Mapping[str, Any],
    counts: DailyCounts,
    series: Series,
    weeks: Sequence[tuple[Week, Watch]],
) -> pl.DataFrame:
    key = (alert["area_level"], alert["area_code"], alert["category_family"])
    observed = counts.series(*key)
    if observed is None:
        return pl.DataFrame(schema=DAYS)
    place = series.place(*key)
    rows = []
    for week, watch in weeks:
        mean = week.mean[max(WINDOWS) - 1 :, place]
        spread = week.level_variance[place] + week.day_variance[place]
        upper = upper_counts(
            np.full(len(mean), watch.alpha[place] * WINDOWS[1]), mean, np.full(len(mean), spread)
        )
        for ahead, (expected, highest) in enumerate(zip(mean, upper, strict=True)):
            day = week.first_day + ahead
            rows.append((counts.date_of(day), int(observed[day]), float(expected), int(highest)))
    frame = pl.DataFrame(rows, schema=DAYS, orient="row")
    last = counts.date_of(len(observed) - 1)
    return frame.filter(pl.col("day").is_between(_first_shown(alert), last))


def suggested_dispatch(published: Published, alert: Mapping[str, Any], *, day: date) -> Dispatch:
    """Whom to send for an alert, by who works where and what is open on a day."""
    return dispatch_for(published.sql, alert, day=day)
