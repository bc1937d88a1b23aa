"""The one SQL statement of a question, put together from its spans, slices and kind of KPI."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from warehouse.catalogue import Kpi
from warehouse.query.measures import PARTS, Value, aggregates, is_excluded, value_of
from warehouse.query.periods import Back, Period
from warehouse.query.question import Question
from warehouse.query.scope import (
    Parameters,
    area_condition,
    area_of_all,
    code_column,
    filter_condition,
)

CURRENT: Literal["current"] = "current"

INTEGER = "bigint"
DOUBLE_PARTS = ("numerator", "quantile_value", "lower", "upper", "deviation")
ZERO_WHEN_ABSENT = (
    "numerator",
    "denominator",
    "numerator_due_passed",
    "denominator_due_passed",
)
STOCK_PARTS = ("numerator", "excluded_count", "unknown_count")
COUNTED = ("excluded_count", "not_yet_due_count", "unknown_count")


@dataclass(frozen=True)
class Span:
    """A period of one bucket: the current one, or one it is compared with."""

    bucket_number: int
    role: Literal["current"] | Back
    period: Period
    target: float | None
    caveat: str | None


def statement(kpi: Kpi, question: Question, spans: Sequence[Span]) -> tuple[str, dict[str, Any]]:
    """SQL and parameters; one row per bucket and slice, named as in `answers.COLUMNS`."""
    parameters = Parameters()
    condition = filter_condition(question, parameters)
    slices = _slices(question)
    relations = {"spans": _spans_relation(spans, parameters)}
    if kpi.kind == "stock":
        relations |= _stock_relations(kpi, slices, condition)
    else:
        relations |= _flow_relations(kpi, slices, condition, spans, parameters)
    relations["spine"] = _spine(question, slices)
    if kpi.kind == "ratio":
        relations["populations"] = _populations(question)
    relations["parts"] = _parts(kpi, question, slices)
    relations["answers"] = _answers(kpi, slices)
    text = "with\n" + ",\n".join(f"{name} as (\n{body}\n)" for name, body in relations.items())
    return f"{text}\n{_final(question, slices)}", parameters.values


def _slices(question: Question) -> tuple[str, ...]:
    level = question.area_level
    return (*((level,) if level else ()), *question.other_slices)


def _columns(slices: Sequence[str], relation: str, *, end: str = ", ") -> str:
    """`relation.a_code, relation.b_code, ` or nothing."""
    names = ", ".join(f"{relation}.{code_column(name)}" for name in slices)
    return names + end if names else ""


def _same_slice(slices: Sequence[str], left: str, right: str) -> str:
    return "".join(
        f" and {left}.{code_column(name)} is not distinct from {right}.{code_column(name)}"
        for name in slices
    )


def _spans_relation(spans: Sequence[Span], parameters: Parameters) -> str:
    """Rows of `spans`; equal periods share a `span_id`, so each is measured once."""
    numbers = {period: n for n, period in enumerate(sorted({span.period for span in spans}))}
    columns = {
        "bucket_number": ("integer", [span.bucket_number for span in spans]),
        "role": ("varchar", [span.role for span in spans]),
        "span_id": ("integer", [numbers[span.period] for span in spans]),
        "start_date": ("date", [span.period.start for span in spans]),
        "end_date": ("date", [span.period.end for span in spans]),
        "target": ("double", [span.target for span in spans]),
        "caveat": ("varchar", [span.caveat for span in spans]),
    }
    lists = ",\n".join(
        f"unnest(cast({parameters.add(f'span_{name}', values)} as {kind}[])) as {name}"
        for name, (kind, values) in columns.items()
    )
    return f"select {lists}"


def _flow_relations(
    kpi: Kpi, slices: Sequence[str], condition: str, spans: Sequence[Span], parameters: Parameters
) -> dict[str, str]:
    first = parameters.add("first_date", min(span.period.start for span in spans))
    last = parameters.add("last_date", max(span.period.end for span in spans))
    sums = ",\n".join(f"{sql} as {part}" for part, sql in aggregates(kpi).items())
    day = f"cases.{kpi.date}"
    period = f"{condition} and {day} >= {first} and {day} < {last}"
    if len({span.period for span in spans}) == 1:
        measured = (
            f"select 0 as span_id, {_columns(slices, 'cases')}{sums}\n"
            f"from mart.{kpi.fact} as cases\nwhere {period}\ngroup by all"
        )
        return {"measured": measured}
    span_days = (
        "select span_id, cast(unnest(generate_series(start_date, end_date - 1, interval 1 day))"
        " as date) as day\nfrom (select distinct span_id, start_date, end_date from spans)"
    )
    measured = (
        f"select span_days.span_id, {_columns(slices, 'cases')}{sums}\n"
        f"from mart.{kpi.fact} as cases\n"
        f"inner join span_days on span_days.day = {day}\nwhere {period}\ngroup by all"
    )
    return {"span_days": span_days, "measured": measured}


def _stock_relations(kpi: Kpi, slices: Sequence[str], condition: str) -> dict[str, str]:
    """What came in less what left, up to the last day of each span."""
    left_on = leaving_day(kpi)
    keys = _columns(slices, "cases")
    unknown = f"cases.{kpi.unknown}" if kpi.unknown else "false"

    def movement(day: str, sign: int) -> str:
        return (
            f"select {keys}{day} as moved_on, {is_excluded(kpi)} as is_excluded,"
            f" {unknown} as is_unknown, count(*) * {sign} as moved\nfrom mart.{kpi.fact} as cases\n"
            f"where {condition} and {day} is not null\ngroup by all"
        )

    measured = (
        f"select stock_days.span_id, {_columns(slices, 'movements')}"
        "coalesce(sum(moved) filter (not is_excluded), 0) as numerator,\n"
        "coalesce(sum(moved) filter (is_excluded), 0) as excluded_count,\n"
        "coalesce(sum(moved) filter (is_unknown), 0) as unknown_count\n"
        "from (select distinct span_id, end_date from spans) as stock_days\n"
        "inner join movements on movements.moved_on < stock_days.end_date\ngroup by all\n"
        "having numerator > 0 or excluded_count > 0"
    )
    return {
        "movements": f"{movement(f'cases.{kpi.date}', 1)}\nunion all\n{movement(left_on, -1)}",
        "measured": measured,
    }


def leaving_day(kpi: Kpi) -> str:
    """The first day on which a case left the stock; null while it is in."""
    return "least(" + ", ".join(f"cases.{name}" for name in kpi.leaves) + ")"


def _spine(question: Question, slices: Sequence[str]) -> str:
    """Buckets × areas valid in them × the other codes met, and whatever else was measured."""
    level = question.area_level
    others = [name for name in slices if name != level]
    current = "from spans"
    codes: list[str] = []
    if level:
        codes.append(f"areas.area_code as {code_column(level)}")
        current += (
            "\ninner join mart.dim_areas as areas"
            f"\n  on {area_condition(question, level)}"
            "\n  and (areas.valid_from_date is null or areas.valid_from_date < spans.end_date)"
            "\n  and (areas.valid_to_date is null or areas.valid_to_date > spans.start_date)"
        )
    if others:
        codes.append(_columns(others, "met", end=""))
        current += (
            f"\ncross join (select distinct {_columns(others, 'measured', end='')} from measured)"
            " as met"
        )
    selected = "".join(f", {code}" for code in codes)
    spine = (
        f"select distinct spans.bucket_number{selected}\n{current}\nwhere spans.role = 'current'"
    )
    if not slices:
        return spine
    return (
        f"{spine}\nunion\nselect spans.bucket_number, {_columns(slices, 'measured', end='')}\n"
        "from measured inner join spans using (span_id)\nwhere spans.role = 'current'"
    )


def _populations(question: Question) -> str:
    """Residents per span (and area) on its last day; null where one area's number is not known."""
    level = question.area_level
    of_level = level or area_of_all(question)[0]
    area = "areas.area_code, " if level else ""
    return (
        f"select last_days.span_id, {area}case when count(*) = count(areas.population)"
        " then sum(areas.population) end as population\n"
        "from (select distinct span_id, end_date from spans) as last_days\n"
        "inner join mart.dim_areas as areas\n"
        f"  on {area_condition(question, of_level)}\n"
        "  and (areas.valid_from_date is null or areas.valid_from_date < last_days.end_date)\n"
        "  and (areas.valid_to_date is null or areas.valid_to_date >= last_days.end_date)\n"
        "group by all"
    )


def _parts(kpi: Kpi, question: Question, slices: Sequence[str]) -> str:
    """Every bucket, role and slice with its parts; what was not measured has none of it."""
    made = (
        {*aggregates(kpi)}
        if kpi.kind != "stock"
        else {"numerator", "excluded_count", "unknown_count"}
    )
    columns = []
    for part in PARTS:
        kind = "double" if part in DOUBLE_PARTS else INTEGER
        source = f"measured.{part}" if part in made else "null"
        if kpi.kind == "ratio" and part == "denominator":
            source = "populations.population"
        elif part in COUNTED or (part in made and part in ZERO_WHEN_ABSENT):
            source = f"coalesce({source}, 0)"
        columns.append(f"cast({source} as {kind}) as {part}")
    population = ""
    if kpi.kind == "ratio":
        level = question.area_level
        on_area = f" and populations.area_code = spine.{code_column(level)}" if level else ""
        population = f"\nleft join populations on populations.span_id = spans.span_id{on_area}"
    return (
        "select spans.bucket_number, spans.role, spans.start_date, spans.end_date, spans.target,"
        f" spans.caveat, {_columns(slices, 'spine')}\n" + ",\n".join(columns) + "\n"
        "from spine\ninner join spans on spans.bucket_number = spine.bucket_number\n"
        f"left join measured on measured.span_id = spans.span_id"
        f"{_same_slice(slices, 'measured', 'spine')}{population}"
    )


def _answers(kpi: Kpi, slices: Sequence[str]) -> str:
    made: Value = value_of(kpi)
    keys = _columns(slices, "parts")
    return (
        f"select bucket_number, role, start_date, end_date, target, caveat, {keys}"
        "numerator, denominator, excluded_count, not_yet_due_count,\n"
        f"{made.value} as value,\n{made.low} as interval_low,\n{made.high} as interval_high,\n"
        f"{made.due_passed} as value_due_passed,\n{_met(kpi)} as is_met\nfrom parts"
    )


def _met(kpi: Kpi) -> str:
    if kpi.better == "neither":
        return "cast(null as boolean)"
    return f"{value_of(kpi).value} {'>=' if kpi.better == 'higher' else '<='} target"


def _final(question: Question, slices: Sequence[str]) -> str:
    level = question.area_level
    keys = "".join(
        f"today.{code_column(name)} as {'area_code' if name == level else code_column(name)},\n"
        for name in slices
    )
    compared, joins = "", ""
    if question.compare:
        for back in ("previous", "last_year"):
            compared += "".join(
                f",\n{back}.{name} as {back}_{name}"
                for name in (
                    "value",
                    "numerator",
                    "denominator",
                    "excluded_count",
                    "not_yet_due_count",
                    "start_date",
                    "end_date",
                )
            )
            joins += (
                f"\nleft join answers as {back} on {back}.role = '{back}'"
                f" and {back}.bucket_number = today.bucket_number"
                f"{_same_slice(slices, back, 'today')}"
            )
        compared += ",\ntoday.caveat as comparison_caveat"
    return (
        f"select {keys}today.start_date as period_start_date, today.end_date as period_end_date,\n"
        "today.value, today.numerator, today.denominator, today.excluded_count,"
        " today.not_yet_due_count,\n"
        "today.interval_low, today.interval_high, today.not_yet_due_count > 0 as is_provisional,\n"
        "today.target,\n"
        "case when today.value is null then 'no_value' when today.is_met is null then 'no_target'"
        " when today.is_met then 'met' else 'missed' end as status,\n"
        f"today.value_due_passed{compared}\n"
        f"from answers as today{joins}\nwhere today.role = 'current'"
    )
