"""Even chances, pressed times, storm spells, and the mess among records."""

import numpy as np
import polars as pl
import pytest

from etl.sample.programme.chance import choose, even, moving, progress, repeat_each
from etl.sample.programme.mess import BAD_CHECK, correct, spoiled
from etl.sample.programme.rain import window_sums
from etl.sample.programme.warnings import spells
from etl.sample.programme.writing import (
    dates,
    in_office_hours,
    in_waking_hours,
    numbers,
    only,
    seconds_from,
    so_far,
    times,
)
from etl.sample.timeline import AS_OF, DAY, HOUR, PROGRAMME_START, START, seconds_of


@pytest.mark.parametrize("seed", range(8))
def test_an_even_share_holds_in_every_stretch(seed: int) -> None:
    luck = even(2000, np.random.default_rng(seed))
    for share in (0.05, 0.3, 0.75, 0.98):
        drawn = np.concatenate([[0], np.cumsum(luck < share)])
        for length in (40, 150, 400):
            found = drawn[length:] - drawn[:-length]
            assert np.abs(found - share * length).max() <= 3.5


def test_two_even_draws_do_not_go_together() -> None:
    together = [
        np.corrcoef(even(3000, rng), even(3000, rng))[0, 1]
        for rng in map(np.random.default_rng, range(40))
    ]
    assert np.median(np.abs(together)) < 0.05


def test_progress_starts_with_the_programme_and_ends_with_the_ramp() -> None:
    start = seconds_of(PROGRAMME_START)
    at = np.array([start - DAY, start, start + 150 * DAY, start + 300 * DAY, start + 900 * DAY])
    assert progress(at).tolist() == [0, 0, 0.5, 1, 1]
    assert moving(75, 98, progress(at)).tolist() == [75, 75, 86.5, 98, 98]


def test_chosen_options_have_their_shares() -> None:
    luck = np.array([0.0, 0.49, 0.51, 0.79, 0.81, 0.999])
    assert choose({"a": 5, "b": 3, "c": 2}, luck).tolist() == [0, 0, 1, 1, 2, 2]


def test_items_are_repeated_for_each_owner() -> None:
    owner, number = repeat_each(np.array([2, 0, 3]))
    assert owner.tolist() == [0, 0, 2, 2, 2]
    assert number.tolist() == [0, 1, 0, 1, 2]


def test_office_hours_are_on_working_days_and_keep_the_order_and_whole_weeks() -> None:
    raw = np.sort(START + np.random.default_rng(1).random(5000) * 100 * DAY)
    pressed = in_office_hours(raw)
    assert (np.diff(pressed) > 0).all()
    told = pl.DataFrame({"at": times(pressed)}).select(
        weekday=pl.col("at").dt.weekday(), hour=pl.col("at").dt.hour()
    )
    assert told["weekday"].max() <= 5
    assert told["hour"].is_between(9, 16).all()
    assert np.allclose(in_office_hours(raw + 7 * DAY) - pressed, 7 * DAY)
    assert abs(float(np.mean(in_office_hours(raw + 10 * DAY) - pressed)) / DAY - 10) < 0.1


def test_waking_hours_keep_the_day_and_the_order() -> None:
    raw = np.sort(START + np.random.default_rng(2).random(5000) * 30 * DAY)
    pressed = in_waking_hours(raw)
    assert (np.diff(pressed) >= 0).all()
    assert (np.floor(raw / DAY) == np.floor(pressed / DAY)).all()
    assert ((pressed % DAY >= 8 * HOUR) & (pressed % DAY < 20 * HOUR)).all()


def test_times_and_days_are_written_and_read_alike_and_nothing_stays_nothing() -> None:
    seconds = np.array([START, START + 3661, np.nan])
    assert times(seconds).dt.strftime("%F %T").to_list() == [
        "2023-11-01 00:00:00",
        "2023-11-01 01:01:01",
        None,
    ]
    assert np.array_equal(seconds_from(times(seconds)), seconds, equal_nan=True)
    days = np.array([START, np.nan])
    assert np.array_equal(seconds_from(dates(days)), days, equal_nan=True)
    assert np.isnan(so_far(np.array([AS_OF + 1]))).all()


def test_numbers_tell_the_day_and_run_on() -> None:
    told = numbers("JF", np.array([START, START + DAY]), first=9, width=3)
    assert told.to_list() == ["JF20231101009", "JF20231102010"]


def test_only_what_is_known_is_told() -> None:
    assert only(pl.Series(["a", "b"]), np.array([True, False])).to_list() == ["a", None]


def records(count: int) -> pl.DataFrame:
    seconds = START + np.arange(count) * HOUR
    return pl.DataFrame(
        {
            "number": [f"N{row}" for row in range(count)],
            "value": np.arange(count),
            "at": times(seconds),
            "updated_at": times(seconds + 60),
        }
    )


def test_a_correction_is_later_and_the_older_version_says_otherwise() -> None:
    frame = records(2000)
    first, second, corrected = correct(frame, {"value": pl.lit(-1)}, np.random.default_rng(3))
    both = first.join(second, on="number", suffix="_again")
    assert len(both) == corrected == 8
    assert (both["value"] == -1).all()
    assert (both["updated_at_again"] > both["updated_at"]).all()
    late = second.join(first, on="number", how="anti")
    assert len(late) == 4
    assert len(first) + len(late) == len(frame)
    latest = pl.concat([first, second]).sort("updated_at").unique("number", keep="last")
    assert latest.sort("at")["value"].to_list() == frame["value"].to_list()


def test_only_rows_that_may_be_are_corrected() -> None:
    may = np.arange(2000) % 2 == 0
    _, second, _ = correct(records(2000), {}, np.random.default_rng(3), may=may)
    assert (second["value"] % 2 == 0).all()


def test_small_parts_are_delivered_at_once() -> None:
    first, second, corrected = correct(records(30), {}, np.random.default_rng(3))
    assert (len(first), len(second), corrected) == (30, 0, 0)


def test_spoiled_records_are_added_under_numbers_of_their_own() -> None:
    frame = records(4000)
    spoilt, planted = spoiled(
        frame,
        "number",
        {"too_large": {"value": pl.col("value") + 9000}, "not_a_date:at": {}},
        np.random.default_rng(4),
        share=0.001,
    )
    assert planted == {"too_large": 2, "not_a_date:at": 2}
    assert spoilt["number"].is_unique().all()
    sound, added = spoilt[: len(frame)], spoilt[len(frame) :]
    assert sound["value"].to_list() == frame["value"].to_list()
    assert sound["at"].str.to_datetime("%Y-%m-%d %H:%M:%S").to_list() == frame["at"].to_list()
    assert (added["value"] >= 9000).to_list() == [True, True, False, False]
    assert (added["at"] == "2025-02-30 10:00:00").to_list() == [False, False, True, True]


def test_a_column_without_a_value_is_not_spoiled() -> None:
    frame = records(100).with_columns(at=pl.when(pl.int_range(pl.len()) == 7).then(pl.col("at")))
    spoilt, planted = spoiled(
        frame, "number", {"early": {"at": pl.col("at").dt.offset_by("-9d")}},
        np.random.default_rng(5), share=0.5,
    )  # fmt: skip
    assert planted == {"early": 1}
    assert spoilt["number"].to_list()[-1].startswith("N7-")


def test_a_bad_check_character_is_another_one() -> None:
    frame = pl.DataFrame({"id_number": ["990001190001010010", "99000119000101001X"]})
    assert frame.select(BAD_CHECK).to_series().to_list() == [
        "990001190001010011",
        "990001190001010010",
    ]


def test_rain_adds_up_over_the_hours_before() -> None:
    rain = np.array([[1.0], [2.0], [4.0], [8.0], [16.0]])
    assert window_sums(rain, 3)[:, 0].tolist() == [1, 3, 7, 14, 28]


def test_hours_of_one_event_make_one_spell() -> None:
    sums = np.zeros((60, 2))
    sums[[5, 6, 9, 30], 0] = (50, 70, 50, 51)
    sums[6, 1] = 99
    found = spells(sums, 50)
    assert list(zip(found.town, found.first, found.last, found.peak_mm, strict=True)) == [
        (0, 5, 9, 70),
        (0, 30, 30, 51),
        (1, 6, 6, 99),
    ]
    assert len(spells(sums, 200).town) == 0
