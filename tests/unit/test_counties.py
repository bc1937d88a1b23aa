import pytest

from warehouse.counties import get_county, load_counties
from warehouse.errors import InputError, UsageError
from warehouse.settings import Settings


@pytest.fixture
def settings(tmp_path):
    return Settings(home=tmp_path)


def write_county(settings, code, text):
    settings.paths.counties.mkdir(parents=True, exist_ok=True)
    (settings.paths.counties / f"{code}.yml").write_text(text, encoding="utf-8")


COUNTY = """
name: {zh: 测试县, en: Test}
time_zone: Asia/Shanghai
levels: [{level: county, name: {zh: 全县, en: County}}]
datum: gcj02
extent: [110, 25, 115, 30]
work_calendar: {holiday_calendar: CN, shifts: [["08:00", "12:00"]]}
"""


def test_the_built_in_counties_count_in_their_own_days(settings):
    counties = load_counties(settings)
    assert counties["430181"].level_names == ("county", "town", "community", "grid")
    assert counties["boston"].level_names == ("county", "town")
    assert counties["boston"].zone.key == "America/New_York"


def test_a_county_of_ones_own_is_one_file(settings):
    write_county(settings, "430199", COUNTY)
    assert get_county(settings, "430199").name.zh == "测试县"


def test_a_county_of_ones_own_replaces_a_built_in_one(settings):
    write_county(settings, "boston", COUNTY)
    assert load_counties(settings)["boston"].name.en == "Test"


def test_an_unknown_county_is_named_with_the_known_ones(settings):
    with pytest.raises(UsageError, match=r'"bostn".*430181, boston'):
        get_county(settings, "bostn")


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("Asia/Shanghai", "Asia/Changsha", "time_zone"),
        ("datum: gcj02", "datum: mars", "datum"),
        ("extent:", "extend:", "extend"),
        ("name:", "name: [", "bad.yml"),
    ],
)
def test_a_file_that_is_no_county_is_refused_by_name(settings, before, after, named):
    write_county(settings, "bad", COUNTY.replace(before, after))
    with pytest.raises(InputError, match=named):
        load_counties(settings)


OTHER_HOURS = COUNTY.replace(
    'shifts: [["08:00", "12:00"]]',
    'shifts: [["08:00", "12:00"]], other_hours: [{from: "06-01", to: "09-30", shifts: [HOURS]}]',
)


def test_a_county_may_keep_other_hours_in_a_season(settings):
    write_county(settings, "430199", OTHER_HOURS.replace("HOURS", '["07:30", "11:00"]'))
    ordinary, summer = get_county(settings, "430199").work_calendar.all_hours
    assert (ordinary.first_day, ordinary.last_day) == ("01-01", "12-31")
    assert (summer.first_day, summer.last_day) == ("06-01", "09-30")


@pytest.mark.parametrize(
    "hours",
    ['["12:00", "08:00"]', '["08:00", "12:00"], ["11:00", "17:00"]', '["08:00", "08:00"]'],
)
def test_shifts_that_do_not_follow_one_another_are_refused(settings, hours):
    write_county(settings, "bad", OTHER_HOURS.replace("HOURS", hours))
    with pytest.raises(InputError, match="shifts must follow one another"):
        load_counties(settings)
