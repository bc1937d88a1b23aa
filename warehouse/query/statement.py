"""The one SQL statement of a question, put together from its periods, slices and kind of KPI.

A single period is read with one aggregate; several (buckets of time, comparisons) are named
`span_id`, equal ones once, and each day is joined to the spans it lies in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from warehouse.catalogue import Kpi
from warehouse.query.measures import SORTED, aggregates, is_excluded, ranked_bounds
from warehouse.query.periods import Back, Period
from warehouse.query.question import Question
from warehouse.query.scope import (
    Parameters,
    area_condition,
    area_of_all,
    code_column,
    fact_column,
    filter_condition,
)

CURRENT: Literal["current"] = "current"

FEW_SPANS = 12

ZERO_WHEN_ABSENT = (
    "numerator",
    "denominator",
    "excluded_count",
    "not_yet_due_count",
    "numerator_due_passed",
    "denominator_due_passed",
    "unknown_count",
)


@dataclass(frozen=True)
class Span:
    """A period of one bucket: the current one, or one it is compared with."""

    bucket_number: int
    role: Literal["current"] | Back
    period: Period
    target: float | None
    caveat: str | None


@dataclass(frozen=True)
class Statement:
    """SQL with its parameters; one row per span and slice, with the parts of the value.

    Columns: `span_id` (of `span_ids`), one code per slice, and the parts that the kind has.
    """

    text: str
    parameters: dict[str, Any]
    span_ids: dict[Period, int]


def statement(kpi: Kpi, question: Question, spans: Sequence[Span]) -> Statement:
    """The statement of a question over its spans."""
    parameters = Parameters()
    condition = filter_condition(question, kpi, parameters)
    periods = sorted({span.period for span in spans})
    span_ids = {period: number for number, period in enumerate(periods)}
    slices = question.slices
    relations = {"spans": _spans_relation(span_ids, parameters)}
    last = parameters.add("last_date", max(period.end for period in periods))
    if kpi.kind == "stock":
        relations |= _stock_relations(kpi, slices, condition, span_count=len(periods))
        parts = ["numerator", "excluded_count", "unknown_count"]
    else:
        first = parameters.add("first_date", periods[0].start)
        day = f"facts.{kpi.date}"
        within = f"{condition} and {day} >= {first} and {day} < {last}"
        relations |= _flow_relations(kpi, slices, within, is_single=len(periods) == 1)
        parts = list(aggregates(kpi))
    # An aggregate without groups has its one row also where nothing is in it.
    if slices or len(periods) > 1:
        relations["spine"] = _spine(question, slices)
    if kpi.denominator_table:
        relations["populations"] = _populations(question)
    if "spine" not in relations and not kpi.denominator_table:
        del relations["spans"]
    final = _parts(kpi, question, slices, parts, has_spine="spine" in relations)
    bodies = ",\n".join(f"{name} as (\n{body}\n)" for name, body in relations.items())
    text = f"with\n{bodies}\n{final}"
    return Statement(text, parameters.used_in(text), span_ids)


def _columns(slices: Sequence[str], relation: str, *, end: str = ", ") -> str:
    """`relation.a_code, relation.b_code, ` or nothing."""
    names = ", ".join(f"{relation}.{code_column(name)}" for name in slices)
    return names + end if names else ""


def _fact_columns(kpi: Kpi, slices: Sequence[str]) -> str:
    """The same, from the rows of the KPI."""
    return "".join(f"{fact_column(kpi, name)} as {code_column(name)}, " for name in slices)


def _same_slice(slices: Sequence[str], left: str, right: str) -> str:
    return "".join(
        f" and {left}.{code_column(name)} is not distinct from {right}.{code_column(name)}"
        for name in slices
    )


def _spans_relation(span_ids: dict[Period, int], parameters: Parameters) -> str:
    columns = {
        "span_id": ("integer", list(span_ids.values())),
        "start_date": ("date", [period.start for period in span_ids]),
        "end_date": ("date", [period.end for period in span_ids]),
    }
    lists = ",\n".join(
        f"unnest(cast({parameters.add(f'{name}s', values)} as {kind}[])) as {name}"
        for name, (kind, values) in columns.items()
    )
    return f"select {lists}"


def _flow_relations(
    kpi: Kpi, slices: Sequence[str], within: str, *, is_single: bool
) -> dict[str, str]:
    sums = ",\n".join(f"{sql} as {part}" for part, sql in aggregates(kpi).items())
    if is_single:
        grouped = "\ngroup by all" if slices else ""
        measured = (
            f"select {_fact_columns(kpi, slices)}{sums}\n"
            f"from mart.{kpi.fact} as facts\nwhere {within}{grouped}"
        )
        return {"measured": f"select 0 as span_id, * from (\n{measured}\n)"}
    span_days = (
        "select span_id, cast(unnest(generate_series(start_date, end_date - 1, interval 1 day))"
        " as date) as day\nfrom spans"
    )
    measured = (
        f"select span_days.span_id, {_fact_columns(kpi, slices)}{sums}\n"
        f"from mart.{kpi.fact} as facts\n"
        f"inner join span_days on span_days.day = facts.{kpi.date}\nwhere {within}\ngroup by all"
    )
    return {"span_days": span_days, "measured": measured}


def _stock_relations(
    kpi: Kpi, slices: Sequence[str], condition: str, *, span_count: int
) -> dict[str, str]:
    """What was in at the end of the last day of each span."""
    if span_count <= FEW_SPANS:
        few = _stock_on_few_days(kpi, slices, condition, is_single=span_count == 1)
        return {"measured": few}
    measured = (
        f"select spans.span_id, {_columns(slices, 'movements')}"
        f"{_stock_sums('sum(moved)', 'is_excluded', 'is_unknown')}\n"
        "from spans\n"
        "inner join movements on movements.moved_on < spans.end_date\ngroup by all\n"
        "having numerator > 0 or excluded_count > 0"
    )
    came = _movement(kpi, slices, condition, day=f"facts.{kpi.date}", sign=1)
    left = _movement(kpi, slices, condition, day=leaving_day(kpi), sign=-1)
    return {"movements": f"{came}\nunion all\n{left}", "measured": measured}


def _stock_on_few_days(kpi: Kpi, slices: Sequence[str], condition: str, *, is_single: bool) -> str:
    """Each case looked at once per span; many spans are cheaper by what came and left."""
    left_on = leaving_day(kpi)
    sums = _stock_sums("count(*)", is_excluded(kpi), _is_unknown(kpi))
    end = "$last_date" if is_single else "spans.end_date"
    inside = f"facts.{kpi.date} < {end} and ({left_on} is null or {left_on} >= {end})"
    if is_single:
        grouped = "\ngroup by all" if slices else ""
        return (
            f"select 0 as span_id, * from (\nselect {_fact_columns(kpi, slices)}{sums}\n"
            f"from mart.{kpi.fact} as facts\nwhere {condition} and {inside}{grouped}\n)"
        )
    return (
        f"select spans.span_id, {_fact_columns(kpi, slices)}{sums}\n"
        f"from mart.{kpi.fact} as facts\ninner join spans on {inside}\n"
        f"where {condition}\ngroup by all"
    )


def _stock_sums(total: str, excluded: str, unknown: str) -> str:
    return (
        f"{total} filter (not {excluded}) as numerator,\n"
        f"{total} filter ({excluded}) as excluded_count,\n"
        f"{total} filter ({unknown}) as unknown_count"
    )


def _movement(kpi: Kpi, slices: Sequence[str], condition: str, *, day: str, sign: int) -> str:
    return (
        f"select {_fact_columns(kpi, slices)}{day} as moved_on, {is_excluded(kpi)} as is_excluded,"
        f" {_is_unknown(kpi)} as is_unknown, count(*) * {sign} as moved\n"
        f"from mart.{kpi.fact} as facts\nwhere {condition} and {day} is not null\ngroup by all"
    )


def _is_unknown(kpi: Kpi) -> str:
    return f"facts.{kpi.unknown}" if kpi.unknown else "false"


def leaving_day(kpi: Kpi) -> str:
    """The first day on which a case left the stock; null while it is in."""
    return "least(" + ", ".join(f"facts.{name}" for name in kpi.leaves) + ")"


def _spine(question: Question, slices: Sequence[str]) -> str:
    """Spans × areas valid in them × the other codes met, and whatever else was measured."""
    level = question.area_level
    others = [name for name in slices if name != level]
    codes = ["spans.span_id"]
    body = "from spans"
    if level:
        codes.append(f"areas.area_code as {code_column(level)}")
        body += (
            "\ninner join mart.dim_areas as areas"
            f"\n  on {area_condition(question, level)}"
            "\n  and (areas.valid_from_date is null or areas.valid_from_date < spans.end_date)"
            "\n  and (areas.valid_to_date is null or areas.valid_to_date > spans.start_date)"
        )
    if others:
        codes.append(_columns(others, "met", end=""))
        body += (
            f"\ncross join (select distinct {_columns(others, 'measured', end='')} from measured)"
            " as met"
        )
    spine = f"select {', '.join(codes)}\n{body}"
    if not slices:
        return spine
    return f"{spine}\nunion\nselect span_id, {_columns(slices, 'measured', end='')}\nfrom measured"


def _populations(question: Question) -> str:
    """Residents per span (and area) on its last day; null where one area's number is not known."""
    level = question.area_level
    of_level = level or area_of_all(question)[0]
    area = "areas.area_code, " if level else ""
    return (
        f"select spans.span_id, {area}case when count(*) = count(areas.population)"
        " then sum(areas.population) end as population\n"
        "from spans\n"
        "inner join mart.dim_areas as areas\n"
        f"  on {area_condition(question, of_level)}\n"
        "  and (areas.valid_from_date is null or areas.valid_from_date < spans.end_date)\n"
        "  and (areas.valid_to_date is null or areas.valid_to_date >= spans.end_date)\n"
        "group by all"
    )


def _parts(
    kpi: Kpi, question: Question, slices: Sequence[str], parts: Sequence[str], *, has_spine: bool
) -> str:
    """Every span and slice with its parts; what was not measured has none of it."""
    columns = [
        f"coalesce(measured.{part}, 0) as {part}"
        if part in ZERO_WHEN_ABSENT
        else f"measured.{part}"
        for part in parts
        if part != SORTED
    ]
    if kpi.kind == "quantile":
        columns += [f"{sql} as {part}" for part, sql in ranked_bounds(kpi).items()]
    keys = "spine" if has_spine else "measured"
    source = "measured"
    if has_spine:
        same = _same_slice(slices, "measured", "spine")
        source = f"spine\nleft join measured on measured.span_id = spine.span_id{same}"
    if kpi.denominator_table:
        columns.append("populations.population as denominator")
        level = question.area_level
        area = f" and populations.area_code = {keys}.{code_column(level)}" if level else ""
        source += f"\nleft join populations on populations.span_id = {keys}.span_id{area}"
    selected = ",\n".join(columns)
    return f"select {keys}.span_id, {_columns(slices, keys)}{selected}\nfrom {source}"
