"""The risk of areas: serious cases expected, with reasons and the proof of how well it names."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl

from dashboards.context import Context
from dashboards.map.areas import areas_of, level_areas
from dashboards.map.asked import Asked
from dashboards.map.shading import NONE_DUE, Shading, by_feature
from geo.risk.assess import Assessment, assess
from geo.risk.backtest import AT_JUDGED, JUDGED_SHARE, PRIOR
from geo.risk.choose import NAMES as METHOD_NAMES
from geo.risk.inputs import COUNTY_FEATURES, GRID_FEATURES
from geo.risk.read import CountyCases, read_cases
from geo.risk.reasons import NAMES
from warehouse.case_kinds import ALL

REASONS = tuple(NAMES)
SHOWN_REASONS = 2
"""Reasons sent of every area; its card has all of them."""
DIGITS = 6
"""Of class breaks: a grid expects some hundredths of a case."""


@dataclass(frozen=True)
class Risk:
    """What is foretold of a county for one kind and horizon.

    Attributes:
        level: of the areas assessed: grid, or the finest level the county has.
        has_severity: whether the county tells serious cases apart; where not, all are counted.
        kinds: kinds that have a score of their own, with their names.
    """

    level: str
    has_severity: bool
    kinds: tuple[dict[str, str], ...]
    found: Assessment


def risk_of(context: Context, county: str, *, family: str = ALL, horizon: str = "week") -> Risk:
    """The assessment, made once per version, county, kind and horizon: some seconds.

    Raises:
        UsageError: no such kind, or the county has nothing to assess.
    """
    answers, version = context.services.answers, context.published.version

    def read() -> CountyCases:
        return read_cases(context.published, county)

    def make() -> Risk:
        cases: CountyCases = answers.get((version, "risk cases", county), read)
        kinds = tuple(
            {"id": name, "zh": cases.name_of(name).zh, "en": cases.name_of(name).en}
            for name in cases.families()
        )
        return Risk(
            cases.level, cases.has_severity, kinds, assess(cases, family=family, horizon=horizon)
        )

    return answers.get((version, "risk", county, family, horizon), make)


def risk_shading(context: Context, asked: Asked) -> Shading:
    """Cases expected in each area of the level asked: of a coarser one, the sum of its grids."""
    risk = risk_of(context, asked.county.code, family=asked.family, horizon=asked.horizon)
    rows = at_level(context, asked, risk)
    found = risk.found
    values = by_feature(rows, "expected_cases", dtype="<f8")
    shown = rows["expected_cases"].drop_nulls().to_numpy()
    breaks = asked.classing.breaks(shown)
    reasons = {
        name: by_feature(rows, name, dtype=kind, fill=fill)
        for number in range(SHOWN_REASONS)
        for name, kind, fill in ((f"reason_{number}", "u1", 255), (f"share_{number}", "<f4", 0))
    }
    return Shading(
        values=values,
        denominators=np.zeros(len(values), dtype=np.uint32),
        flags=by_feature(
            rows.select(
                "feature_id", (pl.col("expected_cases").is_null() * NONE_DUE).alias("flag")
            ),
            "flag",
            dtype="u1",
            fill=0,
        ),
        breaks=tuple(round(edge, DIGITS) for edge in breaks),
        first=str(found.start),
        last=str(found.end - timedelta(days=1)),
        extra=reasons,
        said=tuple(found.texts),
        facts=proof(risk),
    )


def proof(risk: Risk) -> dict[str, Any]:
    """The backtest as figures, beside the sentences that say the same, and what goes in."""
    found = risk.found
    judged = found.backtest
    facts: dict[str, Any] = {
        "level": risk.level,
        "has_severity": risk.has_severity,
        "is_prior": found.choice.method == PRIOR,
        "kinds": risk.kinds,
        "reasons": [{"id": name, "zh": text.zh, "en": text.en} for name, text in NAMES.items()],
        "is_forecast": found.choice.is_forecast,
        "method": {
            "zh": METHOD_NAMES[found.choice.method].zh,
            "en": METHOD_NAMES[found.choice.method].en,
        },
        "features": {
            part: [
                {
                    "zh": one.name.zh,
                    "en": one.name.en,
                    "reason_zh": NAMES[one.reason].zh,
                    "reason_en": NAMES[one.reason].en,
                }
                for one in features
            ]
            for part, features in (("grid", GRID_FEATURES), ("county", COUNTY_FEATURES))
        },
    }
    if judged is None or not judged.case_count:
        return facts
    shown, prior = judged.methods[found.choice.method], judged.methods[PRIOR]
    rates = {
        name: vars(method.hit_rate["grids"][AT_JUDGED])
        for name, method in (("shown", shown), ("prior", prior))
    }
    return facts | {
        "backtest": {
            "windows": len(judged.origins),
            "cases": judged.case_count,
            "share": JUDGED_SHARE,
            **rates,
            "slope": shown.slope,
            "overlap": shown.stability,
            "groups": shown.groups,
        }
    }


def at_level(context: Context, asked: Asked, risk: Risk) -> pl.DataFrame:
    """One row per area of the level asked, with `feature_id`, `expected_cases` and, of the largest
    reasons, `reason_0`, `share_0` and so on; all null where nothing is foretold."""
    areas = level_areas(context, asked.county.code, asked.level)
    summed = _summed(context, asked, risk)
    largest = (
        summed["reasons"]
        .sort("part", "reason", descending=[True, False])
        .with_columns(pl.int_range(pl.len()).over("area_code").alias("place"))
        .filter(pl.col("place") < SHOWN_REASONS)
    )
    rows = areas.select("area_code", "feature_id").join(
        summed["expected"], on="area_code", how="left"
    )
    for number in range(SHOWN_REASONS):
        one = largest.filter(pl.col("place") == number).select(
            "area_code",
            pl.col("reason")
            .replace_strict(
                {name: place for place, name in enumerate(REASONS)}, return_dtype=pl.UInt8
            )
            .alias(f"reason_{number}"),
            pl.col("part").alias(f"share_{number}"),
        )
        rows = rows.join(one, on="area_code", how="left")
    return rows.with_columns(
        pl.col(f"share_{number}") / pl.col("expected_cases") for number in range(SHOWN_REASONS)
    )


def _summed(context: Context, asked: Asked, risk: Risk) -> dict[str, pl.DataFrame]:
    """Cases expected by area of the level asked, and the part of each reason in them."""
    rows = risk.found.rows.rename({"area_code": "place_code"}).join(
        places_in(context, asked.county.code, risk.level, asked.level), on="place_code"
    )
    parts = (
        rows.select("area_code", "expected_cases", "reasons")
        .explode("reasons")
        .unnest("reasons")
        .filter(pl.col("reason").is_not_null())
        .group_by("area_code", "reason")
        .agg((pl.col("share") * pl.col("expected_cases")).sum().alias("part"))
    )
    expected = rows.group_by("area_code").agg(pl.col("expected_cases").sum())
    return {"expected": expected, "reasons": parts}


def places_in(context: Context, county: str, level: str, asked: str) -> pl.DataFrame:
    """`place_code` of the areas of one level and `area_code` of the area around each, at a level
    asked; without rows where that is the finer one."""
    parents = areas_of(context, county)
    rows = parents.filter(pl.col("area_level") == level).select(
        pl.col("area_code").alias("place_code"), "area_code", "parent_code", "town_code"
    )
    if asked == level:
        return rows.select("place_code", "area_code")
    column = {"community": "parent_code", "town": "town_code"}.get(asked)
    if asked == "county":
        return rows.select("place_code", pl.lit(county).alias("area_code"))
    if column is None or level == "town":
        return rows.select("place_code", "area_code").clear()
    return rows.select("place_code", pl.col(column).alias("area_code"))
