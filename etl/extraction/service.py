"""An HTTP service: pages of JSON, tried again when they stall, break off or fail."""

import json
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from etl.extraction.address import scrubbed
from etl.extraction.records import Chunk, flat
from etl.extraction.watermark import Watermark
from etl.live import Service
from etl.source import Source
from warehouse.errors import InputError

MOST_BYTES = 1 << 28
"""Largest answer taken."""

MOST_REPEATS = 3
"""How often in a row the very same page is taken for a hiccup."""

MOST_PASSES = 3
"""How often the pages are read again when records leave while they are read."""

MAY_PASS = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which another try may succeed."""

# Its log names every address that is asked, query and all.
logging.getLogger("httpx").setLevel(logging.WARNING)


class _PassingError(Exception):
    """What another try may mend. `wait` is what the service asks for, in seconds."""

    def __init__(self, said: str, *, wait: float | None = None) -> None:
        super().__init__(said)
        self.wait = wait


class _ShrunkError(Exception):
    """Records left between two pages, so that others may have moved to a page read before."""


class ServiceReader:
    """Reads one source's records; `close` gives the connections back."""

    def __init__(self, source: Source, asked: Service, *, address: str, token: str | None) -> None:
        """Prepare to read.

        Raises:
            InputError: the address is none.
        """
        self.source, self.asked, self.address, self.token = source, asked, address, token or ""
        if urlsplit(address).scheme not in ("http", "https"):
            raise InputError(
                f"{source.id}: {asked.address_env}: 不是网址 / is no address: https://host/path"
            )
        headers = {"Accept": "application/json"}
        if token:
            headers[asked.token_header] = f"{asked.token_prefix}{token}"
        self.client = httpx.Client(timeout=asked.timeout_seconds, headers=headers)

    def close(self) -> None:
        """Give the connections back."""
        self.client.close()

    def chunks(self, since: Watermark | None) -> Iterator[Chunk]:
        """A chunk per page; the last one reaches the highest watermark of all of them.

        Raises:
            InputError: the service fails for good, or its pages lead nowhere.
        """
        for _ in range(MOST_PASSES):
            try:
                yield from self._pass(since)
            except _ShrunkError:
                continue
            return
        raise self.error(
            "分页时记录在减少 / records keep leaving while the pages are read, "
            f"{MOST_PASSES} passes in a row"
        )

    def _pass(self, since: Watermark | None) -> Iterator[Chunk]:
        """Every page once. The one before the last is held back until it is known to be that."""
        held: list[dict[str, Any]] | None = None
        try:
            for records in self._pages(since):
                if held is not None:
                    yield self._chunk(held, is_reached=self.asked.is_sorted)
                held = records
        except (InputError, _ShrunkError):
            if held is not None:
                yield self._chunk(held, is_reached=self.asked.is_sorted)
            raise
        yield self._chunk(held or [], is_reached=True)

    def _chunk(self, records: list[dict[str, Any]], *, is_reached: bool) -> Chunk:
        names = tuple(dict.fromkeys(name for record in records for name in record))
        # A field that is null in a whole page is left out by some services.
        missing = [
            spellings[0]
            for spellings in self.source.columns.values()
            if not set(spellings) & set(names)
        ]
        return Chunk(records=records, names=(*names, *missing), is_reached=is_reached)

    def _pages(self, since: Watermark | None) -> Iterator[list[dict[str, Any]]]:
        """Pages that hold records."""
        place = _Places(self)
        seen_count, last_total, repeats = 0, 0, 0
        before: list[dict[str, Any]] | None = None
        while True:
            answer = self._answer(place.address, place.parameters(since))
            records = self._records(answer)
            total = self._total(answer)
            if total is not None and total < last_total:
                raise _ShrunkError
            last_total = total or 0
            repeats = repeats + 1 if records and records == before else 0
            if repeats == MOST_REPEATS:
                raise self.error(
                    f"同一页重复 / the same page of {len(records):,} records came "
                    f"{repeats + 1} times in a row: does it know the parameter "
                    f'"{self.asked.page_parameter}"?'
                )
            if records and not repeats:
                yield records
                seen_count += len(records)
            before = records
            if not place.go_on(answer, has_records=bool(records), seen=seen_count, total=total):
                break
        if total is not None and seen_count < total:
            raise self.error(
                f"记录不全 / it states {total:,} records and gave {seen_count:,}; "
                "已装载的有效,下次续传 / what was loaded stays, run it again"
            )

    def _records(self, answer: Any) -> list[dict[str, Any]]:
        found = _at(answer, self.asked.items)
        if not isinstance(found, list):
            raise self.error(
                f'没有记录列表 / no list of records at items: "{self.asked.items}"; '
                f"可用 / the answer has: {_names(answer)}"
            )
        return [flat(one) for one in found]

    def _total(self, answer: Any) -> int | None:
        if self.asked.total is None:
            return None
        found = _at(answer, self.asked.total)
        if isinstance(found, bool) or not isinstance(found, int):
            raise self.error(
                f'没有总数 / no number at total: "{self.asked.total}"; '
                f"可用 / the answer has: {_names(answer)}"
            )
        return int(found)

    def _answer(self, address: str, parameters: dict[str, str]) -> Any:
        """The JSON of one page, tried again where that may help."""
        tries = Retrying(
            stop=stop_after_attempt(self.asked.retries + 1),
            retry=retry_if_exception_type(_PassingError),
            wait=self._pause,
            reraise=True,
        )
        try:
            return tries(self._ask, address, parameters)
        except _PassingError as error:
            raise self.error(
                f"{error} ({self.asked.retries + 1} 次尝试 / tries); "
                f"再次运行即续传 / run `gridgov load {self.source.id}` again to go on"
            ) from None

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait if isinstance(error, _PassingError) else None
        pause = 0.2 * 2 ** (state.attempt_number - 1) if asked is None else asked
        return min(pause, self.asked.longest_wait_seconds)

    def _ask(self, address: str, parameters: dict[str, str]) -> Any:
        begun = time.monotonic()
        merged = httpx.URL(address).copy_merge_params(parameters)
        content = bytearray()
        try:
            with self.client.stream("GET", merged) as answer:
                self._hold_status(answer)
                for piece in answer.iter_bytes():
                    content += piece
                    # Each piece may come in time and the whole never.
                    if time.monotonic() - begun > 2 * self.asked.timeout_seconds:
                        raise _PassingError("超时 / the answer does not end in time")
                    if len(content) > MOST_BYTES:
                        raise self.error(
                            f"回答超过 / an answer is larger than {MOST_BYTES:,} bytes; "
                            "ask for smaller pages"
                        )
        except (httpx.TransportError, httpx.DecodingError) as error:
            said = scrubbed(str(error), self.address, address, self.token)
            raise _PassingError(f"{type(error).__name__}: {said}".rstrip(": ")) from None
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise _PassingError(
                f"不是完整的 JSON / {len(content):,} bytes that are no whole JSON"
            ) from None

    def _hold_status(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status in MAY_PASS:
            raise _PassingError(f"HTTP {status}", wait=_asked_wait(answer))
        if status != httpx.codes.OK:
            hint = {
                401: f"检查口令 / check {self.asked.token_env or self.asked.address_env}",
                403: f"检查权限 / check {self.asked.token_env or self.asked.address_env}",
                404: f"检查地址 / check {self.asked.address_env}",
            }.get(status, "")
            raise self.error(f"HTTP {status} {hint}".strip())

    def error(self, said: str) -> InputError:
        """An error about this service, which is called by its variable."""
        where = f"{self.source.id}: 服务 / the service of {self.asked.address_env}"
        return InputError(f"{where}: {said}")


class _Places:
    """Where the pages are: by number, by cursor, by link, or one only."""

    def __init__(self, reader: ServiceReader) -> None:
        self.reader, self.asked = reader, reader.asked
        self.address = reader.address
        self.page = reader.asked.first_page
        self.cursor: str | None = None
        self.been: set[str] = set()
        self.is_linked = False

    def parameters(self, since: Watermark | None) -> dict[str, str]:
        """What is asked for beside the address; a link has it all in itself."""
        if self.is_linked:
            return {}
        asked: dict[str, str] = {}
        if self.asked.since_parameter and since is not None:
            asked[self.asked.since_parameter] = str(since)
        if self.asked.size_parameter:
            asked[self.asked.size_parameter] = str(self.asked.page_size)
        if self.asked.paging == "page":
            asked[self.asked.page_parameter] = str(self.page)
        if self.cursor is not None:
            asked[self.asked.cursor_parameter] = self.cursor
        return asked

    def go_on(self, answer: Any, *, has_records: bool, seen: int, total: int | None) -> bool:
        """Move to the next page; whether there may be one."""
        match self.asked.paging:
            case "page":
                self.page += 1
                # A page shorter than the others need not be the last: only an empty one is.
                return has_records and (total is None or seen < total)
            case "none":
                return False
        found = _at(answer, self.asked.next)
        if found in (None, "", False):
            return False
        place = str(found)
        if place in self.been:
            raise self.reader.error(
                f"循环 / the same {self.asked.paging} {place[:40]!r} came twice"
                if self.asked.paging == "cursor"
                else "循环 / the same next link came twice"
            )
        self.been.add(place)
        if self.asked.paging == "cursor":
            self.cursor = place
        else:
            self._follow(place)
        return True

    def _follow(self, link: str) -> None:
        address = urljoin(self.address, link)
        own, other = urlsplit(self.reader.address), urlsplit(address)
        # The token would go to whoever the answer names.
        if (own.scheme, own.hostname, own.port) != (other.scheme, other.hostname, other.port):
            raise self.reader.error("下一页在别处 / the next link leads to another host")
        if own.username:
            address = other._replace(netloc=own.netloc).geturl()
        self.address, self.is_linked = address, True


def _at(answer: Any, path: str) -> Any:
    """What stands at a path of names joined by dots; None where nothing does."""
    for name in filter(None, path.split(".")):
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer


def _names(answer: Any) -> str:
    if isinstance(answer, dict):
        return ", ".join(map(str, list(answer)[:20])) or "—"
    return type(answer).__name__


def _asked_wait(answer: httpx.Response) -> float | None:
    """Seconds that the header `Retry-After` asks for, as a number or a date."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    seconds: float = (moment - datetime.now(UTC)).total_seconds()
    return max(seconds, 0.0)
