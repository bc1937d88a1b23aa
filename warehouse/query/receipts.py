"""The rows behind a value, each with the part it plays and where it came from."""

from typing import Literal, get_args

import polars as pl

from warehouse.catalogue import Kpi
from warehouse.errors import UsageError, unknown_value
from warehouse.published import Published
from warehouse.query.county import rows_of
from warehouse.query.measures import added, is_excluded
from warehouse.query.prepare import Prepared, prepare
from warehouse.query.question import Question
from warehouse.query.scope import Parameters, filter_condition
from warehouse.query.stocks import leaving_day

Role = Literal["numerator", "denominator", "excluded", "not_yet_due"]
ROLES: tuple[Role, ...] = get_args(Role)

SLICES = ("department", "category", "stage", "town", "community", "grid")
TIMES = (
    "reported_at",
    "first_response_at",
    "closed_at",
    "voided_at",
    "response_due_at",
    "due_at",
    "status",
)


def rows_behind(
    published: Published,
    question: Question,
    *,
    limit: int = 1000,
    offset: int = 0,
    role: Role | None = None,
) -> pl.DataFrame:
    """The cases behind the one value of a question without slices.

    Columns: case_id; role: `numerator` (counts for the value), `denominator` (due or measured, but
    not in the numerator), `excluded`, `not_yet_due`; codes and times of the case; `measure` where
    the KPI has one; the flags the KPI uses; batch_id, file_name (null where the ledger does not
    know the batch), source_row_number.

    The rows add up: rate — `numerator` rows are the numerator, with the `denominator` rows the
    denominator; mean, quantile — `denominator` rows are the denominator, the sum of `measure` over
    them a mean's numerator; stock, ratio — `numerator` rows are the numerator; always — `excluded`
    and `not_yet_due` rows are the two counts. A case that has no part in the value is not listed.
    Ordered by role as above, reported time and case_id.

    Raises:
        UsageError: as `answer`; slices (`by`); a role that does not exist.
    """
    if question.by:
        raise UsageError("收据只针对一个值 / a receipt is for one value: use where instead of by")
    if role is not None and role not in ROLES:
        raise UsageError(unknown_value("role", role, ROLES))
    prepared = prepare(published, question)
    parameters = Parameters()
    text = _statement(prepared, parameters, role)
    page = f"limit {parameters.add('limit', limit)} offset {parameters.add('offset', offset)}"
    return rows_of(published, prepared.kpi.about)(f"{text}\n{page}", parameters.values)


def _statement(prepared: Prepared, parameters: Parameters, role: Role | None) -> str:
    kpi = prepared.kpi
    condition = filter_condition(prepared.question, prepared.kpi, parameters)
    order = " ".join(f"when '{name}' then {n}" for n, name in enumerate(ROLES))
    wanted = f"role = {parameters.add('role', role)}" if role else "role is not null"
    fact = kpi.about
    slices = [fact.column_of(name) for name in SLICES]
    named = (*slices, *TIMES, kpi.date, *kpi.flags, *kpi.leaves, kpi.measure)
    shown = [name for name in dict.fromkeys(named) if name and name in fact.columns]
    first = "reported_at" if "reported_at" in fact.columns else kpi.date
    columns = ",\n".join(f"facts.{name}" for name in shown)
    return (
        "with\nfacts_in_period as (\n"
        f"select facts.{fact.key}, {_role(kpi)} as role,\n{columns},\n"
        "facts.source_id, facts.batch_id, facts.source_row_number\n"
        f"from mart.{kpi.fact} as facts\n"
        f"where {condition} and {_in_period(prepared, parameters)}\n"
        "),\n"
        "files as (\nselect source_id, batch_id, any_value(file_name) as file_name\n"
        "from ops.batches\ngroup by all\n)\n"
        f"select facts_in_period.{fact.key}, role, {', '.join(shown)},\n"
        "facts_in_period.batch_id, files.file_name, source_row_number\n"
        "from facts_in_period\n"
        "left join files on files.batch_id = facts_in_period.batch_id"
        " and files.source_id = facts_in_period.source_id\n"
        f"where {wanted}\norder by case role {order} end, {first}, {fact.key}"
    )


def _in_period(prepared: Prepared, parameters: Parameters) -> str:
    kpi = prepared.kpi
    end = min(prepared.asked.end, prepared.facts.known_until)
    until = f"facts.{kpi.date} < {parameters.add('last_date', end)}"
    if kpi.kind == "stock":
        left = leaving_day(kpi)
        return f"{until} and ({left} is null or {left} >= $last_date)"
    return f"{until} and facts.{kpi.date} >= {parameters.add('first_date', prepared.asked.start)}"


def _role(kpi: Kpi) -> str:
    rules = [f"when {is_excluded(kpi)} then 'excluded'"]
    if kpi.kind == "rate":
        rules.append(f"when facts.{kpi.denominator} and facts.{kpi.numerator} then 'numerator'")
        rules.append(f"when facts.{kpi.denominator} then 'denominator'")
    elif kpi.kind == "sum":
        rules.append(f"when facts.{kpi.measure} is not null then 'numerator'")
    elif kpi.kind in ("count", "ratio") and kpi.numerator:
        rules.append(f"when {added(kpi.numerator, kpi)} > 0 then 'numerator'")
        if kpi.kind == "ratio":
            rules.append(f"when {added(kpi.denominator, kpi)} > 0 then 'denominator'")
    elif kpi.measure:
        rules.append(f"when facts.{kpi.measure} is not null then 'denominator'")
    else:
        rules.append("else 'numerator'")
    if kpi.not_yet_due:
        rules.append(f"when facts.{kpi.not_yet_due} then 'not_yet_due'")
    return f"case {' '.join(rules)} end"
