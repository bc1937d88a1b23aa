"""Downloads: what a page shows, and the rows behind a number, as CSV and as Excel workbooks."""

from collections.abc import Callable
from urllib.parse import parse_qs, quote

from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from dashboards import numbers_text
from dashboards.components.words import kpi_name
from dashboards.context import Services
from dashboards.data.receipt import read_receipt
from dashboards.data.tables import Table
from dashboards.i18n import text
from dashboards.pages import BY_PATH
from dashboards.report.files import report_file
from dashboards.report.pdf import NoBrowserError, PrintError
from dashboards.scope import Scope, area_name
from dashboards.spreadsheets import as_csv, as_workbook, of_frame
from dashboards.view import View
from warehouse.errors import BusyError, GridgovError, UsageError, unknown_value

MOST_ROWS = 1_000_000
PDF = "application/pdf"
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Made = tuple[str, bytes]
"""File name and content."""


def register(server: FastAPI, services: Services) -> None:
    """Add `/api/page.csv`, `/api/page.xlsx` (with `page=`), `/api/receipt.csv` and `….xlsx`,
    `/api/report.pdf` and `….xlsx`."""

    def add(path: str, make: Callable[[Services, str], Made], media_type: str) -> None:
        run = services.press.run if media_type == PDF else services.run

        async def endpoint(request: Request) -> Response:
            try:
                name, body = await run(make, services, request.url.query)
            except (NoBrowserError, PrintError, BusyError) as error:
                return PlainTextResponse(f"错误 / error: {error}", status_code=503)
            except GridgovError as error:
                return PlainTextResponse(f"错误 / error: {error}", status_code=400)
            return download(name, body, media_type)

        server.add_api_route(path, endpoint, methods=["GET"], include_in_schema=False)

    add("/api/page.csv", _page_csv, CSV)
    add("/api/page.xlsx", _page_workbook, XLSX)
    add("/api/receipt.csv", _receipt_csv, CSV)
    add("/api/receipt.xlsx", _receipt_workbook, XLSX)
    add("/api/report.pdf", _report_pdf, PDF)
    add("/api/report.xlsx", _report_workbook, XLSX)


def download(name: str, body: bytes, media_type: str) -> Response:
    """A file under its own name, Chinese or not."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return Response(body, media_type=media_type, headers=headers)


def about(scope: Scope) -> list[tuple[str, str]]:
    """What figures are of: scope, period, as-of time and version."""
    lang, build = scope.view.lang, scope.context.builds[scope.view.county]
    zone = scope.context.county(scope.view.county).zone
    words = [area_name(scope, area) for area in scope.trail]
    if scope.department_name:
        words.append(scope.department_name)
    lines = [
        (text("receipt.scope", lang), " · ".join(words)),
        (
            text("receipt.period", lang),
            numbers_text.days(scope.days.first, scope.days.last, lang),
        ),
        (text("receipt.as_of", lang), numbers_text.moment(build.as_of_at, zone, lang)),
        (text("receipt.version", lang), str(build.version)),
    ]
    if build.is_sample:
        lines.append((text("sample.data", lang), text("sample.data.note", lang)))
    return lines


def _page_csv(services: Services, query: str) -> Made:
    scope, name, tables, _ = _page(services, query)
    zone = scope.context.county(scope.view.county).zone
    wanted = parse_qs(query).get("table", [""])[0]
    if wanted and wanted not in {table.name for table in tables}:
        raise UsageError(unknown_value("table", wanted, [table.name for table in tables]))
    chosen = [table for table in tables if not wanted or table.name == wanted]
    return f"{name}.csv", as_csv(chosen, zone=zone)


def _page_workbook(services: Services, query: str) -> Made:
    scope, name, tables, told = _page(services, query)
    zone = scope.context.county(scope.view.county).zone
    lines = [*about(scope), *told]
    body = as_workbook(tables, zone=zone, lang=scope.view.lang, about=lines)
    return f"{name}.xlsx", body


def _page(services: Services, query: str) -> tuple[Scope, str, list[Table], list[tuple[str, str]]]:
    """The scope shown, a file's name without its ending, the tables, and what they are of beside
    the scope: of a page that can be of several things."""
    path = parse_qs(query).get("page", [""])[0]
    if path not in BY_PATH:
        raise UsageError(unknown_value("page", path, BY_PATH))
    page = BY_PATH[path]
    scope = _scope(services, query)
    tables = page.tables(scope)
    # A page whose figures are not of the period in the address says of which they are.
    shown = page.shown_scope(scope) if hasattr(page, "shown_scope") else scope
    title = text(page.TITLE_KEY, scope.view.lang)
    told = page.told_of(scope) if hasattr(page, "told_of") else None
    if told is None:
        return shown, _file_name(shown, title), tables, []
    return shown, _file_name(shown, f"{title}_{told.name}"), tables, told.lines


def _receipt_csv(services: Services, query: str) -> Made:
    scope, name, table = _receipt(services, query)
    return f"{name}.csv", as_csv([table], zone=scope.context.county(scope.view.county).zone)


def _receipt_workbook(services: Services, query: str) -> Made:
    scope, name, table = _receipt(services, query)
    zone = scope.context.county(scope.view.county).zone
    return f"{name}.xlsx", as_workbook([table], zone=zone, lang=scope.view.lang, about=about(scope))


def _receipt(services: Services, query: str) -> tuple[Scope, str, Table]:
    scope = _scope(services, query)
    data = read_receipt(scope, limit=MOST_ROWS)
    if data.rows is None:
        raise UsageError(text("receipt.rows.personal", scope.view.lang))
    title = kpi_name(data.kpi, scope.view.lang)
    table = of_frame(data.rows, name=data.kpi.kpi_id, title=title)
    return scope, _file_name(scope, title), table


def _report_pdf(services: Services, query: str) -> Made:
    scope = _scope(services, query)
    return report_file(scope.view, scope.context, "pdf")


def _report_workbook(services: Services, query: str) -> Made:
    scope = _scope(services, query)
    return report_file(scope.view, scope.context, "xlsx")


def _scope(services: Services, query: str) -> Scope:
    context = services.open()
    return Scope(View.parse(query, known=context.known), context)


def _file_name(scope: Scope, title: str) -> str:
    """County, what it is, days and version: what a file is of is seen from its name."""
    place = area_name(scope, scope.area)
    first, last = scope.days.first, scope.days.last
    days = f"{first:%Y%m%d}" if first == last else f"{first:%Y%m%d}-{last:%Y%m%d}"
    return f"{place}_{title}_{days}_v{scope.context.published.version}".replace("/", "-")
