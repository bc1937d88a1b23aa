with

    disputes as (select * from {{ ref("int_mediation__disputes") }}),

    -- Whoever of the two is written first, the pair is the same.
    pairs as (
        select
            mediation_id,
            county_code,
            least(party_a_person_key, party_b_person_key) as first_person_key,
            greatest(party_a_person_key, party_b_person_key) as second_person_key,
            reported_at,
            case when outcome_code = 'settled' then closed_at end as settled_at,
            as_of_at
        from disputes
        where
            party_a_person_key is not null
            and party_b_person_key is not null
            and party_a_person_key <> party_b_person_key
    ),

    settled_pairs as (
        select
            *,
            {{ add_seconds("settled_at", var("dispute_recurrence_days") ~ " * 86400.0") }}
            as watched_until_at
        from pairs
        where settled_at is not null
    )

select
    settled_pairs.mediation_id,
    settled_pairs.watched_until_at,
    settled_pairs.watched_until_at < settled_pairs.as_of_at as is_watch_over,
    min(pairs.reported_at) as again_at
from settled_pairs
left join
    pairs
    on pairs.county_code = settled_pairs.county_code
    and pairs.first_person_key = settled_pairs.first_person_key
    and pairs.second_person_key = settled_pairs.second_person_key
    and pairs.mediation_id <> settled_pairs.mediation_id
    and pairs.reported_at > settled_pairs.settled_at
    and pairs.reported_at <= settled_pairs.watched_until_at
group by settled_pairs.mediation_id, settled_pairs.watched_until_at, settled_pairs.as_of_at
