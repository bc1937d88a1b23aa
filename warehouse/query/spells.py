"""States that hold for a while: whom they hold for, and who of them was reached."""

from collections.abc import Sequence

import polars as pl

from warehouse.catalogue import Kpi
from warehouse.published import Published
from warehouse.query.county import rows_of
from warehouse.query.measures import is_excluded
from warehouse.query.question import AreaLevel, OtherSlice, Question
from warehouse.query.scope import Parameters, code_column, code_columns, filter_condition
from warehouse.query.spans import Spans

FROM = "facts.valid_from_date"
UNTIL = "coalesce(facts.valid_to_date, date '9999-12-31')"
"""First day, and first day after it, of a spell."""
DAYS_INSIDE = f"least({UNTIL}, spans.end_date) - greatest({FROM}, spans.start_date)"
"""How many of its days lie inside a span."""


def states(published: Published, kpi: Kpi, question: Question, spans: Spans) -> pl.DataFrame:
    """Parts of a state rate, one row per span and slice with any: span_id, codes, parts.

    Counted on the last day: different keys with a spell that holds then; excluded are those without
    another spell that counts. Counted every day: days of spells inside the span, the spells of one
    key not overlapping.
    """
    parameters = Parameters()
    condition = filter_condition(question, kpi, parameters)
    spells = (
        f"from mart.{kpi.fact} as facts\n"
        f"inner join ({spans.relation(parameters)}) as spans on {holds(kpi)}\nwhere {condition}"
    )
    keys = f"spans.span_id, {code_columns(kpi, question.slices)}"
    if kpi.counted == "every_day":
        sums = ",\n".join(
            f"coalesce(cast(sum({DAYS_INSIDE}) filter ({condition}) as bigint), 0) as {part}"
            for part, condition in _conditions(kpi).items()
        )
        text = f"select {keys}{sums}\n{spells}\ngroup by all"
    else:
        text = f"with by_key as (\n{_by_key(kpi, keys, spells)}\n)\n{_counts(question.slices)}"
    return rows_of(published, kpi.about)(text, parameters.used_in(text))


def reached(published: Published, kpi: Kpi, question: Question, spans: Spans) -> pl.DataFrame:
    """Parts of a reach rate, one row per span and slice with any: span_id, codes, parts.

    denominator: different keys with a spell on any day of the span; numerator: those of them that
    were reached in the span, in the same slice.
    """
    parameters = Parameters()
    condition = filter_condition(question, kpi, parameters)
    keys = f"spans.span_id, {code_columns(kpi, question.slices)}"
    spells = f"from mart.{kpi.fact} as facts\ninner join spans on {holds(kpi)}\nwhere {condition}"
    same = "".join(
        f" and reached.{code_column(name)} is not distinct from spells.{code_column(name)}"
        for name in question.slices
    )
    text = (
        f"with spans as (\n{spans.relation(parameters)}\n),\n"
        f"spells as (\n{_by_key(kpi, keys, spells)}\n),\n"
        f"reached as (\n{reaching(kpi, question, parameters)}\n),\n"
        "by_key as (\nselect spells.* replace (is_due and reached.span_id is not null as is_met)\n"
        "from spells\nleft join reached on reached.span_id = spells.span_id"
        f" and reached.key = spells.key{same}\n)\n{_counts(question.slices)}"
    )
    return rows_of(published, kpi.about)(text, parameters.used_in(text))


def holds(kpi: Kpi) -> str:
    """Condition on `facts` and `spans`: the spell counts for the span."""
    if kpi.counted == "last_day":
        return f"{FROM} < spans.end_date and {UNTIL} >= spans.end_date"
    return f"{FROM} < spans.end_date and {UNTIL} > spans.start_date"


def reaching(kpi: Kpi, question: Question, parameters: Parameters) -> str:
    """Select of span_id, codes and the different keys reached in the span."""
    fact = kpi.reaching
    day = f"facts.{kpi.numerator_date}"
    condition = filter_condition(question, kpi, parameters, fact=fact)
    return (
        f"select distinct spans.span_id, {code_columns(kpi, question.slices, fact=fact)}"
        f"facts.{kpi.about.key} as key\nfrom mart.{fact.name} as facts\n"
        f"inner join spans on {day} >= spans.start_date and {day} < spans.end_date\n"
        f"where {condition} and facts.{kpi.numerator}"
    )


def _conditions(kpi: Kpi) -> dict[str, str]:
    """Part → condition on a spell; excluded goes before all else."""
    kept = f"not {is_excluded(kpi)}"
    due = f"{kept} and facts.{kpi.denominator}"
    return {
        "numerator": f"{due} and facts.{kpi.numerator}" if kpi.kind == "state_rate" else "false",
        "denominator": due,
        "excluded_count": is_excluded(kpi),
        "not_yet_due_count": f"{kept} and facts.{kpi.not_yet_due}" if kpi.not_yet_due else "false",
    }


def _by_key(kpi: Kpi, keys: str, spells: str) -> str:
    """One row per span, slice and key, with what holds for any of its spells."""
    names = ("is_met", "is_due", "is_out", "is_waiting")
    flags = ",\n".join(
        f"bool_or({condition}) as {name}"
        for name, condition in zip(names, _conditions(kpi).values(), strict=True)
    )
    return f"select {keys}facts.{kpi.about.key} as key,\n{flags}\n{spells}\ngroup by all"


def _counts(slices: Sequence[AreaLevel | OtherSlice]) -> str:
    codes = "".join(f"{code_column(name)}, " for name in slices)
    return (
        f"select span_id, {codes}count(*) filter (is_met) as numerator,\n"
        "count(*) filter (is_due) as denominator,\n"
        "count(*) filter (is_out and not is_due) as excluded_count,\n"
        "count(*) filter (is_waiting and not is_due) as not_yet_due_count\n"
        "from by_key\ngroup by all"
    )
