"""MetricFlow, over the generated semantic layer, gives the numbers of `warehouse.query`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tests.support.metricflow import MetricFlow, semantic_manifest, work_database
from tests.support.recomputed.county import published_sample
from warehouse.catalogue import Kpi, get_kpi, load_catalogue
from warehouse.published import Published
from warehouse.query import Dimension, Question, answer
from warehouse.query.county import rows_of
from warehouse.semantic import entity, why_not

COUNTY = "430181"
START, END = date(2025, 10, 6), date(2026, 11, 10)
"""The days asked about, the last one exclusive: neither bound is one of a month or quarter."""

TIMES = ("day", "week", "month", "quarter", "year")
EXACT = ("rate", "count", "quantile")
"""Kinds of which both sides are the same to the last digit; sums of fractions differ in it."""

ANSWERED = [kpi for kpi in load_catalogue().values() if why_not(kpi) is None]


@dataclass(frozen=True)
class Sample:
    """The small generated county, published, and its semantic manifest."""

    published: Published
    database: Path
    manifest: str

    def metricflow(self, manifest: str | None = None) -> MetricFlow:
        """MetricFlow over it."""
        return MetricFlow(manifest or self.manifest, self.database)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    county = published_sample(tmp_path_factory, scale="town")
    return Sample(
        published=county.published,
        database=work_database(county.settings),
        manifest=semantic_manifest(county.settings, tmp_path_factory.mktemp("metricflow")),
    )


@pytest.fixture(scope="module")
def metricflow(sample: Sample) -> MetricFlow:
    return sample.metricflow()


SLICES: list[tuple[str, tuple[Dimension, ...], tuple[Dimension, ...]]] = [
    ("on_time_resolution_rate", ("month", "community"), ()),
    ("on_time_resolution_rate", ("quarter", "department"), ()),
    ("on_time_resolution_rate", ("year", "town", "category"), ()),
    ("on_time_resolution_rate", ("week",), ("department",)),
    ("on_time_resolution_rate", ("grid",), ()),
    ("resolution_rate", ("day",), ()),
    ("resolution_rate", ("month", "major_category"), ("community",)),
    ("resolution_rate", ("channel",), ()),
    ("resolution_rate", ("county",), ("category", "channel")),
    ("on_time_response_rate", ("month", "department"), ()),
    ("on_time_response_rate", ("quarter", "community", "category"), ()),
    ("on_time_response_rate", (), ("community", "department")),
    ("response_time_mean", ("month", "department"), ()),
    ("response_time_mean", ("year", "community"), ()),
    ("response_time_median", ("month", "community"), ()),
    ("response_time_median", ("quarter", "category"), ("department",)),
    ("response_time_median", ("department",), ()),
    ("response_time_p90", ("month",), ("community",)),
    ("response_time_p90", ("year", "department", "channel"), ()),
    ("approval_days_median", ("quarter", "category"), ()),
    ("on_time_approval_rate", ("month", "category"), ()),
    ("complete_first_time_rate", ("year", "channel"), ()),
    ("documents_per_application", ("quarter",), ("category",)),
    ("one_visit_rate", ("month", "department"), ()),
    ("satisfaction_rate", ("month", "community"), ()),
    ("solved_rate", ("quarter", "department"), ()),
    ("mediation_rate", ("quarter", "community"), ()),
    ("mediation_success_rate", ("month",), ("category",)),
    ("dispute_resolution_rate", ("year", "category"), ()),
    ("settled_at_level_rate", ("quarter", "stage"), ()),
    ("proposal_adoption_rate", ("quarter", "community"), ()),
    ("waste_sorting_accuracy_rate", ("month", "community"), ()),
    ("turnout_rate", ("quarter",), ()),
    ("volunteer_hours", ("month", "category"), ()),
    ("points_issued", ("quarter", "community"), ()),
    ("false_warning_rate", ("quarter", "category"), ()),
    ("warning_acknowledged_rate", ("year", "category"), ()),
    ("acknowledge_time_p90", ("community",), ()),
    ("evacuation_rate", ("year",), ()),
]


@pytest.mark.parametrize(
    ("kpi_id", "by", "where"),
    SLICES,
    ids=[f"{kpi_id}-{'×'.join(by)}-{'&'.join(where)}" for kpi_id, by, where in SLICES],
)
def test_a_slice_has_the_same_numbers(
    sample: Sample,
    metricflow: MetricFlow,
    kpi_id: str,
    by: tuple[Dimension, ...],
    where: tuple[Dimension, ...],
) -> None:
    filters = {name: most_frequent(sample.published, get_kpi(kpi_id), name) for name in where}
    assert compare(sample.published, metricflow, kpi_id, by, filters) > 0


@pytest.mark.parametrize("kpi_id", [kpi.kpi_id for kpi in ANSWERED])
def test_every_metric_has_the_same_numbers_by_month(
    sample: Sample, metricflow: MetricFlow, kpi_id: str
) -> None:
    compare(sample.published, metricflow, kpi_id, ("month",), {})


def test_the_slices_are_of_every_kind_that_is_answered() -> None:
    asked = [get_kpi(kpi_id) for kpi_id, _, _ in SLICES]
    assert {kpi.kind for kpi in asked} == {kpi.kind for kpi in ANSWERED}


def test_a_wrong_metric_is_noticed(sample: Sample) -> None:
    manifest = json.loads(sample.manifest)
    measures = [measure for model in manifest["semantic_models"] for measure in model["measures"]]
    changed = next(one for one in measures if one["name"] == "on_time_resolution_rate_numerator")
    changed["expr"] = changed["expr"].replace("is_closed_on_time", "is_closed")
    wrong = sample.metricflow(json.dumps(manifest))
    with pytest.raises(AssertionError, match="DataFrames are different"):
        compare(sample.published, wrong, "on_time_resolution_rate", ("month",), {})


def compare(
    published: Published,
    metricflow: MetricFlow,
    kpi_id: str,
    by: tuple[Dimension, ...],
    filters: Mapping[str, str],
) -> int:
    """Assert that both answer alike, and return how many rows have a value."""
    kpi = get_kpi(kpi_id)
    asked = Question(kpi_id, COUNTY, by=by, where=filters, start=START, end=END)
    ours = answer(published, asked)
    names = {name: f"{kpi_id}_{name}" for name in parts_of(kpi)} | {"value": kpi_id}
    columns = {column_of(name): spoken(kpi, name) for name in by}
    theirs = metricflow.ask([*names.values()], [*columns.values()], conditions(kpi, filters))
    theirs = theirs.rename({theirs_name: ours_name for ours_name, theirs_name in columns.items()})
    theirs = theirs.rename({metric: name for name, metric in names.items()})
    wanted = [*columns, *names]
    found, expected = (comparable(frame, wanted, kpi) for frame in (theirs, ours))
    assert_frame_equal(
        found,
        expected,
        check_exact=kpi.kind in EXACT,
        rel_tol=1e-12,
        abs_tol=0,
    )
    return len(expected)


def comparable(frame: pl.DataFrame, columns: list[str], kpi: Kpi) -> pl.DataFrame:
    """Rows with a value, in one order and of the same types.

    Where nothing was counted, MetricFlow has no row and we have a zero.
    """
    has_value = pl.col("value").is_not_null()
    if kpi.kind in ("count", "sum"):
        has_value &= pl.col("value") != 0
    # Their first bucket begins with its month, ours on the first day asked about.
    day = pl.col("period_start_date").cast(pl.Date).clip(START)
    days = [day] if "period_start_date" in columns else []
    numbers = [name for name in columns if not name.endswith(("_code", "_date"))]
    return (
        frame.select(columns)
        .with_columns(days)
        .with_columns(pl.col(numbers).cast(pl.Float64))
        .filter(has_value)
        .sort(columns, nulls_last=True)
    )


def parts_of(kpi: Kpi) -> tuple[str, ...]:
    return ("numerator", "denominator") if kpi.kind in ("rate", "ratio") else ()


def column_of(dimension: str) -> str:
    """Column of a dimension in our answers."""
    if dimension in TIMES:
        return "period_start_date"
    levels = ("county", "town", "community", "grid")
    return "area_code" if dimension in levels else f"{dimension}_code"


def spoken(kpi: Kpi, dimension: str) -> str:
    """A dimension as MetricFlow calls it."""
    if dimension in TIMES:
        return f"metric_time__{dimension}"
    return dimension if dimension == "county" else f"{entity(kpi.about)}__{dimension}_code"


def conditions(kpi: Kpi, filters: Mapping[str, str]) -> list[str]:
    """What holds for a row. Bounds of the query itself would be widened to whole months."""
    day = "{{ TimeDimension('metric_time', 'day') }}"
    return [
        f"{{{{ Entity('county') }}}} = '{COUNTY}'",
        f"{day} >= '{START}'",
        f"{day} < '{END}'",
        *(
            f"{{{{ Dimension('{spoken(kpi, name)}') }}}} = '{code}'"
            for name, code in filters.items()
        ),
    ]


def most_frequent(published: Published, kpi: Kpi, dimension: str) -> str:
    column = kpi.about.column_of(dimension)
    found: Any = rows_of(published, kpi.about)(f"select mode({column}) from mart.{kpi.fact}").item()
    return str(found)
