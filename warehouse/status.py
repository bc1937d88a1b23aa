"""What there is: the published version, batches, freshness, refusals, leftovers."""

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl

from warehouse.ledger import landed_files, read_ledger
from warehouse.publish import current_version, leftovers
from warehouse.published import PublishedStore
from warehouse.rendering import Format, records, render
from warehouse.settings import Settings

COUNTIES = """
    select
        build.county_code, build.county_name_zh, build.as_of_at, build.is_pinned, build.time_zone,
        count(cases.case_id) as case_count
    from ops.build as build
    left join mart.fct_cases as cases on cases.county_code = build.county_code
    group by all
    order by build.county_code
"""
FRESHNESS = """
    select freshness.*, cast(timezone(build.time_zone, newest_record_at) as date) as newest_date
    from ops.freshness as freshness
    left join ops.build as build on build.county_code = freshness.county_code
    order by freshness.county_code, department_code, dataset
"""
GAPS = "select * from ops.delivery_gaps order by county_code, dataset, gap_from_date"
REFUSALS = """
    select dataset, reason, sum(row_count)::bigint as row_count
    from ops.quarantine_counts group by all order by dataset, row_count desc, reason
"""
LOCATIONS = "select * from ops.location_counts order by county_code, location_method"
PUBLISHED_BATCHES = "select dataset, batch_id from ops.batches where status = 'landed'"


@dataclass(frozen=True)
class Status:
    """The state of an installation. Tables are of the published version, empty without one."""

    version: int | None
    landed_batch_count: int
    refused_batch_count: int
    unpublished_batch_count: int
    """Landed since the published version was built; a build brings them in."""
    counties: list[dict[str, Any]] = field(default_factory=list)
    freshness: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[dict[str, Any]] = field(default_factory=list)
    """Spells of days of which a dataset promised daily tells nothing."""
    refusals: list[dict[str, Any]] = field(default_factory=list)
    locations: list[dict[str, Any]] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    """Files of killed publications; the next build removes them."""


def read_status(settings: Settings) -> Status:
    """Look at the ledger and the published version."""
    landed = {(file.dataset, file.batch_id) for file in landed_files(settings)}
    refused = [batch for batch in read_ledger(settings) if batch.status == "refused"]
    remains = [path.name for path in leftovers(settings)]
    if not current_version(settings):
        return Status(
            version=None,
            landed_batch_count=len(landed),
            refused_batch_count=len(refused),
            unpublished_batch_count=len(landed),
            leftovers=remains,
        )
    published = PublishedStore(settings).current()
    known = set(published.sql(PUBLISHED_BATCHES).iter_rows())
    return Status(
        version=published.version,
        landed_batch_count=len(landed),
        refused_batch_count=len(refused),
        unpublished_batch_count=len(landed - known),
        counties=records(published.sql(COUNTIES)),
        freshness=records(published.sql(FRESHNESS)),
        gaps=records(published.sql(GAPS)),
        refusals=records(published.sql(REFUSALS)),
        locations=records(published.sql(LOCATIONS)),
        leftovers=remains,
    )


def render_status(status: Status, form: Format) -> str:
    """The status as text that ends with a line break."""
    if form is Format.JSON:
        return json.dumps(asdict(status), ensure_ascii=False, indent=1) + "\n"
    version = "—" if status.version is None else str(status.version)
    parts = [
        f"已发布版本 / published version: {version}\n"
        f"批次 / batches: 已落地 / landed {status.landed_batch_count:,}, "
        f"拒收 / refused {status.refused_batch_count:,}, "
        f"待构建 / not yet built {status.unpublished_batch_count:,}\n"
    ]
    tables = {
        "县域 / counties": status.counties,
        **_datasets(status),
        "断供 / days without records": [_gap(gap) for gap in status.gaps],
        "拒收行 / rows refused": status.refusals,
        "定位 / locations": status.locations,
    }
    for title, rows in tables.items():
        if rows:
            table = render(pl.DataFrame(rows, infer_schema_length=None), Format.TABLE)
            parts.append(f"{title}\n{table}")
    if status.leftovers:
        parts.append(f"残留 / leftovers: {', '.join(status.leftovers)}\n")
    if status.unpublished_batch_count:
        parts.append("请运行 / run `gridgov build`\n")
    return "\n".join(parts)


DATASETS = """\
数据集 / datasets {county}
读入 rows read, 落地 landed, 拒收 refused, 最新 day of the newest record,
承诺 promised every so many days + days of lateness allowed, 迟 days late"""


def _datasets(status: Status) -> dict[str, list[dict[str, Any]]]:
    """One table per county of what it delivers, in order of department."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for row in status.freshness:
        title = DATASETS.format(county=row["county_code"])
        tables.setdefault(title, []).append(_dataset(row))
    return tables


def _dataset(row: dict[str, Any]) -> dict[str, Any]:
    promise = f"{row['promised_every_days']}+{row['lateness_days']}"
    return {
        "部门": row["department_name_zh"],
        "数据": row["dataset_name_zh"],
        "dataset": row["dataset"],
        "读入": row["rows_read"],
        "落地": row["rows_landed"],
        "拒收": row["rows_refused"],
        "最新": row["newest_date"] or "",
        "承诺": "" if row["is_event_driven"] else promise,
        "迟": math.ceil(row["days_late"]) if row["is_late"] else "",
    }


def _gap(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "county": row["county_code"],
        "dataset": row["dataset"],
        "自 / from": row["gap_from_date"],
        "至 / until": "" if row["is_open"] else row["gap_to_date"],
        "天数 / days": row["gap_days"],
    }
