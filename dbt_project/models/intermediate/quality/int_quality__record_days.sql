-- Generated from etl/contracts by `python -m etl.reference`; do not edit.
-- fmt: off
{{ config(materialized="table") }}

with

counties as (select * from {{ ref("stg_ops__counties") }})

select
    'service_applications' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.submitted_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.submitted_at, coalesce(records.updated_at, records.submitted_at)), records.received_at)) as newest_record_at
from {{ ref("stg_civil_affairs__service_applications") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.submitted_at", "counties.time_zone") }}
union all
select
    'service_approval_steps' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.started_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.started_at, coalesce(records.updated_at, records.started_at)), records.received_at)) as newest_record_at
from {{ ref("stg_civil_affairs__service_approval_steps") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.started_at", "counties.time_zone") }}
union all
select
    'special_group_roll' as dataset,
    records.county_code,
    records.batch_id,
    records.roll_from_date as record_date,
    count(*) as record_count,
    max(least(greatest({{ instant_of("cast(records.roll_from_date as timestamp)", "counties.time_zone") }}, coalesce(records.updated_at, {{ instant_of("cast(records.roll_from_date as timestamp)", "counties.time_zone") }})), records.received_at)) as newest_record_at
from {{ ref("stg_civil_affairs__special_group_roll") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, records.roll_from_date
union all
select
    'special_group_visits' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.visited_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.visited_at, coalesce(records.updated_at, records.visited_at)), records.received_at)) as newest_record_at
from {{ ref("stg_civil_affairs__special_group_visits") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.visited_at", "counties.time_zone") }}
union all
select
    'areas' as dataset,
    records.county_code,
    records.batch_id,
    cast(null as date) as record_date,
    count(*) as record_count,
    max(least(coalesce(records.updated_at, cast(null as timestamp with time zone)), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__areas") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, cast(null as date)
union all
select
    'council_proposals' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.proposed_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.proposed_at, coalesce(records.updated_at, records.proposed_at)), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__council_proposals") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.proposed_at", "counties.time_zone") }}
union all
select
    'council_votes' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.voted_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.voted_at, coalesce(records.updated_at, records.voted_at)), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__council_votes") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.voted_at", "counties.time_zone") }}
union all
select
    'divisions' as dataset,
    records.county_code,
    records.batch_id,
    records.edition_date as record_date,
    count(*) as record_count,
    max(least(greatest({{ instant_of("cast(records.edition_date as timestamp)", "counties.time_zone") }}, coalesce(records.updated_at, {{ instant_of("cast(records.edition_date as timestamp)", "counties.time_zone") }})), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__divisions") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, records.edition_date
union all
select
    'followups' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.called_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.called_at, coalesce(records.updated_at, records.called_at)), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__followups") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.called_at", "counties.time_zone") }}
union all
select
    'grid_events' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.reported_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.reported_at, coalesce(records.updated_at, records.reported_at)), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__grid_events") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.reported_at", "counties.time_zone") }}
union all
select
    'grid_workers' as dataset,
    records.county_code,
    records.batch_id,
    records.assigned_from_date as record_date,
    count(*) as record_count,
    max(least(greatest({{ instant_of("cast(records.assigned_from_date as timestamp)", "counties.time_zone") }}, coalesce(records.updated_at, {{ instant_of("cast(records.assigned_from_date as timestamp)", "counties.time_zone") }})), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__grid_workers") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, records.assigned_from_date
union all
select
    'grids' as dataset,
    records.county_code,
    records.batch_id,
    cast(null as date) as record_date,
    count(*) as record_count,
    max(least(coalesce(records.updated_at, cast(null as timestamp with time zone)), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__grids") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, cast(null as date)
union all
select
    'mediation_cases' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.reported_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.reported_at, coalesce(records.updated_at, records.reported_at)), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__mediation_cases") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.reported_at", "counties.time_zone") }}
union all
select
    'mediation_steps' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.level_received_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.level_received_at, coalesce(records.updated_at, records.level_received_at)), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__mediation_steps") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.level_received_at", "counties.time_zone") }}
union all
select
    'user_actions' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.acted_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.acted_at, coalesce(records.updated_at, records.acted_at)), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__user_actions") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.acted_at", "counties.time_zone") }}
union all
select
    'volunteer_services' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.started_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.started_at, coalesce(records.updated_at, records.started_at)), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__volunteer_services") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.started_at", "counties.time_zone") }}
union all
select
    'volunteers' as dataset,
    records.county_code,
    records.batch_id,
    records.registered_date as record_date,
    count(*) as record_count,
    max(least(greatest({{ instant_of("cast(records.registered_date as timestamp)", "counties.time_zone") }}, coalesce(records.updated_at, {{ instant_of("cast(records.registered_date as timestamp)", "counties.time_zone") }})), records.received_at)) as newest_record_at
from {{ ref("stg_grid_centre__volunteers") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, records.registered_date
union all
select
    'health_followups' as dataset,
    records.county_code,
    records.batch_id,
    cast(null as date) as record_date,
    count(*) as record_count,
    max(least(coalesce(records.updated_at, cast(null as timestamp with time zone)), records.received_at)) as newest_record_at
from {{ ref("stg_health__health_followups") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, cast(null as date)
union all
select
    'service_coverage' as dataset,
    records.county_code,
    records.batch_id,
    records.covered_from_date as record_date,
    count(*) as record_count,
    max(least(greatest({{ instant_of("cast(records.covered_from_date as timestamp)", "counties.time_zone") }}, coalesce(records.updated_at, {{ instant_of("cast(records.covered_from_date as timestamp)", "counties.time_zone") }})), records.received_at)) as newest_record_at
from {{ ref("stg_health__service_coverage") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, records.covered_from_date
union all
select
    'wristband_alerts' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.reported_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.reported_at, coalesce(records.updated_at, records.reported_at)), records.received_at)) as newest_record_at
from {{ ref("stg_health__wristband_alerts") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.reported_at", "counties.time_zone") }}
union all
select
    'police_incidents' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.reported_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.reported_at, coalesce(records.updated_at, records.reported_at)), records.received_at)) as newest_record_at
from {{ ref("stg_public_security__police_incidents") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.reported_at", "counties.time_zone") }}
union all
select
    'residents' as dataset,
    records.county_code,
    records.batch_id,
    records.resident_from_date as record_date,
    count(*) as record_count,
    max(least(greatest({{ instant_of("cast(records.resident_from_date as timestamp)", "counties.time_zone") }}, coalesce(records.updated_at, {{ instant_of("cast(records.resident_from_date as timestamp)", "counties.time_zone") }})), records.received_at)) as newest_record_at
from {{ ref("stg_public_security__residents") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, records.resident_from_date
union all
select
    'city_cases' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.reported_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.reported_at, coalesce(records.updated_at, records.reported_at)), records.received_at)) as newest_record_at
from {{ ref("stg_urban_management__city_cases") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.reported_at", "counties.time_zone") }}
union all
select
    'device_alerts' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.reported_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.reported_at, coalesce(records.updated_at, records.reported_at)), records.received_at)) as newest_record_at
from {{ ref("stg_urban_management__device_alerts") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.reported_at", "counties.time_zone") }}
union all
select
    'waste_inspections' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.inspected_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.inspected_at, coalesce(records.updated_at, records.inspected_at)), records.received_at)) as newest_record_at
from {{ ref("stg_urban_management__waste_inspections") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.inspected_at", "counties.time_zone") }}
union all
select
    'flood_history' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.flooded_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.flooded_at, coalesce(records.updated_at, records.flooded_at)), records.received_at)) as newest_record_at
from {{ ref("stg_weather__flood_history") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.flooded_at", "counties.time_zone") }}
union all
select
    'households' as dataset,
    records.county_code,
    records.batch_id,
    cast(null as date) as record_date,
    count(*) as record_count,
    max(least(coalesce(records.updated_at, cast(null as timestamp with time zone)), records.received_at)) as newest_record_at
from {{ ref("stg_weather__households") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, cast(null as date)
union all
select
    'rain_forecasts' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.issued_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.issued_at, coalesce(records.updated_at, records.issued_at)), records.received_at)) as newest_record_at
from {{ ref("stg_weather__rain_forecasts") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.issued_at", "counties.time_zone") }}
union all
select
    'rain_gauges' as dataset,
    records.county_code,
    records.batch_id,
    cast(null as date) as record_date,
    count(*) as record_count,
    max(least(coalesce(records.updated_at, cast(null as timestamp with time zone)), records.received_at)) as newest_record_at
from {{ ref("stg_weather__rain_gauges") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, cast(null as date)
union all
select
    'rain_observations' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.observed_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.observed_at, coalesce(records.updated_at, records.observed_at)), records.received_at)) as newest_record_at
from {{ ref("stg_weather__rain_observations") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.observed_at", "counties.time_zone") }}
union all
select
    'rain_warnings' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.issued_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.issued_at, coalesce(records.updated_at, records.issued_at)), records.received_at)) as newest_record_at
from {{ ref("stg_weather__rain_warnings") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.issued_at", "counties.time_zone") }}
union all
select
    'warning_actions' as dataset,
    records.county_code,
    records.batch_id,
    {{ local_date("records.notified_at", "counties.time_zone") }} as record_date,
    count(*) as record_count,
    max(least(greatest(records.notified_at, coalesce(records.updated_at, records.notified_at)), records.received_at)) as newest_record_at
from {{ ref("stg_weather__warning_actions") }} as records
inner join counties on counties.county_code = records.county_code
group by records.county_code, records.batch_id, {{ local_date("records.notified_at", "counties.time_zone") }}
