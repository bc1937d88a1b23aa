"""What an analysis found, as sentences in Chinese and English."""

from collections.abc import Mapping

import polars as pl

from warehouse.analysis.decomposition import Decomposition, shown
from warehouse.analysis.funnel import Funnel
from warehouse.analysis.smoothing import Prior
from warehouse.analysis.trends import Chart
from warehouse.analysis.wording import (
    PERCENTAGE_POINTS,
    UNITS,
    days,
    decimals_of,
    difference,
    interval,
    month,
    scale_of,
    value,
)
from warehouse.catalogue import Kpi, Text, load_caveats

NAMED = 3
"""Groups named in the sentence of a decomposition; the others are one more."""
CHARTS = {
    "p": Text(zh="p′ 图", en="p′ chart"),
    "u": Text(zh="u′ 图", en="u′ chart"),
    "xmr": Text(zh="单值–移动极差图", en="XmR chart"),
}
COMPARED = {
    "previous": Text(zh="环比", en="Against the period before"),
    "last_year": Text(zh="同比", en="Against the same period last year"),
}
SEASONAL = 0.5


def of_funnel(found: Funnel, kpi: Kpi) -> list[Text]:
    """How many lie outside the limits, and how those were drawn."""
    rows = found.rows
    outside = rows.filter(pl.col("limit") == "998")
    above = outside.filter(pl.col("position") == "above").height
    below = outside.height - above
    whole = value(found.centre, kpi)
    texts = [
        Text(
            zh=f"总体 {whole.zh};{rows.height} 个中 {above} 个高于、{below} 个低于 99.8 % 控制限,"
            f"{rows['limit'].null_count()} 个在 95 % 控制限内。",
            en=f"Of all: {whole.en}; of {rows.height}, {above} lie above and {below} below the"
            f" 99.8 % limits, {rows['limit'].null_count()} inside the 95 % limits.",
        )
    ]
    if found.is_over_dispersed:
        spread = difference(found.between_sd, kpi)
        texts.append(
            Text(
                zh=f"各单位之间的差异大于偶然(离散系数 {found.dispersion:.1f}),"
                f"控制限已按单位间标准差 {spread.zh.lstrip('+')} 放宽。",
                en=f"They differ by more than chance (dispersion {found.dispersion:.1f}); the"
                f" limits are widened by {spread.en.lstrip('+')}, the standard deviation between"
                " them.",
            )
        )
    else:
        texts.append(
            Text(
                zh=f"各单位之间的差异不超出偶然(离散系数 {found.dispersion:.1f}),控制限为精确限。",
                en=f"They differ by no more than chance (dispersion {found.dispersion:.1f}); the"
                " limits are the exact ones.",
            )
        )
    return texts


def of_smoothing(prior: Prior, kpi: Kpi) -> list[Text]:
    """What the values are drawn to, and how strongly."""
    mean = value(prior.mean, kpi)
    if prior.size == float("inf"):
        return [
            Text(
                zh=f"各单位之间的差异不超出偶然,均取总体值 {mean.zh}。",
                en=f"They differ by no more than chance: each has the value of all, {mean.en}.",
            )
        ]
    return [
        Text(
            zh=f"各值向 {mean.zh} 收缩;分母为 {prior.size:,.0f} 的单位收缩一半,越小收缩越多。",
            en=f"Values are drawn to {mean.en}: half-way where the denominator is"
            f" {prior.size:,.0f}, further where it is smaller.",
        )
    ]


def of_chart(chart: Chart) -> list[Text]:
    """How many signals, since when, and what the season may have to do with them."""
    rows = chart.rows
    kind, signals = CHARTS[chart.kind], rows.filter(pl.col("signal").is_not_null())
    phases = ", ".join(month(start) for start in chart.phase_starts)
    if rows["centre"].null_count() == rows.height:
        return [
            Text(
                zh=f"只有 {rows.height} 个完整月份,不足 8 个,不给控制限。",
                en=f"Only {rows.height} whole months, fewer than 8: there are no control limits.",
            )
        ]
    listed = ", ".join(month(day) for day in signals["month"].tail(6)) or "—"
    texts = [
        Text(
            zh=f"{kind.zh},{rows.height} 个完整月份,各阶段始于 {phases};"
            f"{signals.height} 个月有信号(最近:{listed})。其余为正常波动。",
            en=f"{kind.en} of {rows.height} whole months, phases from {phases};"
            f" {signals.height} months are signals (latest: {listed}). The rest is noise.",
        )
    ]
    season = chart.seasonal_correlation
    if season is None:
        texts.append(
            Text(
                zh="不足 24 个月,看不出季节;信号也可能来自季节。",
                en="Fewer than 24 months: the season cannot be told, and a signal may be one.",
            )
        )
    else:
        is_seasonal = season >= SEASONAL
        texts.append(
            Text(
                zh=f"控制限未作季节调整;与上年同月的相关系数为 {season:.2f},"
                + ("季节性强,请同时看同比。" if is_seasonal else "季节性不强。"),
                en="The limits are not adjusted for the season; the correlation with the same month"
                f" of last year is {season:.2f}: "
                + (
                    "strongly seasonal, look at the change from last year too."
                    if is_seasonal
                    else "not strongly seasonal."
                ),
            )
        )
    return texts


def of_changes(rows: pl.DataFrame, kpi: Kpi) -> list[Text]:
    """One sentence per comparison of a question without slices; none for a table of them."""
    if rows.height > len(COMPARED):
        return []
    return [_change(row, kpi) for row in rows.iter_rows(named=True)]


def _change(row: Mapping[str, object], kpi: Kpi) -> Text:
    name = COMPARED[str(row["compared_with"])]
    change, before, now = row["change"], row["before_equal_days"], row["value"]
    if not isinstance(change, float) or not isinstance(before, float) or not isinstance(now, float):
        return Text(zh=f"{name.zh}:两期之一无值。", en=f"{name.en}: one of them has no value.")
    was, is_now, by = value(before, kpi), value(now, kpi), difference(change, kpi)
    judged = {
        True: Text(zh="超出偶然", en="more than chance"),
        False: Text(zh="不超出偶然", en="no more than chance"),
        None: Text(
            zh="此类指标没有区间,不作判断", en="a KPI of this kind has no interval to judge by"
        ),
    }[row["is_signal"]]  # type: ignore[index]
    low, high = row["change_low"], row["change_high"]
    between = ""
    if isinstance(low, float) and isinstance(high, float):
        between = f"(95 %: {interval(low, high, kpi)})"
    caveat = load_caveats().get(str(row["comparison_caveat"]))
    return Text(
        zh=f"{name.zh}:{was.zh} → {is_now.zh},{by.zh}{between},{judged.zh}。"
        + (caveat.zh if caveat else ""),
        en=f"{name.en}: {was.en} → {is_now.en}, {by.en} {between}: {judged.en}."
        + (f" {caveat.en}" if caveat else ""),
    )


def of_decomposition(found: Decomposition, kpi: Kpi, names: Mapping[str | None, Text]) -> Text:
    """ "Of the +3.2 points, 2.1 come from …": rounded so that what is read adds up."""
    places, scale = decimals_of(kpi), scale_of(kpi)
    parts = found.rows.filter(pl.col("contribution") != 0)
    named = list(parts.head(NAMED).select("code", "contribution").iter_rows())
    rest = parts["contribution"].slice(NAMED).to_list()
    amounts = [amount * scale for _, amount in named] + ([sum(rest) * scale] if rest else [])
    figures = [
        f"{amount + 0.0:+,.{places}f}".replace("-", "−")
        for amount in shown(amounts, found.change * scale, places)
    ]
    zh = [f"{_name(names, code).zh} {by}" for (code, _), by in zip(named, figures, strict=False)]
    en = [f"{_name(names, code).en} {by}" for (code, _), by in zip(named, figures, strict=False)]
    if rest:
        zh.append(f"其余 {len(rest)} 项 {figures[-1]}")
        en.append(f"the other {len(rest)} {figures[-1]}")
    change, was, now = (
        difference(found.change, kpi),
        value(found.before, kpi),
        value(found.value, kpi),
    )
    unit = PERCENTAGE_POINTS if kpi.unit == "percent" else UNITS.get(kpi.unit)
    spans = (
        days(found.compared.start, found.compared.end),
        days(found.period.start, found.period.end),
    )
    none = Text(zh="各项均无变化", en="nothing changed")
    return Text(
        zh=f"{kpi.name.zh}由 {was.zh}({spans[0]})变为 {now.zh}({spans[1]}),{change.zh},其中"
        f"{'、'.join(zh) or none.zh}{f'({unit.zh})' if unit and zh else ''}。",
        en=f"{kpi.name.en} went from {was.en} ({spans[0]}) to {now.en} ({spans[1]}): of the"
        f" {change.en}, {', '.join(en) or none.en}.",
    )


def _name(names: Mapping[str | None, Text], code: str | None) -> Text:
    return names.get(code) or Text(zh=str(code), en=str(code))
