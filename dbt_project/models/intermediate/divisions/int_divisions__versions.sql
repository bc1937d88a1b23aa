{{ config(materialized="table") }}

with

    divisions as (select * from {{ ref("int_divisions__named") }}),

    lists_and_editions as (select distinct county_code, source_id, edition_date from divisions),

    numbered_editions as (
        select
            county_code,
            source_id,
            edition_date,
            row_number() over (
                partition by county_code, source_id order by edition_date
            ) as edition_number,
            lead(edition_date) over (
                partition by county_code, source_id order by edition_date
            ) as next_edition_date
        from lists_and_editions
    ),

    numbered as (
        select divisions.*, numbered_editions.edition_number, numbered_editions.next_edition_date
        from divisions
        inner join
            numbered_editions
            on numbered_editions.county_code = divisions.county_code
            and numbered_editions.source_id = divisions.source_id
            and numbered_editions.edition_date = divisions.edition_date
    ),

    compared as (
        select
            numbered.*,
            case
                when
                    lag(edition_number) over (
                        partition by county_code, source_id, place_id order by edition_number
                    )
                    = edition_number - 1
                    and lag(division_code) over (
                        partition by county_code, source_id, place_id order by edition_number
                    )
                    = division_code
                    and lag(division_name) over (
                        partition by county_code, source_id, place_id order by edition_number
                    )
                    = division_name
                then 0
                else 1
            end as begins_version
        from numbered
    ),

    versioned as (
        select
            compared.*,
            sum(begins_version) over (
                partition by county_code, source_id, place_id
                order by edition_number
                rows between unbounded preceding and current row
            ) as version_number
        from compared
    ),

    spells as (
        select
            county_code,
            source_id,
            place_id,
            version_number,
            min(division_code) as division_code,
            min(division_name) as division_name,
            min(division_level) as division_level,
            max_by(parent_code, edition_number) as parent_code,
            max_by(standard_ref, edition_number) as standard_ref,
            min(edition_number) as first_edition_number,
            max(edition_number) as last_edition_number,
            min(edition_date) as valid_from_date
        from versioned
        group by county_code, source_id, place_id, version_number
    ),

    versions as (
        select spells.*, numbered_editions.next_edition_date as valid_to_date
        from spells
        inner join
            numbered_editions
            on numbered_editions.county_code = spells.county_code
            and numbered_editions.source_id = spells.source_id
            and numbered_editions.edition_number = spells.last_edition_number
    ),

    first_meanings as (
        select
            county_code,
            source_id,
            division_code,
            place_id,
            min(first_edition_number) as first_edition_number
        from versions
        group by county_code, source_id, division_code, place_id
    ),

    versions_whose_code_meant_another_place as (
        select distinct
            versions.county_code, versions.source_id, versions.place_id, versions.version_number
        from versions
        inner join
            first_meanings
            on first_meanings.county_code = versions.county_code
            and first_meanings.source_id = versions.source_id
            and first_meanings.division_code = versions.division_code
            and first_meanings.place_id <> versions.place_id
            and first_meanings.first_edition_number < versions.first_edition_number
    ),

    versions_and_the_one_before as (
        select
            versions.*,
            lag(division_code) over (
                partition by county_code, source_id, place_id order by version_number
            ) as previous_code,
            lag(division_name) over (
                partition by county_code, source_id, place_id order by version_number
            ) as previous_name
        from versions
    ),

    begun as (
        select
            versions_and_the_one_before.*,
            case
                when versions_and_the_one_before.first_edition_number = 1
                then 'same'
                when
                    versions_whose_code_meant_another_place.place_id is not null
                    and coalesce(versions_and_the_one_before.previous_code, '')
                    <> versions_and_the_one_before.division_code
                then 'code_reused'
                when versions_and_the_one_before.previous_code is null
                then 'new'
                when
                    versions_and_the_one_before.previous_code
                    <> versions_and_the_one_before.division_code
                then 'recoded'
                when
                    versions_and_the_one_before.previous_name
                    <> versions_and_the_one_before.division_name
                then 'renamed'
                else 'new'
            end as change_kind
        from versions_and_the_one_before
        left join
            versions_whose_code_meant_another_place
            on versions_whose_code_meant_another_place.county_code
            = versions_and_the_one_before.county_code
            and versions_whose_code_meant_another_place.source_id
            = versions_and_the_one_before.source_id
            and versions_whose_code_meant_another_place.place_id
            = versions_and_the_one_before.place_id
            and versions_whose_code_meant_another_place.version_number
            = versions_and_the_one_before.version_number
    )

select
    county_code,
    source_id,
    place_id,
    division_code,
    division_name,
    division_level,
    parent_code,
    valid_from_date,
    valid_to_date,
    previous_code,
    previous_name,
    change_kind,
    case
        when valid_to_date is null
        then null
        when
            lead(valid_from_date) over (
                partition by county_code, source_id, place_id order by version_number
            )
            = valid_to_date
        then
            lead(change_kind) over (
                partition by county_code, source_id, place_id order by version_number
            )
        else 'ended'
    end as end_kind,
    first_edition_number,
    standard_ref
from begun
