"""Answers made once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from dashboards.cache import Cache


def test_who_asks_meanwhile_waits_for_the_one_answer() -> None:
    cache, made, is_making, may_end = Cache(10), [], Event(), Event()

    def make() -> str:
        is_making.set()
        may_end.wait()
        made.append("once")
        return "answer"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.get, "key", make)
        is_making.wait()
        second = pool.submit(cache.get, "key", make)
        may_end.set()
        assert (first.result(), second.result(), made) == ("answer", "answer", ["once"])


def test_of_several_only_those_not_there_are_made() -> None:
    cache = Cache(10)
    cache.get("b", lambda: 2)
    places: list[list[int]] = []

    def make(of: list[int]) -> list[int]:
        places.append(of)
        return [(1, 2, 3)[place] for place in of]

    assert cache.get_many(["a", "b", "c"], make) == [1, 2, 3]
    assert cache.get_many(["c", "a"], make) == [3, 1]
    assert places == [[0, 2]]


def test_what_failed_is_made_again() -> None:
    cache = Cache(10)
    with pytest.raises(ZeroDivisionError):
        cache.get("key", lambda: 1 / 0)
    assert cache.lately_used() == []
    assert cache.get("key", lambda: 1) == 1


def test_the_least_recently_used_is_forgotten() -> None:
    cache = Cache(2)
    for key in ("a", "b", "a", "c"):
        cache.get(key, lambda key=key: key)
    assert cache.lately_used() == ["c", "a"]
