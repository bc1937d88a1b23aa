"""The vault: clear names, identity numbers, phones and addresses, encrypted, batch by batch.

One sealed Parquet per landed batch, `vault/<dataset>/batch=<id>/rows.enc`. Its rows are those of
the landed batch that name somebody, joined to them by the batch and the number of the record, and
to everything else by pseudonyms.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl

from etl.contract_files import get_contract
from etl.readers.extract import ROW
from etl.sealed_rows import open_rows
from warehouse.keys import SEALED_FILE, load_keys
from warehouse.settings import Paths, Settings


def read_vault(
    settings: Settings, dataset: str, *, person_keys: Collection[str] | None = None
) -> pl.DataFrame:
    """Clear values of a dataset, every version of every record, in order of batch and record.

    Args:
        person_keys: only rows with one of these pseudonyms, whoever in the row it is of.

    Returns:
        batch_id, source_row_number, the landed key, pseudonyms, and the contract's personal
        columns; free text only where landing has it masked.

    Raises:
        UsageError: no such dataset.
        InputError: no key, the wrong one, or a damaged file.
    """
    contract = get_contract(dataset)
    pseudonyms = [
        column.landed[0].name for column in contract.columns if column.personal_data == "id_number"
    ]
    parts = [pl.DataFrame(schema={"batch_id": pl.String, ROW: pl.Int64})]
    files = list(vault_files(settings.paths, dataset))
    # Without anything to open no key is needed.
    keys = load_keys(settings, may_create=False) if files else None
    for batch_id, file in files:
        assert keys is not None
        rows = open_rows(file, area="vault", dataset=dataset, batch_id=batch_id, keys=keys)
        if person_keys is not None:
            wanted = list(person_keys)
            is_wanted = [pl.col(name).is_in(wanted) for name in pseudonyms]
            rows = rows.filter(pl.any_horizontal(pl.lit(False), *is_wanted))
        parts.append(rows.select(pl.lit(batch_id).alias("batch_id"), pl.all()))
    return pl.concat(parts, how="diagonal_relaxed")


def read_person(settings: Settings, person_key: str) -> dict[str, pl.DataFrame]:
    """Everything the vault knows of one person, by dataset; datasets without any left out.

    Raises:
        InputError: no key, the wrong one, or a damaged file.
    """
    datasets = sorted(path.name for path in settings.paths.vault.glob("*/"))
    found = {name: read_vault(settings, name, person_keys=[person_key]) for name in datasets}
    return {name: rows for name, rows in found.items() if rows.height}


def vault_files(paths: Paths, dataset: str) -> Iterator[tuple[str, Path]]:
    """Batch and file of everything the vault has of a dataset, oldest first."""
    for file in sorted((paths.vault / dataset).glob(f"batch=*/{SEALED_FILE}")):
        yield file.parent.name.removeprefix("batch="), file
