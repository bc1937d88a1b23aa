"""Loading: one batch per file, checked, landed whole or not at all."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import duckdb
import polars as pl

from etl.batch import already_landed, commit, next_batch_id, sweep
from etl.check import FALLBACK, Judged, judge
from etl.masking import mask_text
from etl.pseudonymise import pseudonymise
from etl.readers import Extract, read_file
from etl.readers.extract import ROW
from etl.source import Source, get_source
from warehouse.counties import County, get_county
from warehouse.errors import GridgovError, InputError
from warehouse.keys import load_keys
from warehouse.ledger import Batch
from warehouse.lock import writer_lock
from warehouse.settings import Settings


@dataclass(frozen=True, kw_only=True)
class BatchReport:
    """What became of one file.

    batch: the ledger entry; None when the file could not be read at all (`error` says why).
    is_unchanged: the very same file landed before, as `batch`; nothing was written.
    """

    file: Path
    source: Source
    batch: Batch | None = None
    is_unchanged: bool = False
    error: str | None = None
    examples: list[str] = field(default_factory=list)
    """Where the first refused rows stand and what is wrong with them."""
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """0 when the file's rows are in landing, now or before; else the code for bad input."""
        return InputError.exit_code if self.error else 0


def load_files(
    source_id: str,
    files: Sequence[Path],
    *,
    settings: Settings,
    strict: bool = False,
    received_at: datetime | None = None,
    progress: Callable[[str], None] | None = None,
    notice: Callable[[str], None] | None = None,
) -> list[BatchReport]:
    """Load files of a source, one batch each; a bad file does not stop the others.

    Args:
        strict: refuse a file at its first bad row.
        received_at: when the files were received; now when None.
        progress: called with a line before each file.
        notice: told when a key was made; `progress` when None.

    Returns:
        One report per file, in order. The worst `exit_code` is the command's.

    Raises:
        UsageError: no such source or county.
        BusyError: another writer is at work.
        InputError: the source has personal data and the key is missing or wrong.
    """
    source = get_source(settings, source_id)
    county = get_county(settings, source.county)
    moment = received_at or datetime.now(UTC)
    with writer_lock(settings, doing=f"load {source_id}"):
        sweep(settings.paths)
        if source.contract.has_personal_data:
            load_keys(settings, notice=notice or progress)
        reports = []
        for file in files:
            if progress:
                progress(f"{source_id}: {file.name} …")
            reports.append(
                _report(
                    file,
                    source=source,
                    county=county,
                    settings=settings,
                    strict=strict,
                    received_at=moment,
                    notice=notice or progress,
                )
            )
        return reports


def _report(
    file: Path,
    *,
    source: Source,
    county: County,
    settings: Settings,
    strict: bool,
    received_at: datetime,
    notice: Callable[[str], None] | None,
) -> BatchReport:
    try:
        return _load(
            file,
            source=source,
            county=county,
            settings=settings,
            strict=strict,
            received_at=received_at,
            notice=notice,
        )
    except GridgovError as error:
        return BatchReport(file=file, source=source, error=mask_text(str(error)))
    except (OSError, pl.exceptions.PolarsError, duckdb.Error) as error:
        message = f"{source.id}: {file}: {error}; 未装载 / nothing of it was loaded"
        return BatchReport(file=file, source=source, error=mask_text(message))


def _load(
    file: Path,
    *,
    source: Source,
    county: County,
    settings: Settings,
    strict: bool,
    received_at: datetime,
    notice: Callable[[str], None] | None,
) -> BatchReport:
    start = time.monotonic()
    if not file.is_file():
        raise InputError(f"{source.id}: 没有这个文件 / no such file: {file}")
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    earlier = already_landed(settings, source_id=source.id, sha256=sha256)
    if earlier is not None:
        return BatchReport(file=file, source=source, batch=earlier, is_unchanged=True)
    settings.paths.work.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="loading-", dir=settings.paths.work) as scratch:
        extract = read_file(
            file, source=source, county=county, scratch=Path(scratch), settings=settings
        )
        return land_extract(
            extract,
            source=source,
            county=county,
            settings=settings,
            file_name=file.name,
            file_sha256=sha256,
            file_bytes=file.stat().st_size,
            received_at=received_at,
            strict=strict,
            notice=notice,
            notes=_file_notes(file, source=source),
            file=file,
            start=start,
        )


def land_extract(
    extract: Extract,
    *,
    source: Source,
    county: County,
    settings: Settings,
    file_name: str,
    file_sha256: str,
    file_bytes: int,
    received_at: datetime,
    strict: bool,
    extraction: dict[str, str] | None = None,
    notice: Callable[[str], None] | None = None,
    notes: Sequence[str] = (),
    file: Path | None = None,
    start: float | None = None,
) -> BatchReport:
    """Judge what was read and commit it as one batch: what follows reading, whatever was read.

    The caller holds the writer's lock, and removes what the extract reads from only afterwards:
    refused rows are read again from there.

    Args:
        file_name: what the ledger calls the origin; of a database or a service, its name.
        file_sha256: what tells this delivery from any other.
        extraction: where a batch of a live source began and ended, for its ledger entry.
        notice: told when a key was made.
        notes: what else the ledger should say.
        file: the file of the report; `file_name` when None.
        start: when reading began, by the monotonic clock.

    Raises:
        InputError: refused at the first bad row, when strict; or the key is missing or wrong.
    """
    start = time.monotonic() if start is None else start
    day = received_at.astimezone(ZoneInfo(county.time_zone)).date()
    judged = judge(extract, source=source, county=county, today=day)
    refused = _quarantined(extract, judged, source=source)
    if strict and refused.height:
        raise _first_refusal(
            refused, file_name=file_name, source=source, rows_read=extract.rows_read
        )
    is_secret = source.contract.has_personal_data or refused.height > 0
    keys = load_keys(settings, notice=notice) if is_secret else None
    is_landed = refused.height <= source.refusal_tolerance * extract.rows_read
    batch = Batch(
        batch_id=next_batch_id(settings.paths, received_at=received_at),
        dataset=source.dataset,
        source_id=source.id,
        county_code=county.code,
        department_code=source.department_code,
        file_name=file_name,
        file_sha256=file_sha256,
        file_bytes=file_bytes,
        received_at=received_at.astimezone(UTC),
        rows_read=extract.rows_read,
        rows_landed=judged.landed.height if is_landed else 0,
        rows_refused=refused.height,
        refused_by_reason=_count_reasons(refused),
        status="landed" if is_landed else "refused",
        milestones=source.milestones,
        notes=tuple(map(mask_text, (*_notes(extract, judged, source=source), *notes))),
        contract_version=source.contract.version,
        rules=judged.rules,
        extraction=extraction,
        seconds=round(time.monotonic() - start, 3),
    )
    apart = pseudonymise(judged.landed, contract=source.contract, keys=keys) if is_landed else None
    commit(
        batch,
        landed=_with_provenance(apart.landed, batch=batch) if apart else None,
        clear=apart.clear if apart else None,
        refused=refused.drop("told"),
        paths=settings.paths,
        keys=keys,
    )
    return BatchReport(
        file=file or Path(file_name),
        source=source,
        batch=batch,
        error=None if is_landed else _over_tolerance(batch, source=source),
        examples=_examples(refused),
        seconds=time.monotonic() - start,
    )


def _quarantined(extract: Extract, judged: Judged, *, source: Source) -> pl.DataFrame:
    """One row per refused record, in file order: QUARANTINE, and `told` for a terminal."""
    records = judged.refused[ROW].to_list()
    refused = judged.refused.with_columns(
        pl.Series("line_number", extract.lines(records), dtype=pl.Int64),
        pl.Series("raw", extract.originals(records) if records else [], dtype=pl.String),
    )
    is_personal = source.contract.has_personal_data
    broken = pl.DataFrame(
        [
            {
                ROW: one.record,
                "line_number": one.line,
                "raw": one.raw,
                "reasons": list(dict.fromkeys(one.reasons)),
                "details": list(one.details),
                # A message about fields that could not be told apart may quote any of them.
                "told": list(dict.fromkeys(one.reasons)) if is_personal else list(one.details),
            }
            for one in extract.broken
        ],
        schema={**QUARANTINE, "told": pl.List(pl.String)},
    )
    return pl.concat([refused.select(*QUARANTINE, "told"), broken]).sort(ROW)


QUARANTINE: dict[str, pl.DataType | type[pl.DataType]] = {
    ROW: pl.Int64,
    "line_number": pl.Int64,
    "raw": pl.String,
    "reasons": pl.List(pl.String),
    "details": pl.List(pl.String),
}


def _with_provenance(landed: pl.DataFrame, *, batch: Batch) -> pl.DataFrame:
    flag = [FALLBACK] if FALLBACK in landed.columns else []
    return landed.select(
        pl.all().exclude(ROW, FALLBACK),
        *flag,
        pl.lit(batch.source_id).alias("source_id"),
        pl.lit(batch.county_code).alias("county_code"),
        pl.lit(batch.batch_id).alias("batch_id"),
        pl.lit(batch.file_sha256).alias("source_file_id"),
        pl.col(ROW),
        pl.lit(batch.received_at).dt.cast_time_unit("us").alias("received_at"),
    )


def _count_reasons(refused: pl.DataFrame) -> dict[str, int]:
    counts = Counter(refused["reasons"].explode().drop_nulls().to_list())
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _file_notes(file: Path, *, source: Source) -> list[str]:
    if file.match(source.file_pattern):
        return []
    return [f"文件名不合 / file name does not match {source.file_pattern}"]


def _notes(extract: Extract, judged: Judged, *, source: Source) -> list[str]:
    notes = list(extract.notes)
    if FALLBACK in judged.landed.columns and source.fallback_points:
        count = judged.landed[FALLBACK].sum()
        notes.append(f"默认坐标 / on a fallback point: {count:,}")
    return notes


def _examples(refused: pl.DataFrame, *, most: int = 3) -> list[str]:
    return [_place(row) for row in refused.head(most).iter_rows(named=True)]


def _place(row: dict[str, object]) -> str:
    line = "" if row["line_number"] is None else f", line {row['line_number']:,}"
    told = row["told"]
    first = told[0] if isinstance(told, list) and told else ""
    return f"row {row[ROW]:,}{line}: {first}"


def _over_tolerance(batch: Batch, *, source: Source) -> str:
    share = batch.rows_refused / batch.rows_read
    return (
        f"{source.id}: {batch.file_name}: 拒收 / refused {batch.rows_refused:,} of "
        f"{batch.rows_read:,} rows ({share:.1%}), 超过容许 / above the tolerance of "
        f"{source.refusal_tolerance:.1%}; 整批拒收 / the batch was refused whole\n"
        f"  gridgov quarantine show {batch.batch_id}"
    )


def _first_refusal(
    refused: pl.DataFrame, *, file_name: str, source: Source, rows_read: int
) -> InputError:
    row = refused.row(0, named=True)
    share = refused.height / rows_read
    within = "would have been within" if share <= source.refusal_tolerance else "is above"
    line = "" if row["line_number"] is None else f", line {row['line_number']:,}"
    return InputError(
        f"{source.id}: row {row[ROW]:,}: {'; '.join(row['told'])}\n"
        f"  file {file_name}{line}, 未装载 / batch not loaded (exit {InputError.exit_code})\n"
        f"  {refused.height:,} of {rows_read:,} rows refused {within} tolerance "
        f"({source.refusal_tolerance:.0%}); this stopped because --strict was given"
    )
