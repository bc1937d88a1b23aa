"""A page like our overview made with Vizro: the same county, the same filters, SQL written by hand.

    python page.py SERVE_FILE PORT

Twelve cards, the trend of a KPI, towns and departments ranked, a funnel's scatter and a table; a
choice of department limits all of them. It answers less than ours (no intervals, comparisons,
targets, decomposition or receipts). Vizro's own cache of data is on.
"""

import sys
from typing import Any

import duckdb
import pandas as pd
import vizro.models as vm
import vizro.plotly.express as px
from flask_caching import Cache
from vizro import Vizro
from vizro.figures import kpi_card
from vizro.managers import data_manager
from vizro.tables import dash_ag_grid

FILE, PORT = sys.argv[1], int(sys.argv[2])
COUNTED = """
    from mart.fct_cases
    where not is_void and not is_duplicate
        and reported_date >= date '2026-08-01' and reported_date < date '2026-11-01'
        and ($department = 'all' or department_code = $department)
"""
VALUES = {
    "response_mean": "avg(response_minutes)",
    "response_median": "median(response_minutes)",
    "response_p90": "quantile_cont(response_minutes, 0.9)",
    "on_time_response": "100.0 * count(*) filter (is_responded_on_time)"
    " / count(*) filter (is_due_to_respond)",
    "on_time_resolution": "100.0 * count(*) filter (is_closed_on_time)"
    " / count(*) filter (is_due_to_close)",
    "resolution": "100.0 * count(*) filter (is_closed) / count(*) filter (is_due_to_close)",
    "backlog": "count(*) filter (status = 'open')",
    "overdue": "count(*) filter (is_overdue)",
    "rework": "100.0 * count(*) filter (is_reworked) / count(*) filter (is_due_to_close)",
    "extended": "100.0 * count(*) filter (is_extended) / count(*) filter (is_due_to_close)",
    "resolution_hours": "median(resolution_hours)",
    "cases": "count(*)",
}
connection = duckdb.connect(FILE, read_only=True)


def rows(query: str, department: str) -> pd.DataFrame:
    with connection.cursor() as cursor:
        found: pd.DataFrame = cursor.execute(query, {"department": department}).df()
    return found


def cards(department: str = "all") -> pd.DataFrame:
    columns = ", ".join(f"{sql} as {name}" for name, sql in VALUES.items())
    return rows(f"select {columns} {COUNTED}", department)


def months(department: str = "all") -> pd.DataFrame:
    return rows(
        f"select date_trunc('month', reported_date) as month, {VALUES['response_median']} as value"
        " from mart.fct_cases where not is_void and not is_duplicate"
        " and ($department = 'all' or department_code = $department) group by all order by all",
        department,
    )


def by(column: str) -> Any:
    def ranked(department: str = "all") -> pd.DataFrame:
        return rows(
            f"select coalesce({column}, '—') as name, {VALUES['response_median']} as value,"
            f" count(*) as cases {COUNTED} group by all order by value",
            department,
        )

    return ranked


towns, departments = by("town_code"), by("department_code")
data_manager.cache = Cache(config={"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 3_600})
for name, load in {
    "cards": cards,
    "months": months,
    "towns": towns,
    "departments": departments,
}.items():
    data_manager[name] = load

cards_shown = [
    vm.Figure(id=name, figure=kpi_card("cards", value_column=name, title=name)) for name in VALUES
]
graphs = [
    vm.Graph(id="trend", figure=px.line("months", x="month", y="value", markers=True)),
    vm.Graph(id="ranking", figure=px.bar("towns", x="value", y="name", orientation="h")),
    vm.Graph(id="by_department", figure=px.bar("departments", x="value", y="name")),
    vm.Graph(id="funnel", figure=px.scatter("towns", x="cases", y="value")),
]
table = vm.Table(id="table", figure=dash_ag_grid("departments"))
codes = connection.execute(
    "select distinct department_code from mart.fct_cases where department_code is not null"
).fetchall()
choice = vm.Parameter(
    targets=[f"{part.id}.data_frame.department" for part in (*cards_shown, *graphs, table)],
    selector=vm.Dropdown(
        id="department",
        options=["all", *sorted(code for (code,) in codes)],
        value="all",
        multi=False,
    ),
)
page = vm.Page(
    title="Overview",
    layout=vm.Grid(
        grid=[[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]]
        + [[12, 12, 12, 13, 13, 13]] * 3
        + [[14, 14, 15, 15, 16, 16]] * 3
    ),
    components=[*cards_shown, *graphs, table],
    controls=[choice],
)

if __name__ == "__main__":
    app = Vizro().build(vm.Dashboard(pages=[page]))
    from waitress import serve

    serve(app.dash.server, host="127.0.0.1", port=PORT, threads=8, _quiet=True)
