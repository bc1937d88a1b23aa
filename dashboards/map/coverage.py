"""How far a coverage is from its target, by area, alone and beside the risk."""

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dashboards.context import Context
from dashboards.map.answered import rows_of
from dashboards.map.asked import Asked
from dashboards.map.breaks import FIXED
from dashboards.map.risk import at_level, risk_of
from dashboards.map.shading import UNKNOWN, Shading, by_feature, kpi_breaks, length_of
from warehouse.catalogue import Kpi

THIRDS = (1 / 3, 2 / 3)


def _gap_rows(context: Context, asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The answer about a coverage by area, and rows with `gap`, its distance below the target (all
    where there is none); 0 where that is reached."""
    answer = context.ask(asked.about({}, kpi_id=asked.coverage, by=(asked.level,)))
    gap = (pl.col("target").fill_null(1.0) - pl.col("value")).clip(lower_bound=0.0)
    return answer, rows_of(context, asked, answer).with_columns(gap.alias("gap"))


def gap_shading(context: Context, asked: Asked) -> Shading:
    """Distances below the target."""
    answer, rows = _gap_rows(context, asked)
    kpi = context.kpis[asked.coverage]
    return Shading(
        values=by_feature(rows, "gap", dtype="<f8"),
        denominators=by_feature(rows, "denominator", dtype="<u4", fill=0),
        flags=_gap_flags(rows),
        breaks=_gap_breaks(rows["gap"].drop_nulls().to_numpy(), kpi, asked),
        first=str(rows["period_start_date"].min() or ""),
        last=str(rows["period_end_date"].dt.offset_by("-1d").max() or ""),
        extra={"covered": by_feature(rows, "value", dtype="<f8")},
        facts=_gap_facts(answer, rows, kpi),
    )


def _gap_facts(answer: pl.DataFrame, rows: pl.DataFrame, kpi: Kpi) -> dict[str, object]:
    suppressed = int(rows["is_suppressed"].fill_null(value=False).sum())
    return {
        "target": answer["target"].drop_nulls().first(),
        "covered": int((rows["gap"] == 0).sum()),
        "suppressed": suppressed,
        "name": {"zh": kpi.name.zh, "en": kpi.name.en},
        "question": {"zh": kpi.question.zh, "en": kpi.question.en},
    }


def _gap_flags(rows: pl.DataFrame) -> NDArray[np.uint8]:
    flag = pl.when(pl.col("gap").is_null()).then(UNKNOWN).otherwise(0)
    return by_feature(rows.select("feature_id", flag.alias("flag")), "flag", dtype="u1", fill=0)


def _gap_breaks(gaps: NDArray[np.float64], kpi: Kpi, asked: Asked) -> tuple[float, ...]:
    """The first class is "no gap"; its break is the smallest gap there is.

    Beside typed edges it is always there, so that a colour means the same in every period.
    """
    above = gaps[gaps > 0]
    classing = asked.classing
    if classing.method == FIXED:
        edges = kpi_breaks(above, kpi, classing)
        return (min([edges[0] / 2, *above]), *edges)
    if not above.size:
        return ()
    inner = kpi_breaks(above, kpi, replace(classing, steps=classing.steps - 1))
    least = float(above.min())
    edges = tuple(edge for edge in inner if edge > least)
    return (least, *edges) if (gaps == 0).any() else edges


def pair_shading(context: Context, asked: Asked) -> Shading:
    """Thirds of the areas by risk × no gap, a smaller, a larger one; strong in both first."""
    risk = risk_of(context, asked.county.code, family=asked.family, horizon=asked.horizon)
    expected = at_level(context, asked, risk)
    answer, gaps = _gap_rows(context, asked)
    rows = expected.join(gaps.select("area_code", "gap", "value", "is_suppressed"), on="area_code")
    known = rows["expected_cases"].drop_nulls().to_numpy()
    edges = np.quantile(known, THIRDS) if known.size else np.zeros(2)
    above = rows.filter(pl.col("gap") > 0)["gap"].to_numpy()
    middle = float(np.median(above)) if above.size else 0.0
    risk_class = (pl.col("expected_cases") > edges[0]).cast(pl.UInt8) + (
        pl.col("expected_cases") > edges[1]
    )
    gap_class = (pl.col("gap") > 0).cast(pl.UInt8) + (
        (pl.col("gap") > 0) & (pl.col("gap") >= middle)
    )
    rows = rows.with_columns((risk_class * 3 + gap_class).alias("place"))
    return Shading(
        values=by_feature(rows, "expected_cases", dtype="<f8"),
        denominators=np.zeros(length_of(rows), dtype=np.uint32),
        flags=by_feature(
            rows.select("feature_id", (pl.col("place").is_null() * UNKNOWN).alias("flag")),
            "flag",
            dtype="u1",
            fill=0,
        ),
        breaks=(),
        first=str(answer["period_start_date"].min() or ""),
        last=str(answer["period_end_date"].dt.offset_by("-1d").max() or ""),
        categories=tuple(f"{risk_}{gap}" for risk_ in range(3) for gap in range(3)),
        given_classes=by_feature(rows, "place", dtype="u1", fill=255),
        extra={"gap": by_feature(rows, "gap", dtype="<f8")},
        said=tuple(risk.found.texts),
        facts={
            **_gap_facts(answer, gaps, context.kpis[asked.coverage]),
            "risk_edges": [float(edge) for edge in edges],
            "gap_edge": middle,
            "kinds": risk.kinds,
            "has_severity": risk.has_severity,
            "is_forecast": risk.found.choice.is_forecast,
            "foretold_from": str(risk.found.start),
            "foretold_to": str(risk.found.end),
        },
    )
