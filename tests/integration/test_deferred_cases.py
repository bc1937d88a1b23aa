"""A case that was allowed to wait is late on no page (kpis rule 5)."""

from pathlib import Path

import duckdb

from dashboards.context import Services
from dashboards.data.open_cases import open_cases, open_counts
from dashboards.data.overview import held
from dashboards.data.wall import read_desk
from dashboards.scope import Scope
from dashboards.view import View
from tests.support.county import publish_county
from warehouse.settings import Settings

OPEN = "status = 'open' and not is_duplicate"
CASES = 1_500


def test_an_approved_deferral_is_counted_as_overdue_nowhere(tmp_path: Path) -> None:
    with duckdb.connect(str(publish_county(tmp_path, cases=CASES))) as connection:
        connection.execute(
            f"update mart.fct_cases set is_overdue = true,"
            f" is_deferred = department_code = 'grid_centre' where {OPEN}"
        )
        [(deferred, left)] = connection.sql(
            "select count(*) filter (is_deferred), count(*) filter (not is_deferred)"
            f" from mart.fct_cases where {OPEN}"
        ).fetchall()
    assert deferred
    assert left
    context = Services(Settings(home=tmp_path)).open()
    scope = Scope(View.parse("", known=context.known), context)
    by_department = {line.code: line for line in held(scope)}
    assert by_department["grid_centre"].overdue_count == 0
    assert by_department["grid_centre"].oldest_days is None
    assert by_department["urban_management"].overdue_count == left
    assert read_desk(scope).overdue_count == left
    assert open_counts(scope).overdue_count == left
    listed = open_cases(scope, limit=CASES)
    assert len(listed) == deferred + left
    assert sum(case.is_overdue for case in listed) == left
