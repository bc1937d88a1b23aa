"""The reasons of a grid's expected cases, in words, each with its share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from geo.risk.baselines import Kernel
from geo.risk.features import RECENT_WEEKS, around, decayed, last_weeks
from geo.risk.model import Forecast
from geo.risk.panel import YEAR_WEEKS, Counts, Floats, Panel
from warehouse.catalogue import Text

LEAST_SHARE = 0.005
"""Reasons below it are left out of words; their shares go to none."""

NAMES: Mapping[str, Text] = {
    "anywhere": Text(zh="本底", en="background"),
    "history": Text(zh="历史", en="past cases here"),
    "season": Text(zh="季节", en="season"),
    "recent": Text(zh="近期", en="recent cases here"),
    "since_last": Text(zh="距上一起", en="time since the last"),
    "neighbours": Text(zh="邻近网格", en="neighbouring grids"),
    "lesser": Text(zh="同类一般事件", en="lesser cases of the kind"),
    "other_kinds": Text(zh="其他类事件", en="other kinds of cases"),
    "trend": Text(zh="全县趋势", en="county-wide trend"),
    "calendar": Text(zh="节假日", en="public holidays"),
    "rain": Text(zh="降雨", en="rain"),
}


@dataclass(frozen=True)
class Reason:
    """One reason of one grid: its share of the grid's expected cases and what stands behind it."""

    reason: str
    share: float
    text: Text


@dataclass(frozen=True)
class Facts:
    """Figures that reasons quote, per grid: cases unless said otherwise."""

    year: Floats
    record: Floats
    recent: Floats
    since_weeks: Floats
    near_year: Floats
    lesser_year: Floats
    others_year: Floats
    rain_mm: Floats
    trend: float
    """The county's recent rate over that of the last year."""
    noun: Text
    """What is counted: serious cases, or all of them."""


def facts_of(panel: Panel, *, has_severity: bool) -> Facts:
    """What the reasons of a panel's next weeks quote."""
    history = panel.history
    year, nothing = _sum(history, YEAR_WEEKS), np.zeros(len(panel.places))
    ages = panel.week_count - np.arange(panel.week_count)[:, None]
    since = np.where(history > 0, ages, np.inf).min(axis=0, initial=np.inf)
    totals = history.sum(axis=1, keepdims=True)
    per_week = float(last_weeks(totals, YEAR_WEEKS)[-1, 0])
    return Facts(
        year=year,
        record=_sum(history, panel.week_count),
        recent=_sum(history, int(RECENT_WEEKS)),
        since_weeks=since,
        near_year=around(panel.places.near, year[None, :].astype(np.float32))[0].astype(float),
        lesser_year=nothing if panel.lesser is None else _sum(panel.lesser, YEAR_WEEKS),
        others_year=nothing if panel.others is None else _sum(panel.others, YEAR_WEEKS),
        rain_mm=nothing if panel.rain_mm is None else panel.rain_mm[-1].astype(float),
        trend=float(decayed(totals, RECENT_WEEKS)[-1, 0]) / per_week if per_week else 1.0,
        noun=Text(zh="严重事件", en="serious cases")
        if has_severity
        else Text(zh="事件", en="cases"),
    )


def reasons_of(forecast: Forecast, facts: Facts) -> list[list[Reason]]:
    """Reasons of every grid, the largest share first; shares of all parts add up to 1."""
    expected = np.where(forecast.expected > 0, forecast.expected, 1.0)
    names = list(forecast.parts)
    shares = np.column_stack([forecast.parts[name] / expected for name in names])
    order = np.argsort(-shares, axis=1, kind="stable")
    return [
        [
            Reason(names[part], float(shares[grid, part]), WORDS[names[part]](facts, grid))
            for part in order[grid]
            if shares[grid, part] >= LEAST_SHARE
        ]
        for grid in range(len(shares))
    ]


def prior_parts(expected: Floats) -> Forecast:
    """Last year's counts as a forecast with its one reason."""
    return Forecast(expected, {"history": expected})


def kernel_parts(kernel: Kernel, history: Counts, *, weeks: int) -> Forecast:
    """A kernel density as a forecast: what a grid's own cases give, and what those around give."""
    expected = kernel.expected(history, week=len(history), weeks=weeks)
    span = len(history) if kernel.window_weeks is None else kernel.window_weeks
    past = history[-span:]
    own = kernel.spread.diagonal() * past.sum(axis=0, dtype=np.float64) * weeks / max(len(past), 1)
    return Forecast(expected, {"history": own, "neighbours": np.maximum(expected - own, 0.0)})


def _sum(counts: Counts, weeks: int) -> Floats:
    return np.asarray(counts[-weeks:].sum(axis=0, dtype=np.float64))


def _anywhere(_: Facts, __: int) -> Text:
    return Text(zh="任何网格都有的本底", en="the background that any grid has")


def _history(facts: Facts, grid: int) -> Text:
    year, record = facts.year[grid], facts.record[grid]
    return Text(
        zh=f"本网格近一年{facts.noun.zh} {year:.0f} 件,有记录以来 {record:.0f} 件",
        en=f"{year:.0f} {facts.noun.en} here in the last 52 weeks, {record:.0f} on record",
    )


def _season(_: Facts, __: int) -> Text:
    return Text(zh="一年中的这个时候历来较多", en="more of them at this time of the year")


def _recent(facts: Facts, grid: int) -> Text:
    count = facts.recent[grid]
    return Text(
        zh=f"近 8 周本网格{facts.noun.zh} {count:.0f} 件",
        en=f"{count:.0f} {facts.noun.en} here in the last 8 weeks",
    )


def _since_last(facts: Facts, grid: int) -> Text:
    weeks = facts.since_weeks[grid]
    return Text(zh=f"上一起在 {weeks:.0f} 周内", en=f"the last one was within {weeks:.0f} weeks")


def _neighbours(facts: Facts, grid: int) -> Text:
    mean = facts.near_year[grid]
    return Text(
        zh=f"邻近网格近一年平均 {mean:.1f} 件,越近权重越大",
        en=f"{mean:.1f} on average in the neighbouring grids in the last 52 weeks,"
        " the nearest counting most",
    )


def _lesser(facts: Facts, grid: int) -> Text:
    count = facts.lesser_year[grid]
    return Text(
        zh=f"近一年同类一般事件 {count:.0f} 件",
        en=f"{count:.0f} lesser cases of the kind here in the last 52 weeks",
    )


def _other_kinds(facts: Facts, grid: int) -> Text:
    count = facts.others_year[grid]
    return Text(
        zh=f"近一年其他类{facts.noun.zh} {count:.0f} 件",
        en=f"{count:.0f} {facts.noun.en} of other kinds here in the last 52 weeks",
    )


def _trend(facts: Facts, _: int) -> Text:
    more = 100 * (facts.trend - 1)
    return Text(
        zh=f"全县近期比近一年平均多 {more:.0f} %",
        en=f"the county has lately had {more:.0f} % more than on average in the last 52 weeks",
    )


def _calendar(_: Facts, __: int) -> Text:
    return Text(zh="预测期内有法定节假日", en="public holidays in the days foretold")


def _rain(facts: Facts, grid: int) -> Text:
    rain = facts.rain_mm[grid]
    return Text(
        zh=f"所在乡镇前一周降雨 {rain:.0f} 毫米", en=f"{rain:.0f} mm of rain in its town last week"
    )


WORDS: Mapping[str, Callable[[Facts, int], Text]] = {
    "anywhere": _anywhere,
    "history": _history,
    "season": _season,
    "recent": _recent,
    "since_last": _since_last,
    "neighbours": _neighbours,
    "lesser": _lesser,
    "other_kinds": _other_kinds,
    "trend": _trend,
    "calendar": _calendar,
    "rain": _rain,
}
