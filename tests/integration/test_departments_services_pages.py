"""Departments and one-stop service, drawn from published counties."""

from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from dashboards.context import Context, Services
from dashboards.data.departments import flows, loads
from dashboards.data.open_cases import open_cases, open_counts
from dashboards.data.services import Funnel, funnel, items, step_times, visits, waiting
from dashboards.data.stage_times import STAGES, stage_times
from dashboards.html import markup
from dashboards.pages import departments, services
from dashboards.scope import Scope
from dashboards.view import View
from tests.support.county import AS_OF, publish_county
from tests.support.marts import row
from warehouse.catalogue.facts import load_facts
from warehouse.settings import Settings

CASES = 1_500
DAY = timedelta(days=1)


def application(number: int, **values: Any) -> dict[str, Any]:
    """An application submitted 20 days ago, accepted a day later."""
    at = AS_OF - 20 * DAY
    return row(
        "fct_applications",
        application_id=f"a{number}",
        item_code="FW001",
        lead_department_code="grid_centre",
        is_submitted=True,
        is_accepted=True,
        submitted_at=at,
        submitted_date=at.date(),
        accepted_at=at + DAY,
        accepted_date=(at + DAY).date(),
        clock_days=19.0,
        **{"status": "open", **values},
    )


def step(number: int, stage: str, started_at: datetime, **values: Any) -> dict[str, Any]:
    return row(
        "fct_approval_steps",
        step_id=f"a{number}:{stage}",
        application_id=f"a{number}",
        item_code="FW001",
        stage_code=stage,
        started_at=started_at,
        started_date=started_at.date(),
        department_code="urban_management",
        is_on_clock=True,
        **values,
    )


def decided(**values: Any) -> dict[str, Any]:
    at = AS_OF - 10 * DAY
    made = {"decided_at": at, "decided_date": at.date(), "approval_days": 9.0, "is_decided": True}
    return {**made, "status": "decided", **values}


APPLICATIONS = [
    application(1, **decided(is_approved=True, is_paid=True, visit_count=1, is_one_visit=True)),
    application(2, **decided(is_approved=True, visit_count=7)),
    application(3, **decided()),
    application(4, is_overdue=True, open_department_code="urban_management"),
    application(5, is_withdrawn=True, status="withdrawn"),
    application(6),
]
STEPS = [
    step(1, "review", AS_OF - 19 * DAY, step_days=4.0, running_days=4.0),
    step(2, "review", AS_OF - 19 * DAY, step_days=8.0, running_days=8.0),
    step(1, "payment", AS_OF - 9 * DAY, step_days=1.0, running_days=1.0),
    step(4, "review", AS_OF - 18 * DAY, running_days=18.0, is_open=True),
]


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """A county with cases of two departments and a handful of applications."""
    home: Path = tmp_path_factory.mktemp("county")
    file = publish_county(home, cases=CASES)
    with duckdb.connect(str(file)) as connection:
        for name, rows in (("fct_applications", APPLICATIONS), ("fct_approval_steps", STEPS)):
            columns = list(load_facts()[name].columns)
            frame = pl.DataFrame(
                [[one[column] for column in columns] for one in rows],
                columns,
                orient="row",
                infer_schema_length=None,
            )
            connection.register("frame", frame)
            connection.execute(f"insert into mart.{name} by name select * from frame")
            connection.unregister("frame")
    return Services(Settings(home=home)).open()


def scope_of(context: Context, query: str) -> Scope:
    return Scope(View.parse(query, known=context.known), context)


def test_what_comes_in_and_goes_out_adds_up_to_what_is_open(context: Context) -> None:
    found = flows(scope_of(context, "period=last-3-months"))
    for before, after in pairwise(found):
        change = after.reported_count - after.left_count
        assert after.figure.value == (before.figure.value or 0) + change


def test_ages_add_up_to_the_open_cases_listed(context: Context) -> None:
    scope = scope_of(context, "")
    by_department = loads(scope)
    counts = open_counts(scope)
    listed = open_cases(scope, limit=CASES)
    assert sum(sum(load.ages) for load in by_department) == counts.open_count == len(listed)
    assert all(sum(load.ages) == load.backlog.value for load in by_department if load.backlog)
    assert [case.open_days for case in listed] == sorted(
        (case.open_days for case in listed), reverse=True
    )
    assert {case.waits_for for case in listed} <= {"first_response", "closed"}


def test_a_milestone_without_any_record_is_not_delivered(context: Context) -> None:
    whole, *by_department = stage_times(scope_of(context, "period=all"))
    delivered = dict(zip(STAGES, (time.is_delivered for time in whole.stages), strict=True))
    assert [stage for stage, is_there in delivered.items() if is_there] == [("reported", "closed")]
    assert sum(line.case_count for line in by_department) == whole.case_count
    assert whole.stages[-1].reached_count + whole.stages[-1].waiting_count == whole.case_count


def test_stages_of_a_town_are_those_of_its_own_cases(context: Context) -> None:
    cases = context.published.sql(
        "select * from mart.fct_cases where not is_void and not is_duplicate"
    )
    towns = cases["town_code"].drop_nulls().unique().sort()[:3]
    assert len(towns) == 3
    for town in towns:
        own = cases.filter(town_code=town)
        minutes = (own["closed_at"] - own["reported_at"]).dt.total_microseconds() / 60e6
        whole, *by_department = stage_times(scope_of(context, f"period=all&area={town}"))
        assert whole.case_count == len(own) == sum(line.case_count for line in by_department)
        assert whole.stages[-1].reached_count == minutes.count()
        assert whole.stages[-1].median_minutes == pytest.approx(minutes.median(), rel=1e-12)
    without = stage_times(scope_of(context, "period=all"))
    assert without[0].case_count == len(cases)


def test_applications_are_counted_by_how_far_they_got(context: Context) -> None:
    scope = scope_of(context, "period=all")
    assert funnel(scope) == Funnel(
        submitted=6,
        accepted=6,
        decided=3,
        approved=2,
        rejected=1,
        withdrawn=1,
        withdrawn_before=0,
        not_accepted=0,
        undecided=2,
        overdue=1,
        payable=2,
        paid=1,
    )
    assert visits(scope).counts == (0, 1, 0, 0, 1)
    assert visits(scope).unknown_count == 1


def test_steps_that_have_ended_are_measured_and_open_ones_wait(context: Context) -> None:
    scope = scope_of(context, "period=all")
    whole, department = step_times(scope)
    assert department.stages["review"] == whole.stages["review"]
    assert (whole.stages["review"].median_days, whole.stages["review"].open_count) == (6.0, 1)
    first, second = waiting(scope)
    # One that nobody has a step of waits since it was accepted.
    assert (first.application_id, first.stage_code) == ("a6", None)
    assert (second.application_id, second.stage_code, second.is_overdue) == ("a4", "review", True)


def test_an_item_has_its_own_figures(context: Context) -> None:
    [item] = items(scope_of(context, "period=all"))
    assert (item.code, item.submitted_count) == ("FW001", 6)
    assert item.figures[0] is not None
    assert item.figures[0].value == 9.0


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "period=this-month",
        "period=all&department=urban_management&category=FW001&theme=dark",
        "area=430181102000&category=nowhere",
        "from=2020-01-01&to=2020-01-02",
    ],
)
def test_both_pages_are_drawn_whatever_is_chosen(context: Context, lang: str, query: str) -> None:
    view = View.parse(f"{query}&lang={lang}", known=context.known)
    for page in (departments, services):
        assert markup(page.layout(view, context).children[-1].children) is not None
        for table in page.tables(Scope(view, context)):
            assert all(len(line) == len(table.columns) for line in table.rows)
