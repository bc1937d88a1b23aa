"""Printing waits in a short line of its own."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from dashboards.press import Press
from warehouse.errors import BusyError


def ran(asked: Coroutine[Any, Any, Any]) -> Any:
    """Run it on a thread that has no loop: that of the tests may have a browser's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked).result()


def test_who_comes_when_all_places_are_taken_is_told_at_once_and_places_come_free() -> None:
    press, has_begun, may_end = Press(waiting=2), Event(), Event()
    begun: list[int] = []

    def printed(number: int) -> int:
        begun.append(number)
        has_begun.set()
        assert may_end.wait(30)
        return number

    async def asked() -> list[int]:
        jobs = [asyncio.create_task(press.run(printed, number)) for number in range(3)]
        assert await asyncio.to_thread(has_begun.wait, 30)
        assert begun == [0]
        with pytest.raises(BusyError, match=r"另有 2 份等候.*2 more are waiting"):
            await press.run(printed, 3)
        may_end.set()
        done = await asyncio.gather(*jobs)
        return [*done, await press.run(printed, 4)]

    assert ran(asked()) == [0, 1, 2, 4]
    assert begun == [0, 1, 2, 4]


def test_who_goes_away_or_fails_leaves_the_place() -> None:
    press, may_end = Press(waiting=1), Event()

    def failing() -> None:
        raise ValueError

    async def asked() -> str:
        first = asyncio.create_task(press.run(may_end.wait, 30))
        waiting = asyncio.create_task(press.run(str))
        # One turn of the loop each: both are in the line.
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        third = asyncio.create_task(press.run(failing))
        await asyncio.sleep(0)
        may_end.set()
        await asyncio.gather(first, third, return_exceptions=True)
        assert isinstance(third.exception(), ValueError)
        return await press.run(lambda: "free")

    assert ran(asked()) == "free"
