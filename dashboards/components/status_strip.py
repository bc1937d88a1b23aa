"""Data status: what the numbers rest on, and what they leave out."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from dashboards import html, numbers_text
from dashboards.components.parts import chip
from dashboards.context import Context
from dashboards.html import Element
from dashboards.i18n import Lang, text
from warehouse.counties import Name

METHODS = ("reported", "point_in_grid", "community_only", "fallback_point", "none")
KEYS = {
    "reported": "strip.reported",
    "point_in_grid": "strip.point",
    "community_only": "strip.community_only",
    "fallback_point": "strip.fallback",
    "none": "strip.none",
}

RECENT_DAYS = 92
"""How long a spell without records is shown after its end."""

LATE = """
    select dataset_name_zh, dataset_name_en, cast(ceil(days_late) as bigint) as days_late
    from ops.freshness where county_code = ? and is_late order by days_late desc, dataset
"""

GAPS = f"""
    select freshness.dataset_name_zh, freshness.dataset_name_en, gap_from_date, gap_to_date
    from ops.delivery_gaps as gaps join ops.freshness as freshness using (county_code, dataset)
    where county_code = ? and cast(freshness.as_of_at as date) - gap_to_date < {RECENT_DAYS}
    order by gap_from_date desc, dataset
"""


@dataclass(frozen=True)
class Late:
    """A dataset whose newest record is older than its department promised."""

    name: Name
    days: int


@dataclass(frozen=True)
class Gap:
    """Days without any record of a dataset that is promised daily, both ends included."""

    name: Name
    first: date
    last: date


@dataclass(frozen=True)
class DataStatus:
    """Counts of the whole county, whatever the page's filters."""

    located: dict[str, int]
    batch_count: int
    rows_read: int
    rows_landed: int
    rows_quarantined: int
    newest_record_at: datetime | None
    last_received_at: datetime | None
    late: list[Late]
    gaps: list[Gap]
    dataset_count: int


def read_status(context: Context, county_code: str) -> DataStatus:
    """Read the counts from `ops`."""
    located = context.sql(
        "select location_method, case_count from ops.location_counts where county_code = ?",
        county_code,
    )
    batches = context.sql(
        "select count(*) filter (status = 'landed') as batch_count, "
        "coalesce(sum(rows_read), 0) as rows_read, coalesce(sum(rows_landed), 0) as rows_landed, "
        "coalesce(sum(rows_refused), 0) as rows_refused from ops.batches where county_code = ?",
        county_code,
    ).row(0, named=True)
    fresh = context.sql(
        "select max(newest_record_at) as newest, max(last_received_at) as received, "
        "count(*) filter (last_received_at is not null) as dataset_count "
        "from ops.freshness where county_code = ?",
        county_code,
    ).row(0, named=True)
    return DataStatus(
        located={method: int(count) for method, count in located.iter_rows()},
        batch_count=int(batches["batch_count"]),
        rows_read=int(batches["rows_read"]),
        rows_landed=int(batches["rows_landed"]),
        rows_quarantined=int(batches["rows_refused"]),
        newest_record_at=fresh["newest"],
        last_received_at=fresh["received"],
        dataset_count=int(fresh["dataset_count"]),
        late=[
            Late(Name(zh=zh, en=en), days)
            for zh, en, days in context.sql(LATE, county_code).iter_rows()
        ],
        gaps=[
            Gap(Name(zh=zh, en=en), first, end - timedelta(days=1))
            for zh, en, first, end in context.sql(GAPS, county_code).iter_rows()
        ],
    )


def freshness(status: DataStatus, *, lang: Lang, href: str) -> Element:
    """One line: whether all datasets came as promised, and which did not."""
    is_late = bool(status.late)
    words = (
        text("strip.fresh.late", lang, late=len(status.late), count=status.dataset_count)
        if is_late
        else text("strip.fresh.all", lang, count=status.dataset_count)
    )
    return html.P(
        [
            chip("alert" if is_late else "check", words, tone="fair" if is_late else "good"),
            *(html.Span(line) for line in delivery_lines(status, lang)[:2]),
            html.A(text("strip.fresh.more", lang), href=href, className="panel-link"),
        ],
        className="fresh",
    )


def status_strip(status: DataStatus, *, zone: tzinfo, lang: Lang) -> Element:
    """How cases were placed, as a bar and in figures, and what was loaded and refused."""
    total = sum(status.located.values()) or 1
    counts = {method: status.located.get(method, 0) for method in METHODS}
    return html.Div(
        [
            html.Div(
                [
                    html.I(className=f"share share-{method}", style={"flexGrow": count})
                    for method, count in counts.items()
                    if count
                ],
                className="shares",
                **{"aria-hidden": "true"},
            ),
            html.Dl(
                [
                    _pair(
                        text(KEYS[method], lang),
                        f"{numbers_text.number(count)} ({count / total:.1%})",
                        mark=f"share-{method}",
                        note=text("strip.fallback.note", lang)
                        if method == "fallback_point"
                        else "",
                        name=f"located-{method}",
                    )
                    for method, count in counts.items()
                ],
                className="located",
            ),
            html.Dl(
                [
                    _pair(
                        text("strip.rows", lang),
                        f"{numbers_text.number(status.rows_landed)} / "
                        f"{numbers_text.number(status.rows_read)}",
                    ),
                    _pair(
                        text("strip.quarantined", lang),
                        numbers_text.number(status.rows_quarantined),
                        name="quarantined",
                    ),
                    _pair(text("strip.batches", lang), numbers_text.number(status.batch_count)),
                    _pair(
                        text("strip.newest", lang),
                        numbers_text.moment(status.newest_record_at, zone, lang),
                    ),
                    _pair(
                        text("strip.received", lang),
                        numbers_text.moment(status.last_received_at, zone, lang),
                    ),
                ],
                className="loaded",
            ),
            *_deliveries(status, lang),
        ],
        className="status-strip",
    )


def _deliveries(status: DataStatus, lang: Lang) -> list[Element]:
    """Which departments are late, and which were silent lately; nothing where all delivered."""
    lines = delivery_lines(status, lang)
    if not lines:
        return []
    return [html.Ul([html.Li(line) for line in lines], className="deliveries")]


def delivery_lines(status: DataStatus, lang: Lang) -> list[str]:
    return [
        text("strip.late", lang, name=_in(lang, late.name), days=late.days) for late in status.late
    ] + [
        text(
            "strip.gap",
            lang,
            name=_in(lang, gap.name),
            days=numbers_text.days(gap.first, gap.last, lang),
        )
        for gap in status.gaps
    ]


def _in(lang: Lang, name: Name) -> str:
    return name.zh if lang is Lang.ZH else name.en


def _pair(label: str, value: str, *, mark: str = "", note: str = "", name: str = "") -> Element:
    return html.Div(
        [
            html.Dt([html.I(className=f"share-mark {mark}")] * bool(mark) + [label]),
            html.Dd(value, **({"data-count": name} if name else {})),
        ],
        title=note,
    )
