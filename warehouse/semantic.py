"""The KPIs as semantic models, metrics and exposures of dbt, so that MetricFlow answers them too.

One file per fact, derived from the catalogue. A row that a KPI leaves out adds nothing to any of
its measures, so whoever asks by whatever slice gets the number of `warehouse.query`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from warehouse.catalogue import Kpi
from warehouse.catalogue.facts import FLAG, Fact, load_facts
from warehouse.query import FILTERS

FOLDER = Path("dbt_project/models/semantic")
EXPOSURES = FOLDER / "exposures.yml"
HEAD = "# Generated from warehouse/catalogue by `python -m warehouse.reference`; do not edit.\n"

EXPRESSIBLE = ("rate", "ratio", "quantile", "mean", "count", "sum")
"""Kinds MetricFlow has a metric for."""

Item = dict[str, Any]


def why_not(kpi: Kpi) -> tuple[str, str] | None:
    """Why MetricFlow cannot answer a KPI, in both languages; null when it can."""
    if kpi.kind not in EXPRESSIBLE:
        return (f"没有 {kpi.kind} 这一类", f"it has no metric of kind {kpi.kind}")
    if kpi.denominator_table:
        return (
            "分母是期末人口,不是逐行相加",
            "its denominator is a population at the period's end",
        )
    if kpi.per:
        return ("商还要乘以一个数", "its quotient is multiplied")
    if kpi.is_personal:
        return ("不会隐去小单元", "it does not hide small cells")
    return None


def semantic_files(kpis: Iterable[Kpi]) -> dict[Path, str]:
    """Content of every file by its path from the root of the project."""
    every = {kpi.kpi_id: kpi for kpi in kpis}
    by_fact: dict[str, list[Kpi]] = defaultdict(list)
    for kpi in every.values():
        if why_not(kpi) is None:
            by_fact[kpi.about.name].append(kpi)
    files: dict[Path, Item] = {
        FOLDER / f"{name}.yml": {
            "semantic_models": [_model(load_facts()[name], found)],
            "metrics": [metric for kpi in found for metric in _ratio_metrics(kpi)],
        }
        for name, found in sorted(by_fact.items())
    }
    files[EXPOSURES] = {"exposures": [_exposure(kpi, every) for kpi in every.values()]}
    return {path: HEAD + _yaml({"version": 2, **_filled(body)}) for path, body in files.items()}


def _yaml(content: Item) -> str:
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def _filled(content: Item) -> Item:
    return {name: value for name, value in content.items() if value}


def entity(fact: Fact) -> str:
    """What a fact's rows are called in MetricFlow: the name before the dimensions of a query.

    >>> entity(load_facts()["fct_cases"])
    'cases'
    """
    return fact.name.split("_", 1)[1]


def _model(fact: Fact, kpis: list[Kpi]) -> Item:
    days = sorted({kpi.date for kpi in kpis if kpi.date})
    return {
        "name": entity(fact),
        "model": f"ref('{fact.name}')",
        "defaults": {"agg_time_dimension": days[0]},
        "entities": [
            {"name": entity(fact), "type": "primary", "expr": fact.key},
            {"name": "county", "type": "foreign", "expr": "county_code"},
        ],
        "dimensions": [
            *(
                {"name": day, "type": "time", "type_params": {"time_granularity": "day"}}
                for day in days
            ),
            *(
                {"name": f"{dimension}_code", "type": "categorical", "expr": column}
                for dimension in FILTERS
                if (column := fact.column_of(dimension))
            ),
        ],
        "measures": [measure for kpi in kpis for measure in _measures(kpi)],
    }


def _measures(kpi: Kpi) -> Iterator[Item]:
    """Its measures; each is a metric of its own, and the only one unless the KPI is a quotient."""
    if kpi.kind == "rate":
        yield _part(kpi, "numerator", _ones(kpi, kpi.denominator, kpi.numerator))
        yield _part(kpi, "denominator", _ones(kpi, kpi.denominator))
    elif kpi.kind == "ratio":
        yield _part(kpi, "numerator", _added(kpi, kpi.numerator))
        yield _part(kpi, "denominator", _added(kpi, kpi.denominator))
    elif kpi.kind in ("count", "sum"):
        yield _whole(kpi, "sum", _added(kpi, kpi.measure or kpi.numerator))
    elif kpi.kind == "mean":
        yield _whole(kpi, "average", _where_kept(kpi, str(kpi.measure)))
    else:
        yield _whole(kpi, "percentile", _where_kept(kpi, str(kpi.measure))) | {
            "agg_params": {
                "percentile": kpi.quantile,
                "use_discrete_percentile": False,
                "use_approximate_percentile": False,
            }
        }


def _where_kept(kpi: Kpi, value: str, *flags: str | None, otherwise: str = "") -> str:
    """A value in the rows that the KPI does not leave out and that have all the flags."""
    conditions = [f"not ({' or '.join(kpi.left_out)})"] if kpi.left_out else []
    conditions += [flag for flag in flags if flag]
    if not conditions:
        return value
    return f"case when {' and '.join(conditions)} then {value}{otherwise} end"


def _ones(kpi: Kpi, *flags: str | None) -> str:
    return _where_kept(kpi, "1", *flags, otherwise=" else 0")


def _added(kpi: Kpi, column: str | None) -> str:
    """What a row adds to a sum: the column, one for a flag that is set, else one."""
    if column is None or kpi.about.columns[column] == FLAG:
        return _ones(kpi, column)
    return _where_kept(kpi, f"coalesce({column}, 0)", otherwise=" else 0")


def _part(kpi: Kpi, part: str, expression: str) -> Item:
    words = {"numerator": ("分子", "numerator"), "denominator": ("分母", "denominator")}[part]
    return {
        "name": f"{kpi.kpi_id}_{part}",
        "label": f"{kpi.name.zh}:{words[0]} / {kpi.name.en}: {words[1]}",
        "agg": "sum",
        "expr": expression,
        "agg_time_dimension": kpi.date,
        "create_metric": True,
    }


def _whole(kpi: Kpi, agg: str, expression: str) -> Item:
    return {
        "name": kpi.kpi_id,
        "label": _label(kpi),
        "description": _description(kpi),
        "agg": agg,
        "expr": expression,
        "agg_time_dimension": kpi.date,
        "create_metric": True,
    }


def _ratio_metrics(kpi: Kpi) -> Iterator[Item]:
    """The metric of a quotient; of any other kind the measure already is one."""
    if kpi.kind in ("rate", "ratio"):
        parts = {part: f"{kpi.kpi_id}_{part}" for part in ("numerator", "denominator")}
        yield {
            "name": kpi.kpi_id,
            "label": _label(kpi),
            "description": _description(kpi),
            "type": "ratio",
            "type_params": parts,
        }


def _exposure(kpi: Kpi, every: Mapping[str, Kpi]) -> Item:
    """What a KPI is read from, for `dbt ls --select +exposure:<kpi_id>`."""
    return {
        "name": kpi.kpi_id,
        "label": _label(kpi),
        "type": "analysis",
        "description": _description(kpi),
        "owner": {"name": f"{kpi.owner.zh} / {kpi.owner.en}"},
        "depends_on": [f"ref('{name}')" for name in sorted(_read(kpi, every))],
    }


def _read(kpi: Kpi, every: Mapping[str, Kpi]) -> set[str]:
    """Models a KPI is read from; those of its parts where it is a score."""
    parts = {name for version in kpi.parts for name in version.weights}
    own = {kpi.fact, kpi.numerator_fact, kpi.denominator_table} - {None}
    return {str(name) for name in own}.union(*(_read(every[part], every) for part in parts))


def _label(kpi: Kpi) -> str:
    return f"{kpi.name.zh} / {kpi.name.en}"


def _description(kpi: Kpi) -> str:
    return f"{kpi.formula.zh} / {kpi.formula.en}"
