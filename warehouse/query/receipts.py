"""The rows behind a value, each with the part it plays and where it came from."""

from typing import Literal, get_args

import polars as pl

from warehouse.catalogue import Kpi, get_kpi
from warehouse.catalogue.facts import DAY, FLAG, TIME
from warehouse.catalogue.model import Kind
from warehouse.errors import UsageError, unknown_value
from warehouse.published import Published
from warehouse.query.county import rows_of
from warehouse.query.measures import is_excluded
from warehouse.query.periods import Period
from warehouse.query.prepare import Prepared, prepare
from warehouse.query.question import Question
from warehouse.query.scope import Parameters, fact_column, filter_condition, has_code
from warehouse.query.shares import of_all
from warehouse.query.spans import CURRENT, Span, Spans
from warehouse.query.spells import DAYS_INSIDE, holds, reaching
from warehouse.query.stocks import leaving_day

Role = Literal["numerator", "denominator", "excluded", "not_yet_due"]
ROLES: tuple[Role, ...] = get_args(Role)

PROVENANCE = ("batch_id", "source_row_number")
SLICES = ("department", "category", "channel", "stage", "town", "community", "grid")
TIMES_OF_CASES = (
    "reported_at",
    "first_response_at",
    "closed_at",
    "voided_at",
    "response_due_at",
    "due_at",
    "status",
)
"""Of the many times of a case, those a receipt shows; other facts show all of theirs."""


def rows_behind(
    published: Published,
    question: Question,
    *,
    limit: int = 1000,
    offset: int = 0,
    role: Role | None = None,
) -> pl.DataFrame:
    """The rows behind the one value of a question without slices.

    Columns: the key of the fact, such as case_id; role: `numerator` (counts for the value),
    `denominator` (due or measured, but not in the numerator), `excluded`, `not_yet_due`; codes and
    times; the columns the KPI uses; `days` where every day counts; batch_id, file_name (null where
    the ledger does not know the batch), source_row_number.

    The rows add up. Always, `excluded` and `not_yet_due` rows are the two counts. Then, by kind:
        rate: `numerator` rows are the numerator, with the `denominator` rows the denominator;
        mean, quantile: `denominator` rows are the denominator, the measure over them a mean's
            numerator;
        ratio: its columns over both are numerator and denominator; count, stock: `numerator` rows
            are the numerator; sum, share: the measure over `numerator` rows is, a share's
            denominator with the `denominator` rows;
        state and reach rates: the same as a rate, with different keys in place of rows, or with
            `days` where every day counts. A key that counts is not also excluded.
    A row that has no part in the value is not listed. Ordered by role as above, time and key.

    Raises:
        UsageError: as `answer`; slices (`by`); a role that does not exist; a KPI about persons.
    """
    if get_kpi(question.kpi_id).is_personal:
        raise UsageError(
            f"{question.kpi_id}: 涉及个人,不列明细 / is about persons: its rows are not listed"
        )
    if question.by:
        raise UsageError("收据只针对一个值 / a receipt is for one value: use where instead of by")
    if role is not None and role not in ROLES:
        raise UsageError(unknown_value("role", role, ROLES))
    prepared = prepare(published, question)
    parameters = Parameters()
    text = _statement(prepared, parameters, role)
    page = f"limit {parameters.add('limit', limit)} offset {parameters.add('offset', offset)}"
    text = f"{text}\n{page}"
    return rows_of(published, prepared.kpi.about)(text, parameters.used_in(text))


def _statement(prepared: Prepared, parameters: Parameters, role: Role | None) -> str:
    kpi, fact = prepared.kpi, prepared.kpi.about
    order = " ".join(f"when '{name}' then {n}" for n, name in enumerate(ROLES))
    wanted = f"role = {parameters.add('role', role)}" if role else "role is not null"
    shown = _shown(kpi)
    columns = {name: f"facts.{name}" for name in (*shown, "source_id", *PROVENANCE)}
    if kpi.counted == "every_day":
        shown.append("days")
        columns["days"] = DAYS_INSIDE
    return (
        f"with\nspans as (\n{_period(prepared).relation(parameters)}\n),\n"
        f"{_reached(prepared, parameters)}"
        f"facts_in_period as (\nselect facts.{fact.key}, {_role(prepared, parameters)} as role,\n"
        f"{', '.join(f'{sql} as {name}' for name, sql in columns.items())}\n"
        f"from mart.{kpi.fact} as facts\ncross join spans\n"
        f"where {_condition(prepared, parameters)} and {_in_period(kpi)}\n),\n"
        "files as (\nselect source_id, batch_id, any_value(file_name) as file_name\n"
        "from ops.batches\ngroup by all\n)\n"
        f"select facts_in_period.{fact.key}, role, {', '.join(shown)},\n"
        "facts_in_period.batch_id, files.file_name, source_row_number\n"
        "from facts_in_period\n"
        "left join files on files.batch_id = facts_in_period.batch_id"
        " and files.source_id = facts_in_period.source_id\n"
        f"where {wanted}\n"
        f"order by case role {order} end, {_first_time(kpi)}, {fact.key}, source_row_number"
    )


def _shown(kpi: Kpi) -> list[str]:
    """Columns of the fact that say what a row is and why it counts, each once."""
    fact = kpi.about
    slices = [fact.column_of(name) for name in SLICES]
    times = TIMES_OF_CASES if kpi.fact == "fct_cases" else fact.columns_of(TIME, DAY)
    used = (kpi.date, *kpi.flags, *kpi.leaves, kpi.numerator, kpi.denominator, kpi.measure)
    named = dict.fromkeys((*slices, *times, *used))
    return [name for name in named if name and name in fact.columns and name != fact.key]


def _first_time(kpi: Kpi) -> str:
    if "reported_at" in kpi.about.columns:
        return "reported_at"
    return kpi.date or "valid_from_date"


def _period(prepared: Prepared) -> Spans:
    """The one period asked, cut at the as-of day, without what it is compared with."""
    end = min(prepared.asked.end, prepared.facts.known_until)
    return Spans((Span(0, CURRENT, Period(prepared.asked.start, end), None),), None)


def _reached(prepared: Prepared, parameters: Parameters) -> str:
    if prepared.kpi.numerator_fact is None:
        return ""
    return f"reached as (\n{reaching(prepared.kpi, prepared.question, parameters)}\n),\n"


def _condition(prepared: Prepared, parameters: Parameters) -> str:
    question = prepared.question
    if prepared.kpi.whole:
        question = of_all(question, prepared.kpi.whole)
    return filter_condition(question, prepared.kpi, parameters)


def _in_period(kpi: Kpi) -> str:
    if kpi.date is None:
        return holds(kpi)
    until = f"facts.{kpi.date} < spans.end_date"
    if kpi.kind == "stock":
        left = leaving_day(kpi)
        return f"{until} and ({left} is null or {left} >= spans.end_date)"
    return f"{until} and facts.{kpi.date} >= spans.start_date"


def _role(prepared: Prepared, parameters: Parameters) -> str:
    kpi = prepared.kpi
    rules = [f"when {is_excluded(kpi)} then 'excluded'", *_counting_rules(prepared, parameters)]
    if kpi.not_yet_due:
        rules.append(f"when facts.{kpi.not_yet_due} then 'not_yet_due'")
    return f"case {' '.join(rules)} end"


def _counting_rules(prepared: Prepared, parameters: Parameters) -> list[str]:
    """What makes a row count: in the numerator first, then in the denominator."""
    kpi = prepared.kpi
    due = f"facts.{kpi.denominator}"
    measured = f"facts.{kpi.measure} is not null"
    conditions: dict[Kind, tuple[str | None, str | None]] = {
        "rate": (f"{due} and facts.{kpi.numerator}", due),
        "state_rate": (f"{due} and facts.{kpi.numerator}", due),
        "reach_rate": (f"{due} and facts.{kpi.about.key} in (select key from reached)", due),
        "ratio": (_adds(kpi.numerator, kpi), _adds(kpi.denominator, kpi)),
        "count": (_adds(kpi.numerator, kpi), None),
        "stock": ("true", None),
        "sum": (measured, None),
        "share": (f"{measured} and {_is_asked(prepared, parameters)}", measured),
        "mean": (None, measured),
        "quantile": (None, measured),
    }
    return [
        f"when {condition} then '{role}'"
        for role, condition in zip(("numerator", "denominator"), conditions[kpi.kind], strict=True)
        if condition
    ]


def _adds(column: str | None, kpi: Kpi) -> str | None:
    """Whether a row adds to a sum over a column; every row does where rows are counted."""
    if column is None:
        return "true"
    if column not in kpi.about.columns:
        return None
    return f"facts.{column}" if kpi.about.columns[column] == FLAG else f"facts.{column} <> 0"


def _is_asked(prepared: Prepared, parameters: Parameters) -> str:
    """Whether a row has one of the codes filtered to, of the dimension that shares are of."""
    kpi, filters = prepared.kpi, prepared.question.filters
    if kpi.whole is None or kpi.whole not in filters:
        return "true"
    return has_code(fact_column(kpi, kpi.whole), kpi.whole, filters[kpi.whole], parameters)
