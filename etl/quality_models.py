"""The dbt models that hold records against the build-time rules, derived from contracts.

One model per dataset that has such rules lists its records that break one; others say which rules
and promises there are, and on which days each batch has records, so that quality, freshness and
gaps can be told of every dataset without naming one.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from etl.contract import Column, Contract, Rule

FOLDER = Path("dbt_project/models/intermediate/quality")
MACRO = Path("dbt_project/macros/quality_rules.sql")
FIRST_LINE = "Generated from etl/contracts by `python -m etl.reference`; do not edit."

BROKEN_COLUMNS = {
    "dataset": ("varchar", "数据集 / Dataset of the record."),
    "rule": ("varchar", "规则 / Rule that the record breaks."),
    "severity": (
        "varchar",
        "error 不进入后续模型,warning 只计数 / "
        "error: kept from what follows; warning: counted only.",
    ),
    "county_code": ("varchar", "县域 / County of the source."),
    "source_id": ("varchar", "来源 / Source of the record."),
    "record_key": (
        "varchar",
        "记录主键各列,空格相连 / Columns of the record's key, blanks between.",
    ),
    "batch_id": ("varchar", "批次 / Batch of the record's latest version."),
    "source_row_number": ("bigint", "源文件中第几条记录 / Record of the source file, from 1."),
}
RULE_COLUMNS = dict.fromkeys(
    ("dataset", "rule", "judged_on", "severity", "rule_name_zh", "rule_name_en"), "varchar"
)
PROMISE_COLUMNS = {
    **dict.fromkeys(
        (
            "dataset",
            "department_code",
            "department_name_zh",
            "department_name_en",
            "dataset_name_zh",
            "dataset_name_en",
        ),
        "varchar",
    ),
    "promised_every_days": "bigint",
    "lateness_days": "bigint",
    "is_event_driven": "boolean",
}


def quality_files(contracts: Mapping[str, Contract]) -> dict[Path, str]:
    """Content of every derived quality model and of the macro that names them, by path."""
    files = {MACRO: _macro(contracts.values())}
    for contract in contracts.values():
        if contract.build_time_rules:
            name = broken_model(contract)
            files[FOLDER / f"{name}.sql"] = _broken_sql(contract, contracts)
            files[FOLDER / f"{name}.yml"] = _broken_yml(contract)
    models: dict[str, Callable[[list[Contract]], str]] = {
        "int_quality__broken_rules": _all_broken_sql,
        "int_quality__record_days": _record_days_sql,
        "int_quality__rules": _rules_sql,
        "int_quality__promises": _promises_sql,
    }
    for name, write in models.items():
        files[FOLDER / f"{name}.sql"] = write(list(contracts.values()))
    return files


def staging_model(contract: Contract) -> str:
    """Name of the model that holds the latest version of each record."""
    return f"stg_{contract.department}__{contract.dataset}"


def broken_model(contract: Contract) -> str:
    """Name of the model that lists the records that break a build-time rule."""
    return f"int_quality__broken_{contract.dataset}"


def _macro(contracts: Iterable[Contract]) -> str:
    names = [
        contract.dataset
        for contract in contracts
        if any(rule.severity == "error" for rule in contract.build_time_rules)
    ]
    listed = "".join(f'        "{name}",\n' for name in names)
    return (
        f"{{#- {FIRST_LINE} -#}}\n"
        "-- fmt: off\n"
        "{#- Datasets with a build-time rule that keeps a record from the marts. -#}\n"
        "{% macro datasets_with_error_rules() -%}\n"
        f"    {{{{ return([\n{listed}    ]) }}}}\n"
        "{%- endmacro %}\n"
    )


def _sql(*lines: str, config: str = "") -> str:
    head = [f"-- {FIRST_LINE}", "-- fmt: off"]
    return "\n".join([*head, *([f"{{{{ config({config}) }}}}", ""] if config else []), *lines, ""])


def _broken_sql(contract: Contract, contracts: Mapping[str, Contract]) -> str:
    rules = contract.build_time_rules
    key = ", ' ', ".join(f"cast(records.{name} as varchar)" for name in contract.landed_key)
    others = sorted({rule.dataset for rule in rules if rule.dataset})
    lists = sorted({rule.code_list for rule in rules if rule.code_list})
    imports = [
        f'{name} as (select * from {{{{ ref("{staging_model(contracts[name])}") }}}}),'
        for name in others
    ] + [f'{name} as (select * from {{{{ ref("{name}") }}}}),' for name in lists]
    days = {day: f"{day}_on_day" for rule in rules if (day := _day(rule, contract))}
    columns = {column.name: column for column in contract.landed_columns}
    dated = "".join(
        f",\n        {_local_day(columns[name])} as {alias}" for name, alias in days.items()
    )
    records = (
        "records as (\n"
        f"    select records.*, concat({key}) as record_key{dated}\n"
        f'    from {{{{ ref("{staging_model(contract)}") }}}} as records\n'
        + (
            '    inner join {{ ref("stg_ops__counties") }} as counties\n'
            "        on counties.county_code = records.county_code\n"
            if "counties." in dated
            else ""
        )
        + "),"
    )
    judged = [_judged(rule, contract, contracts) for rule in rules]
    final = "\nunion all\n".join(
        f"select\n    '{contract.dataset}' as dataset,\n    '{rule.name}' as rule,\n"
        f"    '{rule.severity}' as severity,\n    county_code,\n    source_id,\n    record_key,\n"
        f"    batch_id,\n    source_row_number\nfrom {rule.name}"
        for rule in rules
    )
    parts = [part for one in (*imports, records, *judged) for part in (one, "")]
    body = "\n".join(parts).rstrip().removesuffix(",")
    return _sql("with", "", body, "", final, config='materialized="table"')


def _day(rule: Rule, contract: Contract) -> str | None:
    if rule.during:
        return contract.landed_name(rule.during[0])
    return contract.time_column.name if rule.code_list and contract.time_column else None


def _local_day(column: Column, *, table: str = "records") -> str:
    if column.logical_type == "date":
        return f"{table}.{column.name}"
    return f'{{{{ local_date("{table}.{column.name}", "counties.time_zone") }}}}'


def _judged(rule: Rule, contract: Contract, contracts: Mapping[str, Contract]) -> str:
    names = [contract.landed_name(name) for name in rule.columns]
    known = [f"records.{name} is not null" for name in names]
    if rule.kind == "one_per":
        group = ", ".join(f"records.{name}" for name in ("county_code", *names))
        first = contract.landed_name(str(rule.first_by))
        condition = "\n        and ".join(known)
        return (
            f"{rule.name} as (\n    select records.*\n    from records\n    where {condition}\n"
            "    qualify row_number() over (\n"
            f"        partition by {group}\n"
            f"        order by records.{first}, records.batch_id, records.source_row_number\n"
            "    ) > 1\n),"
        )
    day = f"records.{_day(rule, contract)}_on_day"
    if rule.code_list:
        other = rule.code_list
        same = [f"{other}.{name} = records.{name}" for name in names]
        if _day(rule, contract):
            known.append(f"{day} is not null")
            same += [
                f"{day} >= {other}.valid_from_date",
                f"({other}.valid_to_date is null or {day} < {other}.valid_to_date)",
            ]
    else:
        other = str(rule.dataset)
        their = contracts[other].landed_name
        same = [f"{other}.county_code = records.county_code"] + [
            f"{other}.{their(theirs)} = records.{ours}"
            for ours, theirs in zip(names, rule.other_columns, strict=True)
        ]
        if rule.during:
            _, first, last = rule.during
            known.append(f"{day} is not null")
            same += [
                f"{day} >= {other}.{their(first)}",
                f"({other}.{their(last)} is null or {day} <= {other}.{their(last)})",
            ]
    where = "\n        and ".join(known)
    matched = "\n                and ".join(same)
    return (
        f"{rule.name} as (\n    select records.*\n    from records\n    where {where}\n"
        f"        and not exists (\n            select 1\n            from {other}\n"
        f"            where {matched}\n        )\n),"
    )


def _all_broken_sql(contracts: list[Contract]) -> str:
    columns = ", ".join(BROKEN_COLUMNS)
    return _sql(
        "\nunion all\n".join(
            f'select {columns}\nfrom {{{{ ref("{broken_model(contract)}") }}}}'
            for contract in contracts
            if contract.build_time_rules
        )
    )


def _record_days_sql(contracts: list[Contract]) -> str:
    return _sql(
        'with\n\ncounties as (select * from {{ ref("stg_ops__counties") }})\n',
        "\nunion all\n".join(map(_record_days_of_one, contracts)),
        config='materialized="table"',
    )


def _record_days_of_one(contract: Contract) -> str:
    names = {column.name for column in contract.landed_columns}
    day, times = "cast(null as date)", []
    if contract.time_column:
        day = _local_day(contract.time_column)
        at = f"records.{contract.time_column.name}"
        if contract.time_column.logical_type == "date":
            at = f'{{{{ instant_of("cast({at} as timestamp)", "counties.time_zone") }}}}'
        times.append(at)
    if "updated_at" in names:
        known = times[0] if times else "cast(null as timestamp with time zone)"
        times.append(f"coalesce(records.updated_at, {known})")
    newest = f"greatest({', '.join(times)})" if len(times) > 1 else times[0]
    return (
        f"select\n    '{contract.dataset}' as dataset,\n    records.county_code,\n"
        f"    records.batch_id,\n    {day} as record_date,\n    count(*) as record_count,\n"
        f"    max(least({newest}, records.received_at)) as newest_record_at\n"
        f'from {{{{ ref("{staging_model(contract)}") }}}} as records\n'
        "inner join counties on counties.county_code = records.county_code\n"
        f"group by records.county_code, records.batch_id, {day}"
    )


def _rules_sql(contracts: list[Contract]) -> str:
    rows = [
        (
            contract.dataset,
            rule.name,
            "load" if rule.is_judged_on_load else "build",
            rule.severity,
            *_two_languages(rule.description),
        )
        for contract in contracts
        for rule in (*contract.load_time_rules, *contract.build_time_rules)
    ]
    return _values("rules", RULE_COLUMNS, rows)


def _promises_sql(contracts: list[Contract]) -> str:
    rows = [
        (
            contract.dataset,
            contract.department,
            *_two_languages(contract.owner),
            *_two_languages(contract.name),
            contract.frequency_days,
            contract.lateness_days,
            contract.is_event_driven,
        )
        for contract in contracts
    ]
    return _values("promises", PROMISE_COLUMNS, rows)


def _two_languages(text: str) -> tuple[str, str]:
    chinese, _, english = text.partition(" / ")
    return chinese, english or chinese


def _values(name: str, columns: Mapping[str, str], rows: list[tuple[Any, ...]]) -> str:
    written = ",\n".join(f"        ({', '.join(map(_literal, row))})" for row in rows)
    casts = ",\n".join(
        f"    cast({column} as {kind}) as {column}" for column, kind in columns.items()
    )
    return _sql(
        f"select\n{casts}\nfrom (\n    values\n{written}\n) as {name} ({', '.join(columns)})"
    )


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _broken_yml(contract: Contract) -> str:
    rules = ", ".join(rule.name for rule in contract.build_time_rules)
    model = {
        "name": broken_model(contract),
        "description": (
            f"{contract.name.partition(' / ')[0]}:违反构建时规则的记录 / "
            f"One row per record and build-time rule that it breaks: {rules}."
        ),
        "columns": [
            {"name": name, "data_type": kind, "description": text}
            for name, (kind, text) in BROKEN_COLUMNS.items()
        ],
    }
    content = {"version": 2, "models": [model]}
    body = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
    return f"# {FIRST_LINE}\n{body}"
