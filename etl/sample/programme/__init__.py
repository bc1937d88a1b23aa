"""The programme's datasets of the sample: what the county does beside handling cases.

`programme_tables` yields parts of datasets, each a `Table(dataset, frame, planted, corrected)`:
`frame` has the contract's columns in its order, codes as in the contract and local time stamps
without a zone (a time column with impossible times among it is text); `planted` counts the rows
that a load or a build must refuse, by the name of the reason; `corrected` counts rows that replace
an older version in an earlier part. Parts of one dataset come one after the other, in the order to
load them, and each is to be a file of its own.
"""

from collections.abc import Iterator

from etl.sample.boundaries import SampleCounty
from etl.sample.people import People
from etl.sample.programme.council import council
from etl.sample.programme.mediation import mediation
from etl.sample.programme.residents import Roster
from etl.sample.programme.services import service_applications
from etl.sample.programme.table import Table
from etl.sample.programme.waste import waste_inspections
from etl.sample.scales import Scale

__all__ = ["Table", "programme_tables"]


def programme_tables(
    county: SampleCounty,
    people: People,
    *,
    scale: Scale,  # noqa: ARG001
    seed: int,
) -> Iterator[Table]:
    """Every dataset of the programme; the same scale and seed give the same rows."""
    yield from waste_inspections(county, seed=seed)
    yield from council(county, people, seed=seed)
    roster = Roster.of(people, len(county.sites))
    yield from mediation(county, roster, seed=seed)
    yield from service_applications(county, roster, seed=seed)
