"""What stands behind an area's number: people, work open, history, kinds, neighbours, its place
among its like, what is foretold of it.

Cases of wristbands are left out everywhere: where they ring says who lives there.
"""

from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from dashboards.context import Context
from dashboards.data.filtered import IS_OVERDUE
from dashboards.i18n import Lang
from dashboards.map.areas import find_area, level_areas
from dashboards.map.asked import Asked
from dashboards.map.hot import HAS_NEIGHBOURS
from dashboards.map.risk import at_level, risk_of
from dashboards.names import code_names
from geo.risk.reasons import NAMES
from warehouse.analysis.families import family_of
from warehouse.analysis.funnel import Funnel, funnel_of
from warehouse.case_kinds import IS_LEFT_OUT, SERIOUS
from warehouse.errors import UsageError
from warehouse.query import Question
from warehouse.query.protection import FEWEST

HISTORY_MONTHS = 24
MOST_CATEGORIES = 6
KEPT = f"not is_void and not is_duplicate and not {IS_LEFT_OUT}"

OPEN = f"""
select
    count(*) as open_count,
    count(*) filter ({IS_OVERDUE}) as overdue_count,
    count(*) filter (status = 'suspended') as suspended_count,
    max(date_diff('day', reported_date, as_of_date)) as oldest_days
from mart.fct_cases inner join ops.build using (county_code)
where county_code = ? and {{column}} = ? and status in ('open', 'suspended') and {KEPT}
"""
MONTHS = f"""
with months as (
    select cast(date_trunc('month', as_of_date) as date) - to_months(back) as month_date
    from ops.build, unnest(range({HISTORY_MONTHS})) as backs(back)
    where county_code = $county_code
),
counted as (
    select
        cast(date_trunc('month', reported_date) as date) as month_date,
        count(*) as case_count,
        count(*) filter (list_contains($serious, severity_code)) as serious_count
    from mart.fct_cases
    where county_code = $county_code and {{column}} = $code and {KEPT}
    group by all
)
select
    cast(months.month_date as date) as month_date,
    coalesce(case_count, 0) as case_count,
    coalesce(serious_count, 0) as serious_count
from months left join counted using (month_date)
order by month_date
"""
CATEGORIES = f"""
select
    category_code,
    count(*) as case_count,
    count(*) filter ({IS_OVERDUE} and status in ('open', 'suspended')) as overdue_count
from mart.fct_cases
where
    county_code = ? and {{column}} = ? and {KEPT}
    and reported_date >= ? and reported_date < ? and category_code is not null
group by all
order by case_count desc, category_code
limit {MOST_CATEGORIES}
"""
WORKERS = """
select
    count(*) as grid_count,
    cast(sum(worker_count) as bigint) as worker_count,
    count(*) filter (has_worker) as with_worker_count,
    count(*) filter (has_party_worker) as with_party_worker_count
from mart.dim_grids
where county_code = ? and is_current and {column} = ?
"""
NEIGHBOURS = """
select neighbour_code as code, contact_code
from mart.dim_grid_neighbours
where county_code = ? and grid_code = ?
order by shared_m desc, neighbour_code
"""


def detail(context: Context, asked: Asked, *, code: str, lang: Lang) -> dict[str, Any]:
    """All but the card's own number.

    Raises:
        UsageError: no area of that code at the asked level.
    """
    county = asked.county.code
    area = find_area(context, county, asked.level, code)
    column = f"{asked.level}_code"
    months = context.analysed(
        "map months",
        asked.about({asked.level: code}),
        lambda: context.published.sql(
            MONTHS.format(column=column),
            {"county_code": county, "code": code, "serious": list(SERIOUS)},
        ),
    )
    return {
        "population": area["population"] if _may_be_shown(area["population"]) else None,
        "is_population_hidden": not _may_be_shown(area["population"]),
        "open": context.sql(OPEN.format(column=column), county, code).row(0, named=True),
        "workers": context.sql(WORKERS.format(column=column), county, code).row(0, named=True),
        "months": [
            {"month": f"{row['month_date']:%Y-%m}", **_counts(row)}
            for row in months.iter_rows(named=True)
        ],
        "categories": _categories(context, asked, column, code, lang),
        "neighbours": _neighbours(context, asked, code),
        "places": places(context, asked, code),
    }


def _may_be_shown(population: int | None) -> bool:
    return population is None or population == 0 or population >= FEWEST


def _counts(row: dict[str, Any]) -> dict[str, int]:
    return {"cases": row["case_count"], "serious": row["serious_count"]}


def _categories(
    context: Context, asked: Asked, column: str, code: str, lang: Lang
) -> list[dict[str, Any]]:
    """The most frequent categories of the period; of all days where none is asked for."""
    build = context.builds[asked.county.code]
    rows = context.sql(
        CATEGORIES.format(column=column),
        asked.county.code,
        code,
        asked.first or build.as_of_date.replace(year=build.as_of_date.year - 1),
        asked.end or build.as_of_date.replace(year=build.as_of_date.year + 1),
    )
    names = code_names(context, asked.county.code, "category_code", lang)
    return [
        {
            "code": row["category_code"],
            "name": names.get(row["category_code"], row["category_code"]),
            "cases": row["case_count"],
            "overdue": row["overdue_count"],
        }
        for row in rows.iter_rows(named=True)
    ]


def _neighbours(context: Context, asked: Asked, code: str) -> list[dict[str, str]] | None:
    """Grids around a grid; null for other levels and for a version that does not know."""
    if asked.level != "grid" or not context.sql(HAS_NEIGHBOURS)["is_there"].item():
        return None
    names = dict(
        level_areas(context, asked.county.code, "grid").select("area_code", "area_name").iter_rows()
    )
    rows = context.sql(NEIGHBOURS, asked.county.code, code)
    return [
        {"code": row["code"], "name": names[row["code"]], "contact": row["contact_code"]}
        for row in rows.iter_rows(named=True)
        if row["code"] in names
    ]


def places(context: Context, asked: Asked, code: str) -> dict[str, dict[str, Any]]:
    """By KPI, where the area stands among those of its level: rank from the worse end, and whether
    it lies outside the limits of a funnel at its own size."""
    judged = [kpi for kpi in context.map_kpis.values() if family_of(kpi) is not None]
    questions = [asked.about({}, kpi_id=kpi.kpi_id, by=(asked.level,)) for kpi in judged]
    wholes = [asked.about({}, kpi_id=kpi.kpi_id) for kpi in judged]
    answers = context.ask_all([*questions, *wholes])
    found = {}
    for number, (kpi, question) in enumerate(zip(judged, questions, strict=True)):
        rows, whole = answers[number], answers[len(judged) + number]
        limits = _funnel(context, question, rows, whole)
        if limits is None:
            continue
        is_down = kpi.better == "higher"
        ordered = limits.rows.sort("value", descending=not is_down)
        ranked = ordered.with_columns(
            pl.col("value").rank("min", descending=not is_down).alias("rank")
        )
        own = ranked.filter(pl.col("area_code") == code)
        if own.is_empty():
            continue
        row = own.row(0, named=True)
        found[kpi.kpi_id] = {
            "rank": int(row["rank"]),
            "of": ranked.height,
            "position": row["position"],
            "judgement": row["judgement"],
            "low": row["low_95"],
            "high": row["high_95"],
            "centre": limits.centre,
        }
    return found


def _funnel(
    context: Context, question: Question, rows: pl.DataFrame, whole: pl.DataFrame
) -> Funnel | None:
    """The limits of a KPI's areas; null where none has a value."""

    def make() -> Funnel | None:
        try:
            return funnel_of(question, rows, whole["value"].item())
        except UsageError:
            return None

    return context.analysed("map funnel", question, make)


def risk_detail(context: Context, asked: Asked, *, code: str) -> dict[str, Any]:
    """What is foretold of an area: expected cases with the spread that chance gives them, rank,
    reasons; null figures where nothing is foretold.

    Raises:
        UsageError: no such area; a county that cannot be assessed.
    """
    find_area(context, asked.county.code, asked.level, code)
    risk = risk_of(context, asked.county.code, family=asked.family, horizon=asked.horizon)
    rows = at_level(context, asked, risk).filter(pl.col("expected_cases").is_not_null())
    own = rows.filter(pl.col("area_code") == code)
    found = risk.found
    told: dict[str, Any] = {
        "start": str(found.start),
        "end": str(found.end),
        "is_forecast": found.choice.is_forecast,
        "family": {"zh": found.family_name.zh, "en": found.family_name.en},
        "expected": None,
        "reasons": [],
    }
    if own.is_empty():
        return told
    expected = float(own["expected_cases"].item())
    low, high = stats.poisson.ppf([0.025, 0.975], expected)
    told |= {
        "expected": expected,
        "chance": float(1 - np.exp(-expected)),
        "low": int(low),
        "high": int(high),
        "rank": 1 + rows.filter(pl.col("expected_cases") > expected).height,
        "of": rows.height,
    }
    if asked.level == risk.level:
        reasons = found.rows.filter(pl.col("area_code") == code)["reasons"].item().to_list()
        told["reasons"] = [
            {
                "reason": one["reason"],
                "share": one["share"],
                "name": {"zh": one["name_zh"], "en": one["name_en"]},
                "text": {"zh": one["text_zh"], "en": one["text_en"]},
            }
            for one in reasons
        ]
    else:
        names = list(NAMES)
        row = own.row(0, named=True)
        told["reasons"] = [
            {
                "reason": names[row[f"reason_{number}"]],
                "share": row[f"share_{number}"],
                "name": {
                    "zh": NAMES[names[row[f"reason_{number}"]]].zh,
                    "en": NAMES[names[row[f"reason_{number}"]]].en,
                },
                "text": None,
            }
            for number in range(2)
            if row[f"reason_{number}"] is not None
        ]
    return told
