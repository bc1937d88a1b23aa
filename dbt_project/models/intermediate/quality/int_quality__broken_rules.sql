-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_service_applications") }}
union all
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_service_approval_steps") }}
union all
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_special_group_roll") }}
union all
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_special_group_visits") }}
union all
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_council_votes") }}
union all
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_grid_workers") }}
union all
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_mediation_cases") }}
union all
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_mediation_steps") }}
union all
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_volunteer_services") }}
union all
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_service_coverage") }}
union all
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_wristband_alerts") }}
union all
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_rain_observations") }}
union all
select dataset, rule, severity, county_code, source_id, record_key, batch_id, source_row_number
from {{ ref("int_quality__broken_warning_actions") }}
