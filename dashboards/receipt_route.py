"""Download of the cases behind a number, for Excel and everything else that reads CSV."""

from datetime import tzinfo

import polars as pl
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from dashboards.context import Services
from dashboards.receipt_data import read_receipt
from dashboards.scope import Scope
from dashboards.view import View
from warehouse.errors import GridgovError

MOST_ROWS = 1_000_000
BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = r"^[=+\-@\t\r]"


def register(server: FastAPI, services: Services) -> None:
    """Add the download's address: `/api/receipt.csv` with the query of any page."""

    @server.get("/api/receipt.csv", include_in_schema=False)
    async def receipt_csv(request: Request) -> Response:
        try:
            name, body = await services.run(_csv, services, request.url.query)
        except GridgovError as error:
            return PlainTextResponse(f"错误 / error: {error}", status_code=400)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def _csv(services: Services, query: str) -> tuple[str, bytes]:
    context = services.open()
    view = View.parse(query, known=context.known)
    scope = Scope(view, context)
    data = read_receipt(scope, limit=MOST_ROWS)
    days = f"{scope.days.first:%Y%m%d}-{scope.days.last:%Y%m%d}"
    name = f"{view.county}_{data.kpi.kpi_id}_{days}_v{context.published.version}.csv"
    return name, as_csv(data.rows, zone=context.county(view.county).zone)


def as_csv(rows: pl.DataFrame, *, zone: tzinfo) -> bytes:
    """Rows as CSV that Excel opens with its Chinese whole.

    UTF-8 with a byte order mark; times in the county's zone without an offset; a text that a
    spreadsheet would run as a formula gets an apostrophe in front.
    """
    times = [name for name, kind in rows.schema.items() if isinstance(kind, pl.Datetime)]
    texts = [name for name, kind in rows.schema.items() if kind == pl.String()]
    safe = rows.with_columns(
        *(
            pl.col(name).dt.convert_time_zone(str(zone)).dt.replace_time_zone(None)
            for name in times
        ),
        *(
            pl.when(pl.col(name).str.contains(FORMULA_STARTS))
            .then(pl.lit("'") + pl.col(name))
            .otherwise(pl.col(name))
            .alias(name)
            for name in texts
        ),
    )
    text = safe.write_csv(datetime_format="%Y-%m-%d %H:%M:%S")
    return (BYTE_ORDER_MARK + text).encode()
