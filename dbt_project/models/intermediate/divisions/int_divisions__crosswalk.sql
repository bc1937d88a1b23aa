with

    versions as (select * from {{ ref("int_divisions__versions") }}),

    meanings as (
        select county_code, division_code, count(distinct place_id) as place_count
        from versions
        group by county_code, division_code
    ),

    newest_versions as (
        select county_code, source_id, place_id, max(valid_from_date) as valid_from_date
        from versions
        group by county_code, source_id, place_id
    ),

    newest_codes as (
        select
            versions.county_code,
            versions.source_id,
            versions.place_id,
            versions.division_code as newest_code,
            versions.division_name as newest_name
        from versions
        inner join
            newest_versions
            on newest_versions.county_code = versions.county_code
            and newest_versions.source_id = versions.source_id
            and newest_versions.place_id = versions.place_id
            and newest_versions.valid_from_date = versions.valid_from_date
    )

-- What a code meant before the first edition that is known is taken from that edition.
select
    versions.county_code,
    versions.source_id,
    versions.division_code,
    case
        when versions.first_edition_number = 1 then date '1900-01-01' else versions.valid_from_date
    end as valid_from_date,
    versions.valid_to_date,
    versions.place_id,
    versions.division_name,
    versions.division_level,
    newest_codes.newest_code,
    newest_codes.newest_name,
    meanings.place_count > 1 as is_ambiguous
from versions
inner join
    meanings
    on meanings.county_code = versions.county_code
    and meanings.division_code = versions.division_code
inner join
    newest_codes
    on newest_codes.county_code = versions.county_code
    and newest_codes.source_id = versions.source_id
    and newest_codes.place_id = versions.place_id
