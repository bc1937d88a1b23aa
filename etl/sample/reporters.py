"""Who reports cases, where they say it happened, and in which words."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from etl.sample.boundaries import SampleCounty
from etl.sample.case_kinds import REPORTER_SHARES
from etl.sample.names import STREETS
from etl.sample.people import People
from etl.sample.places import FOLDER
from etl.sample.rhythm import FIRST_DAY, LAST_DAY
from etl.sample.types import Bools, Ints

ADDRESS_SHARE = 0.85
AT_HOME_SHARE = 0.5
TELLING_SHARE = 0.35
"""Share of the reporters who say in the free text who they are."""
WEARER_SHARE = 0.08
LEAST_WEARERS = 20
WEARER_AGE = 70

REQUESTS = (
    "请派人处理。", "请尽快解决。", "多次反映未处理。", "希望有人来看看。", "影响大家生活。",
)  # fmt: skip


@dataclass(frozen=True)
class Reporters:
    """Adults with a phone who live in the county today, by the site they live at."""

    people: pl.DataFrame
    first: Ints
    """Row of the first of each site, and one past the last site's end."""
    wearers: Ints
    """Rows of the old people who wear a wristband."""
    place_names: pl.Series
    """Town and community of each site."""

    @classmethod
    def of(cls, county: SampleCounty, people: People, seed: int) -> "Reporters":
        """Find them; the wearers of wristbands are drawn by seed."""
        grown_up = pl.date(LAST_DAY.year - 20, 1, 1)
        known = people.residents.filter(
            pl.col("resident_to_date").is_null(),
            pl.col("phone").is_not_null(),
            pl.col("birth_date") < grown_up,
        ).sort("site", maintain_order=True)
        site = known["site"].to_numpy()
        old = known["birth_date"] < pl.Series([LAST_DAY.replace(year=LAST_DAY.year - WEARER_AGE)])
        settled = old & (known["resident_from_date"] < pl.Series([FIRST_DAY]))
        candidates = np.flatnonzero(settled.to_numpy())
        rng = np.random.default_rng([seed, 7])
        count = max(LEAST_WEARERS, round(len(candidates) * WEARER_SHARE))
        towns = county.places.towns.select("town_code", "town_name")
        communities = county.places.communities.select("community_code", "community_name")
        places = (
            county.grids[county.sites]
            .join(towns, on="town_code", how="left", maintain_order="left")
            .join(communities, on="community_code", how="left", maintain_order="left")
        )
        return cls(
            people=known.select("id_number", "resident_name", "phone", "address", "site"),
            first=np.searchsorted(site, np.arange(len(county.sites) + 1)),
            wearers=np.sort(rng.permutation(candidates)[:count]),
            place_names=places["town_name"] + places["community_name"],
        )

    def at(self, site: Ints, rng: np.random.Generator) -> Ints:
        """A row of `people` for each site; of the whole county where nobody lives there."""
        here = self.first[site + 1] - self.first[site]
        own = self.first[site] + np.floor(rng.random(len(site)) * here).astype(np.int64)
        anyone = rng.integers(0, len(self.people), len(site))
        return np.where(here > 0, own, anyone)


@dataclass(frozen=True)
class Words:
    """What the free text of a case can say, by category."""

    texts: pl.Series
    first: Ints
    """Row of each category's first text, and one past the last."""

    @classmethod
    def of(cls, category_codes: pl.Series) -> "Words":
        """The texts of some categories, in their order."""
        told = pl.read_csv(FOLDER / "descriptions.csv", infer_schema=False)
        order = category_codes.to_frame().with_row_index("row")
        rows = order.join(told, on="category_code", how="left", maintain_order="left_right")
        return cls(
            texts=rows["text"],
            first=np.searchsorted(rows["row"].to_numpy(), np.arange(len(order) + 1)),
        )

    def draw(self, category: Ints, rng: np.random.Generator) -> pl.Series:
        """A text for each category."""
        count = self.first[category + 1] - self.first[category]
        row = self.first[category] + np.floor(rng.random(len(category)) * count).astype(np.int64)
        return self.texts.gather(row)


def report_columns(
    reporters: Reporters,
    words: Words,
    *,
    reporter: Ints,
    category: Ints,
    site: Ints,
    channel: pl.Series,
    rng: np.random.Generator,
) -> list[pl.Series]:
    """`address`, `description`, `reporter_name` and `reporter_phone` of each case.

    What the free text tells of a person is only what stands in the case's own columns, or an
    identity number.
    """
    count = len(reporter)
    share = channel.replace_strict(REPORTER_SHARES, default=0.0, return_dtype=pl.Float64)
    is_named: Bools = rng.random(count) < share.to_numpy()
    is_at_home = is_named & (rng.random(count) < AT_HOME_SHARE)
    tells = is_named & (rng.random(count) < TELLING_SHARE)
    what = rng.integers(0, 4, count)
    street = pl.Series(STREETS).gather(rng.integers(0, len(STREETS), count))
    number = pl.Series(rng.integers(1, 260, count))
    has_address = is_at_home | (rng.random(count) < ADDRESS_SHARE)
    frame = (
        reporters.people.select("id_number", "resident_name", "phone", "address")[reporter]
        .rename({"address": "home"})
        .with_columns(
            reporters.place_names.gather(site).alias("place"),
            street.alias("street"),
            number.alias("number"),
            words.draw(category, rng).alias("text"),
            pl.Series(REQUESTS).gather(rng.integers(0, len(REQUESTS), count)).alias("request"),
            pl.Series("is_named", is_named),
            pl.Series("is_at_home", is_at_home),
            pl.Series("has_address", has_address),
            pl.Series("what", np.where(tells, what, -1)),
        )
    )
    frame = frame.with_columns(
        address=pl.when("is_at_home")
        .then("home")
        .when("has_address")
        .then(pl.format("{}{}{}号附近", "place", "street", "number"))
    )
    what_is = pl.col("what")
    personal = (
        pl.when(what_is == 0)
        .then(pl.format("联系电话{}。", "phone"))
        .when(what_is == 1)
        .then(pl.format("本人{},身份证号{}。", "resident_name", "id_number"))
        .when((what_is == 2) & pl.col("is_at_home"))
        .then(pl.format("反映人{}住在{}。", "resident_name", "home"))
        .when(what_is >= 2)
        .then(pl.format("请回电{}{}。", "resident_name", "phone"))
        .otherwise(pl.lit(""))
    )
    return frame.select(
        "address",
        description=pl.format("{}附近,{}。{}{}", "street", "text", personal, "request"),
        reporter_name=pl.when("is_named").then("resident_name"),
        reporter_phone=pl.when("is_named").then("phone"),
    ).get_columns()
