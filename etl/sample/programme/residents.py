"""Who lives where on a day, and the codes of a place on that day."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.sample.boundaries import FIRST_DAY_AFTER_SPLIT, SampleCounty
from etl.sample.people import People
from etl.sample.programme.writing import seconds_from
from etl.sample.timeline import DAY, seconds_of
from etl.sample.types import Bools, Floats, Ints

YEAR = 365.25 * DAY
TRIES = 12


def codes_on(county: SampleCounty, site: Ints, seconds: Floats) -> pl.DataFrame:
    """grid_code, community_code and town_code of each site, as valid at each time."""
    after = seconds >= seconds_of(FIRST_DAY_AFTER_SPLIT)
    version = np.where(after, county.sites[site], county.before_split[site])
    return county.grids[version].select("grid_code", "community_code", "town_code")


@dataclass(frozen=True)
class Roster:
    """Residents in order of their site, with times in seconds.

    `to`: start of the last day of residence, infinite for who still lives there. Residents of
    site s stand from `starts[s]` to `starts[s + 1]`.
    """

    residents: pl.DataFrame
    site: Ints
    starts: Ints
    birth: Floats
    since: Floats
    to: Floats

    @classmethod
    def of(cls, people: People, site_count: int) -> "Roster":
        """Put everybody in order."""
        residents = people.residents.sort("site", maintain_order=True)
        site = residents["site"].to_numpy().astype(np.int64)
        to = seconds_from(residents["resident_to_date"])
        return cls(
            residents=residents,
            site=site,
            starts=np.searchsorted(site, np.arange(site_count + 1)),
            birth=seconds_from(residents["birth_date"]),
            since=seconds_from(residents["resident_from_date"]),
            to=np.where(np.isnan(to), np.inf, to),
        )

    def lived(self, row: Ints, at: Floats) -> Bools:
        """Whether each person lived in the county at each time."""
        return np.asarray((self.since[row] <= at) & (at < self.to[row] + DAY))

    def age(self, row: Ints, at: Floats) -> Floats:
        """Years of age of each person at each time."""
        return np.asarray((at - self.birth[row]) / YEAR)

    def pick(self, site: Ints, at: Floats, rng: np.random.Generator, *, adult: bool = True) -> Ints:
        """Row of someone who lives at each site at each time; of a neighbouring site where nobody
        suits.
        """
        row = np.zeros(len(site), dtype=np.int64)
        open_ = np.arange(len(site))
        for attempt in range(TRIES):
            # Later tries look further away, in sites of the next numbers.
            near = np.clip(site[open_] + (attempt // 4) * rng.integers(-2, 3, len(open_)), 0, None)
            near = np.minimum(near, len(self.starts) - 2)
            first, end = self.starts[near], self.starts[near + 1]
            found = first + np.floor((end - first) * rng.random(len(open_))).astype(np.int64)
            row[open_] = np.minimum(found, len(self.site) - 1)
            suits = (end > first) & self._suits(row[open_], at[open_], adult=adult)
            open_ = open_[~suits]
            if not len(open_):
                return row
        always = np.flatnonzero(
            self._suits(np.arange(len(self.site)), np.full(len(self.site), at.min()), adult=adult)
            & np.isinf(self.to)
        )
        row[open_] = always[rng.integers(0, len(always), len(open_))]
        return row

    def _suits(self, row: Ints, at: Floats, *, adult: bool) -> Bools:
        return np.asarray(self.lived(row, at) & (~np.array(adult) | (self.age(row, at) >= 18)))
