"""Detection: outbreaks found, false alarms in budget, no look ahead, nothing personal looked at."""

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy import stats

from tests.support.alert_trials import days_to_find, draw_outbreak, episodes, plant, sample_trial
from warehouse.alerts import counts as counting
from warehouse.alerts import dispatch
from warehouse.alerts.counts import ALL, daily_counts
from warehouse.alerts.detect import (
    BUDGET,
    LEAST_CASES,
    WINDOWS,
    Series,
    detect,
    watched_weeks,
)
from warehouse.alerts.expected import expected_weeks

FIRST = date(2025, 11, 17)
FALSE_ALERTS = 1.0
ROUNDS = 2
"""Times that an outbreak is planted in every series watched quickly."""


@pytest.fixture(scope="module")
def trial():
    return sample_trial(1, people_a_grid=6_000)


@pytest.fixture(scope="module")
def alarms(trial):
    return detect(trial.counts, first_date=FIRST)


@pytest.fixture(scope="module")
def weeks(trial):
    """Weeks from `FIRST` on, with how they are watched."""
    return list(watched_weeks(trial.counts, Series.of(trial.counts), first_date=FIRST))


def expectation(weeks):
    """What was expected on each day of some weeks, days × series."""
    return np.concatenate([week.mean[max(WINDOWS) - 1 :] for week, _ in weeks])


def without(counts, last_days):
    """The county as it was some days before."""
    return replace(
        counts,
        county=counts.county[:-last_days],
        town=counts.town[:-last_days],
        grid=counts.grid[:-last_days],
        day_types=counts.day_types[:-last_days],
    )


def test_a_past_day_alarms_alike_whatever_is_reported_later(trial, alarms):
    earlier = without(trial.counts, 30)
    last = earlier.date_of(len(earlier.county) - 1)
    assert last.isoweekday() != 7
    known = alarms.filter(pl.col("alarm_date") <= last)
    assert_frame_equal(detect(earlier, first_date=FIRST), known, abs_tol=1e-9)


def test_false_alerts_of_an_undisturbed_county_stay_in_the_budget(trial, alarms):
    local = alarms.filter(pl.col("area_level") != "county")
    days = local.group_by("area_code", "category_family").agg(
        (pl.col("alarm_date") - FIRST).dt.total_days()
    )
    number = sum(episodes(one) for one in days["alarm_date"])
    quarters = (trial.counts.date_of(len(trial.counts.county) - 1) - FIRST).days / 91
    assert 0 < number / len(trial.counts.towns) / quarters <= FALSE_ALERTS


def test_doublings_of_what_is_watched_quickly_are_found_within_three_days(trial, weeks):
    rng = np.random.default_rng(7)
    counts, series = trial.counts, Series.of(trial.counts)
    watch = weeks[-1][1]
    quick = [
        (series.area_code[place], series.category_family[place])
        for place in np.flatnonzero(watch.kind == "quick")
        if series.area_level[place] == "town"
    ]
    assert len(quick) >= 15
    days = []
    for _ in range(ROUNDS):
        outbreaks = [
            draw_outbreak(
                trial,
                rng,
                town=counts.towns.index(town),
                family=None if family == ALL else counts.families.index(family),
                first_day=int(rng.integers(1_000, 1_080)),
            )
            for town, family in quick
        ]
        found = detect(plant(counts, outbreaks), first_date=counts.date_of(990))
        days += days_to_find(counts, found, outbreaks)
    fair = [one for one in days if one is None or one > 0]
    assert len(fair) >= 12 * ROUNDS
    assert sum(one is not None and one <= 3 for one in fair) >= 0.8 * len(fair)


def test_what_was_expected_is_near_the_truth(trial, weeks):
    families, towns = len(trial.counts.families), len(trial.counts.towns)
    members = np.column_stack(
        [np.eye(families)[trial.counts.family], np.ones(len(trial.counts.family))]
    )
    place = slice(families + 1, (families + 1) * (1 + towns))
    expected = expectation(weeks)[:, place].sum(axis=0)
    days = slice(weeks[0][0].first_day, len(trial.truth))
    truth = (trial.truth[days] @ members).reshape(-1, len(expected)).sum(axis=0)
    common = truth > 100
    assert np.abs(expected[common] / truth[common] - 1).max() < 0.25
    assert abs(expected.sum() / truth.sum() - 1) < 0.02


def test_an_alarm_is_as_rare_as_its_share_of_the_budget_says(trial, alarms, weeks):
    """Chances told are negative binomial tails of what was expected, worked out again."""
    series = Series.of(trial.counts)
    by_day = {week.first_day: (week, watch) for week, watch in weeks}
    assert alarms.height > 30
    for row in alarms.iter_rows(named=True):
        day = (row["alarm_date"] - trial.counts.first_date).days
        week, watch = by_day[max(first for first in by_day if first <= day)]
        key = (row["area_level"], row["area_code"], row["category_family"])
        place, window = series.place(*key), row["window_days"]
        values = trial.counts.series(*key)[: day + 1]
        assert row["observed_count"] == values[-window:].sum() >= LEAST_CASES
        last = day - week.first_day + 7
        mean = week.mean[last - window : last, place].sum()
        assert row["expected_count"] == pytest.approx(mean)
        spread = week.level_variance[place] + week.day_variance[place] / window
        variance = mean + mean**2 * spread
        tail = stats.nbinom(mean**2 / (variance - mean), mean / variance)
        assert row["chance"] == pytest.approx(tail.sf(row["observed_count"] - 1), rel=1e-6)
        assert row["chance"] <= watch.alpha[place]
        assert row["upper_count"] < row["observed_count"]


def test_the_budget_of_every_area_is_spent_once(trial, weeks):
    series = Series.of(trial.counts)
    watch = weeks[-1][1]
    for kind, budget in BUDGET.items():
        is_kind = watch.kind == kind
        spent = np.bincount(series.group[is_kind], weights=watch.alpha[is_kind])
        spent = spent[spent > 0] * 91 * 0.55
        np.testing.assert_allclose(spent, budget, rtol=1e-9)


def test_a_week_without_deliveries_hardly_lowers_what_is_expected_after_it(trial, weeks):
    """All of a county's records of a week are missing, a ninth of what the ratio remembers."""
    counts = trial.counts
    town, county, grid = counts.town.copy(), counts.county.copy(), counts.grid.copy()
    for values in (town, county, grid):
        values[999:1_006] = 0
    assert counts.date_of(999).isoweekday() == 1
    silent = replace(counts, town=town, county=county, grid=grid)
    place = len(counts.families)
    usual = expectation(weeks)[-100:, place].sum()
    after = np.concatenate([week.mean for week in expected_weeks(silent)])[-100:, place].sum()
    assert 0.97 < after / usual < 1.01


def test_a_few_months_of_records_raise_nothing():
    trial = sample_trial(2, cases=20_000)
    short = without(trial.counts, len(trial.counts.county) - 150)
    assert detect(short, first_date=short.first_date).is_empty()


CASE_COLUMNS = (
    "county_code varchar, town_code varchar, grid_code varchar, category_code varchar,"
    " reported_date date, is_duplicate boolean, dataset varchar"
)


def bare_county(*, case_columns=CASE_COLUMNS):
    """Tables with no column but those that alerts may look at."""
    con = duckdb.connect()
    con.execute("create schema mart")
    con.execute(f"create table mart.fct_cases ({case_columns})")
    con.execute(
        "create table mart.dim_categories (county_code varchar, category_code varchar,"
        " category_family varchar)"
    )
    con.execute(
        "create table mart.dim_dates (county_code varchar, calendar_date date,"
        " holiday_name varchar, is_makeup_workday boolean)"
    )
    return con


def asker(con):
    return lambda query, params: con.sql(query, params=dict(params)).pl()


def test_alerts_look_at_place_kind_and_day_of_cases_and_at_nothing_else():
    con = bare_county()
    con.execute(
        "insert into mart.fct_cases values"
        " ('c', 't1', 'g1', 'k1', date '2026-01-05', false, 'grid_events'),"
        " ('c', 't1', 'g1', 'k1', date '2026-01-05', true, 'grid_events'),"
        " ('c', 't1', 'g1', 'k1', date '2026-01-05', false, 'wristband_alerts'),"
        " ('c', 't2', null, 'k2', date '2026-01-07', false, 'grid_events'),"
        " ('c', null, null, 'k1', date '2026-01-07', false, 'grid_events'),"
        " ('c', 't1', 'g1', 'k1', date '2026-02-01', false, 'grid_events'),"
        " ('other', 't9', 'g9', 'k1', date '2026-01-05', false, 'grid_events')"
    )
    con.execute("insert into mart.dim_categories values ('c', 'k1', 'noise')")
    con.execute("insert into mart.dim_dates values ('c', date '2026-01-06', '元旦', false)")
    found = daily_counts(asker(con), "c", first_date=date(2025, 1, 1), last_date=date(2026, 1, 7))
    assert found.first_date == date(2026, 1, 5)
    assert (found.towns, found.grids, found.families) == (("t1", "t2"), ("g1",), ("noise", "other"))
    assert found.county.tolist() == [[1, 0], [0, 0], [1, 1]]
    assert found.town[:, 0].tolist() == [[1, 0], [0, 0], [0, 0]]
    assert found.series("town", "t2", ALL).tolist() == [0, 0, 1]
    assert found.series("grid", "g1", ALL).tolist() == [1, 0, 0]
    assert found.series("town", "t2", "fraud") is None
    assert found.day_types == ("1", "元旦", "3")


@pytest.mark.parametrize(
    "query", [counting.CASES_BY_TOWN, counting.CASES_BY_GRID, counting.DAYS, dispatch.FOCUS]
)
def test_no_query_on_cases_asks_who_lives_there(query):
    for word in ("person", "resident", "population", "household", "group", "ethnic", "age_band"):
        assert word not in query.replace("group by", "")


def test_a_column_more_would_be_noticed():
    """The bare county proves something: a query of a personal column fails on it."""
    with pytest.raises(duckdb.BinderException):
        asker(bare_county())("select person_key from mart.fct_cases where $day is null", {"day": 1})


def test_a_county_without_towns_or_grids_is_still_watched_as_a_whole():
    rng = np.random.default_rng(3)
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(400)]
    counts = rng.poisson(20, len(days))
    counts[390:393] += 40
    con = bare_county()
    rows = pl.DataFrame({"day": pl.Series(days).gather(np.repeat(np.arange(len(days)), counts))})
    con.register("day_rows", rows)
    con.execute(
        "insert into mart.fct_cases"
        " select 'c', null, null, 'k', day, false, 'grid_events' from day_rows"
    )
    con.unregister("day_rows")
    known = daily_counts(asker(con), "c", first_date=days[0], last_date=days[-1])
    found = detect(known, first_date=days[380])
    assert set(found["area_level"]) == {"county"}
    assert found["alarm_date"].min() == days[390]
