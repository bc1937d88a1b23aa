"""From a file of any declared format to one frame, with what could not be split into rows."""

from pathlib import Path

from etl.readers.csv_file import read_csv
from etl.readers.extract import Broken, Extract
from etl.readers.given import find_file
from etl.readers.tables import read_parquet, read_with_plugin
from etl.readers.totals import without_totals
from etl.readers.workbook import read_excel
from etl.source import Source
from warehouse.counties import County
from warehouse.errors import UsageError
from warehouse.settings import Settings

__all__ = ["Broken", "Extract", "read_file"]


def read_file(
    path: Path, *, source: Source, county: County, scratch: Path, settings: Settings
) -> Extract:
    """Read a file as its source declares it, totals rows left out; of a `.zip`, the one file in it.

    Args:
        scratch: folder for a transcoded copy, which has no name there.

    Raises:
        InputError: the file as a whole cannot be what the source says: encoding, header, size of
            a line, a quote that is never closed, not the declared format, an archive of several.
    """
    extract = _extract(path, source=source, county=county, scratch=scratch, settings=settings)
    return without_totals(extract, source=source)


def _extract(
    path: Path, *, source: Source, county: County, scratch: Path, settings: Settings
) -> Extract:
    match source.format:
        case "csv":
            return read_csv(find_file(path), source=source, scratch=scratch, settings=settings)
        case "excel":
            return read_excel(find_file(path), source=source)
        case "parquet":
            return read_parquet(find_file(path), source=source)
        case "database" | "http":
            raise UsageError(
                f"{source.id}: 不装载文件 / takes no files, its format is {source.format}: "
                f"gridgov load {source.id}"
            )
        case _:
            return read_with_plugin(path, source=source, datum=source.datum or county.datum)
