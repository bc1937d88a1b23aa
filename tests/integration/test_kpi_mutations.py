"""Every column that a KPI names is changed in turn, and the recomputation of some KPI notices.

Flags are turned round, numbers made greater by one and days moved by forty, in every row.
"""

from dataclasses import dataclass

import pytest

from tests.support.recomputed.all_kpis import RECOMPUTED
from tests.support.recomputed.changed import Changeable, named_columns
from tests.support.recomputed.compare import compare, compare_watched, slices
from tests.support.recomputed.county import COUNTY, County, published_sample
from warehouse.catalogue import load_catalogue
from warehouse.catalogue.facts import load_facts

NAMED = sorted({named for kpi in load_catalogue().values() for named in named_columns(kpi)})


@dataclass(frozen=True)
class Watched:
    """The county, its copy that is changed, and the KPIs that name a column."""

    county: County
    copy: Changeable

    def differs(self, kpi_id: str) -> bool:
        """Whether the copy's answer differs from the recomputation in any slice."""
        shape = RECOMPUTED[kpi_id](self.county.world)
        span = self.county.world.span
        try:
            for by in slices(shape)[:2]:
                compare(self.copy, COUNTY, kpi_id, shape, span, by)
            compare_watched(self.copy, COUNTY, kpi_id, shape)
        except AssertionError:
            return True
        return False


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    county = published_sample(tmp_path_factory, scale="town")
    return Watched(county, Changeable(county.published, tmp_path_factory.mktemp("copy")))


def test_the_copy_is_as_published(watched: Watched) -> None:
    assert not [kpi_id for kpi_id in RECOMPUTED if watched.differs(kpi_id)]


@pytest.mark.parametrize(("fact", "column"), NAMED, ids=map(".".join, NAMED))
def test_a_changed_column_is_noticed(watched: Watched, fact: str, column: str) -> None:
    named_by = [
        kpi_id for kpi_id, kpi in load_catalogue().items() if (fact, column) in named_columns(kpi)
    ]
    with watched.copy.changed(load_facts()[fact], column):
        assert any(map(watched.differs, named_by)), f"{named_by} do not notice {fact}.{column}"
