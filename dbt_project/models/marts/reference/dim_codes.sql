with

    codes as (
        select
            'age_bands' as code_list,
            age_band_code as code,
            age_band_name as code_name,
            age_band_name_en as code_name_en,
            valid_from_date,
            valid_to_date,
            standard_ref
        from {{ ref("age_bands") }}
        union all
        select
            'component_classes' as code_list,
            component_class_code as code,
            component_class_name as code_name,
            component_class_name_en as code_name_en,
            valid_from_date,
            valid_to_date,
            standard_ref
        from {{ ref("component_classes") }}
        union all
        select
            'coverage_services' as code_list,
            service_code as code,
            service_name as code_name,
            service_name_en as code_name_en,
            valid_from_date,
            valid_to_date,
            standard_ref
        from {{ ref("coverage_services") }}
        union all
        select
            'dispute_categories' as code_list,
            dispute_category_code as code,
            dispute_category_name as code_name,
            dispute_category_name_en as code_name_en,
            valid_from_date,
            valid_to_date,
            standard_ref
        from {{ ref("dispute_categories") }}
        union all
        select
            'event_classes' as code_list,
            event_class_code as code,
            event_class_name as code_name,
            event_class_name_en as code_name_en,
            valid_from_date,
            valid_to_date,
            standard_ref
        from {{ ref("event_classes") }}
        union all
        select
            'procedure_limits' as code_list,
            procedure_code as code,
            procedure_name as code_name,
            procedure_name_en as code_name_en,
            valid_from_date,
            valid_to_date,
            standard_ref
        from {{ ref("procedure_limits") }}
        union all
        select
            'rain_thresholds' as code_list,
            colour_code as code,
            colour_name as code_name,
            colour_name_en as code_name_en,
            valid_from_date,
            valid_to_date,
            standard_ref
        from {{ ref("rain_thresholds") }}
        union all
        select
            'service_items' as code_list,
            item_code as code,
            item_name as code_name,
            item_name_en as code_name_en,
            valid_from_date,
            valid_to_date,
            standard_ref
        from {{ ref("service_items") }}
        union all
        select
            'special_groups' as code_list,
            group_code as code,
            group_name as code_name,
            group_name_en as code_name_en,
            valid_from_date,
            valid_to_date,
            standard_ref
        from {{ ref("special_groups") }}
        union all
        select
            'visit_frequencies' as code_list,
            need_level_code as code,
            need_level_name as code_name,
            need_level_name_en as code_name_en,
            valid_from_date,
            valid_to_date,
            standard_ref
        from {{ ref("visit_frequencies") }}
    )

select
    code_list,
    code,
    code_name,
    code_name_en,
    valid_from_date,
    valid_to_date,
    valid_to_date is null as is_current,
    standard_ref
from codes
