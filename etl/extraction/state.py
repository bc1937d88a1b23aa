"""What the ledger says of earlier extractions of a source: the rename that lands rows moves it."""

from collections.abc import Iterable
from dataclasses import dataclass

from etl.extraction.watermark import Watermark, parse
from warehouse.ledger import Batch, read_ledger
from warehouse.settings import Settings


@dataclass(frozen=True)
class State:
    """Where to go on.

    reached: everything up to here has been read; None at first.
    prints: fingerprints of records that may be given again, landed or refused.
    """

    reached: Watermark | None = None
    prints: frozenset[str] = frozenset()


def read_state(settings: Settings, *, source_id: str, overlap: float | None) -> State:
    """The state of a source by the batches that landed.

    Args:
        overlap: seconds behind the watermark that are read again; None where all is.
    """
    batches = [
        batch
        for batch in read_ledger(settings)
        if batch.source_id == source_id and batch.status == "landed" and batch.extraction
    ]
    marks = [mark for batch in batches if (mark := _mark(batch, "reached")) is not None]
    reached = max(marks) if marks else None
    start = None if reached is None or overlap is None else reached.back(overlap)
    prints = {
        one
        for batch in batches
        if _may_come_again(batch, start)
        for one in (batch.extraction or {}).get("prints", "").split()
    }
    return State(reached, frozenset(prints))


def extraction_entry(
    *, reached: Watermark | None, highest: Watermark | None, prints: Iterable[str]
) -> dict[str, str]:
    """What a batch's ledger entry says of its extraction."""
    entry = {"prints": " ".join(prints)}
    for name, mark in (("reached", reached), ("highest", highest)):
        if mark is not None:
            entry |= {name: str(mark), f"{name}_kind": mark.kind}
    return entry


def _mark(batch: Batch, name: str) -> Watermark | None:
    entry = batch.extraction or {}
    return parse(entry[f"{name}_kind"], entry[name]) if name in entry else None


def _may_come_again(batch: Batch, start: Watermark | None) -> bool:
    highest = _mark(batch, "highest")
    return start is None or highest is None or not highest < start
