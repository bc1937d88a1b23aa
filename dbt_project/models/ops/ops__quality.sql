{{ config(alias="quality") }}

with

    batches as (select * from {{ ref("stg_ops__batches") }}),

    batch_rules as (select * from {{ ref("stg_ops__batch_rules") }}),

    refusals as (select * from {{ ref("stg_ops__refusals") }}),

    rules as (select * from {{ ref("int_quality__rules") }}),

    record_days as (select * from {{ ref("int_quality__record_days") }}),

    broken_rules as (select * from {{ ref("int_quality__broken_rules") }}),

    -- A reason counts though the ledger does not name it as a check, as in an older batch.
    rules_judged_on_load as (
        select dataset, batch_id, rule
        from batch_rules
        union
        select dataset, batch_id, reason as rule
        from refusals
    ),

    judged_on_load as (
        select
            rules_judged_on_load.dataset,
            rules_judged_on_load.batch_id,
            rules_judged_on_load.rule,
            'load' as judged_on,
            'error' as severity,
            batches.rows_read as checked_count,
            coalesce(refusals.row_count, 0) as failed_count
        from rules_judged_on_load
        inner join
            batches
            on batches.dataset = rules_judged_on_load.dataset
            and batches.batch_id = rules_judged_on_load.batch_id
        left join
            refusals
            on refusals.dataset = rules_judged_on_load.dataset
            and refusals.batch_id = rules_judged_on_load.batch_id
            and refusals.reason = rules_judged_on_load.rule
    ),

    records_of_each_batch as (
        select dataset, batch_id, sum(record_count) as record_count
        from record_days
        group by dataset, batch_id
    ),

    failures_of_each_batch as (
        select dataset, batch_id, rule, count(*) as failed_count
        from broken_rules
        group by dataset, batch_id, rule
    ),

    judged_on_build as (
        select
            batches.dataset,
            batches.batch_id,
            rules.rule,
            'build' as judged_on,
            rules.severity,
            coalesce(records_of_each_batch.record_count, 0) as checked_count,
            coalesce(failures_of_each_batch.failed_count, 0) as failed_count
        from batches
        inner join rules on rules.dataset = batches.dataset and rules.judged_on = 'build'
        left join
            records_of_each_batch
            on records_of_each_batch.dataset = batches.dataset
            and records_of_each_batch.batch_id = batches.batch_id
        left join
            failures_of_each_batch
            on failures_of_each_batch.dataset = batches.dataset
            and failures_of_each_batch.batch_id = batches.batch_id
            and failures_of_each_batch.rule = rules.rule
        where batches.status = 'landed'
    ),

    judged as (
        select *
        from judged_on_load
        union all
        select *
        from judged_on_build
    ),

    received as (
        select judged.*, batches.county_code, batches.received_at
        from judged
        inner join
            batches on batches.dataset = judged.dataset and batches.batch_id = judged.batch_id
    )

select
    county_code,
    dataset,
    batch_id,
    rule,
    judged_on,
    severity,
    cast(checked_count as bigint) as checked_count,
    cast(failed_count as bigint) as failed_count,
    case
        when checked_count > 0 then cast(failed_count as double) / cast(checked_count as double)
    end as failed_ratio,
    min(case when failed_count > 0 then received_at end) over (
        partition by county_code, dataset, rule
    ) as first_seen_at
from received
