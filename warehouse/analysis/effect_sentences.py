"""What can and what cannot be concluded about the effect of a programme, in Chinese and English."""

from warehouse.analysis.programme import LEAST_MONTHS, Effect
from warehouse.analysis.segments import Estimate, Segments
from warehouse.analysis.wording import difference, interval, month, value
from warehouse.catalogue import Text

STRONG_AUTOCORRELATION = 0.5
FULL_SEASON = 24
"""Months before the start from which a season shows itself apart from the trend."""


def of_effect(found: Effect, county_code: str) -> list[Text]:
    """The plain comparison, the estimates, the conclusion, and what it leaves open."""
    texts = [_plain(found), *_published(found, county_code)]
    if found.segments is None:
        return [*texts, _too_short(found)]
    judged = (_estimates(found, found.segments), _conclusion(found, found.segments))
    return [*texts, *judged, *_limits(found, found.segments)]


def _plain(found: Effect) -> Text:
    kpi, before, after = found.kpi, found.before, found.after
    start = month(found.start)
    if before.value is None or after.value is None:
        return Text(zh=f"{kpi.name.zh}:一侧无值。", en=f"{kpi.name.en}: one side has no value.")
    # Sums over unequal numbers of months cannot be compared.
    of_zh, of_en, more = "合计", "", 0
    old, new = before.value, after.value
    if kpi.grows_with_days:
        of_zh, of_en, more = "平均每月", " per month", 1
        old, new = before.per_month(old), after.per_month(new)
    was, now = value(old, kpi, more=more), value(new, kpi, more=more)
    by = difference(new - old, kpi, more=more)
    skipped = found.transition_months
    return Text(
        zh=f"{kpi.name.zh}:项目 {start} 启动;之前 {before.month_count} 个月{of_zh} {was.zh},"
        f"之后 {after.month_count} 个月{of_zh} {now.zh}({by.zh})"
        + (f",启动后 {skipped} 个月为过渡期不计" if skipped else "")
        + "。",
        en=f"{kpi.name.en}: the programme began in {start}; {was.en}{of_en} in the"
        f" {before.month_count} months before, {now.en}{of_en} in the {after.month_count} after"
        f" ({by.en})" + (f", leaving out {skipped} months of transition" if skipped else "") + ".",
    )


def _published(found: Effect, county_code: str) -> list[Text]:
    """The published baseline and target, where there are any."""
    kpi = found.kpi
    baseline, target = (
        kpi.baseline_of(county_code),
        kpi.target_on(found.after.first, county_code=county_code),
    )
    if baseline is None or target is None:
        return []
    was, aim = value(baseline.value, kpi), value(target.value, kpi)
    return [
        Text(
            zh=f"公布的治理前水平为 {was.zh},目标为 {aim.zh}。",
            en=f"The published value before is {was.en}, the target {aim.en}.",
        )
    ]


def _too_short(found: Effect) -> Text:
    before, after = found.before.month_count, found.after.month_count
    return Text(
        zh=f"启动前 {before} 个、启动后 {after} 个完整月份,任一侧不足 {LEAST_MONTHS} 个月就不能区分"
        "原有趋势与项目效果:不作判断。",
        en=f"There are {before} whole months before and {after} after the start; with fewer than"
        f" {LEAST_MONTHS} on either side an effect cannot be told from an earlier trend: no"
        " judgement.",
    )


def _estimates(found: Effect, segments: Segments) -> Text:
    level, slope = segments.level, segments.slope
    end = month(found.rows.filter("is_used")["month"][-1])
    jump, bend = difference(level.value, found.kpi), difference(slope.value, found.kpi, more=1)
    left = difference(segments.at_end.value, found.kpi)
    inside = Text(zh="扣除原有趋势和月间相关", en="Beyond the earlier trend and autocorrelation")
    if found.has_season:
        inside = Text(
            zh="扣除原有趋势、季节和月间相关",
            en="Beyond the earlier trend, the season and autocorrelation",
        )
    return Text(
        zh=f"{inside.zh}后:水平变化 {jump.zh}({_interval(level, found)}),"
        f"每月趋势变化 {bend.zh}({_interval(slope, found, more=1)});"
        f"到 {end} 与原趋势推算相差 {left.zh}({_interval(segments.at_end, found)})。",
        en=f"{inside.en}: level {jump.en} ({_interval(level, found)}), trend {bend.en} a month"
        f" ({_interval(slope, found, more=1)}); by {end} {left.en} from where the earlier trend"
        f" would have led ({_interval(segments.at_end, found)}).",
    )


def _interval(estimate: Estimate, found: Effect, *, more: int = 0) -> str:
    return f"95 %: {interval(estimate.low, estimate.high, found.kpi, more=more)}"


def _conclusion(found: Effect, segments: Segments) -> Text:
    signals = [
        name
        for name, estimate in (
            (Text(zh="水平", en="level"), segments.level),
            (Text(zh="趋势", en="trend"), segments.slope),
        )
        if estimate.is_signal
    ]
    if not signals:
        return Text(
            zh="结论:水平和趋势变化的区间都包含零。不能说项目改变了它;前后之差也可能来自原有趋势、"
            "季节或偶然。也不能说项目没有作用:区间有多宽,看不见的作用就可能有多大。",
            en="Conclusion: the intervals of both level and trend hold zero. It cannot be said that"
            " the programme changed it: the difference may come from the earlier trend, the season"
            " or chance. Nor that it had no effect: one as large as the interval would not show.",
        )
    what = Text(
        zh="和".join(name.zh for name in signals), en=" and ".join(name.en for name in signals)
    )
    return Text(
        zh=f"结论:项目启动后{what.zh}发生了超出偶然的变化{_direction(found, segments).zh}。"
        "可以说变化与项目同时发生;不能仅凭此说是项目造成的:没有未实施项目的对照地区,"
        "同期的其他变化(人员、流程、上报渠道和口径)也会显示在这里。",
        en=f"Conclusion: the {what.en} changed by more than chance after the"
        f" programme began{_direction(found, segments).en}. It can be said that the change came"
        " with the programme; not, from this alone, that the programme caused it: there is no area"
        " without it to compare with, and whatever else changed at that time (staff, procedures,"
        " ways and rules of reporting) shows here too.",
    )


def _direction(found: Effect, segments: Segments) -> Text:
    """Whether the last month is better or worse than the earlier trend; nothing where unclear."""
    if not segments.at_end.is_signal:
        return Text(
            zh=",但到期末与原趋势推算无法区分",
            en=", but by the end it cannot be told from the earlier trend",
        )
    if found.kpi.better == "neither":
        return Text(zh="(此指标无好坏之分)", en=" (a KPI without a better side)")
    if (segments.at_end.value > 0) == (found.kpi.better == "higher"):
        return Text(zh=",并且改善", en=", for the better")
    return Text(zh=",但变差", en=", for the worse")


def _limits(found: Effect, segments: Segments) -> list[Text]:
    """Why the estimates may be less sure than they look."""
    texts = []
    before = found.before.month_count
    if before < FULL_SEASON:
        texts.append(
            Text(
                zh=f"启动前只有 {before} 个月,不足两年:原有趋势不牢,季节主要由启动后的月份得出。",
                en=f"There are only {before} months before the start, less than two years: the"
                " earlier trend is weakly known, the season mostly from the months after.",
            )
        )
    if segments.autocorrelation > STRONG_AUTOCORRELATION:
        texts.append(
            Text(
                zh=f"相邻月份的相关为 {segments.autocorrelation:.2f}:过渡可能比"
                f" {found.transition_months} 个月更长,变化是逐步发生的,区间因此较宽。",
                en=f"Months resemble the month before (correlation {segments.autocorrelation:.2f}):"
                f" the transition may have lasted longer than {found.transition_months} months, and"
                " the intervals are wide for it.",
            )
        )
    is_sum = found.kpi.grows_with_days
    ends = [
        [side.per_month(end) if is_sum else end for end in (side.low, side.high)]
        for side in (found.before, found.after)
        if side.low is not None and side.high is not None
    ]
    low, high = [end[0] for end in ends], [end[1] for end in ends]
    if len(low) == len(high) == 2 and max(low) <= min(high):
        texts.append(
            Text(
                zh="前后两侧合计值的区间重叠。",
                en="The intervals of the two plain values overlap.",
            )
        )
    return texts
