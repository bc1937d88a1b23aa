"""Files as departments hand them over: headed in Chinese, each dataset in its department's format.

The same rows give the same bytes: archives and workbooks carry a fixed time.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

import polars as pl

from etl.contract import Contract
from etl.contract_files import get_contract
from etl.sample.defects import TIME_FORMAT
from etl.sample.workbook import FIXED_TIME, ROWS_PER_SLICE, write_workbook

YES, NO = "是", "否"

FileFormat = Literal["csv", "excel", "parquet"]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How a department hands over a dataset."""

    format: FileFormat
    encoding: str = "utf-8"
    is_zipped: bool = False

    @property
    def suffix(self) -> str:
        """Ending of the files' names."""
        if self.is_zipped:
            return ".zip"
        return {"csv": ".csv", "excel": ".xlsx", "parquet": ".parquet"}[self.format]

    @property
    def rows_per_file(self) -> int:
        """Most rows of a file; workbooks are handed over in smaller ones."""
        return 200_000 if self.format == "excel" else 500_000


UTF8 = Delivery(format="csv")
GB18030 = Delivery(format="csv", encoding="gb18030")
ZIPPED = Delivery(format="csv", encoding="gb18030", is_zipped=True)
EXCEL = Delivery(format="excel")
PARQUET = Delivery(format="parquet")

DELIVERIES: dict[str, Delivery] = {
    "grid_events": UTF8,
    "council_proposals": UTF8,
    "council_votes": UTF8,
    "volunteers": UTF8,
    "volunteer_services": UTF8,
    "followups": UTF8,
    "city_cases": GB18030,
    "waste_inspections": GB18030,
    "police_incidents": GB18030,
    "special_group_visits": GB18030,
    "residents": ZIPPED,
    "service_applications": EXCEL,
    "service_approval_steps": EXCEL,
    "special_group_roll": EXCEL,
    "health_followups": EXCEL,
    "grid_workers": EXCEL,
    "mediation_cases": EXCEL,
    "mediation_steps": EXCEL,
    "divisions": PARQUET,
    "device_alerts": PARQUET,
    "wristband_alerts": PARQUET,
    "service_coverage": PARQUET,
    "households": PARQUET,
    "rain_gauges": PARQUET,
    "rain_observations": PARQUET,
    "rain_forecasts": PARQUET,
    "rain_warnings": PARQUET,
    "warning_actions": PARQUET,
    "flood_history": PARQUET,
    "user_actions": PARQUET,
}


def write_table(
    dataset: str, frame: pl.DataFrame, *, folder: Path, first_number: int
) -> list[tuple[Path, int]]:
    """Write rows of a dataset to as many files as its format needs, numbered on.

    Args:
        frame: the contract's columns with the contract's codes.

    Returns:
        Each file with its number of rows.
    """
    delivery, contract = DELIVERIES[dataset], get_contract(dataset)
    written = []
    for number, part in enumerate(frame.iter_slices(delivery.rows_per_file), first_number):
        file = folder / f"{dataset}_{number:02d}{delivery.suffix}"
        _write(part, file=file, delivery=delivery, contract=contract)
        written.append((file, part.height))
    return written


def _write(frame: pl.DataFrame, *, file: Path, delivery: Delivery, contract: Contract) -> None:
    match delivery.format:
        case "parquet":
            labelled(frame, contract).write_parquet(file, compression="zstd", compression_level=1)
        case "excel":
            title = f"浏阳市{contract.name.partition(' / ')[0]}台账(示例数据)"
            write_workbook(labelled(frame, contract, as_text=True), file, title=title)
        case "csv" if delivery.is_zipped:
            member = zipfile.ZipInfo(file.with_suffix(".csv").name, FIXED_TIME.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            with (
                zipfile.ZipFile(file, "w", compresslevel=1) as archive,
                archive.open(member, "w", force_zip64=True) as stream,
            ):
                _write_csv(frame, stream, delivery=delivery, contract=contract)
        case "csv":
            with file.open("wb") as stream:
                _write_csv(frame, stream, delivery=delivery, contract=contract)


def labelled(frame: pl.DataFrame, contract: Contract, *, as_text: bool = False) -> pl.DataFrame:
    """The rows as people read them: Chinese headers, labels of closed lists, 是 and 否.

    Args:
        as_text: also write truth values and times as text, where the format has no types for them.
    """
    shown = []
    for column in contract.columns:
        value = pl.col(column.name)
        if column.labels:
            value = value.replace(column.labels)
        dtype = frame.schema[column.name]
        if as_text and dtype == pl.Boolean:
            value = pl.when(value).then(pl.lit(YES)).when(~value).then(pl.lit(NO))
        elif as_text and isinstance(dtype, pl.Datetime):
            value = value.dt.strftime(TIME_FORMAT)
        elif as_text and dtype == pl.Date:
            value = value.dt.strftime("%Y-%m-%d")
        shown.append(value.alias(column.label))
    return frame.select(shown)


def _write_csv(
    frame: pl.DataFrame, stream: IO[bytes], *, delivery: Delivery, contract: Contract
) -> None:
    """Slice by slice, so that no more than one slice is held as text."""
    for number, part in enumerate(_slices(frame)):
        text = io.BytesIO()
        labelled(part, contract, as_text=True).write_csv(
            text, include_header=number == 0, line_terminator="\n"
        )
        content = text.getvalue()
        if delivery.encoding != "utf-8":
            content = content.decode("utf-8").encode(delivery.encoding)
        stream.write(content)


def _slices(frame: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """At least one, so that a file without rows still has its header."""
    if frame.is_empty():
        yield frame
    else:
        yield from frame.iter_slices(ROWS_PER_SLICE)
