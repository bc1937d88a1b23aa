"""Whether the score is shown as a forecast, or the baseline it did not beat."""

from dataclasses import dataclass

from geo.risk.backtest import AT_JUDGED, BASELINES, KERNEL, PRIOR, SCORE, Backtest
from geo.risk.evaluate import Interval
from warehouse.catalogue import Text

NAMES = {
    SCORE: Text(zh="风险评分", en="the score"),
    PRIOR: Text(zh="上年件数", en="last year's counts"),
    KERNEL: Text(zh="核密度", en="kernel density"),
}


@dataclass(frozen=True)
class Choice:
    """Which method is shown, and why in words."""

    method: str
    best_baseline: str
    reason: Text

    @property
    def is_forecast(self) -> bool:
        """Whether the score itself is shown."""
        return self.method == SCORE


def choose(backtest: Backtest | None) -> Choice:
    """The score where it named better than the best baseline out of sample, else that baseline.

    Better: at 10 % of the area its hit rate over the windows behind is higher by a difference whose
    95 % interval, paired by window, lies above 0. Without windows to judge by, last year's counts.
    """
    if backtest is None or not backtest.case_count:
        return Choice(
            PRIOR,
            PRIOR,
            Text(
                zh="历史太短或事件太少,无法检验评分,显示上年件数。",
                en="The record is too short or has too few cases to test the score:"
                " last year's counts are shown.",
            ),
        )
    best = max(BASELINES, key=lambda name: _hit_rate(backtest, name).value or 0.0)
    ahead = backtest.methods[best].ahead
    is_better = ahead.low is not None and ahead.low > 0
    difference = points(ahead)
    name = NAMES[best]
    if is_better:
        reason = Text(
            zh=f"评分在未见过的周里胜过{name.zh}(命中率高 {difference} 个百分点),作为预测显示。",
            en=f"In weeks it had not seen the score named better than {name.en} (hit rate higher by"
            f" {difference} percentage points): it is shown as a forecast.",
        )
    else:
        reason = Text(
            zh=f"评分在未见过的周里没有可靠地胜过{name.zh}(命中率相差 {difference} 个百分点),"
            f"不作为预测,显示{name.zh}。",
            en=f"In weeks it had not seen the score did not surely name better than {name.en} (hit"
            f" rate differs by {difference} percentage points): {name.en} is shown instead.",
        )
    return Choice(SCORE if is_better else best, best, reason)


def sentences(backtest: Backtest | None, choice: Choice) -> list[Text]:
    """What the windows behind say, in plain words."""
    if backtest is None or not backtest.case_count:
        return [choice.reason]
    shown, prior = _of_grids(backtest, choice.method), _of_grids(backtest, PRIOR)
    weeks = len(backtest.origins)
    hit = Text(
        zh=f"近 {weeks} 周每周所点 10 % 的网格里,发生了 {shown} 的事件;"
        f"按上年件数点名则为 {prior}。",
        en=f"In the 10 % of grids named in each of the last {weeks} weeks {shown} of the cases"
        f" happened; naming by last year's counts would have had {prior}.",
    )
    area, of_area = _hit_rate(backtest, choice.method), backtest.methods[choice.method]
    pai, pei = of_area.pai["area"].value, of_area.pei["area"].value
    if area.value is None or pai is None or pei is None:
        return [choice.reason, hit]
    density = Text(
        zh=f"按面积点 10 %:命中 {percent(area)},是随机点名的 {pai:.1f} 倍、事后最佳点名的"
        f" {100 * pei:.0f} %。",
        en=f"Naming 10 % of the area: {percent(area)} of the cases, {pai:.1f} times what naming at"
        f" random has and {100 * pei:.0f} % of the best possible choice in hindsight.",
    )
    return [choice.reason, hit, density]


def percent(interval: Interval) -> str:
    """A share with its interval, as 28.2 % (27.0–29.8)."""
    if interval.value is None:
        return "—"
    value = f"{100 * interval.value:.1f} %"
    if interval.low is None or interval.high is None:
        return value
    return f"{value} ({100 * interval.low:.1f}–{100 * interval.high:.1f})"


def points(interval: Interval) -> str:
    """A difference of shares with its interval, in percentage points with true minus signs."""
    if interval.value is None:
        return "—"
    value = f"{100 * interval.value:+.1f}"
    if interval.low is not None and interval.high is not None:
        value += f" ({100 * interval.low:+.1f} … {100 * interval.high:+.1f})"
    return value.replace("-", "−")


def _hit_rate(backtest: Backtest, method: str) -> Interval:
    return backtest.methods[method].hit_rate["area"][AT_JUDGED]


def _of_grids(backtest: Backtest, method: str) -> str:
    return percent(backtest.methods[method].hit_rate["grids"][AT_JUDGED])
