"""The reference page of the KPI catalogue: each number in words, as SQL and by example."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from warehouse.catalogue import Kpi, Text, get_kpi, load_caveats
from warehouse.plain_sql import Asked, file_of, plain_sql
from warehouse.reference_examples import example_of
from warehouse.semantic import entity, why_not

PAGE = Path("docs/reference/kpis.md")
SHOWN = Asked("430181", date(2026, 10, 1), date(2026, 11, 1))
"""The county and month that the SQL of the page is about: the sample's last full month."""

HEAD = """\
<!-- Generated from warehouse/catalogue by `python -m warehouse.reference`; do not edit. -->

# 指标目录 / KPI catalogue

每个数值都带有分子、分母、剔除数、未到期数、置信区间、目标与状态;分母为零时没有值(无应办)。
Every value comes with its numerator, denominator, excluded and not-yet-due counts, interval, target
and status; with an empty denominator there is no value.

汇总一律是分子之和除以分母之和。比例用 Wilson 区间,分位数用次序统计量区间,平均数用正态区间,均为 95 %
(z = 1.959964)。
Roll-ups are sums over sums. Rates have Wilson's interval, quantiles one by order statistics, means
the normal one, all of 95 % (z = 1.959964).

每个指标下的 SQL 只依定义写成,可粘贴到 `gridgov sql`,得到的值与 `gridgov kpi` 相同。
标明“个人数据文件”的,只能在 `people_<n>.duckdb` 中运行,且不会隐去小单元。
The SQL below each KPI is written from its definition alone, ready for `gridgov sql`, and gives the
value of `gridgov kpi`. Where it says "file about persons" it runs in `people_<n>.duckdb` only, and
does not hide small cells.

MetricFlow 能回答的指标在 `dbt_project/models/semantic`,名称与 `kpi_id` 相同。
The KPIs that MetricFlow can answer are in `dbt_project/models/semantic`, under their `kpi_id`.

| 指标 / KPI | `kpi_id` | 单位 / unit | 越…越好 / better | MetricFlow |
|---|---|---|---|---|
"""

UNITS = {
    "percent": "%(取值 0–1 / a share 0–1)",
    "minutes": "分钟 / minutes",
    "hours": "小时 / hours",
    "days": "天 / days",
    "cases": "件 / cases",
    "documents": "份 / documents",
    "points": "分 / points",
    "score": "分(0–100) / score 0–100",
    "index": "指数(目标为 1) / index, 1 is the target",
    "cases_per_1000": "件/千人 / cases per 1,000 residents",
}
BETTER = {"higher": "高 / higher", "lower": "低 / lower", "neither": "— / neither"}
KINDS = {
    "rate": "比例 / rate",
    "quantile": "分位数 / quantile",
    "mean": "平均数 / mean",
    "ratio": "比值 / ratio",
    "count": "计数 / count",
    "sum": "合计 / sum",
    "stock": "存量 / stock",
    "state_rate": "状态占比 / share in a state",
    "reach_rate": "覆盖比例 / share reached",
    "share": "构成占比 / share of the whole",
    "score": "综合得分 / score",
}
COUNTED = {
    "last_day": "期末当日 / on the period's last day",
    "every_day": "期内每日累加 / on every day of the period, added up",
}
PART_VALUES = {
    "value": "指标值 × 100 / value × 100",
    "attainment": "目标达成度 × 100,最多 100 / value ÷ target × 100, at most 100",
    "index": "指标值 ÷ 目标 / value ÷ target",
}


def kpi_page(kpis: Iterable[Kpi], root: Path) -> str:
    """The whole page.

    Args:
        kpis: in the order of the page.
        root: of the project, for the worked examples.
    """
    found = list(kpis)
    lines = [
        f"| [{kpi.name.zh} {kpi.name.en}](#{kpi.kpi_id}) | `{kpi.kpi_id}` | {UNITS[kpi.unit]} "
        f"| {BETTER[kpi.better]} | {'—' if why_not(kpi) else '✓'} |"
        for kpi in found
    ]
    sections = "\n".join(_section(kpi, root) for kpi in found)
    return HEAD + "\n".join(lines) + "\n\n" + sections + _caveats(load_caveats())


def _section(kpi: Kpi, root: Path) -> str:
    rows = {**_definition(kpi), **_standing(kpi)}
    table = "\n".join(f"| {name} | {text} |" for name, text in rows.items() if text)
    place = "个人数据文件 / file about persons: " if file_of(kpi) == "people" else ""
    return (
        f'<a id="{kpi.kpi_id}"></a>\n\n## {kpi.name.zh} / {kpi.name.en}\n\n'
        f"{kpi.question.zh}  \n{kpi.question.en}\n\n| | |\n|---|---|\n{table}\n\n"
        f"{place}{SHOWN.county_code},{SHOWN.start} – {SHOWN.last_day}:\n\n"
        f"```sql\n{plain_sql(kpi, SHOWN)}\n```\n{example_of(kpi, root)}"
    )


def _definition(kpi: Kpi) -> dict[str, str]:
    return {
        "公式 / formula": _both(kpi.formula),
        "类型 / kind": KINDS[kpi.kind],
        "表 / table": _code(kpi.fact),
        "分子 / numerator": _code(kpi.numerator),
        "分子所在表与日期 / numerator's table and day": _codes(
            [name for name in (kpi.numerator_fact, kpi.numerator_date) if name]
        ),
        "分母 / denominator": _code(kpi.denominator),
        "每 / per": f"{kpi.per:,}" if kpi.per else "",
        "度量 / measure": _code(kpi.measure),
        "分位 / quantile": str(kpi.quantile or ""),
        "未达到者已等待 / watched without getting there": _code(kpi.observed),
        "占其合计 / of all": _code(kpi.whole),
        "计于 / counted": COUNTED[kpi.counted] if kpi.counted else "",
        "组成 / parts": "<br>".join(_parts(kpi)),
        "每部分取 / each part gives": PART_VALUES[kpi.part_value] if kpi.part_value else "",
        "离开存量 / leaves the stock": _codes(kpi.leaves),
        "剔除 / excluded": _codes(kpi.left_out),
        "未到期 / not yet due": _code(kpi.not_yet_due),
        "期限已过 / deadline passed": _code(kpi.due_passed),
        "时间口径 / by": _code(kpi.date),
    }


def _standing(kpi: Kpi) -> dict[str, str]:
    return {
        "目标 / targets": "<br>".join(
            f"{target.valid_from} 起 / from: {target.value:g}{_where(target.county)}"
            f"({_both(target.reference)})"
            for target in kpi.targets
        ),
        "基线 / baseline": (
            f"{kpi.baseline.value:g}{_where(kpi.baseline.county)}({_both(kpi.baseline.reference)})"
            if kpi.baseline
            else ""
        ),
        "依据 / reference": _both(kpi.reference),
        "注意 / caveats": ", ".join(f"[`{code}`](#{code})" for code in kpi.caveats),
        "隐去小单元 / small cells hidden": "是 / yes" if kpi.is_personal else "",
        "负责 / owner": _both(kpi.owner),
        "复核 / reviewed": f"{kpi.reviewed}, 下次 / next {kpi.next_review}",
        "MetricFlow": _metricflow(kpi),
        "算例 / worked examples": f"[tests/spec/kpis/{kpi.kpi_id}.yml]"
        f"(../../tests/spec/kpis/{kpi.kpi_id}.yml)",
    }


def _parts(kpi: Kpi) -> list[str]:
    lines = []
    for parts in kpi.parts:
        weights = " + ".join(
            f"{weight:g} × [{get_kpi(part).name.zh}](#{part})"
            for part, weight in parts.weights.items()
        )
        lines.append(f"{parts.valid_from} 起 / from: {weights}({_both(parts.reference)})")
    return lines


def _metricflow(kpi: Kpi) -> str:
    reason = why_not(kpi)
    if reason:
        return f"不能回答:{reason[0]} / cannot answer it: {reason[1]}"
    return f"`mf query --metrics {kpi.kpi_id} --group-by metric_time__month,{_slice(kpi)}`"


def _slice(kpi: Kpi) -> str:
    fact = kpi.about
    codes = (name for name in ("town", "category") if fact.column_of(name))
    return f"{entity(fact)}__{next(codes)}_code"


def _caveats(caveats: Mapping[str, Text]) -> str:
    texts = "\n".join(
        f'| <a id="{code}"></a>`{code}` | {_both(text)} |' for code, text in caveats.items()
    )
    return f"\n## 注意事项 / Caveats\n\n| | |\n|---|---|\n{texts}\n"


def _both(text: Text) -> str:
    return f"{text.zh}<br>{text.en}"


def _code(name: str | None) -> str:
    return f"`{name}`" if name else ""


def _codes(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _where(county: str | None) -> str:
    return f" [{county}]" if county else ""
