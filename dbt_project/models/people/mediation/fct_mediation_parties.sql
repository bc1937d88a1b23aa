with

    disputes as (select * from {{ ref("int_mediation__disputes") }}),

    parties as (
        select *, 'a' as party_code, party_a_person_key as person_key
        from disputes
        union all
        select *, 'b' as party_code, party_b_person_key as person_key
        from disputes
    )

select
    mediation_id,
    party_code,
    person_key,
    source_id,
    county_code,
    dispute_category_code,
    grid_code,
    community_code,
    town_code,
    coalesce(outcome_code = 'settled', false) as is_settled,
    reported_date,
    batch_id,
    source_file_id,
    source_row_number
from parties
where person_key is not null
