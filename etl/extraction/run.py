"""One extraction: chunk by chunk, each a batch that moves the watermark as it lands."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from etl.batch import sweep
from etl.extraction.address import secret
from etl.extraction.database import DatabaseReader
from etl.extraction.records import Chunk, Record, as_extract, content_hash, fingerprint
from etl.extraction.service import ServiceReader
from etl.extraction.state import State, extraction_entry, read_state
from etl.extraction.watermark import Watermark, watermark_of
from etl.load import BatchReport, land_extract
from etl.masking import mask_text
from etl.source import Source, get_source
from warehouse.counties import County, get_county
from warehouse.errors import BusyError, GridgovError, UsageError
from warehouse.keys import load_keys
from warehouse.lock import writer_lock
from warehouse.settings import Settings

UNKEYED = b"gridgov"


class Reader(Protocol):
    """Gives a live source's records since a watermark."""

    def chunks(self, since: Watermark | None) -> Iterator[Chunk]:
        """Chunks from a watermark on."""

    def close(self) -> None:
        """Give connections back."""


def load_live(
    source_id: str,
    *,
    settings: Settings,
    environ: Mapping[str, str] | None = None,
    strict: bool = False,
    received_at: datetime | None = None,
    progress: Callable[[str], None] | None = None,
    notice: Callable[[str], None] | None = None,
) -> list[BatchReport]:
    """Ask a source for what is new; every chunk becomes one batch.

    What was read stays when the source is cut off; the next call goes on from there. A record that
    landed, or was refused, as it is now is left out.

    Args:
        environ: where addresses are looked up; the process's own when None.
        progress: called with a line before each batch.

    Returns:
        One report per batch, and one with an error where the source could not be read to its end.

    Raises:
        UsageError: no such source, or one that sends files.
        InputError: the address is not set, or the key is missing or wrong.
        BusyError: another writer is at work.
    """
    source = get_source(settings, source_id)
    if not source.is_live:
        raise UsageError(
            f"{source_id}: 需要文件 / takes files: gridgov load {source_id} FILE…; "
            f"format {source.format}"
        )
    extraction = _Extraction(
        source,
        settings=settings,
        strict=strict,
        received_at=received_at,
        progress=progress,
        notice=notice,
    )
    with closing(_reader(source, environ=os.environ if environ is None else environ)) as reader:
        return extraction.run(reader)


def _reader(source: Source, *, environ: Mapping[str, str]) -> Reader:
    if source.database is not None:
        address = secret(environ, source.database.address_env, source_id=source.id)
        return DatabaseReader(source, source.database, address=address)
    assert source.http is not None
    address = secret(environ, source.http.address_env, source_id=source.id)
    token = source.http.token_env and secret(environ, source.http.token_env, source_id=source.id)
    return ServiceReader(source, source.http, address=address, token=token)


class _Extraction:
    def __init__(
        self,
        source: Source,
        *,
        settings: Settings,
        strict: bool,
        received_at: datetime | None,
        progress: Callable[[str], None] | None,
        notice: Callable[[str], None] | None,
    ) -> None:
        self.source, self.settings, self.strict = source, settings, strict
        self.progress, self.notice = progress, notice
        self.received_at = received_at or datetime.now(UTC)
        self.county: County = get_county(settings, source.county)
        self.zone = ZoneInfo(source.time_zone or self.county.time_zone)
        asked = source.database or source.http
        assert asked is not None
        self.watermark = asked.watermark
        is_whole = source.http is not None and source.http.since_parameter is None
        self.overlap = None if is_whole else asked.overlap_seconds
        self.key = UNKEYED
        self.highest: Watermark | None = None
        """Of all records read by this call."""

    def run(self, reader: Reader) -> list[BatchReport]:
        """Read to the end, or to the first error."""
        if self.source.contract.has_personal_data:
            with writer_lock(self.settings, doing=f"load {self.source.id}"):
                self.key = load_keys(self.settings, notice=self.notice).pseudonyms
        with writer_lock(self.settings, doing=f"load {self.source.id}"):
            sweep(self.settings.paths)
            state = self._state()
        since = None
        if state.reached is not None and self.overlap is not None:
            since = state.reached.back(self.overlap)
        reports: list[BatchReport] = []
        try:
            for chunk in reader.chunks(since):
                report = self._land(chunk)
                if report is not None:
                    reports.append(report)
                    if report.error:
                        break
        except BusyError:
            raise
        except GridgovError as error:
            reports.append(self._failed(str(error)))
        return reports

    def _failed(self, message: str) -> BatchReport:
        return BatchReport(file=Path(self.source.id), source=self.source, error=mask_text(message))

    def _state(self) -> State:
        return read_state(self.settings, source_id=self.source.id, overlap=self.overlap)

    def _land(self, chunk: Chunk) -> BatchReport | None:
        """Land what is new in a chunk; None where nothing is."""
        start = time.monotonic()
        # Nothing is held while the source is asked; what another call landed meanwhile is seen.
        with writer_lock(self.settings, doing=f"load {self.source.id}"):
            state = self._state()
            prints = self._prints(chunk)
            new: dict[str, Record] = {}
            for one, record in zip(prints, chunk.records, strict=True):
                if one not in state.prints:
                    new.setdefault(one, record)
            highest = self._highest(chunk.records)
            if highest is not None and (self.highest is None or self.highest < highest):
                self.highest = highest
            reached = self._reached(state, chunk)
            if not new and (reached == state.reached or not chunk.names):
                return None
            if self.progress:
                self.progress(f"{self.source.id}: {highest or ''} …")
            name = f"{self.source.id} {highest}" if highest else self.source.id
            extract = as_extract(
                list(new.values()), names=chunk.names, source=self.source, file=name
            )
            return land_extract(
                extract,
                source=self.source,
                county=self.county,
                settings=self.settings,
                file_name=name,
                file_sha256=content_hash([*new, str(reached)], source=self.source),
                file_bytes=0,
                received_at=self.received_at,
                strict=self.strict,
                notice=self.notice,
                extraction=extraction_entry(
                    reached=reached,
                    highest=highest,
                    prints=self._kept(new, reached=reached, chunk=chunk),
                ),
                start=start,
            )

    def _prints(self, chunk: Chunk) -> list[str]:
        spellings = {one for names in self.source.columns.values() for one in names}
        asked = self.source.database
        spellings |= {self.watermark or "", *(asked.keys if asked else ())}
        fields = [name for name in sorted(spellings) if name]
        return [fingerprint(record, fields=fields, key=self.key) for record in chunk.records]

    def _highest(self, records: Sequence[Record]) -> Watermark | None:
        marks = [mark for record in records if (mark := self._mark(record)) is not None]
        return max(marks) if marks else None

    def _mark(self, record: Record) -> Watermark | None:
        if self.watermark is None:
            return None
        has_types = self.source.database is not None
        return watermark_of(record.get(self.watermark), zone=self.zone, has_types=has_types)

    def _reached(self, state: State, chunk: Chunk) -> Watermark | None:
        """How far everything has been read once this chunk has landed; never behind the state."""
        if not chunk.is_reached or self.highest is None:
            return state.reached
        mark = self.highest.not_after(self.received_at, zone=self.zone)
        return mark if state.reached is None or state.reached < mark else state.reached

    def _kept(
        self, new: Mapping[str, Record], *, reached: Watermark | None, chunk: Chunk
    ) -> list[str]:
        """Prints of records that may be given again: those not far behind the watermark."""
        if self.overlap is None or reached is None or not chunk.is_reached:
            return list(new)
        start = reached.back(self.overlap)
        return [
            one
            for one, record in new.items()
            if (mark := self._mark(record)) is None or not mark < start
        ]
