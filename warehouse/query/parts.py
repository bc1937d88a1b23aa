"""The parts of values: every slice there is, with what was measured in it."""

from collections.abc import Sequence

import polars as pl

from warehouse.published import Published
from warehouse.query.flows import FLOW_KINDS, flows
from warehouse.query.prepare import Prepared
from warehouse.query.shares import shares
from warehouse.query.spans import Spans
from warehouse.query.spells import reached, states
from warehouse.query.spine import on_spine, with_population
from warehouse.query.stocks import stocks

BY_KIND = {"stock": stocks, "state_rate": states, "reach_rate": reached}


def parts_of(
    published: Published, together: Sequence[Prepared], spans: Spans
) -> list[pl.DataFrame]:
    """Parts of each KPI: one row per span and slice there is; span_id, codes, parts.

    Args:
        published: the version.
        together: questions of one scan: alike but for the KPI, or one of any kind.
        spans: their periods.
    """
    first = together[0]
    question, areas = first.question, first.facts.areas
    if first.kpi.kind == "share":
        return [shares(published, first.kpi, question, spans, areas)]
    if first.kpi.kind in FLOW_KINDS:
        measured = flows(published, [prepared.kpi for prepared in together], question, spans)
    else:
        measured = [BY_KIND[first.kpi.kind](published, first.kpi, question, spans)]
    parts = [
        on_spine(
            rows,
            question,
            spans,
            areas,
            codes=prepared.facts.codes if prepared.kpi.is_personal else None,
        )
        for rows, prepared in zip(measured, together, strict=True)
    ]
    return [
        with_population(rows, question, spans, areas) if prepared.kpi.denominator_table else rows
        for rows, prepared in zip(parts, together, strict=True)
    ]
