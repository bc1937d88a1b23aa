"""Sensors, cameras and wristbands: which device raised an alarm, and whether it was a false one."""

import numpy as np
import polars as pl

from etl.sample.timeline import DAY, PROGRAMME_START, seconds_of
from etl.sample.types import Bools, Floats, Ints

FALSE_BEFORE, FALSE_AFTER = 0.35, 0.12
FALSE_RAMP_DAYS = 300
FALSE_WRISTBAND_SHARE = 0.22
DEVICES_PER_SITE = 3

DEVICE_KINDS = {
    "4301811301": "smoke",
    "4301811302": "gas",
    "4301811303": "water_level",
    "4301811304": "manhole",
    "4301811305": "camera",
    "4301811306": "camera",
    "4301811307": "camera",
    "4301811308": "camera",
}
DEVICE_PREFIXES = {
    "smoke": "YG", "gas": "RQ", "water_level": "SW", "manhole": "JG", "camera": "SP",
}  # fmt: skip
ALARM_KINDS = {
    "4301811401": "sos",
    "4301811402": "fall",
    "4301811403": "heart_rate",
    "4301811404": "out_of_area",
}


def device_columns(
    category_code: pl.Series,
    *,
    site: Ints,
    original: Ints,
    reported_at: Floats,
    is_closed: Bools,
    rng: np.random.Generator,
) -> list[pl.Series]:
    """Columns of a device alert; an alert that repeats another is of the same device."""
    count = len(site)
    number = rng.integers(1, DEVICES_PER_SITE + 1, count)
    number = np.where(original >= 0, number[original], number)
    kind = category_code.replace_strict(DEVICE_KINDS)
    progress = np.clip((reported_at - seconds_of(PROGRAMME_START)) / DAY / FALSE_RAMP_DAYS, 0, 1)
    is_false = rng.random(count) < FALSE_BEFORE + (FALSE_AFTER - FALSE_BEFORE) * progress
    code = (
        kind.replace_strict(DEVICE_PREFIXES)
        + pl.Series(site).cast(pl.String).str.zfill(5)
        + pl.Series(number).cast(pl.String).str.zfill(2)
    )
    return [
        code.alias("device_code"),
        kind.alias("device_kind_code"),
        _where_closed(is_false, is_closed),
    ]


def wearer_columns(
    category_code: pl.Series,
    *,
    id_number: pl.Series,
    wearer: Ints,
    is_closed: Bools,
    rng: np.random.Generator,
) -> list[pl.Series]:
    """Columns of a wristband alarm; a wearer keeps the same wristband."""
    is_false = rng.random(len(wearer)) < FALSE_WRISTBAND_SHARE
    return [
        id_number.alias("id_number"),
        ("SH" + pl.Series(wearer).cast(pl.String).str.zfill(7)).alias("device_code"),
        category_code.replace_strict(ALARM_KINDS).alias("alarm_kind_code"),
        _where_closed(is_false, is_closed),
    ]


def _where_closed(is_false: Bools, is_closed: Bools) -> pl.Series:
    return pl.select(
        pl.when(pl.Series(is_closed)).then(pl.Series(is_false)).alias("is_false_alarm")
    ).to_series()
