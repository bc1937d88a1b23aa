"""Suggested dispatch: the nearest free grid worker first."""

import polars as pl

from warehouse.alerts.dispatch import MOST_OPEN_CASES, suggest

SCHEMA = {
    "worker_code": pl.String,
    "grid_code": pl.String,
    "town_code": pl.String,
    "longitude": pl.Float64,
    "latitude": pl.Float64,
    "open_count": pl.Int64,
}


def workers(*rows):
    return pl.DataFrame(
        [(code, grid, "t", east, 28.0, load) for code, grid, east, load in rows],
        schema=SCHEMA,
        orient="row",
    )


def codes(found):
    return [one.worker_code for one in found.suggestions]


def sent(rows):
    return suggest(rows, to_grid="g", longitude=113.0, latitude=28.0)


def test_the_nearest_free_workers_come_first():
    found = sent(workers(("far", "a", 113.3, 0), ("near", "b", 113.1, 2), ("own", "g", 113.0, 1)))
    assert codes(found) == ["own", "near", "far"]
    assert found.problem is None
    assert found.suggestions[0].distance_km == 0


def test_a_worker_with_too_much_to_do_comes_after_every_free_one():
    busy = MOST_OPEN_CASES + 1
    found = sent(workers(("own", "g", 113.0, busy), ("far", "a", 113.3, MOST_OPEN_CASES)))
    assert codes(found) == ["far", "own"]
    assert [one.is_free for one in found.suggestions] == [True, False]


def test_load_is_that_of_all_the_workers_grids_and_distance_that_of_the_nearest():
    found = sent(workers(("two", "a", 113.2, 2), ("two", "b", 113.1, 2), ("one", "c", 113.3, 0)))
    assert codes(found) == ["one", "two"]
    assert (found.suggestions[1].grid_code, found.suggestions[1].open_count) == ("b", 4)


def test_equally_near_workers_go_by_load_and_then_by_code_whatever_the_order():
    rows = workers(("c", "x", 113.1, 1), ("b", "y", 113.1, 0), ("a", "z", 113.1, 1))
    assert codes(sent(rows)) == codes(sent(rows.reverse())) == ["b", "a", "c"]


def test_it_is_said_when_nobody_is_free_when_nobody_works_and_when_there_is_no_place():
    assert sent(workers(("a", "x", 113.1, 9))).problem == "none_free"
    assert sent(workers()).problem == "no_worker"
    unplaced = workers(("a", "x", None, 0))
    assert sent(unplaced).problem == "no_worker"
    nowhere = suggest(workers(("a", "x", 113.1, 0)), to_grid=None, longitude=None, latitude=None)
    assert (nowhere.problem, nowhere.suggestions) == ("no_place", ())
