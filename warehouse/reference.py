"""The reference pages of the KPI catalogue and of the tables, derived from them.

`python -m warehouse.reference` writes it, `--check` exits 1 when it is not current.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from warehouse.catalogue import Kpi, Text, load_catalogue, load_caveats
from warehouse.reference_tables import PAGES, read_tables, table_pages

ROOT = Path(__file__).parents[1]
PAGE = Path("docs/reference/kpis.md")

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

| 指标 / KPI | `kpi_id` | 单位 / unit | 越…越好 / better |
|---|---|---|---|
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
    "index": "指数(1 为达到目标) / index, 1 is the target",
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


def generated_files() -> dict[Path, str]:
    """Content of every derived file by its path from the root of the project."""
    kpis = load_catalogue().values()
    lines = [
        f"| [{kpi.name.zh} {kpi.name.en}](#{kpi.kpi_id}) | `{kpi.kpi_id}` | {UNITS[kpi.unit]} "
        f"| {BETTER[kpi.better]} |"
        for kpi in kpis
    ]
    sections = "\n".join(_section(kpi) for kpi in kpis)
    return {
        PAGE: HEAD + "\n".join(lines) + "\n\n" + sections + _caveats(),
        **table_pages(read_tables(ROOT / "dbt_project")),
    }


def _section(kpi: Kpi) -> str:
    rows = {
        "公式 / formula": _both(kpi.formula),
        "类型 / kind": KINDS[kpi.kind],
        "分子 / numerator": _code(kpi.numerator),
        "分母 / denominator": _code(kpi.denominator),
        "度量 / measure": _code(kpi.measure),
        "分位 / quantile": str(kpi.quantile or ""),
        "离开存量 / leaves the stock": _codes(kpi.leaves),
        "剔除 / excluded": _codes(kpi.left_out),
        "未到期 / not yet due": _code(kpi.not_yet_due),
        "时间口径 / by": _code(kpi.date),
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
        "负责 / owner": _both(kpi.owner),
        "复核 / reviewed": f"{kpi.reviewed}, 下次 / next {kpi.next_review}",
        "算例 / worked examples": f"[tests/spec/kpis/{kpi.kpi_id}.yml]"
        f"(../../tests/spec/kpis/{kpi.kpi_id}.yml)",
    }
    table = "\n".join(f"| {name} | {text} |" for name, text in rows.items() if text)
    return (
        f'<a id="{kpi.kpi_id}"></a>\n\n## {kpi.name.zh} / {kpi.name.en}\n\n'
        f"{kpi.question.zh}  \n{kpi.question.en}\n\n| | |\n|---|---|\n{table}\n"
    )


def _caveats() -> str:
    texts = "\n".join(
        f'| <a id="{code}"></a>`{code}` | {_both(text)} |' for code, text in load_caveats().items()
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


def main(args: Sequence[str], *, root: Path = ROOT) -> int:
    """Write every derived file below `root`, or with `--check` say which are not current.

    A page of tables that are gone is stale too, and is removed.
    """
    current = generated_files()
    left = [
        page.relative_to(root)
        for page in sorted((root / PAGES).glob("*.md"))
        if page.relative_to(root) not in current
    ]
    stale = [
        path
        for path, text in current.items()
        if not (root / path).exists() or (root / path).read_text(encoding="utf-8") != text
    ]
    if "--check" in args:
        for path in (*stale, *left):
            sys.stderr.write(
                f"{path}: 不是最新 / not current; run `python -m warehouse.reference`\n"
            )
        return 1 if stale or left else 0
    for path in stale:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(current[path], encoding="utf-8")
    for path in left:
        (root / path).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
