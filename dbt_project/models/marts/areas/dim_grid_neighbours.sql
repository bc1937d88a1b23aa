with

    counties as (select * from {{ ref("int_counties__as_of") }}),

    grids as (select * from {{ ref("dim_grids") }}),

    neighbours as (select * from {{ ref("stg_geo__grid_neighbours") }}),

    -- What was found on the last day on which a border changed holds until today.
    days_of_today as (
        select neighbours.county_code, max(neighbours.valid_on) as valid_on
        from neighbours
        inner join counties on counties.county_code = neighbours.county_code
        where neighbours.valid_on <= counties.as_of_date
        group by neighbours.county_code
    ),

    -- After the last grid has ended there is no neighbour any more.
    current_grids as (select * from grids where is_current)

select
    neighbours.county_code,
    neighbours.grid_code,
    neighbours.neighbour_code,
    neighbours.contact_code,
    neighbours.shared_m
from neighbours
inner join
    days_of_today
    on days_of_today.county_code = neighbours.county_code
    and days_of_today.valid_on = neighbours.valid_on
inner join
    current_grids
    on current_grids.county_code = neighbours.county_code
    and current_grids.grid_code = neighbours.grid_code
inner join
    current_grids as current_neighbours
    on current_neighbours.county_code = neighbours.county_code
    and current_neighbours.grid_code = neighbours.neighbour_code
