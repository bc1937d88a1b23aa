"""Which grid, community and town a place belongs to on a day."""

from datetime import date

import polars as pl
import shapely

from tests.support.recomputed.landed import Landed

ALWAYS = date(1900, 1, 1)
FOREVER = date(9999, 12, 31)
LEVELS = ("grid_code", "community_code", "town_code")


class Areas:
    """Versions of a county's grids, communities and towns, each valid on its days (inclusive)."""

    def __init__(self, landed: Landed) -> None:
        self.versions = landed.records("areas").with_columns(*_days())
        self.grids = (
            landed.records("grids").with_columns(*_days())
            if (landed.landing / "grids").exists()
            else None
        )

    def level(self, level: str) -> pl.DataFrame:
        """Versions of a level: `area_code`, `parent_code`, `population`, first and last day."""
        return self.versions.filter(pl.col("area_level") == level).select(
            "area_code", "parent_code", "population", "first", "last"
        )

    @property
    def residents(self) -> pl.DataFrame:
        """People of each area above the grid; of the county those of its towns where not said."""
        known = self.versions.select("area_level", "area_code", "population", "first", "last")
        if known.filter(pl.col("area_level") == "county").is_empty():
            towns = known.filter(pl.col("area_level") == "town")
            county = pl.DataFrame(
                {
                    "area_level": "county",
                    "area_code": None,
                    "population": towns["population"].sum(),
                    "first": ALWAYS,
                    "last": FOREVER,
                },
                schema=known.schema,
            )
            known = pl.concat([known, county])
        return known

    def placed(self, rows: pl.DataFrame, day: str) -> pl.DataFrame:
        """Rows with the grid, community and town that their codes mean on their day.

        A grid that holds says the community; else the community as written, if it holds; a
        community says the town; else the town as written, if it holds.
        """
        missing = [name for name in LEVELS if name not in rows.columns]
        numbered = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)
        numbered = numbered.with_row_index("row_number")
        if self.grids is not None:
            grids = self.grids.select("grid_code", "first", "last", in_community="community_code")
            numbered = _held(numbered, grids, "grid_code", day, "in_community")
        else:
            numbered = numbered.with_columns(in_community=pl.lit(None, pl.String))
        communities = self.level("community").rename({"area_code": "community_code"})
        towns = self.level("town").rename({"area_code": "town_code"})
        numbered = numbered.with_columns(
            grid_code=pl.when(pl.col("in_community").is_not_null()).then("grid_code"),
            community_code=pl.coalesce("in_community", "community_code"),
        ).drop("in_community")
        numbered = _held(numbered, communities, "community_code", day, "parent_code")
        return (
            numbered.with_columns(
                community_code=pl.when(pl.col("parent_code").is_not_null()).then("community_code"),
                town_code=pl.coalesce("parent_code", "town_code"),
            )
            .drop("parent_code")
            .pipe(_held, towns, "town_code", day, "parent_code")
            .with_columns(town_code=pl.when(pl.col("parent_code").is_not_null()).then("town_code"))
            .drop("parent_code", "row_number")
        )

    def holding(self, rows: pl.DataFrame, day: str) -> pl.DataFrame:
        """Rows with the area of the lowest level that has boundaries and holds their point.

        That is the grid, or the town in a county without grids: the lowest code of those valid on
        the day that hold or touch the point, null where none does; the others follow from it.
        """
        level = "town_code" if self.grids is None else "grid_code"
        versions = self._towns() if self.grids is None else self.grids
        drawn = versions.filter(pl.col("geometry_wkb").is_not_null())
        polygons = shapely.STRtree(shapely.from_wkb(drawn["geometry_wkb"].to_list()))
        points = shapely.points(rows["longitude"].to_numpy(), rows["latitude"].to_numpy())
        row_numbers, polygon_numbers = polygons.query(points, predicate="intersects")
        found = (
            drawn[polygon_numbers]
            .select(level, "first", "last")
            .with_columns(
                pl.Series("row_number", row_numbers, pl.UInt32), rows[row_numbers][day].alias("day")
            )
        )
        found = (
            found.filter(pl.col("day").is_between("first", "last"))
            .group_by("row_number")
            .agg(pl.col(level).min())
        )
        return self.placed(
            rows.drop(*LEVELS)
            .with_row_index("row_number")
            .join(found, on="row_number", how="left")
            .drop("row_number"),
            day,
        )

    def _towns(self) -> pl.DataFrame:
        towns = self.versions.filter(pl.col("area_level") == "town")
        return towns.with_columns(town_code=pl.col("area_code"))


def _days() -> list[pl.Expr]:
    return [
        pl.col("valid_from_date").fill_null(ALWAYS).alias("first"),
        pl.col("valid_to_date").fill_null(FOREVER).alias("last"),
    ]


def _held(
    rows: pl.DataFrame, versions: pl.DataFrame, code: str, day: str, take: str
) -> pl.DataFrame:
    """Rows with a column of the version of their code that holds on their day, else null."""
    found = (
        rows.select("row_number", code, day)
        .join(versions.select(code, "first", "last", take), on=code)
        .filter(pl.col(day).is_between("first", "last"))
        .select("row_number", take)
    )
    return rows.join(found, on="row_number", how="left", validate="1:1", maintain_order="left")
