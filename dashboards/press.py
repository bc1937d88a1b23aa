"""The one thread that prints, and the few who wait for it.

A browser that prints takes seconds and may take two minutes: on the threads that draw pages a few
prints would leave none for answers.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import ParamSpec, TypeVar

from warehouse.errors import BusyError

P = ParamSpec("P")
T = TypeVar("T")

WAITING = 4
"""Who may wait while one is printed; whoever comes then is told so at once."""


class Press:
    """Prints one document after the other."""

    def __init__(self, *, waiting: int = WAITING) -> None:
        self._waiting = waiting
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="print")
        self._places = BoundedSemaphore(1 + waiting)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function that prints when those before it are done.

        Raises:
            BusyError: too many wait already.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError(
                f"正在打印,另有 {self._waiting} 份等候,请稍后再试 / "
                f"printing, and {self._waiting} more are waiting: try again in a minute"
            )
        job: Future[T] = self._thread.submit(lambda: function(*args, **kwargs))
        # Also when who asked went away: a job not begun by then is cancelled, and is done.
        job.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(job)
