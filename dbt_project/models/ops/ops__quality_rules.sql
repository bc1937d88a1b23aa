{{ config(alias="quality_rules") }}

with rules as (select * from {{ ref("int_quality__rules") }})

select dataset, rule, judged_on, severity, rule_name_zh, rule_name_en
from rules
