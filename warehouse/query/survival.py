"""How long until a milestone is reached, the rows that have not reached it counted as open.

A quantile over the rows that got there is too low while others are still waiting, and the more so
the newer the period. Kaplan and Meier's estimate lets each row count for as long as it was watched:
of those still at risk at a time, the share that get there then (kpis rule 6).

The estimate is the first time at which no more than 1 − quantile are left; null where more than
that are left when the watching ends. Its 95 % interval is Brookmeyer and Crowley's: the times at
which the bounds of the survival function, on the log-log scale, fall as far.
"""

from dataclasses import replace

import polars as pl

from warehouse.catalogue import Kpi
from warehouse.catalogue.model import Text
from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query.answers import answer
from warehouse.query.county import rows_of
from warehouse.query.flows import span_of_day, with_span_id
from warehouse.query.measures import Z, is_excluded
from warehouse.query.prepare import Prepared, prepare
from warehouse.query.question import Question
from warehouse.query.scope import Parameters, code_column, code_columns, filter_condition

SURVIVAL_COLUMNS: dict[str, pl.DataType] = {
    "km_value": pl.Float64(),
    "km_interval_low": pl.Float64(),
    "km_interval_high": pl.Float64(),
    "reached_count": pl.Int64(),
    "open_count": pl.Int64(),
    "unwatched_count": pl.Int64(),
}
"""Columns after those of an answer, in order."""

ROUNDING = 1e-12
"""A share that is 0.5 but for the last digit is 0.5."""


def survival(published: Published, question: Question) -> pl.DataFrame:
    """The answer to a question with its Kaplan-Meier version beside it, one row per slice.

    Columns: those of `answer`, of which `value` is the quantile of the rows that got there, then
        km_value, km_interval_low, km_interval_high: in the KPI's unit; null where the survival
            function, or its bound, does not fall so far;
        reached_count, open_count: rows that got there, and rows still waiting when last watched;
        unwatched_count: rows left out, of which neither time is known.

    Raises:
        UsageError: as `answer`, or a KPI that has no such version or is about persons.
    """
    prepared = _prepare(published, question)
    parameters = Parameters()
    keys = _keys(prepared)
    text = (
        f"with {_watched(prepared, parameters)},\n{_curve(keys)},\n{_bounds(keys)}\n"
        f"{_quantiles(prepared.kpi, keys, parameters)}"
    )
    rows = rows_of(published, prepared.kpi.about)(text, parameters.used_in(text))
    spans = prepared.spans
    rows = with_span_id(rows, spans).join(
        spans.frame().select("span_id", pl.col("start_date").alias("period_start_date")),
        on="span_id",
    )
    level = prepared.question.area_level
    if level:
        rows = rows.rename({code_column(level): "area_code"})
    on = ["area_code"] if level else []
    on += ["period_start_date", *map(code_column, prepared.question.other_slices)]
    values = answer(published, question)
    return (
        values.join(rows.drop("span_id"), on=on, how="left", nulls_equal=True)
        .with_columns(
            pl.col(name).fill_null(0) for name in SURVIVAL_COLUMNS if name.endswith("count")
        )
        .select(
            *values.columns, *(pl.col(name).cast(kind) for name, kind in SURVIVAL_COLUMNS.items())
        )
    )


def survival_curve(published: Published, question: Question) -> pl.DataFrame:
    """The survival function of one slice, one row per different time, in order.

    Columns: time (in the KPI's unit), at_risk (rows neither there nor lost from sight before it),
    events (rows that get there at it), survival (share not there after it).

    Raises:
        UsageError: as `survival`, or a question with slices.
    """
    if question.by:
        raise UsageError(
            f"生存曲线不分组 / a curve is of one slice, not by {', '.join(question.by)}"
        )
    prepared = _prepare(published, question)
    parameters = Parameters()
    text = (
        f"with {_watched(prepared, parameters)},\n{_curve([])}\n"
        "select time, at_risk, events, survival from curve order by time"
    )
    return rows_of(published, prepared.kpi.about)(text, parameters.used_in(text))


def bias(rows: pl.DataFrame, kpi: Kpi) -> Text:
    """What the quantile of the rows that got there leaves out, in a sentence.

    Args:
        rows: of `survival`; the difference is told where there is one row only.
        kpi: theirs.
    """
    open_count = int(rows["open_count"].sum())
    if open_count == 0:
        return Text(
            zh="没有未结的案件,两个数值只差取值方法(插值与阶梯)。",
            en="None is open: the two figures differ only in how they are read, "
            "between two cases or at one.",
        )
    known = rows.select("value", "km_value").row(0) if len(rows) == 1 else (None, None)
    if None not in known:
        closed_only, estimate = known
        gap = estimate - closed_only
        sizes = f"{closed_only:,.1f}", f"{estimate:,.1f}", f"{abs(gap):,.1f}"
        if gap > 0:
            return Text(
                zh=f"只计已结的 {sizes[0]} 低估 {sizes[2]}({_unit(kpi).zh}):"
                f"尚有 {open_count:,} 件未结不在其中,计入后为 {sizes[1]}。",
                en=f"The closed-only figure of {sizes[0]} is lower by {sizes[2]} "
                f"{_unit(kpi).en} because {open_count:,} open are not in it; "
                f"with them it is {sizes[1]}.",
            )
    return Text(
        zh=f"只计已结的数值偏低或相等:尚有 {open_count:,} 件未结不在其中。",
        en="The closed-only figure is too low, or at best right, because "
        f"{open_count:,} open are not in it.",
    )


def _unit(kpi: Kpi) -> Text:
    names = {"minutes": "分钟", "hours": "小时", "days": "天"}
    return Text(zh=names.get(kpi.unit, kpi.unit), en=kpi.unit)


def _prepare(published: Published, question: Question) -> Prepared:
    prepared = prepare(published, replace(question, compare=False))
    kpi = prepared.kpi
    if not kpi.observed:
        raise UsageError(
            f"{kpi.kpi_id}: 没有生存分析口径 / has no Kaplan-Meier version "
            "(a quantile whose YAML names `observed`)"
        )
    if kpi.is_personal:
        raise UsageError(
            f"{kpi.kpi_id}: 涉及个人,不提供生存分析 / is about persons: its small cells would show"
        )
    return prepared


def _keys(prepared: Prepared) -> list[str]:
    """Columns that tell slices and spans apart."""
    span, _ = span_of_day(prepared.spans, "day", Parameters())
    names = [span.strip(", ").split(" as ")[-1].split(".")[-1]] if span else []
    return [*names, *map(code_column, prepared.question.slices)]


def _watched(prepared: Prepared, parameters: Parameters) -> str:
    """Relation of the rows in question: keys, time (null where not known) and is_event."""
    kpi, spans = prepared.kpi, prepared.spans
    condition = filter_condition(prepared.question, kpi, parameters)
    day = f"facts.{kpi.date}"
    span, join = span_of_day(spans, day, parameters)
    return (
        f"watched as (\nselect {span}{code_columns(kpi, prepared.question.slices)}"
        f"cast(coalesce(facts.{kpi.measure}, facts.{kpi.observed}) as double) as time,\n"
        f"facts.{kpi.measure} is not null as is_event\n"
        f"from mart.{kpi.fact} as facts{join}\n"
        f"where {condition} and not {is_excluded(kpi)}"
        f" and {day} >= {parameters.add('first_date', spans.first_date)}"
        f" and {day} < {parameters.add('last_date', spans.last_date)}\n)"
    )


def _curve(keys: list[str]) -> str:
    """Relation of the survival function: keys, time, at_risk, events, survival, spread.

    Rows lost from sight at a time are at risk at it. `spread` is Greenwood's sum; a step in which
    all that are left get there adds nothing to it.
    """
    before = _partition(keys)
    return (
        "times as (\n"
        f"select {_list(keys)}time, count(*) filter (is_event) as events, count(*) as leaving\n"
        "from watched where time is not null\ngroup by all\n),\n"
        "steps as (\n"
        f"select {_list(keys)}time, events,\n"
        f"cast(sum(leaving) over ({before}order by time rows between current row and unbounded"
        " following) as bigint) as at_risk\nfrom times\n),\n"
        "curve as (\n"
        f"select {_list(keys)}time, at_risk, events,\n"
        f"product(1 - events / at_risk) over ({before}order by time rows between unbounded"
        " preceding and current row) as survival,\n"
        "sum(case when events < at_risk then events / (at_risk * (at_risk - events)) else 0.0 end)"
        f" over ({before}order by time rows between unbounded preceding and current row)"
        " as spread\nfrom steps\n)"
    )


def _bounds(keys: list[str]) -> str:
    """Relation of the curve with its pointwise 95 % bounds on the log-log scale."""
    half = f"{Z} * sqrt(spread) / ln(survival)"
    bound = "exp(-exp(ln(-ln(survival)) {sign} {half}))"
    known = "case when survival >= 1 then 1.0 when survival <= 0 then 0.0 else {bound} end"
    columns = ",\n".join(
        f"{known.format(bound=bound.format(sign=sign, half=half))} as {name}"
        for name, sign in (("lower", "-"), ("upper", "+"))
    )
    return f"bounded as (\nselect {_list(keys)}time, survival,\n{columns}\nfrom curve\n)"


def _quantiles(kpi: Kpi, keys: list[str], parameters: Parameters) -> str:
    """Select of the columns of `SURVIVAL_COLUMNS`, one row per slice and span that has rows."""
    left = parameters.add("share_left", 1 - (kpi.quantile or 0) + ROUNDING)
    first_times = ",\n".join(
        f"min(time) filter ({column} <= {left}) as {name}"
        for name, column in (
            ("km_value", "survival"),
            ("km_interval_low", "lower"),
            ("km_interval_high", "upper"),
        )
    )
    grouped = "\ngroup by all" if keys else ""
    same = " and ".join(f"falls.{key} is not distinct from counted.{key}" for key in keys)
    return (
        f"select counted.*, km_value, km_interval_low, km_interval_high\nfrom (\n"
        f"select {_list(keys)}count(*) filter (is_event) as reached_count,\n"
        "count(*) filter (not is_event and time is not null) as open_count,\n"
        f"count(*) filter (time is null) as unwatched_count\nfrom watched{grouped}\n) as counted\n"
        f"left join (\nselect {_list(keys)}{first_times}\nfrom bounded{grouped}\n) as falls\n"
        f"on {same or 'true'}"
    )


def _list(keys: list[str]) -> str:
    return "".join(f"{key}, " for key in keys)


def _partition(keys: list[str]) -> str:
    return f"partition by {', '.join(keys)} " if keys else ""
