"""Residents and households of the sample: families, with births, deaths and moves in the period."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
import shapely

from etl.sample.boundaries import SampleCounty
from etl.sample.names import addresses, draw_surnames, full_names, identity_numbers, phones
from etl.sample.places import RIVER, to_km
from etl.sample.points import Ground
from etl.sample.rhythm import FIRST_DAY, LAST_DAY
from etl.sample.scales import PEOPLE_SHARE, Scale
from etl.sample.types import Bools, Floats, Ints

EARLIEST_RESIDENCE = date(1990, 1, 1)
MOVED_IN_SHARE = 0.035
MOVED_OUT_SHARE = 0.035
LATE_ELDER_SHARE = 0.058
JOINED_SHARE = 0.02
OTHER_REASON_SHARE = 0.03
TEMPORARY_SHARE = 0.06
LOW_GROUND_KM, LOW_GROUND_ABOVE_RIVER_M = 2.0, 8.0
LEAST_LOW_GROUND = 24

HEAD, SPOUSE, CHILD, SECOND_CHILD, ELDER, SECOND_ELDER, LATE_ELDER = range(7)

# Kinds of household: share, age of the head from and to, who lives there.
KINDS: tuple[tuple[float, int, int, tuple[int, ...]], ...] = (
    (0.10, 21, 46, (HEAD,)),
    (0.06, 63, 92, (HEAD,)),
    (0.09, 24, 42, (HEAD, SPOUSE)),
    (0.13, 56, 86, (HEAD, SPOUSE)),
    (0.20, 27, 58, (HEAD, SPOUSE, CHILD)),
    (0.17, 28, 55, (HEAD, SPOUSE, CHILD, SECOND_CHILD)),
    (0.04, 30, 56, (HEAD, CHILD)),
    (0.10, 28, 54, (HEAD, SPOUSE, CHILD, ELDER)),
    (0.11, 28, 52, (HEAD, SPOUSE, CHILD, SECOND_CHILD, ELDER, SECOND_ELDER)),
)


@dataclass(frozen=True)
class People:
    """Everybody who lived in the county in the period, as of its last day.

    `residents`: one row per person: id_number, resident_name, phone (null for children and some
    old people), address, household_code, site (row of `county.sites`), grid_code, community_code,
    town_code, birth_date, sex_code, residence_kind_code, resident_from_date, resident_to_date
    (last day, null = still), leave_reason_code.
    `households`: one row per household: household_code, head_name, phone, address, site, grid_code,
    community_code, town_code, longitude, latitude, elevation_m, is_low_ground, resident_count
    (today), valid_from_date, valid_to_date (last day, null = still).
    """

    residents: pl.DataFrame
    households: pl.DataFrame


@dataclass(frozen=True)
class _Households:
    """Households before their members are; days are counted from the epoch."""

    site: Ints
    kind: Ints
    head_age: Floats
    moved_in: Ints
    """Day the whole household came; the first day of all where it was always there."""
    moved_out: Ints
    """Its last day, or `_STILL`."""
    has_late_elder: Bools


_STILL = np.iinfo(np.int64).max


def _day(one: date) -> int:
    return (one - date(1970, 1, 1)).days


def make_people(county: SampleCounty, *, scale: Scale, seed: int) -> People:
    """Draw the residents of a county; the same scale and seed give the same people."""
    rng = np.random.default_rng([seed, 6])
    households = _draw_households(county, PEOPLE_SHARE[scale], rng)
    places = _places_of_sites(county)
    is_urban = places["is_urban"].gather(households.site).to_numpy()
    address = addresses(places["place_name"].gather(households.site), is_urban, rng)
    code = "HH" + pl.Series(np.arange(1, len(households.site) + 1)).cast(pl.String).str.zfill(8)
    residents = _draw_residents(households, seed, rng)
    own = residents["household"]
    residents = residents.with_columns(
        code.gather(own).alias("household_code"),
        address.gather(own).alias("address"),
        pl.Series("site", households.site).gather(own),
    )
    codes = ("grid_code", "community_code", "town_code")
    residents = residents.with_columns(places[name].gather(residents["site"]) for name in codes)
    in_household = residents.group_by("household", maintain_order=True).agg(
        head_name=pl.col("resident_name").first(),
        phone=pl.col("phone").first(),
        resident_count=pl.col("resident_to_date").is_null().sum().cast(pl.Int64),
        valid_from_date=pl.col("resident_from_date").min(),
        last=pl.col("resident_to_date").max(),
    )
    built = pl.DataFrame(
        {"household_code": code, "address": address, "site": households.site}
    ).with_columns(places[name].gather(households.site) for name in codes)
    built = pl.concat(
        [built, in_household.drop("household", "last"), _ground(county, households.site, rng)],
        how="horizontal",
    ).with_columns(valid_to_date=pl.when(pl.col("resident_count") == 0).then(in_household["last"]))
    return People(
        residents=residents.select(
            *("id_number", "resident_name", "phone", "address", "household_code", "site"),
            *(*codes, "birth_date", "sex_code", "residence_kind_code"),
            *("resident_from_date", "resident_to_date", "leave_reason_code"),
        ),
        households=built.select(
            *("household_code", "head_name", "phone", "address", "site", *codes),
            *("longitude", "latitude", "elevation_m", "is_low_ground", "resident_count"),
            *("valid_from_date", "valid_to_date"),
        ),
    )


def _places_of_sites(county: SampleCounty) -> pl.DataFrame:
    """Codes and names of the grids of today, in the order of `county.sites`."""
    towns = county.places.towns.select("town_code", "town_name", "is_urban")
    communities = county.places.communities.select("community_code", "community_name")
    return (
        county.grids[county.sites]
        .join(towns, on="town_code", how="left", maintain_order="left")
        .join(communities, on="community_code", how="left", maintain_order="left")
        .with_columns(place_name=pl.col("town_name") + pl.col("community_name"))
    )


def _draw_households(county: SampleCounty, share: float, rng: np.random.Generator) -> _Households:
    """As many households per grid as hold its listed residents, and those that left."""
    wanted = np.round(county.grids["population"].to_numpy()[county.sites] * share).astype(np.int64)
    shares = np.array([kind[0] for kind in KINDS])
    sizes = np.array([len(kind[3]) for kind in KINDS])
    mean = float(shares @ sizes)
    drawn = np.ceil(wanted / mean * 1.25).astype(np.int64) + 6
    site = np.repeat(np.arange(len(wanted)), drawn)
    kind = rng.choice(len(KINDS), len(site), p=shares / shares.sum())
    is_gone = rng.random(len(site)) < MOVED_OUT_SHARE
    counted = np.where(is_gone, 0, sizes[kind])
    before = np.cumsum(counted) - counted
    first = np.searchsorted(site, np.arange(len(wanted)))
    # The last household is the one that comes nearest.
    kept = before - before[first][site] + counted / 2 <= wanted[site]
    site, kind, is_gone = site[kept], kind[kept], is_gone[kept]
    count = len(site)
    youngest, oldest = (np.array([one[place] for one in KINDS])[kind] for place in (1, 2))
    start, end = _day(FIRST_DAY), _day(LAST_DAY)
    has_come = ~is_gone & (rng.random(count) < MOVED_IN_SHARE)
    return _Households(
        site=site,
        kind=kind,
        head_age=rng.uniform(youngest, oldest),
        moved_in=np.where(has_come, rng.integers(start, end + 1, count), _day(EARLIEST_RESIDENCE)),
        moved_out=np.where(is_gone, rng.integers(start, end, count), _STILL),
        has_late_elder=~is_gone & ~has_come & (rng.random(count) < LATE_ELDER_SHARE),
    )


def _draw_residents(households: _Households, seed: int, rng: np.random.Generator) -> pl.DataFrame:
    """Members of the households, household by household, the head first."""
    lives_there = np.zeros((len(KINDS), LATE_ELDER + 1), dtype=bool)
    for number, kind in enumerate(KINDS):
        lives_there[number, list(kind[3])] = True
    present = lives_there[households.kind]
    present[:, LATE_ELDER] = households.has_late_elder
    household, role = np.nonzero(present)
    count = len(household)
    is_male = rng.random(count) < 0.512
    head_is_male = (rng.random(len(households.site)) < 0.72)[household]
    is_male = np.where(role == HEAD, head_is_male, is_male)
    is_male = np.where(role == SPOUSE, ~head_is_male, is_male)
    is_male = np.where(role == ELDER, True, np.where(role == SECOND_ELDER, False, is_male))
    birth = _birth_days(households, household, role, rng)
    came, left, reason = _residence(households, household, role, birth, rng)
    own_surname = draw_surnames(count, rng)
    family = draw_surnames(len(households.site), rng)[household]
    has_own = (role == SPOUSE) | (role == SECOND_ELDER)
    age = (_day(LAST_DAY) - birth) / 365.25
    has_phone = (rng.random(count) < 0.93) & (age >= 12) & ~((age > 75) & (rng.random(count) < 0.4))
    is_temporary = rng.random(len(households.site)) < np.where(
        households.moved_in >= _day(FIRST_DAY), 0.7, TEMPORARY_SHARE
    )
    birth_date = _dates(birth)
    return pl.DataFrame(
        {
            "household": household,
            "id_number": identity_numbers(birth_date, is_male),
            "resident_name": full_names(np.where(has_own, own_surname, family), is_male, rng),
            "phone": pl.select(
                pl.when(pl.Series(has_phone | (role == HEAD))).then(phones(np.arange(count), seed))
            ).to_series(),
            "birth_date": birth_date,
            "sex_code": pl.Series(["female", "male"]).gather(is_male.astype(np.int64)),
            "residence_kind_code": pl.Series(["registered", "temporary"]).gather(
                is_temporary[household].astype(np.int64)
            ),
            "resident_from_date": _dates(came),
            "resident_to_date": _dates(left),
            "leave_reason_code": pl.Series(["moved", "died", "other", None]).gather(reason),
        }
    )


def _birth_days(
    households: _Households, household: Ints, role: Ints, rng: np.random.Generator
) -> Ints:
    """Days of birth that make a family; who moved away was born before the period."""
    count = len(household)
    head_age = households.head_age[household]
    age = head_age.copy()
    spouse_age = head_age + rng.normal(-0.5, 3, count)
    # Limits are blurred, or many would be born on one day.
    age = np.where(role == SPOUSE, np.maximum(rng.uniform(20, 24, count), spouse_age), age)
    is_child = (role == CHILD) | (role == SECOND_CHILD)
    gap = rng.uniform(21, 33, count) + np.where(role == SECOND_CHILD, 4.0, 0.0)
    child_age = head_age - gap
    infant = rng.uniform(0, 6, count)
    age = np.where(is_child, np.where(child_age < 0, infant, child_age), age)
    is_elder = (role == ELDER) | (role == SECOND_ELDER)
    age = np.where(is_elder, head_age + rng.uniform(21, 32, count), age)
    age = np.where(role == LATE_ELDER, 102 - rng.gamma(6, 3.8, count), age)
    is_gone = households.moved_out[household] != _STILL
    age = np.where(is_gone, age + 3.1, age)
    return np.asarray(_day(LAST_DAY) - np.floor(age * 365.25).astype(np.int64))


def _residence(
    households: _Households,
    household: Ints,
    role: Ints,
    birth: Ints,
    rng: np.random.Generator,
) -> tuple[Ints, Ints, Ints]:
    """First and last day of residence, and the row number of the reason why it ended."""
    count = len(household)
    start, end = _day(FIRST_DAY), _day(LAST_DAY)
    earliest = np.maximum(birth, _day(EARLIEST_RESIDENCE))
    later = earliest + np.floor(np.maximum(0, start - 1 - earliest) * rng.random(count))
    came = np.where(rng.random(count) < 0.65, earliest, later.astype(np.int64))
    joined = (role == SPOUSE) & (rng.random(count) < JOINED_SHARE)
    joined &= households.moved_out[household] == _STILL
    came = np.where(joined, rng.integers(start, end + 1, count), came)
    moved_in = households.moved_in[household]
    came = np.where(moved_in >= start, np.maximum(moved_in, birth), came)
    left = households.moved_out[household].copy()
    died = role == LATE_ELDER
    left = np.where(died, rng.integers(start, end, count), left)
    is_other = rng.random(count) < OTHER_REASON_SHARE
    reason = np.where(died, 1, np.where(left == _STILL, 3, np.where(is_other, 2, 0)))
    return came.astype(np.int64), left, reason


def _dates(days: Ints) -> pl.Series:
    known = pl.Series(np.where(days == _STILL, 0, days)).cast(pl.Int32).cast(pl.Date)
    return pl.select(pl.when(pl.Series(days != _STILL)).then(known)).to_series()


def _ground(county: SampleCounty, site: Ints, rng: np.random.Generator) -> pl.DataFrame:
    """Where the houses stand and how high: low along the river, which falls from east to west."""
    point = Ground.of(county).draw(site, np.zeros(len(site), dtype=bool), rng)
    km = to_km(point)
    river = shapely.LineString(to_km(np.array(RIVER)))
    away = shapely.distance(river, shapely.points(km))
    along = shapely.line_locate_point(river, shapely.points(km)) / river.length
    water = 110 - 65 * along
    hills = np.abs(np.sin(1.7 * km[:, 0]) * np.cos(1.3 * km[:, 1]))
    above = 2 + 2.5 * away**1.5 + 6 * hills * np.minimum(away, 3.0) + rng.exponential(3, len(site))
    is_low = (away < LOW_GROUND_KM) & (above < LOW_GROUND_ABOVE_RIVER_M)
    # Even a town away from the river has its hollows.
    is_low[np.argsort(above, kind="stable")[:LEAST_LOW_GROUND]] = True
    return pl.DataFrame(
        {
            "longitude": point[:, 0],
            "latitude": point[:, 1],
            "elevation_m": np.round(water + above, 1),
            "is_low_ground": is_low,
        }
    )
