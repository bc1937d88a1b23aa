with

    applications as (select * from {{ ref("int_services__timed") }}),

    age_bands as (select * from {{ ref("age_bands") }})

-- Only the month of birth is known: a birthday is taken to be on the first of it.
select
    applications.application_id,
    applications.person_key,
    applications.source_id,
    applications.county_code,
    applications.item_code,
    applications.applicant_kind_code,
    age_bands.age_band_code,
    applications.grid_code,
    applications.community_code,
    applications.town_code,
    coalesce(applications.decision_code = 'approved', false) as is_approved,
    applications.is_decided,
    applications.submitted_date,
    applications.batch_id,
    applications.source_file_id,
    applications.source_row_number
from applications
left join
    age_bands
    on {{ holds_on("age_bands", "applications.submitted_date") }}
    and applications.submitted_date
    >= {{ add_months("applications.birth_month_date", "age_bands.age_from * 12") }}
    and (
        age_bands.age_to is null
        or applications.submitted_date
        < {{ add_months("applications.birth_month_date", "age_bands.age_to * 12") }}
    )
where applications.person_key is not null
