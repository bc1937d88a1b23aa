"""The generated county: every KPI of the catalogue equals a recomputation from what landed.

Nothing of the models, the catalogue's definitions or the queries takes part in the recomputation.
"""

import pytest

from tests.support.recomputed.all_kpis import RECOMPUTED
from tests.support.recomputed.compare import compare, compare_watched, slices
from tests.support.recomputed.county import COUNTY, County, published_sample
from warehouse.catalogue import load_catalogue

SCALES = ["town", pytest.param("county", marks=pytest.mark.soak)]
LEAST = 5
"""Months × towns × departments a KPI must have to be worth comparing."""


@pytest.fixture(scope="module", params=SCALES)
def county(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> County:
    return published_sample(tmp_path_factory, scale=request.param)


def test_every_kpi_is_recomputed() -> None:
    assert set(RECOMPUTED) == set(load_catalogue())


@pytest.mark.parametrize("kpi_id", load_catalogue())
def test_every_value_equals_the_recomputation(county: County, kpi_id: str) -> None:
    world = county.world
    shape = RECOMPUTED[kpi_id](world)
    found = {
        by: compare(county.published, COUNTY, kpi_id, shape, world.span, by) for by in slices(shape)
    }
    assert next(iter(found.values())) >= LEAST, found


def test_what_has_not_happened_yet_was_waited_for_as_long(county: County) -> None:
    days = {
        kpi_id: compare_watched(county.published, COUNTY, kpi_id, RECOMPUTED[kpi_id](county.world))
        for kpi_id, kpi in load_catalogue().items()
        if kpi.observed
    }
    assert len(days) > 4
    assert min(days.values()) > 0, days
