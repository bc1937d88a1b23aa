"""Values by feature: which number stands where, and what is said of those that are missing."""

import base64
from typing import Any

import numpy as np
import polars as pl
import pytest

from dashboards.map.shading import NONE_DUE, PROVISIONAL, UNCERTAIN, UNKNOWN, Shading, lay_out
from warehouse.catalogue import load_catalogue
from warehouse.query import COLUMNS

KPIS = load_catalogue()


def shading(kpi_id: str, *rows: dict[str, Any]) -> Shading:
    """Laid out from rows in which what is not said is null."""
    types = {"feature_id": pl.Int64(), **COLUMNS}
    frame = pl.DataFrame([{name: row.get(name) for name in types} for row in rows], schema=types)
    return lay_out(frame, kpi=KPIS[kpi_id], unplaced=3)


def row(feature_id: int, value: float | None, **parts: Any) -> dict[str, Any]:
    steady = {"denominator": 100, "interval_low": value, "interval_high": value}
    return {"feature_id": feature_id, "value": value, **steady, **parts}


def test_values_stand_at_their_feature_id_and_nothing_at_zero() -> None:
    made = shading("response_time_median", row(3, 30.0), row(1, 10.0))
    assert made.values.dtype == np.float64
    np.testing.assert_array_equal(made.values, [np.nan, 10, np.nan, 30])


@pytest.mark.parametrize(
    ("parts", "flag"),
    [
        ({"denominator": 0}, NONE_DUE),
        ({"denominator": None}, NONE_DUE),
        ({"denominator": 0, "excluded_count": 12}, UNKNOWN),
    ],
)
def test_an_area_without_a_value_says_why(parts: dict[str, Any], flag: int) -> None:
    made = shading("on_time_response_rate", row(1, None, **parts))
    assert made.flags[1] == flag


def test_a_ratio_without_a_value_lacks_its_population() -> None:
    made = shading("cases_per_1000_residents", row(1, None, denominator=None))
    assert made.flags[1] == UNKNOWN


@pytest.mark.parametrize(
    ("parts", "is_uncertain"),
    [
        ({}, False),
        ({"denominator": 4}, True),
        ({"interval_low": 0.60, "interval_high": 0.85}, True),
        ({"interval_low": 0.70, "interval_high": 0.85}, False),
        ({"interval_low": None, "interval_high": None}, True),
    ],
)
def test_a_share_is_uncertain_with_few_rows_or_a_wide_interval(
    parts: dict[str, Any], is_uncertain: bool
) -> None:
    made = shading("on_time_response_rate", row(1, 0.8, **parts))
    assert bool(made.flags[1] & UNCERTAIN) is is_uncertain


def test_a_count_has_no_interval_and_is_never_uncertain() -> None:
    made = shading("open_backlog", row(1, 2.0, denominator=None, interval_low=None))
    assert made.flags[1] == 0


def test_a_provisional_value_is_flagged() -> None:
    made = shading("on_time_response_rate", row(1, 0.8, is_provisional=True))
    assert made.flags[1] == PROVISIONAL


def test_the_legend_counts_every_area_once() -> None:
    rows = [row(n, n / 10) for n in range(1, 10)] + [row(10, None, denominator=0)]
    made = shading("on_time_response_rate", *rows)
    legend = made.legend()
    assert sum(legend["counts"]) + legend["none_due"] == 10
    assert len(legend["counts"]) == len(legend["breaks"]) + 1
    assert legend["unplaced"] == 3
    assert np.frombuffer(base64.b64decode(legend["denominators"]), "<u4")[1:].tolist() == [
        *[100] * 9,
        0,
    ]
