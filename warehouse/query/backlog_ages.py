"""How old what is open is: a stock at the end of each span, by bands of age."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

import polars as pl

from warehouse.errors import UsageError
from warehouse.published import Published
from warehouse.query.answers import answer
from warehouse.query.county import rows_of
from warehouse.query.measures import is_excluded
from warehouse.query.prepare import Prepared, prepare
from warehouse.query.question import Question
from warehouse.query.scope import Parameters, code_column, code_columns, filter_condition
from warehouse.query.stocks import leaving_day

BAND_STARTS_DAYS = (0, 1, 3, 7, 30)
"""Days, of 24 hours, at which a band begins; it ends where the next begins. A case is in the band
from that very age on, up to and without the next one's: exactly three days old is 3–7."""

KEYS = (
    "kpi_id",
    "county_code",
    "area_code",
    "area_level",
    "department_code",
    "category_code",
    "major_category_code",
    "channel_code",
    "stage_code",
    "period_start_date",
    "period_end_date",
)
BAND = "band_number"


def backlog_ages(published: Published, question: Question) -> pl.DataFrame:
    """Open cases by age at the end of each span, one row per slice and band, youngest first.

    Age is the time from the report to the end of the span's last day, for the as-of day to the
    as-of time. Columns: those of `answer` that name the slice and its period; age_band ("1–3"),
    age_from_days, age_to_days (exclusive; null for the last), open_count (null where the slice's
    value is); value (of the whole slice, the sum of its bands); as_of_at, version.

    Raises:
        UsageError: as `answer`, or a KPI that is no stock of cases or is about persons.
    """
    prepared = _prepare(published, question)
    values = answer(published, replace(question, compare=False))
    values = values.select(*KEYS, "value", "as_of_at", "version").with_row_index("place")
    counted = _count(published, prepared)
    level = prepared.question.area_level
    if level:
        counted = counted.rename({code_column(level): "area_code"})
    on = ["area_code"] if level else []
    on += ["period_end_date", *map(code_column, prepared.question.other_slices), BAND]
    open_count = pl.col("open_count").fill_null(0)
    return (
        values.join(_bands(), how="cross")
        .join(counted, on=on, how="left", nulls_equal=True)
        .with_columns(pl.when(pl.col("value").is_not_null()).then(open_count).alias("open_count"))
        .sort("place", BAND)
        .select(
            *KEYS,
            "age_band",
            "age_from_days",
            "age_to_days",
            "open_count",
            "value",
            "as_of_at",
            "version",
        )
    )


def _prepare(published: Published, question: Question) -> Prepared:
    prepared = prepare(published, replace(question, compare=False))
    kpi = prepared.kpi
    if kpi.kind != "stock" or kpi.is_personal or _came_at(prepared) not in kpi.about.columns:
        raise UsageError(
            f"{kpi.kpi_id}: 没有时长分档 / has no bands of age "
            "(a stock of cases that come at a known time)"
        )
    return prepared


def _came_at(prepared: Prepared) -> str:
    """Column of the instant whose day puts a row into the stock."""
    return f"{(prepared.kpi.date or '').removesuffix('_date')}_at"


def _bands() -> pl.DataFrame:
    ends: Sequence[int | None] = (*BAND_STARTS_DAYS[1:], None)
    names = [
        f">{start}" if end is None else f"{start}–{end}"
        for start, end in zip(BAND_STARTS_DAYS, ends, strict=True)
    ]
    return pl.DataFrame(
        {
            BAND: pl.Series(range(len(names)), dtype=pl.Int32),
            "age_band": names,
            "age_from_days": list(BAND_STARTS_DAYS),
            "age_to_days": ends,
        }
    )


def _count(published: Published, prepared: Prepared) -> pl.DataFrame:
    """Open cases per span, slice and band that has any."""
    kpi, question, spans = prepared.kpi, prepared.question, prepared.spans
    parameters = Parameters()
    condition = filter_condition(question, kpi, parameters)
    ends = sorted({period.end for period in spans.periods})
    end_dates = parameters.add("end_dates", ends)
    end_times = parameters.add("end_times", _end_times(published, prepared, ends))
    left_on = leaving_day(kpi)
    came_at = f"facts.{_came_at(prepared)}"
    age_days = f"(epoch_us(ends.end_at) - epoch_us({came_at})) / 86400000000"
    older = " + ".join(f"cast({age_days} >= {start} as integer)" for start in BAND_STARTS_DAYS[1:])
    text = (
        f"with ends as (\nselect unnest(cast({end_dates} as date[])) as end_date,\n"
        f"unnest(cast({end_times} as timestamptz[])) as end_at\n)\n"
        f"select ends.end_date as period_end_date, {code_columns(kpi, question.slices)}"
        f"{older} as {BAND}, count(*) as open_count\n"
        f"from mart.{kpi.fact} as facts\n"
        f"inner join ends on facts.{kpi.date} < ends.end_date"
        f" and ({left_on} is null or {left_on} >= ends.end_date)\n"
        f"where {condition} and not {is_excluded(kpi)}\ngroup by all"
    )
    return rows_of(published, kpi.about)(text, parameters.used_in(text))


def _end_times(published: Published, prepared: Prepared, ends: Sequence[date]) -> list[datetime]:
    """The instant at which each last day ends, in UTC; "now" where it has not ended yet."""
    facts = prepared.facts
    zone = published.zone(facts.county_code)
    midnights = [datetime.combine(end, time(), tzinfo=zone) for end in ends]
    return [min(midnight.astimezone(UTC), facts.as_of_at.astimezone(UTC)) for midnight in midnights]
