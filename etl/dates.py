"""Dates and times as people write them, where a source does not say how it does.

Year, month and day in this order, with one kind of separator, or digits in a row; times of 24
hours, or with 上午, 下午, AM, PM; an offset or `Z` at the end. A year of two digits is 2000–2069 or
1970–1999.
What could be read in two ways (5/6/2023, 6 May or June 5) is no date.
"""

import polars as pl

FIRST_FORMAT = "%Y-%m-%d %H:%M:%S"
"""Tried on all texts first: what systems write, and the quick way."""

EXAMPLES = "2023-05-06 14:03:00, 2023/5/6 14:03, 2023年5月6日 下午2:03, 20230506140300, …"

PIVOT = 70
"""Years of two digits below it are in this century."""

SERIAL = r"^[0-9]{5}(?:\.[0-9]+)?$"
FIRST_SERIAL, END_SERIAL = 10_000, 73_051
"""Days since 1899-12-30 that a workbook's number may mean: 1927-05-18 to 2099-12-31."""

_MORNING, _EVENING = "(?:上午|凌晨|早上|早晨)", "(?:下午|傍晚|晚上)"

_TO_ONE_FORM = (
    (r"\s+", " "),
    (r"[((]?(?:星期|周)[一二三四五六日天][))]?", " "),
    (r"^([0-9]{4}|[0-9]{2}) ?年 ?([0-9]{1,2}) ?月 ?([0-9]{1,2}) ?[日号]?", "${1}-${2}-${3} "),
    (r"^([0-9]{4}|[0-9]{2})/([0-9]{1,2})/([0-9]{1,2})", "${1}-${2}-${3}"),
    (r"^([0-9]{4}|[0-9]{2})\.([0-9]{1,2})\.([0-9]{1,2})", "${1}-${2}-${3}"),
    (r"^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})$", "$1-$2-$3 $4:$5:$6"),
    (r"^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})$", "$1-$2-$3 $4:$5"),
    (r"^([0-9]{4})([0-9]{2})([0-9]{2})(?:$|[T ])", "${1}-${2}-${3} "),
    (r" ([0-9]{2})([0-9]{2})([0-9]{2})$", " $1:$2:$3"),
    (_MORNING, " AM "),
    (_EVENING, " PM "),
    (r"([0-9]{1,2})[时点]([0-9]{1,2})分([0-9]{1,2})秒", "$1:$2:$3"),
    (r"([0-9]{1,2})[时点]([0-9]{1,2})分?", "$1:$2"),
    (r"([0-9]{1,2})[时点]整?", "$1:00"),
    (r" +", " "),
)

_PARTS = (
    r"^(?P<year>[0-9]{4}|[0-9]{2})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"
    r"(?:[T ] ?(?P<before>AM|PM)? ?(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{1,2})"
    r"(?::(?P<second>[0-9]{1,2})(?P<fraction>\.[0-9]{1,9})?)? ?(?P<after>AM|PM)?)?"
    r" ?(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?$"
)


def read_common(texts: pl.Series) -> pl.DataFrame:
    """Read texts in any of the common forms.

    Returns:
        Row by row: `clock`, the wall-clock time, null where the text is no date; `moment`, the
        instant in UTC where the text has an offset.
    """
    distinct = texts.drop_nulls().unique()
    text = pl.col("text").str.to_uppercase().str.strip_chars()
    for pattern, form in _TO_ONE_FORM:
        text = text.str.replace_all(pattern, form)
    found = (
        pl.DataFrame({"text": distinct})
        .select("text", text.str.strip_chars().str.extract_groups(_PARTS).alias("parts"))
        .unnest("parts")
        .with_columns(_clock().alias("clock"))
        .select("text", "clock", (pl.col("clock") - _offset()).alias("moment"))
        .with_columns(pl.col("moment").dt.replace_time_zone("UTC"))
    )
    rows = pl.DataFrame({"text": texts})
    return rows.join(found, on="text", how="left", maintain_order="left").drop("text")


def serials_as_text(texts: pl.Expr) -> pl.Expr:
    """A workbook's bare day numbers as the times they mean; any other text as it is."""
    days = pl.when(texts.str.contains(SERIAL)).then(texts).cast(pl.Float64, strict=False)
    is_serial = (days >= FIRST_SERIAL) & (days < END_SERIAL)
    milliseconds = (days * 86_400_000).round().cast(pl.Int64)
    moment = pl.datetime(1899, 12, 30) + pl.duration(milliseconds=milliseconds)
    as_text = moment.dt.strftime("%Y-%m-%d %H:%M:%S%.f")
    return pl.when(is_serial).then(as_text).otherwise(texts)


def _clock() -> pl.Expr:
    hour = pl.col("hour").cast(pl.Int64)
    half = pl.coalesce("before", "after")
    # 12 AM is midnight; 下午14:03 is meant as it stands; 上午14:03 means nothing.
    hour = (
        pl.when(half.is_null())
        .then(hour)
        .when((half == "AM") & (hour <= 12))
        .then(hour % 12)
        .when((half == "PM") & (hour >= 1))
        .then(pl.when(hour < 12).then(hour + 12).otherwise(hour))
    )
    short = pl.col("year").str.len_bytes() == 2
    year = pl.col("year").cast(pl.Int64)
    year = (
        pl.when(short).then(year + pl.when(year < PIVOT).then(2000).otherwise(1900)).otherwise(year)
    )
    has_time = pl.col("hour").is_not_null()
    text = pl.format(
        "{}-{}-{} {}:{}:{}{}",
        year,
        pl.col("month").str.zfill(2),
        pl.col("day").str.zfill(2),
        pl.when(has_time).then(hour.cast(pl.String).str.zfill(2)).otherwise(pl.lit("00")),
        pl.col("minute").fill_null("00").str.zfill(2),
        pl.col("second").fill_null("00").str.zfill(2),
        pl.col("fraction").fill_null(""),
    )
    return text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")


def _offset() -> pl.Expr:
    offset = pl.col("offset").str.replace("Z", "+00:00").str.replace(":", "")
    minutes = offset.str.slice(1, 2).cast(pl.Int64) * 60 + offset.str.slice(3, 2).cast(pl.Int64)
    return pl.duration(
        minutes=pl.when(offset.str.starts_with("-")).then(-minutes).otherwise(minutes)
    )
