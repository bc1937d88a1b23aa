with

    followups as (select * from {{ ref("int_cases__followups") }}),

    cases as (select * from {{ ref("int_cases__located") }}),

    disputes as (select * from {{ ref("int_mediation__disputes") }}),

    applications as (select * from {{ ref("int_services__applications") }}),

    subjects as (
        select
            case_id as subject_id,
            dataset as subject_dataset,
            case_number as subject_number,
            source_id,
            county_code,
            department_code,
            grid_code,
            community_code,
            town_code
        from cases
        union all
        select
            mediation_id as subject_id,
            'mediation_cases' as subject_dataset,
            mediation_number as subject_number,
            source_id,
            county_code,
            'grid_centre' as department_code,
            grid_code,
            community_code,
            town_code
        from disputes
        union all
        select
            application_id as subject_id,
            'service_applications' as subject_dataset,
            application_number as subject_number,
            source_id,
            county_code,
            lead_department_code as department_code,
            grid_code,
            community_code,
            town_code
        from applications
    ),

    -- Where two sources use one number, a call is about one subject only: its own source's first.
    followups_with_subjects as (
        select
            followups.*,
            subjects.subject_id,
            subjects.department_code,
            subjects.grid_code,
            subjects.community_code,
            subjects.town_code
        from followups
        left join
            subjects
            on subjects.county_code = followups.county_code
            and subjects.subject_dataset = followups.subject_dataset
            and subjects.subject_number = followups.subject_number
        qualify {{ is_of_first_parent("followups", ["followup_id"], "subjects") }}
    )

select
    followup_id,
    source_id,
    county_code,
    subject_dataset,
    subject_number,
    subject_id,
    department_code,
    grid_code,
    community_code,
    town_code,
    called_at,
    satisfaction_code,
    is_valid,
    is_valid and coalesce(is_contacted, false) as is_contacted,
    is_valid and is_contacted is null as is_contact_unknown,
    is_valid and coalesce(is_solved, false) as is_solved,
    is_valid and is_solved is null as is_solution_unknown,
    is_valid and coalesce(satisfaction_code = 'satisfied', false) as is_satisfied,
    is_valid
    and coalesce(satisfaction_code = 'basically_satisfied', false) as is_basically_satisfied,
    is_valid and coalesce(satisfaction_code = 'dissatisfied', false) as is_dissatisfied,
    is_valid and satisfaction_code is null as is_satisfaction_unknown,
    case when is_valid then coalesce(satisfaction_weight, 0.0) else 0.0 end as satisfaction_weight,
    subject_id is null as is_subject_unknown,
    called_date,
    batch_id,
    source_file_id,
    source_row_number
from followups_with_subjects
