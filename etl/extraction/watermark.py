"""How far a live source has been read: a time, a day, a number or a text that only grows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from etl.dates import read_common
from warehouse.errors import InputError

Value = datetime | date | int | float | Decimal | str


@dataclass(frozen=True)
class Watermark:
    """One watermark; those of a source are of one kind and comparable."""

    value: Value

    @property
    def kind(self) -> str:
        """What its text is read back as."""
        match self.value:
            case datetime():
                return "moment" if self.value.tzinfo else "local"
            case date():
                return "day"
            case int() | float() | Decimal():
                return "number"
            case _:
                return "text"

    def __str__(self) -> str:
        """Its text, which `parse` reads back."""
        if isinstance(self.value, date):
            return self.value.isoformat()
        return str(self.value)

    def __lt__(self, other: "Watermark") -> bool:
        """Whether it comes before another.

        Raises:
            InputError: the two are of different kinds.
        """
        if self.kind != other.kind:
            raise InputError(
                f"水位列类型不一 / watermarks of two kinds: {self.kind} {self} and "
                f"{other.kind} {other}"
            )
        return bool(self.value < other.value)  # type: ignore[operator]

    def back(self, seconds: float) -> "Watermark":
        """The watermark so much earlier; a text has nothing before it."""
        match self.value:
            case datetime():
                return Watermark(self.value - timedelta(seconds=seconds))
            case date():
                return Watermark(self.value - timedelta(days=-(-seconds // 86_400)))
            case int():
                return Watermark(self.value - int(seconds))
            case float():
                return Watermark(self.value - seconds)
            case Decimal():
                return Watermark(self.value - Decimal(str(seconds)))
            case _:
                return self

    def not_after(self, moment: datetime, *, zone: ZoneInfo) -> "Watermark":
        """Itself, or the moment where that is earlier: a wrong clock must not hide what follows."""
        match self.value:
            case datetime():
                now = moment if self.value.tzinfo else moment.astimezone(zone).replace(tzinfo=None)
                return Watermark(min(self.value, now))
            case date():
                return Watermark(min(self.value, moment.astimezone(zone).date()))
            case _:
                return self


def parse(kind: str, text: str) -> Watermark:
    """Read back what the ledger says."""
    match kind:
        case "moment" | "local":
            return Watermark(datetime.fromisoformat(text))
        case "day":
            return Watermark(date.fromisoformat(text))
        case "number":
            number = Decimal(text)
            return Watermark(int(number) if number == number.to_integral_value() else number)
        case _:
            return Watermark(text)


def watermark_of(value: Any, *, zone: ZoneInfo, has_types: bool) -> Watermark | None:
    """The watermark of a record as a database or a JSON text gives it; None where it has none.

    Where the source has no types, a text that is a time in one of the common forms is one, in the
    source's zone where it says no offset. Moments are kept in UTC.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, Value):
        raise InputError(
            f"水位列的值 / watermark {str(value)[:80]!r} 不是时间或数 / is no time, number or text"
        )
    if isinstance(value, str) and not has_types:
        found = read_common(pl.Series([value])).row(0, named=True)
        if found["moment"] is not None:
            return Watermark(found["moment"].astimezone(UTC))
        if found["clock"] is not None:
            return Watermark(found["clock"].replace(tzinfo=zone).astimezone(UTC))
        return Watermark(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return Watermark(value.astimezone(UTC))
    return Watermark(value)
