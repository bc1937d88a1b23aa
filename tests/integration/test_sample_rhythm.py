"""What is drawn for the sample's cases before any case is: days, seasons, hours, hot spots."""

from datetime import date

import numpy as np
import pytest

from etl.sample.boundaries import SampleCounty, make_county
from etl.sample.places import TOWN_OF_SCALE_TOWN
from etl.sample.rhythm import FIRST_DAY, PROFILES, SPRING_FESTIVALS, Rhythm, make_rhythm


@pytest.fixture(scope="module")
def town() -> SampleCounty:
    return make_county(430181, only_town=TOWN_OF_SCALE_TOWN)


@pytest.fixture(scope="module")
def rhythm(town: SampleCounty) -> Rhythm:
    return make_rhythm(town, "city_cases", 430181)


def day(year: int, month: int, number: int) -> int:
    return (date(year, month, number) - FIRST_DAY).days


def test_a_day_of_spring_festival_has_about_half_the_cases(rhythm: Rhythm) -> None:
    for first, last in SPRING_FESTIVALS:
        start, end = (first - FIRST_DAY).days, (last - FIRST_DAY).days + 1
        festival = rhythm.day_weights[start:end].mean()
        before = rhythm.day_weights[start - 28 : start].mean()
        assert festival / before == pytest.approx(0.45, abs=0.06)


def test_a_make_up_sunday_is_a_working_day(rhythm: Rhythm) -> None:
    assert not rhythm.is_day_off[day(2025, 1, 26)]
    assert rhythm.is_day_off[day(2025, 1, 19)]


def test_noise_is_a_matter_of_summer_and_fire_of_winter(town: SampleCounty) -> None:
    events = make_rhythm(town, "grid_events", 430181)
    codes = events.categories["category_code"].to_list()
    shares = np.diff(events.category_of_day, axis=1, prepend=np.arange(1111)[:, None])
    noise, fire = (shares[:, codes.index(code)] for code in ("4301810901", "4301810801"))
    summer, winter = day(2025, 7, 15), day(2025, 12, 15)
    assert noise[summer] > 1.5 * noise[winter]
    assert fire[winter] > 1.5 * fire[summer]


def test_rush_hours_stand_out_on_working_days_only(rhythm: Rhythm) -> None:
    row = 2 * PROFILES.index("rush")
    hours = np.diff(rhythm.hour_of_profile[row : row + 2], axis=1, prepend=[[row], [row + 1]])
    working, off = hours
    assert working[7:9].sum() + working[17:19].sum() > 0.35
    assert off[7:9].sum() < working[7:9].sum() / 1.8


def test_a_hot_spot_has_many_times_the_usual(rhythm: Rhythm) -> None:
    weights = np.diff(
        rhythm.site_of_category, axis=1, prepend=np.arange(len(rhythm.categories))[:, None]
    )
    assert rhythm.hot.sum() == 6
    for category in np.unique(np.nonzero(rhythm.hot)[0]):
        hot = weights[category][rhythm.hot[category]]
        assert (hot >= 9.9 * np.median(weights[category])).all()
