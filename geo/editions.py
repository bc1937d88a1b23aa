"""Which boundaries hold when: versions of areas, and the stretches of days between changes."""

from collections.abc import Sequence
from datetime import date

import duckdb
import polars as pl

# A version ends where the next one of the same area starts, even where its own last day is
# missing or later; what has no first day has always held.
VERSIONS = """
with delivered as (
    select
        county_code, area_level, area_code, parent_code, geometry_wkb, updated_at, batch_id,
        coalesce(valid_from_date, date '1900-01-01') as valid_from_date, valid_to_date
    from staging.stg_grid_centre__areas
    where area_level in ('community', 'town')
    union all
    select
        county_code, 'grid', grid_code, community_code, geometry_wkb, updated_at, batch_id,
        coalesce(valid_from_date, date '1900-01-01'), valid_to_date
    from staging.stg_grid_centre__grids
),

one_row_per_version as (
    select *
    from delivered
    where county_code = $county_code
    qualify row_number() over (
        partition by area_level, area_code, valid_from_date
        order by updated_at desc nulls last, batch_id desc
    ) = 1
)

select
    area_level, area_code, parent_code, geometry_wkb, valid_from_date,
    -- The last day is inclusive as delivered; from here on the end is exclusive.
    least(
        cast(valid_to_date + interval 1 day as date),
        lead(valid_from_date) over (partition by area_level, area_code order by valid_from_date)
    ) as valid_to_date
from one_row_per_version
order by area_level, area_code, valid_from_date
"""


def boundary_versions(con: duckdb.DuckDBPyConnection, county_code: str) -> pl.DataFrame:
    """One row per version of a grid, community or town as delivered.

    Columns: `area_level, area_code, parent_code, geometry_wkb` (CGCS2000 degrees, null without a
    boundary)`, valid_from_date` (1900-01-01 for what has always held)`, valid_to_date` (exclusive;
    null while it holds).
    """
    versions: pl.DataFrame = con.sql(VERSIONS, params={"county_code": county_code}).pl()
    return versions


def editions_of(versions: pl.DataFrame) -> pl.DataFrame:
    """Stretches of days on which no boundary starts or ends: `valid_from_date, valid_to_date`."""
    starts, ends = versions["valid_from_date"], versions["valid_to_date"]
    days: list[date] = sorted(set(starts) | set(ends.drop_nulls()))
    following: Sequence[date | None] = [*days[1:], None]
    editions = pl.DataFrame(
        {"valid_from_date": days, "valid_to_date": following},
        schema={"valid_from_date": pl.Date, "valid_to_date": pl.Date},
    )
    # After the last boundary has ended there is no edition.
    return editions if ends.null_count() else editions.head(-1)
