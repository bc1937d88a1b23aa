"""Answers made once, however many ask for them at the same time."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Cache:
    """What keys stand for; the least recently asked for are forgotten.

    A second who asks while the first is making an answer waits for it. What failed is made again.
    """

    def __init__(self, most: int) -> None:
        """Hold nothing yet.

        Args:
            most: answers held.
        """
        self._most = most
        self._answers: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What a key stands for."""
        return cast(T, self.get_many([key], lambda _: [make()])[0])

    def get_many(
        self, keys: Sequence[Hashable], make: Callable[[list[int]], Sequence[Any]]
    ) -> list[Any]:
        """The same for several keys; `make` gets the places of those nobody has made yet."""
        claim = self._claim(keys)
        if claim.mine:
            self._keep(claim, keys, make)
        return [future.result() for future in claim.futures]

    def lately_used(self) -> list[Hashable]:
        """Keys, the last asked for first."""
        with self._lock:
            return list(reversed(self._answers))

    def _claim(self, keys: Sequence[Hashable]) -> "_Claim":
        futures, mine = [], []
        with self._lock:
            for number, key in enumerate(keys):
                if key in self._answers:
                    self._answers.move_to_end(key)
                else:
                    self._answers[key] = Future()
                    mine.append(number)
                futures.append(self._answers[key])
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return _Claim(futures, mine)

    def _keep(
        self,
        claim: "_Claim",
        keys: Sequence[Hashable],
        make: Callable[[list[int]], Sequence[Any]],
    ) -> None:
        try:
            made = make(claim.mine)
        except BaseException as error:
            with self._lock:
                for number in claim.mine:
                    self._answers.pop(keys[number], None)
            for number in claim.mine:
                claim.futures[number].set_exception(error)
            raise
        for number, value in zip(claim.mine, made, strict=True):
            claim.futures[number].set_result(value)


@dataclass(frozen=True)
class _Claim:
    """Futures of some keys, and the places of those that the caller has to make."""

    futures: list[Future[Any]]
    mine: list[int]
