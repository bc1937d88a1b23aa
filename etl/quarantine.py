"""Refused rows: whole, with every reason, until their publisher has corrected them.

They are encrypted, since a row that is not understood may hold anybody's data anywhere.
"""

from pathlib import Path

import polars as pl

from etl.sealed_rows import open_rows
from warehouse.errors import InputError, UsageError
from warehouse.keys import SEALED_FILE, load_keys
from warehouse.ledger import Batch, read_ledger
from warehouse.settings import Settings


def batches_with_refusals(settings: Settings) -> list[Batch]:
    """Batches of which rows were refused, newest first."""
    batches = [batch for batch in read_ledger(settings) if batch.rows_refused]
    return sorted(batches, key=lambda batch: batch.batch_id, reverse=True)


def refused_rows(settings: Settings, *, batch: Batch) -> pl.DataFrame:
    """One row per refused record of a batch, in file order.

    Returns:
        source_row_number, line_number (null where the format has no lines), raw (all fields as
        JSON text, or the line where fields could not be told apart), reasons, details.

    Raises:
        UsageError: nothing of the batch was refused.
        InputError: no key, the wrong one, or a damaged file.
    """
    file = settings.paths.quarantine / batch.dataset / f"batch={batch.batch_id}" / SEALED_FILE
    if not file.exists():
        raise UsageError(f"批次 / batch {batch.batch_id}: 没有拒收的行 / no row of it was refused")
    keys = load_keys(settings, may_create=False)
    return open_rows(
        file, area="quarantine", dataset=batch.dataset, batch_id=batch.batch_id, keys=keys
    )


def export_rows(rows: pl.DataFrame, *, out: Path) -> None:
    """Write refused rows for their publisher as `.csv` (UTF-8 with a mark, for Excel) or `.xlsx`.

    Raises:
        UsageError: another kind of file.
        InputError: the file cannot be written.
    """
    flat = rows.with_columns(
        pl.col("reasons").list.join("; "),
        pl.col("details").list.join("; "),
    )
    try:
        match out.suffix.lower():
            case ".csv":
                flat.write_csv(out, include_bom=True)
            case ".xlsx":
                # Text stays text: a cell that begins with = is no formula.
                flat.write_excel(out, column_widths=120)
            case other:
                raise UsageError(f'--out "{other}" 不支持 / is not one of: .csv, .xlsx')
    except OSError as error:
        raise InputError(f"{out}: {error}") from error
